"""Whoever acts for an enterprise acts for those it absorbed as well: their hazards are its to mend now.

The other way round nothing is gained: the officers of the absorbed one see what was theirs, until their posts end.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from os.path import commonprefix

from anlan.platform.catalogue import CATALOGUE
from anlan.platform.ledger.changes import CHANGES
from anlan.platform.ledger.totals import KEPT
from anlan.platform.scope import Scope

__all__ = ["with_absorbed"]

_LEDGER = "registry.enterprise"
_LEVELS = (12, 9, 6, 4, 2)


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
