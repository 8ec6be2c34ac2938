"""The templates that a report can be made of: those that come with the product, and the office's own."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

from anlan.kernel.codes import region_pad
from anlan.kernel.errors import BadInput, NotFound, Violation
from anlan.platform.attachments import files
from anlan.platform.scope import Scope
from anlan.reporting.models import ReportTemplate
from anlan.reporting.reports.guard import is_workbook
from anlan.reporting.reports.outline import OUTLINES, outline_data, outline_named
from anlan.reporting.reports.template import check_template

__all__ = ["own_templates", "template_choices", "template_data", "template_faults", "template_row", "template_title"]


def own_templates(scope: Scope) -> list[ReportTemplate]:
    """The templates of the person's own place, by name."""
    if len(scope.region) < 6:
        return []
    found = ReportTemplate.objects.filter(region=region_pad(scope.region), withdrawn_at=None)
    return list(found.order_by("name", "created_at"))


def template_choices(scope: Scope) -> list[tuple[str, str]]:
    """(id, title) of those that a person may choose among."""
    return [*OUTLINES.items(), *((str(row.pk), row.name) for row in own_templates(scope))]


def template_row(scope: Scope, template_id: str) -> ReportTemplate:
    """One of the office's own.

    Raises:
        NotFound: "reporting.template.gone".
    """
    try:
        key = uuid.UUID(str(template_id))
    except ValueError:
        raise NotFound("reporting.template.gone") from None
    found = next((row for row in own_templates(scope) if row.pk == key), None)
    if found is None:
        raise NotFound("reporting.template.gone")
    return found


def template_data(scope: Scope, word: str) -> bytes:
    """The template's file.

    Raises:
        BadInput: "reporting.template.unknown". NotFound: "reporting.template.gone"; "platform.attachment.bytes_missing" while
            the file is still on its way from another node.
    """
    if key := outline_named(word):
        return outline_data(key)
    if len(word) != 36:
        raise BadInput("reporting.template.unknown", name=word[:40], known="、".join(OUTLINES.values()))
    path = files.path_of(template_row(scope, word).file_hash)
    if not path.is_file():
        raise NotFound("platform.attachment.bytes_missing")
    return path.read_bytes()


def template_title(scope: Scope, word: str) -> str:
    """What a report of it is called if nobody calls it otherwise."""
    if key := outline_named(word):
        return OUTLINES[key]
    return next((row.name for row in own_templates(scope) if str(row.pk) == word), word[:40])


def template_faults(data: bytes, indicators: Sequence[str]) -> list[Violation]:
    """Everything that is wrong with a template, of Word or Excel.

    Raises:
        BadInput: as guard.check_parts, sheet_guard.opened_workbook.
    """
    if not is_workbook(data):
        return check_template(data, indicators)
    from anlan.reporting.reports.sheet_guard import opened_workbook
    from anlan.reporting.reports.sheet_plan import plan_sheets

    return plan_sheets(opened_workbook(data), indicators)[1]
