"""The rate of self-reporting (自查自报率) summed by town and by class; every number is the sum of its enterprises."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from anlan.inspection.queries.self_duty import FirmRate
from anlan.platform import regions
from anlan.registry import queries as registry

__all__ = ["RateRow", "rates_by_class", "rates_by_town", "rates_total"]


@dataclass(frozen=True, slots=True)
class RateRow:
    """A group of enterprises: how many owed reports, how many they owed and handed in, how many of them missed one."""

    key: str
    label: str
    firms: int
    asked: int
    reported: int
    behind: int

    @property
    def rate_ratio(self) -> float | None:
        """Reported of asked, 0..1; None where nothing was asked."""
        return self.reported / self.asked if self.asked else None


def _row(key: str, label: str, rates: Iterable[FirmRate]) -> RateRow:
    held = list(rates)
    asked, missed = sum(len(r.asked) for r in held), sum(len(r.missed) for r in held)
    return RateRow(key, label, len(held), asked, asked - missed, sum(bool(r.missed) for r in held))


def rates_total(rates: Sequence[FirmRate]) -> RateRow:
    """All of them as one row; an enterprise of two classes is one enterprise."""
    return _row("", "", rates)


def rates_by_town(rates: Sequence[FirmRate]) -> list[RateRow]:
    """One row for each town (nine digits), in the order of their codes."""
    groups: dict[str, list[FirmRate]] = {}
    for rate in rates:
        groups.setdefault(rate.firm.region[:9], []).append(rate)
    return [_row(key, regions.name(key.ljust(12, "0")), groups[key]) for key in sorted(groups)]


def rates_by_class(rates: Sequence[FirmRate]) -> list[RateRow]:
    """One row for each class, in the order of the code list; an enterprise of two classes stands in both."""
    rows = []
    for code in registry.codes("classes"):
        held = [rate for rate in rates if code.id in rate.firm.classes]
        if held:
            rows.append(_row(code.id, code.label, held))
    return rows
