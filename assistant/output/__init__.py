"""Results → JSON, terminal, Markdown and HTML. Nothing here parses a text."""
