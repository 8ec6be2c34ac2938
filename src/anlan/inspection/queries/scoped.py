"""What every reader of this context begins with: rows within the scope, ids that are ids."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import Model, QuerySet

from anlan.platform.scope import Scope, limit

VIEW = "inspection.view"


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


def same_id(value: Any) -> str:
    """An id as this platform writes it, however a person typed it; what is none stays as it is."""
    return str(as_uuid(value) or value)
