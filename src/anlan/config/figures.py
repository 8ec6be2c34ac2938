"""The numbers of 工作台 and 统计: hazards found, closed and overdue by town, month and year, kept until the next entry."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count

from anlan.inspection import queries as inspection
from anlan.inspection.queries import CountRow, HazardCounts
from anlan.inspection.queries.lists import ALL_STATES
from anlan.kernel.deadlines import local_date
from anlan.platform.ledger.changes import CHANGES
from anlan.platform.ledger.totals import KEPT
from anlan.platform.scope import Scope

ROWS_URL = "/desk/inspection/hazard/"
TREND_MONTHS = 12


@dataclass(frozen=True, slots=True)
class TownLine:
    """One town (or the sum): this month, this year, overdue now, and where the counted rows are listed."""

    label: str
    month: CountRow
    year: CountRow
    overdue: int
    month_url: str
    month_closed_url: str
    year_url: str
    overdue_url: str


@dataclass(frozen=True, slots=True)
class Overview:
    """What 工作台 shows: lines by town, their sum, the trend by month, and what the figures rest on."""

    lines: tuple[TownLine, ...]
    total: TownLine
    trend: tuple[CountRow, ...]
    month: HazardCounts
    today: date


def rows_url(since: date | None = None, until: date | None = None, region: str = "", **more: str) -> str:
    """Address of the hazard list that holds exactly the rows counted."""
    asked = {
        "found_at_from": since.isoformat() if since else "",
        "found_at_to": until.isoformat() if until else "",
        "region": region,
        **more,
    }
    return f"{ROWS_URL}?{urlencode({name: value for name, value in asked.items() if value}, safe=',')}"


def overdue_url(today: date, region: str = "") -> str:
    """Address of the list of hazards overdue on `today`: a deadline ends with its day, so it lay before today."""
    return rows_url(region=region, state="ordered", due_at_to=(today - timedelta(days=1)).isoformat())


def months_back(day: date, count: int) -> date:
    """The first day of the month `count` months before the month of `day`."""
    month = day.year * 12 + day.month - 1 - count
    return date(month // 12, month % 12 + 1, 1)


def month_end(day: date) -> date:
    """The last day of the month of `day`."""
    return date.fromordinal(months_back(day, -1).toordinal() - 1)


def overview(scope: Scope, now: datetime) -> Overview:
    """The figures of 工作台 for one scope, kept in this process until the journal changes or the day ends."""
    today = local_date(now)
    key = ("overview", scope.sees, today)
    return KEPT.get(key, CHANGES.mark(), lambda: _overview(scope, now, today))


def _overview(scope: Scope, now: datetime, today: date) -> Overview:
    month = inspection.hazard_counts(scope, "", today.replace(day=1), today, "town", now=now)
    year = inspection.hazard_counts(scope, "", date(today.year, 1, 1), today, "town", now=now)
    trend = inspection.hazard_counts(scope, "", months_back(today, TREND_MONTHS - 1), today, "month", now=now)
    overdue = _overdue_by_town(scope, now)
    months = {row.key: row for row in month.rows}
    lines = tuple(
        _line(row.label, row.key, months.get(row.key, CountRow(row.key, row.label, 0, 0)), row, overdue, today)
        for row in year.rows
    )
    total = _line("合计", "", month.total, year.total, {"": sum(overdue.values())}, today)
    return Overview(lines, total, trend.rows, month, today)


def _overdue_by_town(scope: Scope, now: datetime) -> dict[str, int]:
    late = inspection.hazard_list(scope, overdue_at=now, real=True).order_by()
    return {row["region9"]: row["n"] for row in late.values("region9").annotate(n=Count("*"))}


def _line(label: str, key: str, month: CountRow, year: CountRow, overdue: dict[str, int], today: date) -> TownLine:
    first, new_year = today.replace(day=1), date(today.year, 1, 1)
    return TownLine(
        label,
        month,
        year,
        overdue.get(key, 0),
        rows_url(first, today, key, state=ALL_STATES),
        rows_url(first, today, key, state="closed"),
        rows_url(new_year, today, key, state=ALL_STATES),
        overdue_url(today, key),
    )


@dataclass(frozen=True, slots=True)
class Cell:
    """One town in one month."""

    found: int
    closed: int
    url: str


@dataclass(frozen=True, slots=True)
class Grid:
    """The table of 统计: months across, towns down; `rows` = (name, cells, sum, rate); `sums` by month, `sum` of all."""

    months: tuple[str, ...]
    rows: tuple[tuple[str, tuple[Cell, ...], Cell, float | None], ...]
    sums: tuple[Cell, ...]
    sum: Cell
    whole: HazardCounts
    span: str


def grid(scope: Scope, year: int, now: datetime) -> Grid:
    """Found and closed by town and month of one year, until today in the current one."""
    today = local_date(now)
    key = ("figures", scope.sees, year, today)
    return KEPT.get(key, CHANGES.mark(), lambda: _grid(scope, year, today, now))


def _grid(scope: Scope, year: int, today: date, now: datetime) -> Grid:
    last = min(date(year, 12, 31), today)
    starts = [date(year, month, 1) for month in range(1, last.month + 1)]
    spans = [(start, min(month_end(start), last)) for start in starts]
    counts = [inspection.hazard_counts(scope, "", since, until, "town", now=now) for since, until in spans]
    whole = inspection.hazard_counts(scope, "", starts[0], last, "town", now=now)
    by_month = [{row.key: row for row in count.rows} for count in counts]
    rows = tuple(
        (
            line.label,
            tuple(_cell(found.get(line.key), span, line.key) for found, span in zip(by_month, spans, strict=True)),
            _cell(line, (starts[0], last), line.key),
            line.rate_ratio,
        )
        for line in whole.rows
    )
    sums = tuple(_cell(count.total, span, "") for count, span in zip(counts, spans, strict=True))
    months = tuple(f"{start.month}月" for start in starts)
    return Grid(months, rows, sums, _cell(whole.total, (starts[0], last), ""), whole, f"{year} 年")


def _cell(row: CountRow | None, span: tuple[date, date], region: str) -> Cell:
    return Cell(row.found if row else 0, row.closed if row else 0, rows_url(*span, region, state=ALL_STATES))


# --- the trend as bars ------------------------------------------------------------------------------------------------

WIDTH, HEIGHT, LEFT, TOP, BOTTOM = 480, 210, 36, 10, 38


def bars(rows: Sequence[CountRow]) -> dict[str, Any]:
    """Coordinates of a bar chart of found and closed by month, in a box of WIDTH x HEIGHT.

    Returns:
        {"width", "height", "ticks": [{"y", "label"}], "bars": [{"x", "w", "found": {y, h, n}, "closed": …, "label"}]}
    """
    top = _nice(max((row.found for row in rows), default=0))
    floor, room = HEIGHT - BOTTOM, HEIGHT - BOTTOM - TOP
    step = (WIDTH - LEFT) / max(1, len(rows))
    width = round(min(24.0, step * 0.38), 1)

    def part(count: int, x: float) -> dict[str, Any]:
        tall = round(room * count / top, 1)
        return {
            "x": round(x, 1),
            "y": round(floor - tall, 1),
            "h": tall,
            "n": count,
            "text": round(floor - tall - 4, 1),
        }

    drawn = []
    for index, row in enumerate(rows):
        middle = LEFT + step * (index + 0.5)
        drawn.append(
            {
                "label": f"{int(row.key[5:])}月",
                "year": row.key[:4] if not index or row.key.endswith("-01") else "",
                "x": round(middle, 1),
                "found": part(row.found, middle - width - 1),
                "closed": part(row.closed, middle + 1),
                "key": row.key,
            }
        )
    ticks = [
        {"y": round(floor - room * i / 4, 1), "text": round(floor - room * i / 4 + 4, 1), "label": top * i // 4}
        for i in range(5)
    ]
    return {
        "width": WIDTH,
        "height": HEIGHT,
        "left": LEFT,
        "edge": LEFT - 6,
        "bar": width,
        "base": HEIGHT - 21,
        "years": HEIGHT - 5,
        "ticks": ticks,
        "bars": drawn,
    }


def _nice(most: int) -> int:
    """The smallest 4, 8, 20, 40, 80, 200, ... that is not below `most`, so that the four lines are whole numbers."""
    scale = 4
    while True:
        for factor in (1, 2, 5):
            if scale * factor >= most:
                return scale * factor
        scale *= 10
