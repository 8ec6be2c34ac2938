"""Indicators over hazards by one dimension, and exactly the rows behind each number.

A hazard counts once in the total, whatever its campaigns and its enterprise's classes; by campaign the total is the union.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Exists, OuterRef, Q, QuerySet

from anlan.inspection.models import Hazard, HazardTag
from anlan.inspection.queries.hazards import hazard_list
from anlan.inspection.queries.scoped import VIEW
from anlan.inspection.rules.measure import DIMENSIONS, MEASURES, Measure, measure_of
from anlan.kernel.codes import region_prefix
from anlan.kernel.errors import BadInput
from anlan.platform.scope import Scope
from anlan.platform.spans import DaysBetween

__all__ = ["DIMENSIONS", "MEASURES", "PATHS", "Asked", "asked_of", "base_rows", "part_of", "rows_of"]

PATHS = {
    "town": "region9", "source": "source", "clause": "basis", "class": "enterprise__classes__key",
    "campaign": "tags__key",
}  # fmt: skip
MANY = frozenset({"class", "campaign"})
"""Dimensions of which one hazard can have several values."""
MOST_MONTHS = 36


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: which indicator by which dimension, over hazards found from `since` to `until` (local days).

    Attributes:
        region: prefix of 2 to 12 digits. campaigns: ids; hazards of any of them, each once; empty: all.
    """

    measure: Measure
    by: str
    region: str
    since: date
    until: date
    campaigns: tuple[str, ...] = ()


def asked_of(
    scope: Scope, measure: str, by: str, region: str, since: date, until: date, campaigns: Iterable[str] = ()
) -> Asked:
    """The question, checked.

    Args:
        region: "" means the scope's own.
    Raises:
        NotAllowed: "platform.not_allowed", "platform.region_outside".
        BadInput: "inspection.measure.unknown", "inspection.measure.by_unknown", "inspection.counts.period".
    """
    scope.require(VIEW)
    known = measure_of(measure)
    if known is None:
        raise BadInput("inspection.measure.unknown", id=measure[:40])
    if by not in dict(DIMENSIONS):
        raise BadInput("inspection.measure.by_unknown", by=by[:40])
    region = region_prefix(region) if region else scope.region
    scope.require_region(region)
    months = (until.year - since.year) * 12 + until.month - since.month
    if since > until or since.year < 1950 or until.year > 2200 or (by == "month" and months >= MOST_MONTHS):
        raise BadInput("inspection.counts.period", since=str(since), until=str(until))
    return Asked(known, by, region, since, until, tuple(sorted({c for c in campaigns if c})))


def base_rows(scope: Scope, asked: Asked) -> QuerySet[Hazard]:
    """The hazards that the indicator's whole counts; of a days indicator those with both ends."""
    rows = hazard_list(
        scope, region=asked.region, since=asked.since, until=asked.until, campaigns=asked.campaigns, real=True
    )
    measure = asked.measure
    if measure.id == "returned":
        rows = rows.filter(submitted_at__isnull=False)
    elif measure.id == "looked_back":
        rows = rows.filter(state="closed")
    elif measure.id == "again":
        rows = rows.filter(state="closed", looked_back_at__isnull=False)
    elif measure.id == "close_days":
        rows = rows.filter(state="closed")
    elif measure.kind == "days":
        rows = rows.filter(**{f"{name}__isnull": False for name in measure.span})
    if asked.by == "campaign" and not asked.campaigns:
        rows = rows.filter(Exists(HazardTag._default_manager.filter(parent=OuterRef("pk"))))
    return rows


def part_of(measure: Measure, now: datetime) -> Q:
    """Which of the whole a ratio's part counts."""
    return {
        "major": Q(grade="major"),
        "closed": Q(state="closed"),
        "overdue": Q(closed_at__isnull=True, state="ordered", due_at__lt=now),
        "returned": Q(returned_count__gte=1),
        "looked_back": Q(looked_back_at__isnull=False),
        "again": Q(look_back_result="again"),
    }.get(measure.id, Q())


def rows_of(scope: Scope, asked: Asked, key: str | None, now: datetime, *, part: bool = False) -> QuerySet[Hazard]:
    """The rows behind one number, the newest first; a days indicator's with `days`.

    Args:
        key: value of the dimension; None: the total. part: the part of a ratio instead of its whole.
    Raises:
        BadInput: "inspection.measure.key" for a month that is none.
    """
    if key is not None and asked.by == "month":
        asked = month_of(asked, key)
    rows = base_rows(scope, asked)
    if part:
        rows = rows.filter(part_of(asked.measure, now))
    if key is not None and asked.by != "month":
        rows = rows.filter(**{PATHS[asked.by]: key}) if key else _without(rows, asked.by)
    if asked.measure.kind == "days":
        rows = rows.annotate(days=DaysBetween(*asked.measure.span))
    return rows


def _without(rows: QuerySet[Hazard], by: str) -> QuerySet[Hazard]:
    path = PATHS[by]
    return rows.filter(**{f"{path}__isnull": True}) if by in MANY else rows.filter(**{path: ""})


def month_of(asked: Asked, key: str) -> Asked:
    """The question for one month ("2026-03") of its period.

    Raises:
        BadInput: "inspection.measure.key".
    """
    try:
        first = date.fromisoformat(f"{key}-01")
    except ValueError:
        raise BadInput("inspection.measure.key", key=key[:40]) from None
    after = date(first.year + first.month // 12, first.month % 12 + 1, 1)
    begin, end = max(asked.since, first), min(asked.until, date.fromordinal(after.toordinal() - 1))
    if begin > end:
        raise BadInput("inspection.measure.key", key=key[:40])
    return Asked(asked.measure, asked.by, asked.region, begin, end, asked.campaigns)
