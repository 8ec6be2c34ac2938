"""How often an enterprise checks itself and reports: dated rules by class, tag and scale; the calendar's windows. Pure.

Source: 安全生产法(2021) 第四十一条第二款 (regular checks by the enterprise itself); how often: house rule, in data.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache
from importlib import resources

from anlan.kernel.errors import Violation

__all__ = ["PERIODS", "Cadence", "Firm", "cadence_of", "check_cadence", "packaged_cadences", "window_of", "windows_in"]

# From the most frequent on.
PERIODS: tuple[tuple[str, str], ...] = (
    ("week", "每周"), ("month", "每月"), ("quarter", "每季度"), ("half", "每半年"), ("year", "每年"),
)  # fmt: skip
_MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}


@dataclass(frozen=True, slots=True)
class Cadence:
    """One rule: enterprises of any of the classes, any of the tags and any of the scales report once in each period.

    An empty set asks for nothing. `since`: local date from which it holds. `region`: digits its enterprises' begin with.
    """

    since: date
    period: str
    source: str
    classes: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    scales: frozenset[str] = frozenset()
    region: str = ""

    def fits(self, firm: Firm) -> bool:
        """Whether the rule is for this enterprise."""
        return (
            firm.region.startswith(self.region)
            and (not self.classes or bool(self.classes & firm.classes))
            and (not self.tags or bool(self.tags & firm.tags))
            and (not self.scales or firm.scale in self.scales)
        )


@dataclass(frozen=True, slots=True)
class Firm:
    """What of an enterprise decides how often it reports; `since`: the local day it was registered."""

    id: str
    region: str
    scale: str
    since: date
    classes: frozenset[str] = field(default_factory=frozenset)
    tags: frozenset[str] = field(default_factory=frozenset)


@cache
def packaged_cadences() -> tuple[Cadence, ...]:
    """The rules of data/self_check_cadence.csv."""
    raw = resources.files("anlan.inspection").joinpath("data/self_check_cadence.csv").read_text(encoding="utf-8")
    return tuple(
        Cadence(
            date.fromisoformat(r["since"]), r["period"], r["source"],
            *(frozenset(r[name].split()) for name in ("classes", "tags", "scales")),
        )
        for r in csv.DictReader(io.StringIO(raw))
    )  # fmt: skip


def cadence_of(firm: Firm, day: date, own: Iterable[Cadence] = ()) -> Cadence:
    """The rule for this enterprise on a local day: the office's newest that fits, else the strictest of the package.

    Of two of the same day the more frequent one holds. Source: house rule.
    """
    order = [period for period, _ in PERIODS]
    fit = [rule for rule in own if rule.since <= day and rule.fits(firm)]
    newest = [rule for rule in fit if rule.since == max(r.since for r in fit)]
    wanted = newest or [r for r in packaged_cadences() if r.since <= day and r.fits(firm)]
    # A risk asks for more than smallness forgives: the general rule is left to those whom no special one names.
    special = [r for r in wanted if r.classes or r.tags or r.scales] or wanted
    return min(special, key=lambda rule: order.index(rule.period))


def check_cadence(period: str, since: date | None) -> list[Violation]:
    """Why the office's rule can't stand; empty when it can. Source: house rule."""
    found = [] if period in dict(PERIODS) else [Violation("inspection.self_check_rule.period_unknown", {}, "period")]
    if since is None:
        found.append(Violation("inspection.self_check_rule.since_missing", {}, "since_on"))
    return found


def window_of(period: str, day: date) -> tuple[date, date]:
    """The first and last day of the period's window (week from Monday, calendar month …) that holds `day`."""
    if period == "week":
        first = day - timedelta(days=day.weekday())
        return first, first + timedelta(days=6)
    months = _MONTHS[period]
    start = date(day.year, (day.month - 1) // months * months + 1, 1)
    after = start.month - 1 + months
    return start, date(start.year + after // 12, after % 12 + 1, 1) - timedelta(days=1)


def windows_in(period: str, since: date, until: date) -> Iterator[tuple[date, date]]:
    """The windows whose last day lies between two local days, both included, oldest first."""
    first, last = window_of(period, since)
    while last <= until:
        yield first, last
        first, last = window_of(period, last + timedelta(days=1))
