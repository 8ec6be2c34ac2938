"""What follows from changes elsewhere: an accident is seen by the office that its enterprise has."""

from __future__ import annotations

from datetime import datetime

from anlan.accident.models import Accident
from anlan.kernel.entry import Draft
from anlan.platform.database import writing
from anlan.platform.journal.held import versions_of
from anlan.platform.journal.record import record_many
from anlan.platform.scope import SYSTEM, Scope
from anlan.registry import queries as registry

__all__ = ["enterprise_rescope"]

_BATCH = 200


def enterprise_rescope(*, enterprise_id: str, now: datetime, scope: Scope = SYSTEM) -> int:
    """Let an enterprise's accidents follow its office; how many moved. Their place stays where they happened.

    Raises:
        NotFound: "registry.enterprise.not_found". Conflict: "journal.conflict"; the next change tries again.
    Source: house rule (一企一科).
    """
    whole = Scope(scope.person, scope.post, scope.name, frozenset({registry.VIEW}), "")
    firm = registry.enterprise_get(whole, registry.enterprise_current(enterprise_id))
    office = str(firm.office_id) if firm.office_id else None
    rows = Accident._default_manager.filter(enterprise_id=enterprise_id).order_by("id")
    drafts = [
        Draft(
            f"{Accident.SUBJECT}.rescoped", f"{Accident.SUBJECT}/{row.pk}", row.region, {"office_id": office},
            drill=bool(row.drill),
        )
        for row in rows
        if (str(row.office_id) if row.office_id else None) != office
    ]  # fmt: skip
    versions = versions_of(d.subject for d in drafts)
    for start in range(0, len(drafts), _BATCH):
        with writing():
            record_many([(d, versions[d.subject]) for d in drafts[start : start + _BATCH]], scope=scope, now=now)
    return len(drafts)
