"""Output of campaigns."""

from __future__ import annotations

from ninja import Schema


class ProgressOut(Schema):
    """A campaign in numbers, of what the reader may see; `others`: enterprises visited that are no targets.

    Visited is who was inspected to the end; `going_on`: visits begun and not finished, counted nowhere else.
    """

    targets: int
    inspected: int
    others: int
    inspections: int
    found: int
    closed: int
    overdue: int
    going_on: int
    rate_ratio: float | None = None
