"""Training of the reader; its model card says what it gave. Nothing of the product imports it."""
