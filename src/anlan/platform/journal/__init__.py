"""The journal: one append-only table under everything. Services call `record`; nothing else writes projections."""

from anlan.kernel.entry import Draft, Step

__all__ = ["Draft", "Step"]
