"""Checklists in and out of Excel: every bad row named, then all rows or none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from anlan.inspection import queries
from anlan.inspection.checklist_ledger import CHECKLIST_ITEMS
from anlan.inspection.rules.checklist import ChecklistItem, item_changes
from anlan.inspection.rules.checklist_sheet import MOST_ROWS, check_row, law_named, numbered
from anlan.inspection.services.checklists import RIGHT, checklist_change, checklist_create
from anlan.kernel.errors import BadInput, Violation
from anlan.kernel.text import clean_cell
from anlan.platform.ledger.columns import by_name
from anlan.platform.scope import Scope

__all__ = ["BadLine", "SheetReport", "checklist_import", "checklist_sheet"]

_SHOWN = 500
_COLUMNS = ("item_key", "category", "text", "law", "article", "major")


@dataclass(frozen=True, slots=True)
class BadLine:
    """One reason why a row can't be imported: where, what stands there, why, and how that column is written."""

    row: int
    column: str
    value: str
    reason: str
    mend: str
    code: str


@dataclass(slots=True)
class SheetReport:
    """What an import found: rows, how many items are new, changed, as before, dropped; `written`: the new version stands."""

    rows: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    dropped: int = 0
    bad: int = 0
    written: bool = False
    checklist_id: str = ""
    version: int = 0
    ignored: tuple[str, ...] = ()
    errors: list[BadLine] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        """Counts and at most 500 reasons."""
        return asdict(self) | {"ignored": list(self.ignored), "errors": [asdict(e) for e in self.errors[:_SHOWN]]}


def checklist_sheet(scope: Scope, checklist_id: str | None = None) -> bytes:
    """The workbook of a checklist's standing items, or the empty one to fill in.

    Raises:
        ChecklistNotFound; NotAllowed: "platform.not_allowed" without the right to look.
    """
    from anlan.platform.ledger.workbook.template import template  # the workbook libraries slow every start down

    scope.require("inspection.view")
    rows: list[dict[str, str]] = []
    if checklist_id:
        checklist = queries.checklist_get(scope, checklist_id)
        items = queries.checklist_items(checklist.id, checklist.version)
        rows = [{name: str(getattr(item, name)) for name in _COLUMNS} for item in items]
    return template(scope, CHECKLIST_ITEMS, rows)


def checklist_import(
    *,
    scope: Scope,
    content: bytes,
    filename: str,
    now: datetime,
    dry_run: bool,
    checklist_id: str = "",
    code: str = "",
    name: str = "",
    base: int | None = None,
    once: str | None = None,
) -> SheetReport:
    """Read a workbook or CSV as a new checklist (`code`, `name`) or as the next version of one (`checklist_id`).

    Nothing is written where any row is bad, nor by a dry run.

    Raises:
        NotAllowed: "platform.not_allowed"; ChecklistNotFound; StalePage: "inspection.stale".
        BadInput: "inspection.checklist.rows_too_many" and every code of the workbook's reader ("ledger.file.…").
        StepRefused: "inspection.checklist.refused" for name and code of the checklist as a whole.
    """
    from anlan.platform.ledger.workbook.read import cells_of, read_table

    scope.require(RIGHT)
    held = queries.checklist_get(scope, checklist_id) if checklist_id else None
    table = read_table(content, filename, CHECKLIST_ITEMS, words=True)
    if table.total > MOST_ROWS:
        raise BadInput("inspection.checklist.rows_too_many", rows=table.total, most=MOST_ROWS)
    report = SheetReport(rows=table.total, ignored=table.ignored, checklist_id=checklist_id)
    lines = list(cells_of(table))
    items = _items([raw for _, raw, _ in lines], held.code if held else code)
    _judge(report, lines, items)
    standing = queries.checklist_items(held.id, held.version) if held else []
    changes = item_changes([vars(i) for i in standing], items)
    known = {i.item_key for i in standing}
    report.created = sum(row["key"] not in known for row in changes["put"])
    report.changed = len(changes["put"]) - report.created
    report.unchanged = len(items) - len(changes["put"])
    report.dropped = len(changes["drop"])
    if report.bad or dry_run:
        return report
    if held:
        report.version = checklist_change(
            scope=scope, checklist_id=checklist_id, name=name or held.name, items=items, base=base, now=now, once=once
        )
    else:
        report.checklist_id = checklist_create(scope=scope, code=code, name=name, items=items, now=now, once=once)
        report.version = 1
    report.written = True
    return report


def _items(rows: Sequence[Mapping[str, Any]], code: str) -> list[ChecklistItem]:
    laws = queries.law_names()
    plain = [{name: clean_cell(row.get(name, "")) for name in _COLUMNS} for row in rows]
    keys = numbered(plain, code or "item")
    return [
        ChecklistItem(key, row["category"], row["text"], law_named(row["law"], laws), row["article"], row["major"])
        for key, row in zip(keys, plain, strict=True)
    ]


def _judge(report: SheetReport, lines: Sequence[tuple[int, dict[str, Any], dict[str, str]]], items: Any) -> None:
    citations, columns = queries.clause_citations(), by_name(CHECKLIST_ITEMS)
    first: dict[str, int] = {}
    for (line, raw, faults), item in zip(lines, items, strict=True):
        problems = [Violation(code, {"label": columns[name].label}, name) for name, code in faults.items()]
        problems += [p for p in check_row(item, citations) if p.field not in faults]
        if item.key in first:
            facts = {"item": item.key, "line": first[item.key]}
            problems.append(Violation("inspection.checklist.key_on_line", facts, "item_key"))
        first.setdefault(item.key, line)
        report.bad += bool(problems)
        report.errors += [_bad(line, raw, columns.get(p.field or ""), p) for p in problems]


def _bad(line: int, raw: Mapping[str, Any], bound: Any, problem: Violation) -> BadLine:
    from anlan.platform.ledger.workbook.template import help_of

    label, value, mend = ("", "", "")
    if bound is not None:
        label, value, mend = bound.label, clean_cell(raw.get(bound.name, ""))[:80], help_of(bound)
    return BadLine(line, label, value, problem.message, mend, problem.code)
