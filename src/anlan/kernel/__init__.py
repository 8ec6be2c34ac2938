"""Pure words that every context shares: errors, loops, entries, deadlines, codes, geometry.

Nothing here knows Django, a clock, the network or a database (contract `pure` in .importlinter).
"""
