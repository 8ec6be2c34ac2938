"""上下级互联: entries between nodes. A turn is a handful of sealed, signed parts; every carrier carries the same parts.

Who a node is and who vouches for its key: `trust`. What a node may see: `rules/exchange.py`. Out: `select`, `parts`.
In: `accept`, `guard`. Carriers: `http`, `file`. Source: docs/explanation/exchange.md (house rule).
"""
