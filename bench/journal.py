"""Speed of the journal: recording (single, step, in batches), folding anew, verifying; bytes on disk for an entry.

Run: `python bench/journal.py --json [--single 400] [--batches 40] [--database URL]`. Prints one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import place


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one line of JSON (always printed; kept for uniformity)")
    parser.add_argument("--single", type=int, default=400, help="records and steps made one by one")
    parser.add_argument("--batches", type=int, default=40, help="batches of 200 subjects")
    parser.add_argument("--database", help="postgresql://… ; default: SQLite in a temporary folder")
    asked = parser.parse_args()
    folder = place.prepare(None, asked.database)
    try:
        print(json.dumps(measure(asked.single, asked.batches), ensure_ascii=False))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def measure(single: int, batches: int) -> dict[str, Any]:
    """Every figure of this bench; rates are per second of wall clock, `cpu_ms` per entry of this process."""
    from django.conf import settings

    from anlan.platform.database import is_sqlite

    journal = Journal()
    before = journal.bytes()
    figures: dict[str, Any] = {
        "create_single": journal.timed(single, lambda: [journal.create(1) for _ in range(single)]),
        "step_single": journal.timed(single, lambda: [journal.step(1) for _ in range(single)]),
        "create_batch_200": journal.timed(batches * 200, lambda: [journal.create(200) for _ in range(batches)]),
        "step_batch_200": journal.timed(batches * 200, lambda: [journal.step(200) for _ in range(batches)]),
    }
    made = 2 * single + 2 * batches * 200
    figures["bytes_per_entry"] = round((journal.bytes() - before) / made, 1)
    figures |= journal.read_back()
    synchronous = settings.DATABASES["default"].get("OPTIONS", {}).get("init_command", "")
    durable = "FULL" if "synchronous=FULL" in synchronous else "default"
    database = f"sqlite, synchronous={durable}" if is_sqlite() else "postgresql"
    return {"bench": "journal", "database": database, **place.machine(), "entries": made, **figures}


class Journal:
    """Records hazards straight through the journal, without services, and counts time."""

    def __init__(self) -> None:
        self.dice = random.Random(1)
        self.now = datetime.now(UTC) - timedelta(days=30)
        self.open: list[str] = []

    def timed(self, entries: int, work: Callable[[], Any]) -> dict[str, float]:
        """Entries a second, and CPU milliseconds of this process for one."""
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        spent, busy = time.perf_counter() - wall, time.process_time() - cpu
        return {"per_second": round(entries / spent, 1), "cpu_ms": round(busy / entries * 1000, 3)}

    def create(self, count: int) -> None:
        """One transaction with `count` new hazards."""
        from anlan.kernel.entry import Draft, Step
        from anlan.platform.journal import node
        from anlan.platform.journal.record import NEW, record_many
        from anlan.platform.scope import SYSTEM

        self.now += timedelta(seconds=1)
        drafts = []
        for _ in range(count):
            subject = f"inspection.hazard/{node.new_id(self.now)}"
            serial = self.dice.randint(0, 10**6)
            data = {
                "number": f"YH-{serial}", "enterprise_id": node.new_id(self.now), "grade": "general",
                "source": "town", "lon": 121.2, "lat": 28.6, "basis": "《中华人民共和国安全生产法》第三十六条第二款",
            }  # fmt: skip
            said = {"description": "干式除尘器未设置泄爆装置", "place": "除尘器"}
            draft = Draft("inspection.hazard.found", subject, "331003001001", data, said, step=Step("", "found"))
            drafts.append((draft, NEW))
            self.open.append(subject)
        record_many(drafts, scope=SYSTEM, now=self.now)

    def step(self, count: int) -> None:
        """One transaction that takes `count` found hazards one step further."""
        from anlan.kernel.entry import Draft, Step
        from anlan.platform.journal.record import record_many
        from anlan.platform.scope import SYSTEM

        self.now += timedelta(seconds=1)
        due = (self.now + timedelta(days=15)).isoformat()
        data = {"due_at": due, "due_provisional": False, "due_unit": "days", "due_count": 15}
        said = {"note": "责令限期整改：停用并加装泄爆装置。"}
        drafts = [
            (Draft("inspection.hazard.ordered", s, "331003001001", data, said, step=Step("found", "ordered")), 1)
            for s in (self.open.pop(0) for _ in range(count))
        ]
        record_many(drafts, scope=SYSTEM, now=self.now)

    def read_back(self) -> dict[str, Any]:
        """Folding everything anew (compared with the tables), the same shuffled, and verifying the chain."""
        from anlan.platform.journal import chain
        from anlan.platform.journal.models import JournalEntry

        figures: dict[str, Any] = {}
        entries = JournalEntry._default_manager.count()
        for name, seed in (("rebuild_check", None), ("rebuild_check_shuffled", 1)):
            folded: list[Any] = []
            figures[name] = self.timed(entries, lambda seed=seed, out=folded: out.append(_rebuild(seed)))
            figures[name]["differences"] = folded[0].differences
        broken: list[Any] = []
        figures["verify"] = self.timed(entries, lambda: broken.append(chain.verify()))
        figures["verify"]["breaks"] = len(broken[0].breaks)
        return figures

    def bytes(self) -> int:
        """Bytes of the journal's tables and indexes: entries, chain, heads."""
        from django.db import connection

        from anlan.platform.database import is_sqlite

        tables = ("journal_entry", "journal_seq", "journal_head")
        with connection.cursor() as cursor:
            if is_sqlite():
                cursor.execute(
                    "SELECT COALESCE(SUM(pgsize), 0) FROM dbstat WHERE name IN"
                    " (SELECT name FROM sqlite_master WHERE tbl_name IN (%s, %s, %s))",
                    list(tables),
                )
            else:
                cursor.execute(
                    "SELECT SUM(pg_total_relation_size(t::regclass)) FROM unnest(%s::text[]) AS t", [list(tables)]
                )
            return int(cursor.fetchone()[0])


def _rebuild(seed: int | None) -> Any:
    from anlan.platform.journal import rebuild

    return rebuild.rebuild(check=True, shuffle=seed)


if __name__ == "__main__":
    main()
