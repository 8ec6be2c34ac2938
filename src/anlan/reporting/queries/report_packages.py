"""What a report rests on, frozen into a package."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from anlan.kernel.codes import region_pad
from anlan.kernel.deadlines import local_time
from anlan.kernel.periods import Period
from anlan.platform import regions
from anlan.platform.journal import heads, sequence
from anlan.platform.journal.held import ends_of
from anlan.platform.ledger.history import subject_label
from anlan.platform.scope import Scope
from anlan.reporting.queries.reports import Report, report_rows
from anlan.reporting.reports.figure import Figure, Question
from anlan.reporting.reports.numbers import number_words
from anlan.reporting.reports.package import package_make

__all__ = ["answered", "report_package", "span_words"]


def report_package(
    scope: Scope, report: Report, now: datetime, *, public: bool = False, issue: Mapping[str, Any] | None = None
) -> bytes:
    """The report with the rows behind its numbers, signed by this server.

    Args:
        public: without the titles of rows, so that nothing but digests stands for them.
        issue: title and version under which it is issued; None for a draft.
    Raises:
        Unavailable: "vault.key_missing", "vault.key_malformed".
    """
    sequence.sequence_pending()  # so that every row's last entry has its place in the chain
    behind = report_rows(scope, report)
    titles = {subject: title for rows in behind.values() for subject, title in rows}
    stands = ends_of(sorted(titles))
    order = {subject: n for n, subject in enumerate(sorted(titles))}
    rows = [[s, *stands.get(s, (0, "", "")), "" if public else titles[s]] for s in order]
    numbers = [
        {
            **words, "of": [order[s] for s, _ in behind.get(one.figure.question, ())], "asked": _asked(one.figure.question),
            "answered": answered(one.figure),
        }
        for words, one in zip(number_words(report.made.used), report.made.used, strict=True)
    ]  # fmt: skip
    head = heads.own_head()
    figures = {
        "region": report.source.region, "region_name": regions.name(region_pad(report.source.region)),
        "period": report.source.period.label,
        "span": span_words(report.source.period), "made_at": local_time(now).isoformat(timespec="seconds"),
        "template": hashlib.sha256(report.template).hexdigest(), "node": head.short if head else "",
        "key": heads.public_key(), "blanks": list(report.made.blanks), "numbers": numbers, "rows": rows, "public": public,
        "subjects": {kind: subject_label(kind) for kind in sorted({subject.partition("/")[0] for subject in order})},
    }  # fmt: skip
    return package_make(report.made.data, figures | ({"issue": dict(issue)} if issue else {}), heads.sign)


def span_words(period: Period) -> list[Any]:
    """A period as a package keeps it: its label alone would not tell a month from as many days."""
    return [period.first.isoformat(), period.last.isoformat(), period.kind, int(period.plan)]


def _asked(question: Question) -> dict[str, Any]:
    return {
        "name": question.name, "region": question.region, "span": span_words(question.period),
        "where": [[word, list(values)] for word, values in question.where], "compare": question.compare,
    }  # fmt: skip


def answered(figure: Figure) -> dict[str, str]:
    """What was answered, whatever the report made of it."""
    compared = figure.compared.words(figure.unit) if figure.compared else ""
    return {"kind": figure.kind, "text": figure.text, "compared": compared}
