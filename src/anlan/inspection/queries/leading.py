"""What leaders look at: open major hazards by town with the days left, and whom to interview (约谈) for which reasons."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from anlan.inspection.models import Hazard
from anlan.inspection.queries.hazards import hazard_list
from anlan.inspection.queries.lists import OPEN_STATES, hazards_url, overdue_until
from anlan.inspection.queries.standings import Standing
from anlan.inspection.rules.hazard import is_overdue
from anlan.inspection.rules.interview import InterviewLimit, check_interview, limits_on
from anlan.kernel.codes import region_pad
from anlan.kernel.deadlines import days_left, local_date
from anlan.platform import regions
from anlan.platform.scope import Scope

__all__ = ["Interview", "InterviewReason", "MajorLine", "MajorTown", "interviews", "limits_by_kind", "majors_by_town"]


@dataclass(frozen=True, slots=True)
class MajorLine:
    """One open major hazard; `left`: days until its deadline (negative: overdue), None where no deadline runs."""

    hazard: Hazard
    left: int | None
    overdue: bool

    @property
    def late(self) -> int:
        """Days since the deadline."""
        return -(self.left or 0)


@dataclass(frozen=True, slots=True)
class MajorTown:
    """The open major hazards of one town, overdue ones first; `more` are not among the lines."""

    key: str
    name: str
    count: int
    overdue: int
    lines: tuple[MajorLine, ...]
    url: str
    overdue_url: str

    @property
    def more(self) -> int:
        """How many are not shown."""
        return self.count - len(self.lines)


@dataclass(frozen=True, slots=True)
class InterviewReason:
    """One reason: its code, its sentence, the number and the address of the rows counted."""

    code: str
    text: str
    count: int
    url: str


@dataclass(frozen=True, slots=True)
class Interview:
    """A town or an enterprise (`kind`) suggested for an interview."""

    kind: str
    key: str
    name: str
    reasons: tuple[InterviewReason, ...]


def majors_by_town(scope: Scope, now: datetime, most: int) -> list[MajorTown]:
    """Open major hazards, at most `most` lines a town; towns with most overdue first."""
    rows: dict[str, list[MajorLine]] = {}
    for hazard in hazard_list(scope, grade="major", open_only=True, real=True).order_by("due_at", "found_at", "id"):
        runs = hazard.due_at is not None and hazard.state == "ordered"
        left = days_left(now, hazard.due_at) if runs else None
        line = MajorLine(hazard, left, is_overdue(hazard.due_at, hazard.state, now))
        rows.setdefault(hazard.region9, []).append(line)
    towns = [_town(key, lines, now, most) for key, lines in rows.items()]
    return sorted(towns, key=lambda town: (-town.overdue, -town.count, town.key))


def _town(key: str, lines: list[MajorLine], now: datetime, most: int) -> MajorTown:
    lines.sort(key=lambda line: (line.left is None, line.left or 0))
    late = {"grade": "major", "state": "ordered", "due_at_to": overdue_until(local_date(now))}
    return MajorTown(
        key,
        regions.name(region_pad(key)),
        len(lines),
        sum(line.overdue for line in lines),
        tuple(lines[:most]),
        hazards_url(grade="major", state=OPEN_STATES, region=key),
        hazards_url(region=key, **late),
    )


def interviews(now: datetime, towns: list[Standing], enterprises: list[Standing]) -> list[Interview]:
    """Whom of these to interview, towns first, those with most reasons first. Source: rules.interview (house rule)."""
    found = []
    for kind, standings in (("town", towns), ("enterprise", enterprises)):
        limit = limits_on(kind, local_date(now))
        named = []
        for standing in standings:
            reasons = tuple(
                InterviewReason(v.code, v.message, standing.counts[v.field or ""], standing.urls[v.field or ""])
                for v in check_interview(standing.facts, limit)
            )
            if reasons:
                named.append(Interview(kind, standing.key, standing.name, reasons))
        found += sorted(named, key=lambda i: (-len(i.reasons), -i.reasons[0].count, i.name))
    return found


def limits_by_kind(now: datetime) -> dict[str, InterviewLimit]:
    """The thresholds in force today, for the page that states them."""
    return {kind: limits_on(kind, local_date(now)) for kind in ("town", "enterprise")}
