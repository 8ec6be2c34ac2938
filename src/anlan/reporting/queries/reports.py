"""A report made of a template and the ledgers, and what it rests on in the words of programs."""

from __future__ import annotations

import hashlib
from datetime import datetime
from typing import Any

from anlan.kernel.periods import Period
from anlan.platform.scope import Scope
from anlan.reporting.queries.figures import plain_number
from anlan.reporting.queries.report_source import LedgerSource
from anlan.reporting.reports.render import Rendered, report_render

__all__ = ["report_build", "report_words"]


def report_build(
    scope: Scope, template: bytes, region: str, period: Period, now: datetime, *, appendix: bool = True
) -> Rendered:
    """The draft of a report as this person's ledgers tell it now.

    Args:
        region: 2 to 12 digits, within the person's own.
    Raises:
        As report_render; BadInput: "kernel.region.unknown"; NotFound: "reporting.report.region".
    """
    return report_render(template, LedgerSource(scope, region, period, now), appendix=appendix)


def report_words(made: Rendered) -> dict[str, Any]:
    """Every printed figure with where it comes from."""
    figures = [
        {
            "ordinal": one.ordinal, "text": one.text, "sentence": one.sentence, "name": one.figure.question.name,
            "label": one.figure.label, "kind": one.figure.kind, "value": plain_number(one.figure.number),
            "unit": one.figure.unit, "rows": one.figure.rows, "period": one.figure.question.period.label,
            "region": one.figure.question.region, "where": {k: list(v) for k, v in one.figure.question.where},
            "compare": one.figure.question.compare, "definition": one.figure.definition, "source": one.figure.source,
            "coverage": one.figure.coverage, "final": one.figure.final, "why": one.figure.why, "url": one.figure.url,
        }
        for one in made.used
    ]  # fmt: skip
    kinds = [one.figure.kind for one in made.used]
    return {
        "sha256": hashlib.sha256(made.data).hexdigest(), "count": len(figures), "ledger": kinds.count("ledger"),
        "reported": kinds.count("reported"), "blank": kinds.count("blank"), "blanks": list(made.blanks), "figures": figures,
    }  # fmt: skip
