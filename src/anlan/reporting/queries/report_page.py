"""A draft as a page shows it, and what tells two drafts apart."""

from __future__ import annotations

import hashlib
import json
from typing import Any

from anlan.kernel.codes import region_pad
from anlan.kernel.deadlines import local_time
from anlan.platform import regions
from anlan.reporting.queries.reports import Report
from anlan.reporting.reports.numbers import number_words
from anlan.reporting.reports.reading import blocks

__all__ = ["report_page", "report_seen"]

_KINDS = {"ledger": "台账", "reported": "填报", "blank": "待填"}


def report_page(report: Report) -> dict[str, Any]:
    """Blocks of the text, the numbers with what each rests on, and how many there are of each kind."""
    numbers = number_words(report.made.used)
    for words, one in zip(numbers, report.made.used, strict=True):
        as_of = one.figure.as_of
        words["kind_label"] = _KINDS[words["kind"]]
        words["region_name"] = regions.name(region_pad(words["region"]))
        words["as_of"] = local_time(as_of).strftime("%Y-%m-%d %H:%M") if as_of else ""
        words["limits"] = [(word, "、".join(values)) for word, values in words["where"].items()]
    kinds = [words["kind"] for words in numbers]
    return {
        "blocks": blocks(report.made.lines), "numbers": numbers, "blanks": report.made.blanks, "seen": report_seen(report),
        "counts": [(label, kind, kinds.count(kind)) for kind, label in _KINDS.items() if kind in kinds],
    }  # fmt: skip


def report_seen(report: Report) -> str:
    """SHA-256 in hex over what a draft says: other figures, other words or another template give another."""
    said = [[piece.text for piece in line.pieces] for line in report.made.lines]
    rows = [[one.text, one.figure.kind, one.figure.rows] for one in report.made.used]
    template = hashlib.sha256(report.template).hexdigest()
    return hashlib.sha256(json.dumps([template, said, rows], ensure_ascii=False).encode()).hexdigest()
