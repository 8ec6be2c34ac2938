"""What every reader of this context begins with: rows within the scope, ids that are ids."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from typing import Any

from django.db.models import Model, QuerySet

from anlan.accounts import queries as accounts
from anlan.platform.journal.held import versions_of
from anlan.platform.scope import Scope, limit

__all__ = ["VIEW", "as_uuid", "names_of", "versions_of", "visible"]

VIEW = "sensing.view"


def visible(model: type[Model], scope: Scope) -> QuerySet[Any]:
    """The rows of `model` that the scope may see; none without the right to look."""
    rows = model._default_manager.all()
    return limit(rows, scope) if scope.may(VIEW) else rows.none()


def as_uuid(value: Any) -> uuid.UUID | None:
    """The id a person sent, None for anything that is not one."""
    try:
        return value if isinstance(value, uuid.UUID) else uuid.UUID(str(value))
    except ValueError:
        return None


def names_of(people: Iterable[str]) -> dict[str, str]:
    """Names by person id, for rows that the caller has already scoped."""
    return accounts.person_names([p for p in people if as_uuid(p)])
