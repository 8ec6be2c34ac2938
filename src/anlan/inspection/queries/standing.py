"""Where a hazard, a listing, a visit or a task stands: what every step of it answers."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from anlan.inspection.errors import HazardNotFound
from anlan.inspection.models import Hazard, Inspection, Listing, SelfCheck, Task
from anlan.inspection.queries.scoped import VIEW, as_uuid, visible
from anlan.platform import reading
from anlan.platform.journal.held import versions_of
from anlan.platform.scope import Scope

_COLUMNS = ("id", "number", "state")
Numbered = Hazard | Inspection | Listing | SelfCheck | Task


@dataclass(frozen=True, slots=True)
class Standing:
    """A subject's number, its state, and the version to hand back with the next step."""

    id: str
    number: str
    state: str
    version: int


def standing_of(row: Numbered) -> Standing:
    """Where a row in hand stands, which the caller has got within the scope."""
    subject = f"{row.SUBJECT}/{row.pk}"
    return Standing(str(row.pk), row.number, row.state, versions_of([subject])[subject])


def hazard_standing(scope: Scope, hazard_id: Any) -> Standing:
    """Where one hazard stands, without reading the whole of it.

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
