"""Passages → an answer: follow-ups completed, statements found, values grouped and cited."""
