"""Where a hazard stands: what every step answers, without reading the whole of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from anlan.inspection.errors import HazardNotFound
from anlan.inspection.models import Hazard
from anlan.inspection.queries.scoped import VIEW, as_uuid, visible
from anlan.platform import reading
from anlan.platform.journal.held import versions_of
from anlan.platform.scope import Scope

_COLUMNS = ("id", "number", "state")


@dataclass(frozen=True, slots=True)
class Standing:
    """A hazard's number, its state, and the version to hand back with the next step."""

    id: str
    number: str
    state: str
    version: int


def hazard_standing(scope: Scope, hazard_id: Any) -> Standing:
    """Where one hazard stands.

    Raises:
        HazardNotFound: "inspection.hazard.not_found", also for one that the scope does not see.
    """
    key = as_uuid(hazard_id)
    asked = reading.kept(
        ("standing", scope.sees, scope.may(VIEW)),
        lambda: reading.statement(visible(Hazard, scope).order_by(), _COLUMNS),
    )
    found = reading.by_id(asked, Hazard, [key]).rows() if key and asked.sql else []
    if not found:
        raise HazardNotFound
    subject = f"{Hazard.SUBJECT}/{found[0][0]}"
    return Standing(*found[0], versions_of([subject])[subject])
