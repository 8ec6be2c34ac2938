"""How towns and enterprises stand today: open, overdue, sent back and found-again hazards, each with its rows.

Definitions (house rule): open = found, neither closed nor ended; overdue = ordered and past the deadline; long overdue =
for more than LONG_DAYS days; returned = open and sent back once or oftener; often = OFTEN times or more; again = closed,
and found again at a look-back within a year. Drills, dismissed and merged hazards never count.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Count, Q

from anlan.inspection.queries.hazards import day_range, hazard_list
from anlan.inspection.queries.lists import OPEN_STATES, hazards_url, overdue_until
from anlan.inspection.rules.interview import LONG_DAYS, OFTEN, InterviewFacts
from anlan.kernel.codes import region_pad
from anlan.kernel.deadlines import local_date
from anlan.platform import regions
from anlan.platform.scope import Scope
from anlan.registry import queries as registry

__all__ = ["AGAIN_DAYS", "NUMBERS", "Standing", "enterprise_standings", "town_standings", "worst_enterprises"]

AGAIN_DAYS = 365
NUMBERS = ("open", "overdue", "overdue_major", "overdue_long", "returned", "often", "again")


@dataclass(frozen=True, slots=True)
class Standing:
    """One town (`key` = 9 digits) or enterprise (`key` = id) and its numbers by NUMBERS, each with its list's address."""

    key: str
    name: str
    counts: Mapping[str, int]
    urls: Mapping[str, str]

    @property
    def facts(self) -> InterviewFacts:
        """What the rule of interviews judges."""
        held = self.counts
        return InterviewFacts(held["overdue_major"], held["overdue_long"], held["often"], held["again"])


def town_standings(scope: Scope, now: datetime) -> list[Standing]:
    """The towns of the scope that have any of the numbers, by code."""
    counted = _counted(scope, now, "region9")
    today = local_date(now)
    return [
        Standing(key, regions.name(region_pad(key)), counts, _urls(today, region=key))
        for key, counts in sorted(counted.items())
    ]


def enterprise_standings(scope: Scope, now: datetime) -> list[Standing]:
    """The enterprises of the scope that have any of the numbers, as they stand today: merged ones are one."""
    counted: dict[str, dict[str, int]] = {}
    ids: dict[str, list[str]] = {}
    for key, counts in _counted(scope, now, "enterprise_id").items():
        one = registry.enterprise_current(key) if counts.pop("gone", 0) else str(key)
        ids.setdefault(one, []).append(str(key))
        held = counted.setdefault(one, dict.fromkeys(NUMBERS, 0))
        for name, count in counts.items():
            held[name] += count
    names = registry.enterprise_names(counted)
    today = local_date(now)
    return [
        Standing(key, names.get(key, key), counts, _urls(today, enterprise_ids=sorted(ids[key])))
        for key, counts in counted.items()
    ]


def worst_enterprises(standings: Sequence[Standing], most: int) -> list[Standing]:
    """The `most` enterprises with most overdue, then often or once returned, found again, open; those without any left out."""
    order = ("overdue", "returned", "again", "open")
    ranked = sorted(standings, key=lambda s: (*(-s.counts[name] for name in order), s.name))
    return [s for s in ranked if any(s.counts[name] for name in order[:3])][:most]


def _counted(scope: Scope, now: datetime, by: str) -> dict[Any, dict[str, int]]:
    today = local_date(now)
    long_ago, _ = day_range(today - timedelta(days=LONG_DAYS), None)
    overdue = Q(state="ordered", due_at__lt=now)
    gone: dict[str, Any] = {}
    if by == "enterprise_id":
        gone = {"gone": Count("pk", filter=Q(enterprise__merged_into__isnull=False))}
    rows = hazard_list(scope, open_only=True, real=True).order_by().values(by)
    grouped = rows.annotate(
        open=Count("pk"),
        overdue=Count("pk", filter=overdue),
        overdue_major=Count("pk", filter=overdue & Q(grade="major")),
        overdue_long=Count("pk", filter=overdue & Q(due_at__lt=long_ago)),
        returned=Count("pk", filter=Q(returned_count__gte=1)),
        often=Count("pk", filter=Q(returned_count__gte=OFTEN)),
        **gone,
    )
    found = {row.pop(by): {**row, "again": 0} for row in grouped}
    since, _ = day_range(today - timedelta(days=AGAIN_DAYS), None)
    back = hazard_list(scope, state="closed", real=True).filter(look_back_result="again", looked_back_at__gte=since)
    nothing = dict.fromkeys(NUMBERS, 0)
    for row in back.order_by().values(by).annotate(again=Count("pk"), **gone):
        held = found.setdefault(row[by], dict(nothing))
        held["again"] = row["again"]
        if gone:
            held["gone"] = held.get("gone", 0) + row["gone"]
    return found


def _urls(today: date, *, region: str = "", enterprise_ids: Sequence[str] = ()) -> dict[str, str]:
    since = (today - timedelta(days=AGAIN_DAYS)).isoformat()
    late = {"state": "ordered", "due_at_to": overdue_until(today)}
    asked: dict[str, dict[str, str]] = {
        "open": {"state": OPEN_STATES},
        "overdue": late,
        "overdue_major": late | {"grade": "major"},
        "overdue_long": {"state": "ordered", "due_at_to": overdue_until(today, LONG_DAYS)},
        "returned": {"state": OPEN_STATES, "returned_count_min": "1"},
        "often": {"state": OPEN_STATES, "returned_count_min": str(OFTEN)},
        "again": {"state": "closed", "look_back_result": "again", "looked_back_at_from": since},
    }
    return {name: hazards_url(enterprise_ids=enterprise_ids, region=region, **each) for name, each in asked.items()}
