"""Enterprises as accounts see them from below: through the ledger that the registry declares, or not at all."""

from __future__ import annotations

from collections.abc import Iterable

from django.db.models import Q

from anlan.accounts.queries.identity import as_id
from anlan.platform.catalogue import CATALOGUE
from anlan.platform.ledger.queries import rows_of
from anlan.platform.scope import Scope

_LEDGER = "registry.enterprise"


def enterprise_find(scope: Scope, text: str) -> str | None:
    """The id of the one enterprise in scope with this id or natural key (统一社会信用代码); None for none or several."""
    ledger = CATALOGUE.ledgers.get(_LEDGER)
    wanted = text.strip()
    if ledger is None or not wanted or not scope.may(ledger.view):
        return None
    condition = Q(pk=as_id(wanted)) if as_id(wanted) else Q(pk__in=[])
    if len(ledger.natural_key) == 1:
        condition |= Q(**{ledger.natural_key[0]: wanted.upper()})
    found = rows_of(scope, ledger).filter(condition).values_list("pk", flat=True)[:2]
    return str(found[0]) if len(found) == 1 else None


def enterprise_names(scope: Scope, ids: Iterable[str]) -> dict[str, str]:
    """What the enterprises with these ids are called, those in scope only."""
    ledger = CATALOGUE.ledgers.get(_LEDGER)
    wanted = list(ids)
    if ledger is None or not wanted or not scope.may(ledger.view):
        return {}
    return {str(row.pk): str(row) for row in rows_of(scope, ledger).filter(pk__in=wanted)}
