"""Importing a file: dry run, all or nothing, or skipping bad rows. Idempotent on the natural key.

A dry run and an import judge every row by the same code, without any lock. An import of all rows then writes in one
transaction, 200 rows a batch; each batch is compared once more with what others wrote meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any, cast

from anlan.kernel.entry import Draft
from anlan.kernel.errors import AnlanError, BadInput, Violation
from anlan.kernel.messages import render
from anlan.platform.database import writing
from anlan.platform.journal.node import new_id
from anlan.platform.journal.record import NEW, record_many
from anlan.platform.ledger import guard, plan
from anlan.platform.ledger.columns import by_name
from anlan.platform.ledger.declare import Ledger
from anlan.platform.ledger.workbook.export import rows_xlsx
from anlan.platform.ledger.workbook.read import LINE, REASON, Table, read_table
from anlan.platform.ledger.workbook.rows import Row, judged, recheck, shown
from anlan.platform.ledger.workbook.template import help_of
from anlan.platform.scope import Scope

Progress = Callable[[int, int], None]
MOST_SHOWN = 500
MODES = ("dry_run", "all", "skip_bad")


@dataclass(frozen=True, slots=True)
class BadCell:
    """One reason why a row can't be imported: where, what stands there, why, and how to mend it."""

    line: int
    label: str
    value: str
    reason: str
    mend: str
    code: str


@dataclass(slots=True)
class Report:
    """What an import found and did. `written` is False for a dry run and for an import that was refused as a whole."""

    rows: int = 0
    created: int = 0
    changed: int = 0
    unchanged: int = 0
    bad: int = 0
    cells: list[BadCell] = field(default_factory=list)
    ignored: tuple[str, ...] = ()
    written: bool = False
    rejected: bytes | None = None

    def as_dict(self) -> dict[str, Any]:
        """Counts and at most 500 reasons, as JSON for API and command line."""
        return {
            "rows": self.rows,
            "created": self.created,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "bad": self.bad,
            "written": self.written,
            "ignored_columns": list(self.ignored),
            "errors": [
                {"row": c.line, "column": c.label, "value": c.value, "reason": c.reason, "mend": c.mend, "code": c.code}
                for c in self.cells[:MOST_SHOWN]
            ],
        }


def import_file(
    *,
    scope: Scope,
    ledger: Ledger,
    content: bytes,
    name: str,
    mode: str,
    now: datetime,
    progress: Progress | None = None,
    right: str = "",
) -> Report:
    """Import a workbook or CSV.

    Args:
        mode: "dry_run" writes nothing; "all" writes all rows or, if one is bad, none; "skip_bad" writes the good rows
            and hands the others back as a workbook with a column of reasons (`Report.rejected`).
        progress: called with (rows done, rows in all).
        right: needed besides the ledger's own right to change, `registry.import`.
    Raises:
        NotAllowed: "ledger.read_only", "platform.not_allowed". BadInput: "ledger.import.mode" and every code of `read_table`.
    """
    if mode not in MODES:
        raise BadInput("ledger.import.mode", mode=mode, offered="、".join(MODES))
    guard.require_entered(ledger)
    scope.require(ledger.change)
    if right:
        scope.require(right)
    table = read_table(content, name, ledger)
    report = Report(rows=table.total, ignored=table.ignored)
    tell = progress or (lambda done, of: None)
    if mode == "skip_bad":
        rejected = _skipping(scope, ledger, table, report, tell, now)
        report.rejected = rejected_workbook(ledger, table, rejected) if rejected else None
        report.written = True
        return report
    kept = _judged(scope, ledger, table, report, tell, keep=mode == "all")
    if mode == "all" and not report.bad:
        report.written = _all_or_nothing(scope, ledger, kept, report, tell, now)
    return report


class _Refused(Exception):
    pass


def _judged(
    scope: Scope, ledger: Ledger, table: Table, report: Report, tell: Progress, *, keep: bool
) -> list[list[Row]]:
    """Judge every row without any lock; returns the chunks of rows to write, for an import of all rows."""
    kept: list[list[Row]] = []
    done, of = 0, table.total * 2 if keep else table.total
    tell(0, of)
    for rows in judged(scope, ledger, table):
        for row in rows:
            _count(ledger, report, row)
        done += len(rows)
        tell(done, of)
        if keep and not report.bad:
            kept.append([row for row in rows if row.act != "same"])
    return kept


def _all_or_nothing(
    scope: Scope, ledger: Ledger, chunks: list[list[Row]], report: Report, tell: Progress, now: datetime
) -> bool:
    """Write everything in one transaction; what somebody else wrote meanwhile makes rows bad and rolls all back."""
    done, batch = report.rows, new_id(now)
    try:
        with writing():
            for rows in chunks:
                _write(scope, ledger, rows, now, batch)
                bad = [row for row in rows if row.violations]
                for row in bad:
                    _count(ledger, report, row)
                if bad:
                    raise _Refused
                done += len(rows)
                tell(min(done, report.rows * 2), report.rows * 2)
    except _Refused:
        return False
    tell(report.rows * 2, report.rows * 2)
    return True


def _skipping(scope: Scope, ledger: Ledger, table: Table, report: Report, tell: Progress, now: datetime) -> list[Row]:
    """Write the good rows chunk by chunk, each in its own transaction, and return the bad ones."""
    rejected: list[Row] = []
    done, batch = 0, new_id(now)
    tell(0, table.total)
    for rows in judged(scope, ledger, table):
        with writing():
            _write(scope, ledger, rows, now, batch)
        for row in rows:
            _count(ledger, report, row)
        rejected += [row for row in rows if row.violations]
        done += len(rows)
        tell(done, table.total)
    return rejected


def _count(ledger: Ledger, report: Report, row: Row) -> None:
    if row.violations:
        report.bad += 1
        names = by_name(ledger)
        for violation in row.violations:
            bound = names.get(violation.field or "")
            value = shown(row.raw.get(bound.name)) if bound else ""
            cell = BadCell(
                row.line,
                bound.label if bound else "",
                value,
                violation.message,
                help_of(bound) if bound else "",
                violation.code,
            )
            report.cells.append(cell)
    elif row.act == "create":
        report.created += 1
    elif row.act == "change":
        report.changed += 1
    else:
        report.unchanged += 1


def _write(scope: Scope, ledger: Ledger, rows: Sequence[Row], now: datetime, batch: str) -> None:
    """Write the good rows of a chunk inside the caller's transaction; a row that is refused now becomes a bad one."""
    recheck(ledger, rows)
    new = [row for row in rows if row.act == "create" and not row.violations]
    old = [row for row in rows if row.act == "change" and not row.violations]
    if ledger.create is None and ledger.create_many is None:
        _record(scope, ledger, [(row, *_created(scope, ledger, row, now)) for row in new], now, batch)
    else:
        _create_by_service(scope, ledger, new, now, batch)
    if ledger.update is None:
        drafts = [(r, plan.changed(ledger, r.id or "", r.values, r.held or {}), r.version) for r in old]
        _record(scope, ledger, drafts, now, batch)
    else:
        for row in old:
            _by_service(
                row, partial(ledger.update, scope=scope, id=row.id, values=row.values, base=row.version, now=now)
            )


def _record(scope: Scope, ledger: Ledger, items: Sequence[tuple[Row, Draft, int]], now: datetime, batch: str) -> None:
    if not items:
        return
    entries = record_many([(draft, base) for _, draft, base in items], scope=scope, now=now, batch=batch)
    if any(bound.kind == "vault" for bound in by_name(ledger).values()):
        for (row, _, _), entry in zip(items, entries, strict=True):
            plan.keep_vault(ledger, row.id or "", row.values, entry.hlc)


def _created(scope: Scope, ledger: Ledger, row: Row, now: datetime) -> tuple[Draft, int]:
    row.id = new_id(now)
    region = guard.region_of(ledger, scope, row.values)
    return plan.created(ledger, row.id, row.values, region=region), NEW


def _create_by_service(scope: Scope, ledger: Ledger, rows: Sequence[Row], now: datetime, batch: str) -> None:
    """All rows in one call where the context offers that; if it refuses, one by one to find which row it was."""
    if ledger.create_many is not None and rows and _created_together(scope, ledger, rows, now, batch):
        return
    for row in rows:
        _by_service(row, partial(cast(Callable[..., Any], ledger.create), scope=scope, values=row.values, now=now))


def _created_together(scope: Scope, ledger: Ledger, rows: Sequence[Row], now: datetime, batch: str) -> bool:
    try:
        with writing():
            cast(Callable[..., Any], ledger.create_many)(
                scope=scope, rows=[row.values for row in rows], now=now, batch=batch
            )
    except AnlanError:
        return False
    return True


def _by_service(row: Row, act: Callable[[], Any]) -> None:
    try:
        with writing():
            act()
    except AnlanError as error:
        row.violations += error.violations or [Violation(error.code, error.facts)]


def rejected_workbook(ledger: Ledger, table: Table, rows: Sequence[Row]) -> bytes:
    """The rejected rows as they came, with their line and reasons in front; mended, the file can be imported again."""
    heads = [(b.name, heading) for b, heading in zip(table.columns, table.headings, strict=True) if b is not None]
    lines: list[list[str]] = [[render(REASON, {}), render(LINE, {}), *(heading for _, heading in heads)]]
    for row in rows:
        reasons = "；".join(v.message.rstrip("。") for v in row.violations)
        lines.append([reasons, str(row.line), *(shown_full(row.raw.get(name)) for name, _ in heads)])
    return rows_xlsx(ledger.label, lines)


def shown_full(cell: Any) -> str:
    """A cell as text, whole."""
    return "" if cell is None else str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell)
