"""A report is issued: its package is made, and the digests of all that it says become an entry of the journal."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from django.db.models import Max

from anlan.kernel.codes import region_pad
from anlan.kernel.entry import Draft
from anlan.kernel.errors import Conflict, RuleViolation
from anlan.platform import attachments
from anlan.platform.database import hold_keys, writing
from anlan.platform.journal.node import new_id
from anlan.platform.journal.record import NEW, record
from anlan.platform.scope import Scope
from anlan.reporting import queries
from anlan.reporting.models import IssuedReport
from anlan.reporting.reports.package import FIGURES, document_of, figures_of, opened
from anlan.reporting.rules.issue import check_issue

__all__ = ["ISSUE", "report_issue"]

ISSUE = "reporting.report.issue"


def report_issue(
    *,
    scope: Scope,
    report: queries.Report,
    title: str,
    now: datetime,
    reason: str = "",
    public: bool = False,
    seen: str = "",
    keep: Callable[[bytes], object] | None = None,
) -> tuple[str, bytes]:
    """Freeze a report: (id of the issued report, its package).

    The package is made first, outside the transaction, and says which version it is; whoever was faster with the same
    title, place and period makes this one refused, and nothing is written.

    Args:
        title: what it is called; with place and period it names the report, whose versions are counted.
        reason: why it is issued again, only where it was issued before.
        public: the package is without titles of rows; only such a one is kept here, the document always is.
        seen: `report_seen` of the draft that the person read; "" for who reads and issues in one.
        keep: puts the package where it stays, within the transaction: a report that could not be kept was not issued.
    Raises:
        NotAllowed: "platform.not_allowed", "platform.region_outside". RuleViolation: "reporting.report.refused" with the
            reasons of `check_issue`. Conflict: "reporting.report.moved" where the draft is not the one that was seen.
            BadInput: "platform.attachment.too_large". Unavailable: as `report_package`, `attachments.store`.
    """
    scope.require(ISSUE)
    region = region_pad(report.source.region)
    scope.require_region(region)
    if seen and seen != queries.report_seen(report):
        raise Conflict("reporting.report.moved")
    title, reason = " ".join(title.split()), " ".join(reason.split())
    key = _key(report, title)
    version = _allowed(report, title, key, reason) + 1
    package = queries.report_package(scope, report, now, public=public, issue={"title": title, "version": version})
    data = key | {"period": report.source.period.label, "version": version, **_digests(package)}
    made, files = new_id(now), _files(package, f"{title} {report.source.period.label} 第{version}版", public)
    for name, part in files:
        attachments.store(part, name, scope=scope, now=now)
    hashes = [hashlib.sha256(part).hexdigest() for _, part in files]
    with writing():
        hold_keys(IssuedReport.SUBJECT, ["\0".join(map(str, (region, *key.values())))])
        _allowed(report, title, key, reason, version - 1)
        text = {"reason": reason, "files": hashes}
        draft = Draft("reporting.report.issued", f"{IssuedReport.SUBJECT}/{made}", region, data, text)
        record(draft, scope=scope, now=now, base=NEW)
        attachments.link(hashes, draft.subject, scope=scope)
        if keep is not None:
            keep(package)
    return made, package


def _files(package: bytes, name: str, public: bool) -> list[tuple[str, bytes]]:
    """(file name, bytes) of what stays here: whoever may see the issued report sees them."""
    part, document = document_of(opened(package))
    held = [(f"{name}.{part.rpartition('.')[2]}", document)]
    return [*held, (f"{name} 核验包.zip", package)] if public else held


def _key(report: queries.Report, title: str) -> dict[str, Any]:
    period = report.source.period
    return {
        "title": title, "first_on": period.first.isoformat(), "last_on": period.last.isoformat(), "span": period.kind,
        "planned": int(period.plan),
    }  # fmt: skip


def _allowed(
    report: queries.Report, title: str, key: Mapping[str, Any], reason: str, seen: int | None = None
) -> int:
    """The version issued last, 0 for none; refused where the rules say so, or where it is not the one that was seen."""
    held = IssuedReport.objects.filter(region=region_pad(report.source.region), **key)
    before = held.aggregate(last=Max("version"))["last"] or 0
    said = reason if seen in (None, before) else ""
    if problems := check_issue(title, report.made.blanks, len(report.made.used), before, said):
        raise RuleViolation("reporting.report.refused", problems, title=title or "—", period=report.source.period.label)
    return before


def _digests(package: bytes) -> dict[str, Any]:
    parts = opened(package)
    figures = figures_of(parts)
    kinds = [number["kind"] for number in figures["numbers"]]
    return {
        "numbers": len(kinds), "ledger_numbers": kinds.count("ledger"), "reported_numbers": kinds.count("reported"),
        "rows": len(figures["rows"]), "document_hash": hashlib.sha256(document_of(parts)[1]).hexdigest(),
        "figures_hash": hashlib.sha256(parts[FIGURES]).hexdigest(), "template_hash": figures["template"],
    }  # fmt: skip
