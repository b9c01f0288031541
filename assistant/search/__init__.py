"""A query → passages, what is related to them, and their citations."""
