"""Checking what others say against the library: quotes, claims, timelines, and evidence to take away."""
