"""Output of campaigns."""

from __future__ import annotations

from ninja import Schema


class ProgressOut(Schema):
    """A campaign in numbers, of what the reader may see; `others`: enterprises visited that are no targets."""

    targets: int
    inspected: int
    others: int
    inspections: int
    found: int
    closed: int
    overdue: int
    rate_ratio: float | None = None
