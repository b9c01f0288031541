"""Passages → an answer: follow-ups completed, statements found, values grouped and cited.

Imported by ``assistant.assistant`` and all above it; it does not know ``checking``.
"""
