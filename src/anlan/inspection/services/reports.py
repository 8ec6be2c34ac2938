"""The report that experts or a third party hand in on a visit, kept with the inspection."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from anlan.inspection import queries
from anlan.inspection.models import Inspection
from anlan.kernel.entry import Draft
from anlan.kernel.errors import BadInput, NotAllowed
from anlan.platform import attachments
from anlan.platform.database import writing
from anlan.platform.journal.record import record
from anlan.platform.scope import Scope

__all__ = ["inspection_report_add"]

_KIND = "inspection.inspection.reported"
_WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
_MOST = 10


def inspection_report_add(
    *, scope: Scope, inspection_id: str, files: Sequence[str], now: datetime, once: str | None = None
) -> None:
    """Add report files (hashes of stored PDF or Word files) to an inspection, by one of its officers, finished or not.

    Raises:
        InspectionNotFound; NotAllowed: "platform.not_allowed", "inspection.not_officer".
        BadInput: "inspection.report.none", "inspection.report.not_document", "inspection.report.too_many",
        "platform.attachment.unknown".
    Source: house rule (the report of an expert or third party belongs to the record of the visit).
    """
    scope.require("inspection.inspect")
    inspection = queries.inspection_get(scope, inspection_id)
    if not queries.inspection_mine(scope, inspection):
        raise NotAllowed("inspection.not_officer", number=inspection.number)
    subject = f"{Inspection.SUBJECT}/{inspection.pk}"
    if subject in queries.once_recorded(scope, [(subject, once)], _KIND):
        return
    wanted = list(dict.fromkeys(files))
    if not wanted:
        raise BadInput("inspection.report.none")
    if len(wanted) > _MOST:
        raise BadInput("inspection.report.too_many", most=_MOST)
    facts = attachments.facts_of(wanted)
    for held in facts.values():
        if held.media_type not in {"application/pdf", _WORD}:
            raise BadInput("inspection.report.not_document", name=held.name)
    kept = [{"sha256": sha, "name": facts[sha].name[:200] if sha in facts else sha[:12]} for sha in wanted]
    draft = Draft(
        kind=_KIND, subject=subject, region=inspection.region, data={"count": len(kept)},
        text={"files": kept, "photos": wanted}, once=once, drill=bool(inspection.drill),
    )  # fmt: skip
    with writing():
        attachments.link(wanted, subject, scope=scope)
        record(draft, scope=scope, now=now, base=None)
