"""Speed of the Excel import: a workbook of invented enterprises, dry run, import of all, and the same file once more.

Run: `python bench/import.py --json [--rows 10000] [--database URL]`. Prints one line of JSON; journaling is included.
"""

from __future__ import annotations

import argparse
import io
import json
import random
import shutil
import time
from datetime import UTC, datetime
from typing import Any

import place
import xlsxwriter

_SERIAL = 500_000


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one line of JSON (always printed; kept for uniformity)")
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--database", help="postgresql://…; default: SQLite in a temporary folder")
    asked = parser.parse_args()
    folder = place.prepare(None, asked.database)
    try:
        print(json.dumps(measure(asked.rows, "postgresql" if asked.database else "sqlite"), ensure_ascii=False))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def measure(rows: int, database: str) -> dict[str, Any]:
    """Rows a second of wall clock and CPU milliseconds of this process for a row, of each kind of import."""
    from anlan.demo.cast import cast_county
    from anlan.demo.firms import firms
    from anlan.platform.catalogue import CATALOGUE
    from anlan.platform.journal.models import JournalEntry
    from anlan.platform.ledger.workbook.import_ import import_file

    now = datetime.now(UTC)
    cast = cast_county([(firms(1)[0].region, "bench")], now)
    scope, ledger = cast.officer("basics", 0), CATALOGUE.ledgers["registry.enterprise"]
    content = workbook(rows, ledger)
    figures: dict[str, Any] = {}
    for name, mode in (("dry_run", "dry_run"), ("all", "all"), ("same_file_again", "all")):
        entries = JournalEntry._default_manager.count()
        wall, cpu = time.perf_counter(), time.process_time()
        report = import_file(scope=scope, ledger=ledger, content=content, name="bench.xlsx", mode=mode, now=now)
        spent, busy = time.perf_counter() - wall, time.process_time() - cpu
        figures[name] = {
            "rows_per_second": round(rows / spent, 1),
            "cpu_ms_per_row": round(busy / rows * 1000, 3),
            "created": report.created,
            "unchanged": report.unchanged,
            "bad": report.bad,
            "entries": JournalEntry._default_manager.count() - entries,
        }
    size = round(len(content) / 1024, 1)
    return {"bench": "import", "database": database, **place.machine(), "rows": rows, "workbook_kb": size, **figures}


def workbook(rows: int, ledger: Any) -> bytes:
    """A workbook as clerks fill it in: the template's headings, labels instead of codes."""
    from anlan.demo.firms import town_names
    from anlan.platform.ledger.columns import entered_of
    from anlan.platform.ledger.workbook.export import sheet_name

    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet(sheet_name(ledger.label))
    bounds = entered_of(ledger)
    for column, bound in enumerate(bounds):
        sheet.write_string(0, column, bound.label)
    dice, towns = random.Random(7), list(town_names().values())
    for line in range(1, rows + 1):
        values = _values(line, dice, towns)
        for column, bound in enumerate(bounds):
            sheet.write(line, column, values.get(bound.name, ""))
    book.close()
    return buffer.getvalue()


def _values(line: int, dice: random.Random, towns: list[str]) -> dict[str, Any]:
    from anlan.demo.firms import COUNTY
    from anlan.demo.words import bodies, trades, words
    from anlan.kernel.codes import make_uscc
    from anlan.registry.rules.codes import CLASSES, SCALES, TAGS

    county, trade = words()["county"], dice.choice(trades())
    word = dice.choice(county["first"]) + dice.choice(county["second"])
    town = dice.choice(towns)
    return {
        "name": county["company"].format(place=county["places"][0], word=word, trade=trade.trade, form=trade.form),
        "uscc": make_uscc(COUNTY, _SERIAL + line),
        "region": town,
        "address": county["address"].format(town=town, village="", number=line % 400),
        "lon": round(121.2 + dice.uniform(-0.05, 0.05), 6),
        "lat": round(28.6 + dice.uniform(-0.05, 0.05), 6),
        "industry": trade.industry,
        "classes": CLASSES.labels_of(trade.classes),
        "tags": TAGS.labels_of(trade.tags),
        "scale": SCALES.label_of(trade.scale),
        "office": next(b["name"] for b in bodies() if b["key"] == "basics"),
    }


if __name__ == "__main__":
    main()
