"""Issued reports as a person may see them, with the files that were kept of them."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import Any

from anlan.kernel.errors import NotFound
from anlan.platform import attachments
from anlan.platform.attachments import files
from anlan.platform.scope import Scope, limit
from anlan.reporting.models import IssuedReport
from anlan.reporting.queries.report_diff import report_differences
from anlan.reporting.queries.values import VIEW
from anlan.reporting.reports.package import package_read

__all__ = ["issued_changes", "issued_files", "issued_get", "issued_versions"]


def issued_get(scope: Scope, report_id: str) -> IssuedReport:
    """One version of an issued report.

    Raises:
        NotAllowed: "platform.not_allowed". NotFound: "reporting.report.unknown".
    """
    scope.require(VIEW)
    try:
        key = uuid.UUID(str(report_id))
    except ValueError:
        raise NotFound("reporting.report.unknown") from None
    found = limit(IssuedReport.objects.filter(pk=key), scope).first()
    if found is None:
        raise NotFound("reporting.report.unknown")
    return found


def issued_versions(scope: Scope, report: IssuedReport) -> list[IssuedReport]:
    """All versions of its title, place and period, the latest first."""
    same = {n: getattr(report, n) for n in ("title", "region", "first_on", "last_on", "span", "planned")}
    return list(limit(IssuedReport.objects.filter(**same), scope).order_by("-version", "-created_at"))


def issued_files(report: IssuedReport) -> dict[str, attachments.AttachmentFacts]:
    """What was kept of it: "document" and, where it was issued for everybody, "package"."""
    held = attachments.files_of(f"{IssuedReport.SUBJECT}/{report.pk}")
    return {
        "document" if facts.sha256 == report.document_hash else "package": facts
        for facts in sorted(held, key=lambda f: f.sha256)
    }


def issued_changes(scope: Scope, report: IssuedReport, now: datetime) -> list[dict[str, Any]]:
    """Every number of it that the ledgers answer otherwise now, with the entries that moved it.

    Raises:
        NotFound: "reporting.report.package_absent". As report_differences.
    """
    facts = issued_files(report).get("package")
    path = files.path_of(facts.sha256) if facts else None
    if path is None or not path.is_file():
        raise NotFound("reporting.report.package_absent")
    return report_differences(scope, package_read(path.read_bytes()), now)
