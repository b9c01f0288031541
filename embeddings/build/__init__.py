"""How the bundled weights are made. Needs torch and onnx; the product imports nothing from here."""
