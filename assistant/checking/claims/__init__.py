"""Claims against the library: supported, contradicted, mixed, or not enough information."""
