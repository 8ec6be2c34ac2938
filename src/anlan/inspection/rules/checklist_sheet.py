"""Rows of a checklist's workbook: which law and clause are known, and what each row lacks. Pure.

Source: house rule (an item without a clause that can be looked up is an opinion); 行政处罚法(2021) 第四条.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from anlan.inspection.rules.checklist import ChecklistItem, check_checklist
from anlan.kernel.errors import Violation

__all__ = ["MOST_ROWS", "check_row", "law_named", "numbered"]

# As many as an inspector can still tick off, and as one entry of the journal holds.
MOST_ROWS = 500
_HINTS = 3


def law_named(typed: str, laws: Collection[str]) -> str:
    """The law that is meant: its full name, or the name without 《》 or 中华人民共和国; as typed where none is."""
    plain = typed.strip().strip("《》").strip()
    return next((law for law in laws if law in {plain, f"中华人民共和国{plain}"}), plain)


def check_row(item: ChecklistItem, citations: Mapping[str, Sequence[str]]) -> list[Violation]:
    """Why this row can't stand, each reason at its column; empty when it can.

    Args:
        citations: law -> its clauses that are held, as cited (第三十六条第二款).
    """
    found = []
    for problem in check_checklist("—", [item]):
        if problem.code == "inspection.checklist.clause_missing" and item.law and item.law not in citations:
            continue
        found.append(Violation(problem.code, problem.facts, _column(problem)))
    if not item.law:
        return found
    if item.law not in citations:
        near = difflib.get_close_matches(item.law, list(citations), n=_HINTS, cutoff=0.3) or list(citations)[:_HINTS]
        found.append(Violation("inspection.checklist.law_unknown", {"law": item.law, "near": "、".join(near)}, "law"))
    elif not found and not any(held.startswith(item.article) for held in citations[item.law]):
        held = citations[item.law]
        near = difflib.get_close_matches(item.article, held, n=_HINTS, cutoff=0.3) or list(held)[:_HINTS]
        facts = {"law": item.law, "article": item.article, "near": "、".join(near)}
        found.append(Violation("inspection.checklist.article_unknown", facts, "article"))
    return found


def _column(problem: Violation) -> str:
    return {
        "inspection.checklist.key_invalid": "item_key",
        "inspection.checklist.text_missing": "text",
        "inspection.checklist.clause_missing": "article",
    }.get(problem.code, problem.field or "text")


def numbered(rows: Sequence[Mapping[str, Any]], code: str) -> list[str]:
    """The keys of the rows in their order: a row without one gets the next free number of the checklist's code."""
    used = {str(row["item_key"]) for row in rows if row["item_key"]}
    keys, number = [], 0
    for row in rows:
        key = str(row["item_key"])
        while not key:
            number += 1
            candidate = f"{code[:12]}-{number:02d}"
            key = "" if candidate in used else candidate
        used.add(key)
        keys.append(key)
    return keys
