"""A text → what it says: its words, values, dates, people and who speaks. Knows no library and no question.

Imported by ``reading``, ``output`` and all above them.
"""
