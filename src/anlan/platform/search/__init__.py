"""Finding Chinese words of one or two characters: reading a search box, and an index of neighbouring characters.

`words` reads what is typed, `index` keeps and asks the index; platform.ledger joins both with scope and filters.
"""

from anlan.platform.search.words import condition, terms

__all__ = ["condition", "terms"]
