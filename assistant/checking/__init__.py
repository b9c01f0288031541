"""Checking what others say against the library: quotes, claims, timelines, and evidence to take away.

Imported by ``assistant.assistant`` and all above it; it does not know ``answering``.
"""
