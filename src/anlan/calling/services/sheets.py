"""The call sheet (叫应名单) for when the network is gone: who, number, matter, and empty columns for time and answer.

It shows whole numbers, so it takes the right `vault.reveal` and a reason, and every number shown is a journal entry.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from anlan.accounts import queries as accounts
from anlan.calling import queries
from anlan.kernel.errors import BadInput, NotFound
from anlan.platform import vault
from anlan.platform.database import writing
from anlan.platform.scope import Scope

__all__ = ["DutyRow", "Sheet", "SheetRow", "sheet_make"]

_PHONE = "phone"
MOST_PEOPLE = 200
_NOBODY = queries.CalledPerson("", "", "")
"""A matter for which nobody could be called stands on the paper too: it needs somebody most of all."""


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One person to be called for one matter. `number` is masked where the person belongs to a region above."""

    name: str
    deputy_for: str
    number: str
    title: str
    place: str
    urgency: str
    drill: bool


@dataclass(frozen=True, slots=True)
class DutyRow:
    """One line of today's and tomorrow's rosters."""

    on: object
    shift: str
    position: str
    name: str
    number: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """Both halves of the paper."""

    rows: tuple[SheetRow, ...]
    duties: tuple[DutyRow, ...]


def sheet_make(*, scope: Scope, reason: str, now: datetime) -> Sheet:
    """The sheet of the open calls and of the rosters of two days in scope.

    Raises:
        NotAllowed: "platform.not_allowed" without `calling.call.view` or `vault.reveal`. BadInput: "vault.reason_missing",
        "calling.sheet.too_many".
    """
    scope.require(queries.VIEW)
    scope.require("vault.reveal")
    if len(reason.strip()) < 2:
        raise BadInput("vault.reason_missing")
    cards = queries.call_cards(queries.calls_waiting(scope))
    duties = queries.roster_rows(scope, now, now + timedelta(days=1))
    people = {p.person_id for card in cards for p in card.people} | {d.person_id for d in duties}
    if len(people) > MOST_PEOPLE:
        raise BadInput("calling.sheet.too_many", most=MOST_PEOPLE)
    with writing():
        numbers = _numbers(scope, people, reason, now)
    rows = [
        SheetRow(p.name, p.deputy_for, numbers.get(p.person_id, ""), c.title, c.place, c.urgency_label, c.drill)
        for c in cards
        for p in c.people or (_NOBODY,)
    ]
    lines = [DutyRow(d.on, d.shift, d.position, d.name, numbers[d.person_id]) for d in duties]
    return Sheet(tuple(rows), tuple(lines))


def _numbers(scope: Scope, people: set[str], reason: str, now: datetime) -> dict[str, str]:
    regions = accounts.person_regions(people)
    refs = {person: f"accounts.person/{person}" for person in sorted(people)}
    masks = vault.masked(refs.values(), [_PHONE])
    found = {}
    for person, ref in refs.items():
        mask = masks.get((ref, _PHONE), "")
        region = regions.get(person, "")
        found[person] = mask
        if mask and scope.covers(region):
            try:
                found[person] = vault.reveal(scope, ref, _PHONE, region, reason, now)
            except NotFound:
                found[person] = ""
    return found
