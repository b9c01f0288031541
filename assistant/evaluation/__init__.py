"""Measuring retrieval, reader and answers on SQuAD-format questions: one's own, or the public sets.

Imported by ``cli`` and ``training`` only.
"""
