"""Quotes against the library: exact, altered or not found, and who said it."""
