"""Counting rows that meet a condition without naming a column, so that an index alone can answer."""

from __future__ import annotations

from django.db.models import Aggregate, Case, Count, Q, Value, When

__all__ = ["tally"]


def tally(condition: Q | None = None) -> Aggregate:
    """How many rows of the group meet the condition; all of them without one."""
    return Count(Case(When(condition, then=Value(1)))) if condition else Count("*")
