"""Speed of documents: every kind filled in, and an order of ten hazards issued whole (number, file, entry).

Run: `python bench/documents.py --json [--times 20] [--database URL]`. Prints one line of JSON; the bound is 300 ms each.
"""

from __future__ import annotations

import argparse
import json
import shutil
import statistics
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import place

LIMIT_MS = 300


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one line of JSON (always printed; kept for uniformity)")
    parser.add_argument("--times", type=int, default=20)
    parser.add_argument("--database", help="postgresql://…; default: SQLite in a temporary folder")
    asked = parser.parse_args()
    folder = place.prepare(None, asked.database)
    try:
        database = "postgresql" if asked.database else "sqlite"
        print(json.dumps({"bench": "documents", "database": database, **place.machine(), **measure(asked.times)}))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def measure(times: int) -> dict[str, Any]:
    """Milliseconds of wall clock, median and worst: filling in each kind in its largest shape, and issuing."""
    from anlan.platform.catalogue import CATALOGUE
    from anlan.platform.documents.render import fill

    sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "tests"))
    from inspection.paper_samples import page, values_of

    figures: dict[str, Any] = {}
    for template in CATALOGUE.documents.values():
        kind = template.id.partition(".")[2]
        shape = "ten" if kind in {"record", "order", "review"} else "long"
        values = values_of(kind, shape, page(kind, shape))
        figures[f"fill_{kind}_{shape}_ms"] = timed(times, lambda t=template, v=values: fill(t, v))
    figures["issue_order_ms"] = timed(times, issuing(times))
    worst = max(f["worst"] for f in figures.values())
    return {"times": times, **figures, "limit_ms": LIMIT_MS, "ok": worst <= LIMIT_MS}


def issuing(times: int) -> Callable[[], Any]:
    """Issues one order about ten hazards at each call."""
    from anlan.inspection.services.hazards import HazardInput, OrderInput, hazards_order, hazards_report
    from anlan.inspection.services.papers import orders_issue
    from anlan.kernel.codes import make_uscc
    from anlan.platform.catalogue import CATALOGUE
    from anlan.platform.scope import Scope
    from anlan.registry.services.enterprises import enterprises_create

    now = datetime.now(UTC)
    scope = Scope("", "", "bench", frozenset(CATALOGUE.rights), "331003")
    row = {
        "name": "测速机械有限公司", "region": "331003001001", "uscc": make_uscc("331003", 1), "address": "测速路1号",
        "lon": 121.2621, "lat": 28.6502, "industry": "C3411", "scale": "小型", "level": "县级",
    }  # fmt: skip
    enterprise = enterprises_create(scope=scope, rows=[row], now=now)[0]
    tens = []
    for _ in range(times + 1):  # every order settles its own hazards: a second one for the same is refused
        item = HazardInput(enterprise_id=enterprise, description="车间安全出口堆放杂物", source="county")
        ten = hazards_report(scope=scope, items=[item] * 10, now=now)
        orders = [OrderInput(hazard_id=key, days=7, note="清理") for key in ten]
        hazards_order(scope=scope, items=orders, now=now + timedelta(seconds=1))
        tens.append(ten)
    moment, left = now + timedelta(seconds=2), iter(tens)
    return lambda: orders_issue(scope=scope, hazard_ids=next(left), now=moment)


def timed(times: int, run: Callable[[], Any]) -> dict[str, float]:
    """Median and worst of so many runs, after one to warm up."""
    run()
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        run()
        taken.append((time.perf_counter() - start) * 1000)
    return {"median": round(statistics.median(taken), 1), "worst": round(max(taken), 1)}


if __name__ == "__main__":
    main()
