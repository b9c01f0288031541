"""Results → JSON, terminal, Markdown and HTML. Nothing here parses a text.

Imported by ``sources`` and all above it.
"""
