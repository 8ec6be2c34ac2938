"""Whom a registration stands for: somebody registered twice is one person, for logging in and for rules of two persons."""

from __future__ import annotations

import uuid

from anlan.accounts.models import Person
from anlan.platform.ledger.changes import CHANGES
from anlan.platform.ledger.totals import KEPT

__all__ = ["people_same", "person_standing", "standing_id"]


def _merged() -> dict[str, tuple[str, str]]:
    """By the id of every merged registration the one it was merged into and the region prefix in which that counts.

    Few, and kept until a person changes. A merging counts where whoever said it has a say over both: the town that a
    thief writes for can merge nobody into the county's people.
    """
    return KEPT.get(("merged people",), CHANGES.mark(Person.SUBJECT), _found_merged)


def _found_merged() -> dict[str, tuple[str, str]]:
    columns = ("pk", "merged_into_id", "merged_under", "region", "merged_into__region")
    found = {}
    for one, into, span, region, into_region in Person.objects.exclude(merged_into=None).values_list(*columns):
        if span and region.startswith(span) and (into_region or "-").startswith(span):
            found[str(one)] = (str(into), span)
    return found


def _followed(person_id: str) -> tuple[str, str]:
    """Whom a registration stands for, and the region prefix within which it does ("" where it is nobody else's)."""
    merged, seen, at, span = _merged(), {person_id}, person_id, ""
    while at in merged:
        into, under = merged[at]
        if into in seen:
            return person_id, ""
        seen.add(into)
        at, span = into, max(span, under, key=len)
    return at, span


def standing_id(person_id: str) -> str:
    """Whom a registration stands for: itself, or the one it was merged into, at any distance; in a circle itself.

    Whoever compares people for a rule of two persons asks for this first: one who was registered twice is one.
    """
    return _followed(person_id)[0]


def people_same(person_id: str) -> frozenset[str]:
    """Every id that stands for this person: the own one and those merged into it."""
    return frozenset({person_id, *(one for one in _merged() if standing_id(one) == person_id)})


def person_standing(person_id: uuid.UUID) -> tuple[uuid.UUID, str]:
    """As `standing_id`, for a key of a table; and the region prefix within which its posts are this person's too."""
    found, span = _followed(str(person_id))
    return uuid.UUID(found), span
