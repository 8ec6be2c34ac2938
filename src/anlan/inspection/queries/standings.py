"""How towns and enterprises stand today: open, overdue, sent back and found-again hazards, each with its rows.

Definitions (house rule): open = found, neither closed nor ended; overdue = ordered and past the deadline; long overdue =
for more than LONG_DAYS days; returned = open and sent back once or oftener; often = OFTEN times or more; again = closed,
and found again at a look-back within a year. Drills, dismissed and merged hazards never count.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q

from anlan.inspection.queries.hazards import day_range, hazard_list
from anlan.inspection.queries.lists import OPEN_STATES, hazards_url, overdue_until
from anlan.inspection.queries.scoped import VIEW
from anlan.inspection.queries.tally import tally
from anlan.inspection.rules.interview import LONG_DAYS, OFTEN, InterviewFacts
from anlan.kernel.codes import region_pad
from anlan.kernel.deadlines import local_date
from anlan.platform import regions
from anlan.platform.ledger.changes import CHANGES
from anlan.platform.ledger.totals import KEPT
from anlan.platform.scope import Scope
from anlan.registry import queries as registry

__all__ = ["AGAIN_DAYS", "NUMBERS", "Standing", "enterprise_standings", "town_standings", "worst_enterprises"]

AGAIN_DAYS = 365
NUMBERS = ("open", "overdue", "overdue_major", "overdue_long", "returned", "often", "again")


@dataclass(frozen=True, slots=True)
class Standing:
    """One town (`key` = 9 digits) or enterprise (`key` = id) and its numbers by NUMBERS on the local day `on`.

    `ids`: of the enterprise and those merged into it; empty for a town.
    """

    key: str
    name: str
    counts: Mapping[str, int]
    on: date
    ids: tuple[str, ...] = ()

    @property
    def urls(self) -> Mapping[str, str]:
        """The address of the list behind each number. Made where it is shown: thousands stand, some dozen are."""
        return _urls(self.on, enterprise_ids=self.ids) if self.ids else _urls(self.on, region=self.key)

    @property
    def facts(self) -> InterviewFacts:
        """What the rule of interviews judges."""
        held = self.counts
        return InterviewFacts(held["overdue_major"], held["overdue_long"], held["often"], held["again"])


def town_standings(scope: Scope, now: datetime) -> list[Standing]:
    """The towns of the scope that have any of the numbers, by code; kept until the journal changes or the day ends."""
    return _kept("town", scope, now, _towns)


def enterprise_standings(scope: Scope, now: datetime) -> list[Standing]:
    """The enterprises of the scope that have any of the numbers, as they stand today: merged ones are one. Kept likewise."""
    return _kept("enterprise", scope, now, _enterprises)


def _kept(kind: str, scope: Scope, now: datetime, make: Callable[[Scope, datetime], list[Standing]]) -> list[Standing]:
    key = ("standings", kind, scope.sees, scope.may(VIEW), local_date(now))
    return KEPT.get(key, CHANGES.mark(), lambda: make(scope, now))


def _towns(scope: Scope, now: datetime) -> list[Standing]:
    counted: dict[str, list[int]] = {}
    for (town, _), numbers in _counts(scope, now).items():
        _add(counted, town, numbers)
    today = local_date(now)
    return [
        Standing(key, regions.name(region_pad(key)), dict(zip(NUMBERS, numbers, strict=True)), today)
        for key, numbers in sorted(counted.items())
    ]


def _enterprises(scope: Scope, now: datetime) -> list[Standing]:
    counted: dict[str, list[int]] = {}
    ids: dict[str, set[str]] = {}
    become = registry.enterprises_become()
    for (_, key), numbers in _counts(scope, now).items():
        one = become[key].id if key in become else str(key)
        ids.setdefault(one, set()).add(str(key))
        _add(counted, one, numbers)
    names = registry.enterprise_names(counted)
    today = local_date(now)
    return [
        Standing(key, names.get(key, key), dict(zip(NUMBERS, numbers, strict=True)), today, tuple(sorted(ids[key])))
        for key, numbers in counted.items()
    ]


def _add(counted: dict[str, list[int]], key: str, numbers: Sequence[int]) -> None:
    held = counted.get(key)
    counted[key] = [a + b for a, b in zip(held, numbers, strict=True)] if held else list(numbers)


def _counts(scope: Scope, now: datetime) -> dict[tuple[str, Any], list[int]]:
    """Numbers by town and enterprise: one pass over what is open serves the towns and the enterprises. Kept likewise."""
    key = ("standings", "counts", scope.sees, scope.may(VIEW), local_date(now))
    return KEPT.get(key, CHANGES.mark(), lambda: _counted(scope, now))


def worst_enterprises(standings: Sequence[Standing], most: int) -> list[Standing]:
    """The `most` enterprises with most overdue, then often or once returned, found again, open; those without any left out."""
    order = ("overdue", "returned", "again", "open")
    ranked = sorted(standings, key=lambda s: (*(-s.counts[name] for name in order), s.name))
    return [s for s in ranked if any(s.counts[name] for name in order[:3])][:most]


def _counted(scope: Scope, now: datetime) -> dict[tuple[str, Any], list[int]]:
    by = ("region9", "enterprise_id")
    today = local_date(now)
    long_ago, _ = day_range(today - timedelta(days=LONG_DAYS), None)
    overdue = Q(state="ordered", due_at__lt=now)
    rows = hazard_list(scope, open_only=True, real=True).order_by().values_list(*by)
    grouped = rows.annotate(
        open=tally(),
        overdue=tally(overdue),
        overdue_major=tally(overdue & Q(grade="major")),
        overdue_long=tally(overdue & Q(due_at__lt=long_ago)),
        returned=tally(Q(returned_count__gte=1)),
        often=tally(Q(returned_count__gte=OFTEN)),
    )
    found = {(town, firm): [*numbers, 0] for town, firm, *numbers in grouped}
    since, _ = day_range(today - timedelta(days=AGAIN_DAYS), None)
    back = hazard_list(scope, state="closed", real=True).filter(look_back_result="again", looked_back_at__gte=since)
    back = back.filter(reopened_as__isnull=False)  # follows from the result; it leads to the few by their own index
    for town, firm, again in back.order_by().values_list(*by).annotate(again=tally()):
        found.setdefault((town, firm), [0] * len(NUMBERS))[-1] = again
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
