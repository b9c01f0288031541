"""Evidence to take away: files that prove their quotes without the library."""
