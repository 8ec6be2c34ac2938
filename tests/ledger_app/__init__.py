"""A small context that exists only in the tests of ledgers: wells, with a column of every kind, and their keepers."""
