"""Templates of an office's own reports are stored and withdrawn."""

from __future__ import annotations

from datetime import datetime

from anlan.kernel.codes import region_pad
from anlan.kernel.entry import Draft
from anlan.kernel.errors import BadInput, Violation
from anlan.kernel.text import blank, shown_length
from anlan.platform import attachments
from anlan.platform.database import hold_keys, writing
from anlan.platform.indicator.ask import indicators_list
from anlan.platform.journal.node import new_id
from anlan.platform.journal.record import NEW, record, version_of
from anlan.platform.scope import Scope
from anlan.reporting import queries
from anlan.reporting.models import ReportTemplate
from anlan.reporting.reports.outline import OUTLINES, outline_named

__all__ = ["CHANGE", "template_store", "template_withdraw"]

CHANGE = "reporting.template.change"
_LONGEST_NAME = 40


def template_store(*, scope: Scope, data: bytes, filename: str, name: str, now: datetime) -> str:
    """Keep a template under a name; one that the office has under it is replaced. The id.

    Raises:
        NotAllowed: "platform.not_allowed". BadInput: "reporting.template.not_stored" with what is wrong with the name;
            "reporting.template.refused" with every fault of the file; as `queries.template_faults`, `attachments.store`.
    """
    scope.require(CHANGE)
    name = " ".join(name.split())
    if wrong := _name_faults(scope, name):
        raise BadInput("reporting.template.not_stored", wrong)
    if faults := queries.template_faults(data, sorted(indicator.name for indicator in indicators_list(scope))):
        raise BadInput("reporting.template.refused", faults)
    region = region_pad(scope.region)
    facts = attachments.store(data, filename, scope=scope, now=now)
    with writing():
        hold_keys(ReportTemplate.SUBJECT, [f"{region}\0{name}"])
        held = ReportTemplate.objects.filter(region=region, name=name, withdrawn_at=None).first()
        key = str(held.pk) if held else str(new_id(now))
        subject = f"{ReportTemplate.SUBJECT}/{key}"
        values = {"name": name, "file_hash": facts.sha256, "file_name": facts.name}
        draft = Draft("reporting.template.stored", subject, region, values, {"files": [facts.sha256]})
        record(draft, scope=scope, now=now, base=version_of(subject) if held else NEW)
        attachments.link([facts.sha256], subject, scope=scope)
    return key


def template_withdraw(*, scope: Scope, template_id: str, now: datetime) -> None:
    """Offer a template no more; reports that were made of it stand.

    Raises:
        NotAllowed: "platform.not_allowed". NotFound: "reporting.template.gone".
    """
    scope.require(CHANGE)
    row = queries.template_row(scope, template_id)
    subject = f"{ReportTemplate.SUBJECT}/{row.pk}"
    draft = Draft("reporting.template.withdrawn", subject, row.region, {}, {})
    record(draft, scope=scope, now=now, base=version_of(subject))


def _name_faults(scope: Scope, name: str) -> list[Violation]:
    if blank(name):
        return [Violation("reporting.template.name_missing", {}, "name")]
    if shown_length(name) > _LONGEST_NAME:
        return [Violation("reporting.template.name_long", {"most": _LONGEST_NAME}, "name")]
    if outline_named(name):
        return [Violation("reporting.template.name_taken", {"known": "、".join(OUTLINES.values())}, "name")]
    if len(scope.region) < 6:
        return [Violation("reporting.template.no_place", {}, "")]
    return []
