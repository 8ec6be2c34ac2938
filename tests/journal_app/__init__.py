"""A small context that exists only in the tests of the journal: things with a loop, fields and labels."""
