"""Enterprises that take no new matters, with the name of the one that does."""

from __future__ import annotations

from typing import Any

from anlan.inspection.rules.gone import check_standing
from anlan.kernel.errors import Violation
from anlan.registry import queries as registry

__all__ = ["gone_reasons"]


def gone_reasons(enterprise: Any) -> list[Violation]:
    """Why nothing new can be filed on this enterprise (a row of the registry, in scope); empty when it can."""
    into = ""
    if enterprise.merged_into_id:
        current = registry.enterprise_current(enterprise.pk)
        into = registry.enterprise_names([current]).get(current, "") if current != str(enterprise.pk) else ""
    return check_standing(into, enterprise.retired_at is not None or enterprise.merged_into_id is not None)
