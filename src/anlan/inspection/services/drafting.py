"""What the services of this context share: ids, numbers, photos and deadlines."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from anlan.inspection.rules.deadline import rectify_deadline
from anlan.kernel.deadlines import Deadline, WorkCalendar, end_of_day, local_date, published_calendar
from anlan.kernel.errors import BadInput
from anlan.kernel.text import blank
from anlan.platform import attachments
from anlan.platform.journal.node import new_id, next_number
from anlan.platform.scope import Scope

_FIRST_YEAR, _LAST_YEAR = 2000, 2100
_ONCE = uuid.UUID("0b0f1f7c-55a1-5c0e-8f0e-6a8f2d3c9b41")


@dataclass(frozen=True, slots=True)
class Term:
    """A deadline as it goes into an entry: when, whether provisional, and what it was counted from."""

    due_at: datetime
    provisional: bool
    unit: str
    count: int | None

    def data(self) -> dict[str, Any]:
        """The JSON values of the entry."""
        return {
            "due_at": self.due_at.isoformat(),
            "due_provisional": self.provisional,
            "due_unit": self.unit,
            "due_count": self.count,
        }


def require_plausible(at: datetime | None) -> None:
    """Refuse a stated time of another century: a typing mistake, and near the calendar's ends not even computable.

    Whether it lies in the future is the rules' question (rules.stating.check_moment).

    Raises:
        BadInput: "inspection.at_implausible".
    """
    if at is not None and not _FIRST_YEAR <= at.year <= _LAST_YEAR:
        raise BadInput("inspection.at_implausible", year=at.year)


def fixed_id(*parts: str) -> str:
    """The same id for the same parts, on every node and at every repetition."""
    return str(uuid.uuid5(_ONCE, "\0".join(parts)))


def key_for(scope: Scope, what: str, once: str | None, now: datetime) -> str:
    """A new id; with a client's key always the same one, so that a repeated request finds what the first one made."""
    return fixed_id(what, scope.person, once) if once else new_id(now)


def numbers_for(prefix: str, moments: Sequence[datetime]) -> list[str]:
    """One human number per moment, of the moment's local year; call it in the transaction that records them."""
    years = [local_date(m).year for m in moments]
    given = {year: iter(next_number(prefix, year, years.count(year))) for year in sorted(set(years))}
    return [next(given[year]) for year in years]


def term_of(
    start: datetime, due_on: date | None, days: int | None, working_days: int | None, calendar: WorkCalendar | None
) -> Term | None:
    """The deadline of an order given at `start`; None when none was named.

    Raises:
        BadInput: "inspection.hazard.order.deadline_ambiguous" for more than one way to name it; "kernel.deadline.rule".
    """
    named = [n for n in (due_on, days, working_days) if n is not None]
    if not named:
        return None
    if len(named) > 1:
        raise BadInput("inspection.hazard.order.deadline_ambiguous")
    if due_on is not None:
        return Term(end_of_day(due_on), False, "date", None)
    rule = Deadline(days=days, working_days=working_days)
    due = rectify_deadline(start, rule, calendar or published_calendar())
    unit, count = ("days", days) if days is not None else ("working", working_days)
    return Term(due.at, due.provisional, unit, count)


PhotoFacts = Mapping[str, Mapping[str, Any]]


def photo_facts(photos: Iterable[str]) -> dict[str, dict[str, Any]]:
    """What is known of each stored photo by its hash: capture time, place, look; one query for a whole batch.

    Raises:
        BadInput: "inspection.photo.not_image" for a workbook or document sent as a photo.
    """
    facts = {}
    wanted = sorted(set(photos))
    for sha256, held in (attachments.facts_of(wanted) if wanted else {}).items():
        if not held.media_type.startswith("image/"):
            raise BadInput("inspection.photo.not_image", name=held.name)
        values = held.as_dict()
        facts[sha256] = {n: values[n] for n in ("taken_at", "lon", "lat", "look") if values[n] not in (None, "")}
    return facts


def photo_text(photos: Iterable[str], known: PhotoFacts) -> dict[str, Any]:
    """The `photos` and `photo_facts` of an entry's text; empty for no photo. `known`: from `photo_facts`."""
    wanted = list(dict.fromkeys(photos))
    return {"photos": wanted, "photo_facts": {p: known[p] for p in wanted if p in known}} if wanted else {}


def said(**texts: Any) -> dict[str, Any]:
    """The texts that are not empty, trimmed."""
    return {name: text.strip() for name, text in texts.items() if isinstance(text, str) and not blank(text)}
