"""Whom somebody registered twice is, and what an enterprise that absorbed others answers for.

Whoever acts for an enterprise acts for those it absorbed as well: their hazards are its to mend now.

The other way round nothing is gained: the officers of the absorbed one see what was theirs, until their posts end.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from os.path import commonprefix

from anlan.accounts.models import Person
from anlan.kernel.region_codes import region_prefix
from anlan.platform.catalogue import CATALOGUE
from anlan.platform.ledger.changes import CHANGES
from anlan.platform.ledger.totals import KEPT
from anlan.platform.scope import Scope

__all__ = ["people_same", "person_standing", "standing_id", "with_absorbed"]

_LEDGER = "registry.enterprise"
_LEVELS = (12, 9, 6, 4, 2)


def _merged() -> dict[str, tuple[str, str]]:
    """By the id of every merged registration the one it was merged into and the region prefix in which that counts.

    Few, and kept until a person changes. A merging counts where whoever said it has a say over both: the town that a
    thief writes for can merge nobody into the county's people.
    """
    return KEPT.get(("merged people",), CHANGES.mark(Person.SUBJECT), _found_merged)


def _found_merged() -> dict[str, tuple[str, str]]:
    columns = ("pk", "merged_into_id", "merged_under", "region", "merged_into__region")
    found = {}
    for one, into, under, region, into_region in Person.objects.exclude(merged_into=None).values_list(*columns):
        span = region_prefix(under) if under else ""
        if under and region.startswith(span) and (into_region or "-").startswith(span):
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


def with_absorbed(scope: Scope) -> Scope:
    """The scope with everything that its enterprises have absorbed, at any distance; any other scope as it is.

    The region grows to the one that holds all of them: within it only these enterprises are seen.
    Source: 公司法(2023) 第二百二十一条 (the absorbing company takes over the debts of the absorbed one).
    """
    if not scope.subjects:
        return scope
    own = sorted(scope.subjects)
    absorbed = KEPT.get(("absorbed", *own), CHANGES.mark(_LEDGER), lambda: _absorbed(own))
    if not absorbed:
        return scope
    return replace(scope, subjects=scope.subjects.union(absorbed), region=_around([scope.region, *absorbed.values()]))


def _absorbed(own: list[str]) -> dict[str, str]:
    """(id -> region) of what was merged into these, by the registry's `merged_into`; a circle is walked once."""
    model = CATALOGUE.projections.get(_LEDGER)
    found: dict[str, str] = {}
    edge = {uuid.UUID(key) for key in own}
    while model is not None and edge:
        rows = model._default_manager.filter(merged_into__in=edge).values_list("id", "region")
        fresh = {key: region for key, region in rows if str(key) not in found and str(key) not in own}
        found |= {str(key): region for key, region in fresh.items()}
        edge = set(fresh)
    return found


def _around(regions: list[str]) -> str:
    """The smallest region prefix that holds all of these codes."""
    shared = commonprefix(regions)
    return shared[: next((n for n in _LEVELS if n <= len(shared)), 0)]
