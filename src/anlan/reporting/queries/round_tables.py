"""A round as those who opened it read it: towns by lines, and sums that say who is missing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from anlan.kernel.amounts import Amount
from anlan.kernel.codes import region_prefix
from anlan.platform import regions
from anlan.platform.catalogue import CATALOGUE
from anlan.platform.indicator.declare import Distinct, Indicator
from anlan.platform.scope import Scope
from anlan.reporting.models import Filing, FilingValue, Round
from anlan.reporting.queries.figures import (
    FigureTable,
    figure_asked,
    figure_tables,
    number_text,
    plain_number,
    rows_url,
)
from anlan.reporting.queries.round_forms import whole
from anlan.reporting.queries.rounds import filings_of, items_of, overdue, period_of_round
from anlan.reporting.rules.round import FILING_LOOP
from anlan.reporting.rules.round_item import Item
from anlan.reporting.rules.round_sum import Cell, sum_of

__all__ = ["RoundTable", "SumCell", "TownRow", "ValueCell", "round_table", "round_table_words"]

_COUNTS = ("submitted", "approved")


@dataclass(frozen=True, slots=True)
class ValueCell:
    """What one town says to one line, or the ledger of it. `text` "" where nothing is known; `remark`: 说明 of the town."""

    text: str
    value: str
    kind: str
    remark: str = ""
    url: str = ""
    told: bool = True


@dataclass(frozen=True, slots=True)
class TownRow:
    """One town: its form, what it says, and whether that counts in the sums."""

    filing: Filing
    name: str
    code: str
    state: str
    cells: tuple[ValueCell, ...]
    counts: bool
    overdue: bool


@dataclass(frozen=True, slots=True)
class SumCell:
    """A line over all towns. `text`: "" where there is none; `coverage`: on how many towns it rests; `missing`: their names.

    `why`: "rate" where a line has no sum, "nobody" where nobody told.
    """

    text: str
    value: str
    kind: str
    coverage: str
    missing: tuple[str, ...]
    why: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class RoundTable:
    """A round with its towns. `told`, `should`: how many forms count; `missing`: the towns whose do not, with why."""

    round: Round
    items: tuple[Item, ...]
    rows: tuple[TownRow, ...]
    sums: tuple[SumCell, ...]

    @property
    def should(self) -> int:
        """How many towns were asked."""
        return len(self.rows)

    @property
    def told(self) -> int:
        """How many forms count."""
        return sum(row.counts for row in self.rows)

    @property
    def missing(self) -> tuple[TownRow, ...]:
        """Who does not count: has not filed, was sent back, or came after the round was over."""
        return tuple(row for row in self.rows if not row.counts)

    @property
    def coverage(self) -> str:
        """As it stands beside the sums: 18/19个乡镇（街道）."""
        return f"{self.told}/{self.should}个乡镇（街道）"


def round_table(scope: Scope, row: Round, now: datetime) -> RoundTable:
    """The forms of a round that the person may see; a town sees the line of its own."""
    items, filings = items_of(row), filings_of(scope, row)
    figures = _figures(scope, row, items, now) if scope.covers(row.region) else {}
    missing = set(row.missing.split(",")) if row.state == "closed" else set()
    rows = [_town(filing, row, items, figures, missing, now) for filing in filings]
    sums = [_sum(n, item, rows, figures.get(item.key)) for n, item in enumerate(items)]
    return RoundTable(row, tuple(items), tuple(rows), tuple(sums) if scope.covers(row.region) else ())


def _figures(scope: Scope, row: Round, items: Sequence[Item], now: datetime) -> Mapping[str, FigureTable]:
    asker, period, region = whole(scope), period_of_round(row), region_prefix(row.region)
    wanted = [i for i in items if (each := CATALOGUE.indicators.get(i.indicator)) and scope.may(each.facts.right)]
    asked = [figure_asked(asker, item.indicator, region, period, now, ["town"]) for item in wanted]
    return {item.key: table for item, table in zip(wanted, figure_tables(asker, asked, now), strict=True)}


def _town(
    filing: Filing, row: Round, items: Sequence[Item], figures: Mapping[str, FigureTable], missing: set[str], now: datetime
) -> TownRow:
    filing.round = row
    held = {value.key: value for value in filing.values.all()}  # type: ignore[attr-defined]
    counts = filing.state in _COUNTS and filing.region not in missing
    state = dict(FILING_LOOP.choices).get(filing.state, filing.state)
    if filing.region in missing:
        state = "结束后上报，不计入汇总" if filing.state in _COUNTS else "未报"
    code = region_prefix(filing.region)
    cells = tuple(_cell(item, held.get(item.key), figures.get(item.key), code, filing.state) for item in items)
    return TownRow(filing, regions.name(filing.region), code, state, cells, counts, overdue(filing, now))


def _cell(item: Item, said: FilingValue | None, table: FigureTable | None, code: str, state: str) -> ValueCell:
    remark = said.remark if said else ""
    if item.indicator:
        line = next((each for each in table.lines if each.key == (code,)), None) if table else None
        if line is None or table is None:
            # Not everybody may read every ledger: then what it said when the town filed.
            return ValueCell(said.value if said else "", said.value if said else "", "ledger", remark)
        value = plain_number(line.number)
        text = number_text(line.number, item.unit)
        url = rows_url(table.asked, line.key)
        return ValueCell(text, "" if value is None else str(value), "ledger", remark, url, line.told)
    if said is None or state not in _COUNTS:
        return ValueCell("", "", "asked", remark)
    url = f"/records/reporting/values/{said.source}" if said.source else ""
    return ValueCell("无此项" if said.kind == "none" else said.value, said.value, said.kind, remark, url)


def _sum(n: int, item: Item, rows: Sequence[TownRow], table: FigureTable | None) -> SumCell:
    if item.indicator:
        return _ledger_sum(n, item, rows, table)
    cells = [
        Cell(row.name, Amount.of(row.cells[n].value, item.unit) if row.counts and row.cells[n].value else None)
        for row in rows
    ]
    found = sum_of(cells, item.unit, item.total)
    why = "" if found.text else "nobody" if found.summable else "rate"
    return SumCell(found.text, found.text, "reported", found.coverage, found.missing, why)


def _ledger_sum(n: int, item: Item, rows: Sequence[TownRow], table: FigureTable | None) -> SumCell:
    """The ledger's own total where every town is asked, each row once; else the sum of those asked, where there is one."""
    if table is None:
        return SumCell("", "", "ledger", "", (), "hidden")
    coverage = table.coverage
    asked = {row.code for row in rows}
    names = tuple(unit.name for unit in coverage.missing if region_prefix(unit.code) in asked)
    label = f"{len(asked) - len(names)}/{len(asked)}个乡镇（街道）"
    if asked >= {region_prefix(unit.code) for unit in coverage.units}:
        number = table.total.number
        return SumCell(number_text(number, item.unit), _plain(number), "ledger", label, names, url=rows_url(table.asked))
    if item.unit == "%" or not _additive(CATALOGUE.indicators[item.indicator], table):
        return SumCell("", "", "ledger", label, names, "rate")
    numbers = [line.number for line in table.lines if line.key[0] in asked and line.number is not None]
    number = sum(numbers) if numbers else None  # type: ignore[assignment]
    return SumCell(number_text(number, item.unit), _plain(number), "ledger", label, names)


def _additive(indicator: Indicator, table: FigureTable) -> bool:
    return not indicator.percent and not isinstance(indicator.definition_on(table.asked.on).counted, Distinct)


def _plain(number: Any) -> str:
    value = plain_number(number)
    return "" if value is None else str(value)


def round_table_words(table: RoundTable) -> dict[str, Any]:
    """A round for programs: items, towns, sums."""
    row = table.round
    return {
        "id": str(row.pk), "title": row.title, "kind": row.kind, "period": row.period, "first_on": row.first_on,
        "last_on": row.last_on, "due_at": row.due_at, "state": row.state, "note": row.note, "told": table.told,
        "should": table.should, "coverage": table.coverage, "missing": [each.name for each in table.missing],
        "items": [
            {"key": i.key, "name": i.name, "unit": i.unit, "indicator": i.indicator, "total": i.total} for i in table.items
        ],
        "towns": [_town_words(table, each) for each in table.rows],
        "sums": [
            {
                "key": item.key, "value": cell.value, "kind": cell.kind, "coverage": cell.coverage,
                "missing": list(cell.missing), "why": cell.why,
            }
            for item, cell in zip(table.items, table.sums, strict=False)
        ],
    }  # fmt: skip


def _town_words(table: RoundTable, row: TownRow) -> dict[str, Any]:
    filing = row.filing
    return {
        "id": str(filing.pk), "region": filing.region, "name": row.name, "state": filing.state, "label": row.state,
        "counts": row.counts, "overdue": row.overdue, "late": bool(filing.late), "chased": filing.chased,
        "turns": filing.turns, "submitted_at": filing.submitted_at, "reason": filing.reason,
        "values": [
            {"key": item.key, "value": cell.value, "kind": cell.kind, "remark": cell.remark}
            for item, cell in zip(table.items, row.cells, strict=True)
        ],
    }  # fmt: skip
