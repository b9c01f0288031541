"""Training of the reader. Nothing here is imported by the product; see ``LOG.md`` for what it gave."""
