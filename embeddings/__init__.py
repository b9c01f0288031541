"""Text to vectors to nearest neighbours. Knows nothing of articles, questions or screens."""
