"""What leaders look at: open major hazards by town with the days left, and whom to interview (约谈) for which reasons."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from anlan.inspection.models import Hazard
from anlan.inspection.queries.hazards import hazard_list
from anlan.inspection.queries.lists import OPEN_STATES, hazards_url, overdue_until
from anlan.inspection.queries.standings import Standing
from anlan.inspection.rules.hazard import is_overdue
from anlan.inspection.rules.interview import InterviewLimit, check_interview, limits_on
from anlan.kernel.codes import region_pad
from anlan.kernel.deadlines import days_left, local_date
from anlan.kernel.errors import Violation
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
    standing: Standing
    against: tuple[Violation, ...]

    @property
    def key(self) -> str:
        """9 digits of the town, or the enterprise's id."""
        return self.standing.key

    @property
    def name(self) -> str:
        """What it is called."""
        return self.standing.name

    @property
    def reasons(self) -> tuple[InterviewReason, ...]:
        """Why, each with its sentence and the rows counted. Made where it is shown."""
        counts, urls = self.standing.counts, self.standing.urls
        return tuple(
            InterviewReason(v.code, v.message, counts[v.field or ""], urls[v.field or ""]) for v in self.against
        )

    @property
    def place(self) -> tuple[int, int, str]:
        """By what they are sorted: those with most reasons first, then by the first reason's number."""
        return (-len(self.against), -self.standing.counts[self.against[0].field or ""], self.name)


_Due = tuple[Any, int | None, bool]  # hazard's id, days left, overdue


def majors_by_town(scope: Scope, now: datetime, most: int) -> list[MajorTown]:
    """Open major hazards, at most `most` lines a town; towns with most overdue first."""
    # Hundreds are counted and ordered, some dozen are shown: only these are read whole.
    found: dict[str, list[_Due]] = {}
    rows = hazard_list(scope, grade="major", open_only=True, real=True).select_related(None)
    listed = rows.order_by("due_at", "found_at", "id").values_list("id", "region9", "due_at", "state")
    for key, town, due_at, state in listed:
        left = days_left(now, due_at) if due_at is not None and state == "ordered" else None
        found.setdefault(town, []).append((key, left, is_overdue(due_at, state, now)))
    for dues in found.values():
        dues.sort(key=lambda due: (due[1] is None, due[1] or 0))
    shown = [key for dues in found.values() for key, _, _ in dues[:most]]
    # By key alone: they are in scope already, and with the region named too SQLite would walk through all of it.
    whole = {h.id: h for h in Hazard._default_manager.filter(pk__in=shown).select_related("enterprise")}
    towns = [_town(key, dues, whole, now, most) for key, dues in found.items()]
    return sorted(towns, key=lambda town: (-town.overdue, -town.count, town.key))


def _town(town: str, dues: list[_Due], whole: Mapping[Any, Hazard], now: datetime, most: int) -> MajorTown:
    late = {"grade": "major", "state": "ordered", "due_at_to": overdue_until(local_date(now))}
    lines = [MajorLine(whole[key], left, overdue) for key, left, overdue in dues[:most] if key in whole]
    return MajorTown(
        town,
        regions.name(region_pad(town)),
        len(dues),
        sum(overdue for _, _, overdue in dues),
        tuple(lines),
        hazards_url(grade="major", state=OPEN_STATES, region=town),
        hazards_url(region=town, **late),
    )


def interviews(now: datetime, towns: list[Standing], enterprises: list[Standing]) -> list[Interview]:
    """Whom of these to interview, towns first, those with most reasons first. Source: rules.interview (house rule)."""
    found = []
    for kind, standings in (("town", towns), ("enterprise", enterprises)):
        limit = limits_on(kind, local_date(now))
        judged = ((standing, tuple(check_interview(standing.facts, limit))) for standing in standings)
        named = [Interview(kind, standing, against) for standing, against in judged if against]
        found += sorted(named, key=lambda interview: interview.place)
    return found


def limits_by_kind(now: datetime) -> dict[str, InterviewLimit]:
    """The thresholds in force today, for the page that states them."""
    return {kind: limits_on(kind, local_date(now)) for kind in ("town", "enterprise")}
