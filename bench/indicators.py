"""Twelve indicators with 同比 by town and month over a million hazards, beside DuckDB and pandas on the same rows.

Run: `python bench/indicators.py --json [--hazards 1000000] [--data FOLDER] [--database URL]`, after
`uv pip install -r requirements-bench.lock`. Prints one line of JSON, seconds of wall clock: `build` reads all rows out of the
database for the first time, `cold` is a process that finds the arrays on disk, `warm` the best of five with nothing kept but
the arrays, `duckdb` and `pandas` the best of five on their own tables in memory. The
numbers of ours and DuckDB's are compared.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import time
import uuid
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import place

NOW = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
FIRST = datetime(2022, 1, 1, tzinfo=UTC)
# What is asked, and the same as a condition on the table `h` of DuckDB; {first} and {last} are the days of the period.
ASKED = {
    "隐患.排查": ("count(*)", "found BETWEEN {first} AND {last}"),
    "隐患.整改": ("count(*)", "found BETWEEN {first} AND {last} AND closed <= {last}"),
    "隐患.销号": ("count(*)", "closed BETWEEN {first} AND {last}"),
    "隐患.逾期": (
        "count(*)",
        "found BETWEEN {first} AND {last} AND state = 'ordered' AND due < {last} AND NOT coalesce(closed <= {last}, false)",
    ),
    "隐患.重大": ("count(*)", "found BETWEEN {first} AND {last} AND grade = 'major'"),
    "隐患.重大整改": ("count(*)", "found BETWEEN {first} AND {last} AND grade = 'major' AND closed <= {last}"),
    "隐患.责令": ("count(*)", "ordered BETWEEN {first} AND {last}"),
    "隐患.提交": ("count(*)", "found BETWEEN {first} AND {last} AND submitted IS NOT NULL"),
    "隐患.退回": ("count(*)", "found BETWEEN {first} AND {last} AND returned >= 1"),
    "隐患.回头看": ("count(*)", "found BETWEEN {first} AND {last} AND state = 'closed' AND looked <= {last}"),
    "隐患.反弹": ("count(*)", "found BETWEEN {first} AND {last} AND state = 'closed' AND again = 'again'"),
    "隐患.企业": ("count(DISTINCT enterprise)", "found BETWEEN {first} AND {last}"),
}
_AT = {"隐患.销号": "closed", "隐患.责令": "ordered"}


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one line of JSON (always printed; kept for uniformity)")
    parser.add_argument("--hazards", type=int, default=1_000_000)
    parser.add_argument("--data", help="a folder that is kept and used again; default: a temporary one")
    parser.add_argument("--database", help="postgresql://…; default: SQLite in the folder")
    parser.add_argument("--cold", action="store_true", help="only ask once and print the seconds (started by itself)")
    asked = parser.parse_args()
    if asked.cold:
        os.environ |= place.environment(Path(asked.data), asked.database)
        sys.path.insert(0, str(place.SOURCE))
        import django

        django.setup()
        print(json.dumps({"cold_s": _seconds(ask)}))
        return
    folder = place.prepare(asked.data, asked.database)
    try:
        fill(asked.hazards)
        print(json.dumps(place.machine() | measure(folder, asked.database), ensure_ascii=False))
    finally:
        if not asked.data:
            shutil.rmtree(folder, ignore_errors=True)


def fill(wanted: int) -> None:
    """Hazards straight into their table: what is measured is reading and counting them."""
    from anlan.inspection.models import Hazard

    held = Hazard.objects.count()
    dice = random.Random(held)
    firms = [uuid.UUID(int=dice.getrandbits(128)) for _ in range(5000)]
    for start in range(held, wanted, 20_000):
        Hazard.objects.bulk_create(
            [_hazard(dice, firms) for _ in range(min(20_000, wanted - start))], batch_size=400
        )
        place.note(f"{start + 20_000} hazards")


def _hazard(dice: random.Random, firms: list[uuid.UUID]) -> Any:
    from anlan.inspection.models import Hazard

    found = FIRST + timedelta(seconds=dice.randrange(int((NOW - FIRST).total_seconds())))
    town = f"331003{dice.randrange(1, 20):03d}"
    state = dice.choices(("closed", "ordered", "found", "submitted"), (85, 8, 4, 3))[0]
    after = [found + timedelta(days=dice.random() * n) for n in (1, 20, 40)]
    return Hazard(
        id=uuid.UUID(int=(int(found.timestamp() * 1000) << 80) | dice.getrandbits(80)),
        region=f"{town}001", region6="331003", region9=town, created_at=found, changed_at=found, found_at=found,
        enterprise_id=dice.choice(firms), state=state, source=dice.choice(("county", "town", "enterprise")),
        grade="major" if dice.random() < 0.02 else "general", ordered_at=after[0] if state != "found" else None,
        due_at=after[0] + timedelta(days=15) if state != "found" else None,
        submitted_at=after[1] if state in ("closed", "submitted") else None, closed_at=after[2] if state == "closed" else None,
        returned_count=int(dice.random() < 0.1), looked_back_at=after[2] + timedelta(days=60) if dice.random() < 0.2 else None,
        look_back_result="again" if dice.random() < 0.02 else "",
    )  # fmt: skip


def ask() -> dict[str, Any]:
    """The twelve, by town and month of 2025 against 2024, with nothing kept but the arrays."""
    from anlan.kernel.periods import read_period
    from anlan.platform.ledger.totals import KEPT
    from anlan.platform.scope import Scope
    from anlan.reporting import queries

    KEPT.forget()
    scope = Scope("", "", "", frozenset({"inspection.view"}), "331003")
    questions = [
        queries.figure_asked(scope, name, "331003", read_period("2025"), NOW, ("town", "month")) for name in ASKED
    ]
    return {t.asked.indicator.name: t for t in queries.figure_tables(scope, questions, NOW, "yoy")}


def measure(folder: Path, database: str | None) -> dict[str, Any]:
    """Seconds by way, and whether all ways found the same."""
    from anlan.platform.indicator.ask import indicator_find
    from anlan.platform.indicator.columns import TABLES

    TABLES.forget()
    facts = indicator_find("隐患.排查").facts
    build = _seconds(lambda: TABLES.get(facts))
    place.note("arrays are built")
    command = [sys.executable, __file__, "--cold", "--data", str(folder), *(["--database", database] if database else [])]
    cold = json.loads(subprocess.run(command, capture_output=True, text=True, check=True).stdout)["cold_s"]
    ours = ask()
    warm = _best(ask)
    table = TABLES.get(facts)
    frames = _frame(table)
    place.note("DuckDB and pandas")
    theirs, duck = _duckdb(frames)
    panda = _pandas(frames)
    same = all(_same(ours[name], theirs[name]) for name in ASKED)
    return {
        "bench": "indicators", "database": "postgresql" if database else "sqlite", "hazards": table.size,
        "build_s": build, "cold_s": cold, "warm_s": warm, "duckdb_s": duck, "pandas_s": panda,
        "warm_to_duckdb": round(warm / duck, 2), "same": same,
    }  # fmt: skip


def _frame(table: Any) -> dict[str, Any]:
    """The rows of the arrays as columns for the others: days as whole numbers, texts as texts."""
    import numpy as np

    base, words = table.base, table.words
    missing = np.iinfo(np.int32).min
    days = {"found": "found_at", "closed": "closed_at", "ordered": "ordered_at", "submitted": "submitted_at", "due": "due_at",
            "looked": "looked_back_at"}  # fmt: skip
    found: dict[str, Any] = {}
    for name, column in days.items():
        found[name] = np.ma.masked_equal(base.data[column], missing)
    for name, column in {"state": "state", "grade": "grade", "again": "look_back_result", "enterprise": "enterprise"}.items():
        found[name] = np.array(words[column], object)[base.data[column]]
    for name in ("found", "closed", "ordered"):
        months = found[name].data.astype("datetime64[D]").astype("datetime64[M]").astype(np.int32) + 1970 * 12
        found[f"{name}_month"] = np.ma.masked_array(months, np.ma.getmaskarray(found[name]))
    found["town"] = np.array([w[:9] for w in words["region"]], object)[base.data["region"]]
    found["returned"] = np.asarray(base.data["returned_count"])
    return found


def _frames(frame: dict[str, Any]) -> Any:
    import numpy as np
    import pandas as pd

    made = pd.DataFrame()
    for name, values in frame.items():
        if hasattr(values, "mask"):
            made[name] = pd.arrays.IntegerArray(np.asarray(values.data).copy(), np.ma.getmaskarray(values))
        else:
            made[name] = values
    for name in ("state", "grade", "again", "enterprise", "town"):
        made[name] = made[name].astype("category")
    return made


def _years() -> Iterator[tuple[int, int, int]]:
    for year in (2025, 2024):
        yield year, _day(date(year, 1, 1)), _day(date(year, 12, 31))


def _day(day: date) -> int:
    return (day - date(1970, 1, 1)).days


def _duckdb(frame: dict[str, Any]) -> tuple[dict[str, dict[int, dict[tuple[str, str], int]]], float]:
    import duckdb

    source = _frames(frame)
    base = duckdb.connect()
    base.register("given", source)
    base.execute("CREATE TABLE h AS SELECT * FROM given ORDER BY found")
    base.unregister("given")

    def run() -> dict[str, dict[int, dict[tuple[str, str], int]]]:
        answer: dict[str, dict[int, dict[tuple[str, str], int]]] = {name: {} for name in ASKED}
        for name, (what, where) in ASKED.items():
            at = _AT.get(name, "found")
            month = f"{at}_month"
            for year, first, last in _years():
                condition = where.format(first=first, last=last)
                rows = base.execute(f"SELECT town, {month} AS m, {what} FROM h WHERE {condition} GROUP BY ALL").fetchall()
                answer[name][year] = {(town, f"{m // 12}-{m % 12 + 1:02d}"): n for town, m, n in rows}
        return answer

    return run(), _best(run)


def _pandas(frame: dict[str, Any]) -> float:
    table = _frames(frame)
    def run() -> None:
        for name, (what, _) in ASKED.items():
            at = _AT.get(name, "found")
            for _, first, last in _years():
                chosen = table[table[at].between(first, last)]
                chosen = chosen[_PANDAS.get(name, lambda rows, last: rows.index == rows.index)(chosen, last)]
                grouped = chosen.groupby(["town", f"{at}_month"], observed=True)
                grouped["enterprise"].nunique() if "DISTINCT" in what else grouped.size()

    return _best(run)


_PANDAS: dict[str, Callable[[Any, int], Any]] = {
    "隐患.整改": lambda rows, last: (rows["closed"] <= last).fillna(False),
    "隐患.逾期": lambda rows, last: (rows["state"] == "ordered") & (rows["due"] < last).fillna(False),
    "隐患.重大": lambda rows, last: rows["grade"] == "major",
    "隐患.重大整改": lambda rows, last: (rows["grade"] == "major") & (rows["closed"] <= last).fillna(False),
    "隐患.提交": lambda rows, last: rows["submitted"].notna(),
    "隐患.退回": lambda rows, last: rows["returned"] >= 1,
    "隐患.回头看": lambda rows, last: (rows["state"] == "closed") & (rows["looked"] <= last).fillna(False),
    "隐患.反弹": lambda rows, last: (rows["state"] == "closed") & (rows["again"] == "again"),
}


def _same(ours: Any, theirs: dict[int, dict[tuple[str, str], int]]) -> bool:
    """Every number and what it is set against."""
    mine = {line.key: int(line.number) for line in ours.lines if line.number}
    bases = {line.key: int(line.compared.base or 0) for line in ours.lines if line.compared}
    now, before = theirs[2025], theirs[2024]
    return mine == now and all(
        bases[key] == before.get((key[0], f"2024{key[1][4:]}"), 0) for key in bases
    )


def _seconds(act: Callable[[], Any]) -> float:
    start = time.perf_counter()
    act()
    return round(time.perf_counter() - start, 3)


def _best(act: Callable[[], Any]) -> float:
    return min(_seconds(act) for _ in range(5))


if __name__ == "__main__":
    main()
