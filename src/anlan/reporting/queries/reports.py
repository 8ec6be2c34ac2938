"""A report made of a template and the ledgers, and the rows that each of its numbers stands on."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from anlan.kernel.periods import Period
from anlan.platform.indicator import ask
from anlan.platform.indicator.declare import Asked
from anlan.platform.scope import Scope
from anlan.reporting.models import ReportedValue
from anlan.reporting.queries.report_source import LedgerSource
from anlan.reporting.reports.figure import Question
from anlan.reporting.reports.guard import is_workbook
from anlan.reporting.reports.numbers import number_words
from anlan.reporting.reports.render import Rendered, report_render

__all__ = ["Report", "report_build", "report_rows", "report_words", "rows_now"]


@dataclass(frozen=True, slots=True)
class Report:
    """A draft with what it was asked of."""

    made: Rendered
    source: LedgerSource
    template: bytes


def report_build(
    scope: Scope, template: bytes, region: str, period: Period, now: datetime, *, appendix: bool = True
) -> Report:
    """The draft of a report as this person's ledgers tell it now.

    Args:
        region: 2 to 12 digits, within the person's own.
    Raises:
        As report_render; BadInput: "kernel.region.unknown"; NotFound: "reporting.report.region";
        NotAllowed: "reporting.report.partial" for who sees only a part of what stands there.
    """
    source = LedgerSource(scope, region, period, now)
    if not is_workbook(template):
        return Report(report_render(template, source, appendix=appendix), source, template)
    # Imported when used: openpyxl takes as long as everything else that a command loads.
    from anlan.reporting.reports.sheet_render import sheet_render

    return Report(sheet_render(template, source, appendix=appendix), source, template)


def report_words(report: Report) -> dict[str, Any]:
    """Every printed number with where it comes from, and what is blank."""
    numbers = number_words(report.made.used)
    kinds = [one["kind"] for one in numbers]
    return {
        "sha256": hashlib.sha256(report.made.data).hexdigest(), "count": len(numbers), "ledger": kinds.count("ledger"),
        "reported": kinds.count("reported"), "blank": kinds.count("blank"), "numbers": numbers,
        "blanks": list(report.made.blanks),
    }  # fmt: skip


def report_rows(scope: Scope, report: Report) -> dict[Question, list[tuple[str, str]]]:
    """(subject, title) of the rows behind each figure that is no blank."""
    found: dict[Question, list[tuple[str, str]]] = {}
    for one in report.made.used:
        question = one.figure.question
        if question in found:
            continue
        if question in report.source.asked:
            found[question] = rows_now(scope, report.source.asked[question])
        elif question in report.source.stated:
            subject = ReportedValue.SUBJECT
            found[question] = [(f"{subject}/{key}", question.name) for key in report.source.stated[question]]
    return found


def rows_now(scope: Scope, asked: Asked) -> list[tuple[str, str]]:
    """(subject, title) of the rows behind a number as they stand, in order of their ids."""
    facts = asked.indicator.facts
    if asked.indicator.percent is not None:
        facts = ask.indicator_find(asked.indicator.percent.whole).facts
    subject, title = facts.model.SUBJECT, facts.titles[0][0]
    rows = ask.indicator_rows(scope, asked).order_by("pk").values_list("pk", title)
    return [(f"{subject}/{pk}", str(text or "")) for pk, text in rows]
