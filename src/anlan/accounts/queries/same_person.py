"""Whom a registration stands for: somebody registered twice is one person, for logging in and for rules of two persons."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping

from anlan.accounts.models import Person
from anlan.platform.journal.models import Head
from anlan.platform.ledger.changes import CHANGES
from anlan.platform.ledger.totals import KEPT

__all__ = ["people_same", "registrations", "standing_by", "standing_id"]


def _merged() -> dict[str, tuple[str, str]]:
    """By the id of every merged registration the one it was merged into and the region prefix in which that counts.

    Few, and kept until a person changes. A merging counts where whoever said it has a say over both: the town that a
    thief writes for can merge nobody into the county's people.
    """
    return KEPT.get(("merged people",), CHANGES.mark(Person.SUBJECT), _found_merged)


def _found_merged() -> dict[str, tuple[str, str]]:
    rows = list(Person.objects.exclude(merged_into=None).values_list("pk", "merged_into_id", "merged_under"))
    refs = {f"{Person.SUBJECT}/{one}" for row in rows for one in row[:2]}
    stood: dict[str, list[str]] = {}
    for subject, region, former in Head.objects.filter(subject__in=refs).values_list("subject", "region", "former"):
        # Also where they stood: whoever is sent from the town to the county is still the person that he was there.
        stood[subject.rpartition("/")[2]] = [region, *(former or "").split(",")]

    def within(person_id: object, span: str) -> bool:
        return any(region.startswith(span) for region in stood.get(str(person_id), ()))

    return {str(one): (str(into), span) for one, into, span in rows if span and within(one, span) and within(into, span)}


def _followed(person_id: str, merged: Mapping[str, tuple[str, str]]) -> tuple[str, str]:
    """Whom a registration stands for, and the region prefix within which it does ("" where it is nobody else's)."""
    seen, at, span = {person_id}, person_id, ""
    while at in merged:
        into, under = merged[at]
        if into in seen:
            return person_id, ""
        seen.add(into)
        at, span = into, max(span, under, key=len)
    return at, span


def standing_by() -> Callable[[str], str]:
    """`standing_id` for many, all as of now: what was merged is read once."""
    merged = _merged()
    return lambda person_id: _followed(person_id, merged)[0]


def standing_id(person_id: str) -> str:
    """Whom a registration stands for: itself, or the one it was merged into, at any distance; in a circle itself.

    Whoever compares people for a rule of two persons asks for this first: one who was registered twice is one.
    """
    return standing_by()(person_id)


def registrations(person_id: uuid.UUID) -> dict[uuid.UUID, str]:
    """Every registration of a person, whichever of them is asked; with the region prefix within which its posts are theirs.

    A town that was cut off gives a post to the registration that has ended meanwhile: it is the person's like any other.
    """
    merged, own = _merged(), str(person_id)
    standing, span = _followed(own, merged)
    found = {person_id: ""}
    for one in {standing, *merged} - {own}:
        at, under = _followed(one, merged)
        if at == standing:
            found[uuid.UUID(one)] = max(span, under, key=len)
    return found


def people_same(person_id: str) -> frozenset[str]:
    """Every id that this person was registered under, whichever of them is asked."""
    return frozenset(str(one) for one in registrations(uuid.UUID(person_id)))
