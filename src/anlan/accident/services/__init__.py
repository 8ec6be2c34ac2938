"""Deciding over accidents: the report, the steps of the loop, what follows from changes below."""
