"""Sums of intervals and how they are written out: 559.57+135.5=695.07."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from anlan.reporting.drafts.numerals import UNBOUNDED
from anlan.reporting.drafts.quantities import Quantity, shown

__all__ = ["scaled", "sum_high", "sum_low", "sum_text", "together"]

_WAN = Decimal(10000)


def sum_low(parts: Sequence[Quantity]) -> Decimal:
    """The least that the parts may add up to."""
    return sum((q.span.low for q in parts), Decimal(0))


def sum_high(parts: Sequence[Quantity]) -> Decimal:
    """The most that the parts may add up to."""
    return min(sum((q.span.high for q in parts), Decimal(0)), UNBOUNDED)


def scaled(value: Decimal, like: Sequence[Quantity]) -> str:
    """A value for a sentence: in 万 where all of `like` are written in it, with the word where some are written otherwise."""
    if like and all(q.multiple == "万" for q in like):
        return shown(value / _WAN)
    return f"{shown(value / _WAN)}万" if any(q.multiple for q in like) and value >= _WAN else shown(value)


def sum_text(parts: Sequence[Quantity], also: Sequence[Quantity] = ()) -> str:
    """`a+b+c=d`, in the unit that all of them are written in."""
    all_ = [*parts, *also]
    shown_parts = "+".join(scaled(q.value, all_) for q in parts)
    return f"{shown_parts}={scaled(sum_low(parts), all_)}"


def together(a: Quantity, b: Quantity) -> bool:
    """Whether two quantities count in the same unit."""
    return a.kind == b.kind and (a.unit == b.unit or a.kind == "money")
