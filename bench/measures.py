"""Speed of the indicators and of the leaders' page over a county of hazards, each measured with nothing kept.

Run: `python bench/measures.py --json [--hazards 200000] [--enterprises 5000] [--data FOLDER] [--database URL]`. Prints one
line of JSON: milliseconds of wall clock by indicator and dimension over one year, the whole county, and of the parts of
the leaders' page. A figure that was made is kept by the server until the next entry.
"""

from __future__ import annotations

import argparse
import json
import shutil
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import place


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one line of JSON (always printed; kept for uniformity)")
    parser.add_argument("--hazards", type=int, default=200_000)
    parser.add_argument("--enterprises", type=int, default=5_000)
    parser.add_argument("--data", help="a folder that is kept and continued; default: a temporary one")
    parser.add_argument("--database", help="postgresql://…; default: SQLite in the folder")
    asked = parser.parse_args()
    folder = place.prepare(asked.data, asked.database)
    try:
        import bulk

        now = datetime.now(UTC)
        bulk.seed(asked.enterprises, asked.hazards, now, place.note)
        print(json.dumps(place.machine() | measure(now), ensure_ascii=False))
    finally:
        if not asked.data:
            shutil.rmtree(folder, ignore_errors=True)


def measure(now: datetime) -> dict[str, Any]:
    """Milliseconds by name, the best of two runs."""
    from anlan.accounts import queries as accounts
    from anlan.accounts.services.bootstrap import SETUP
    from anlan.inspection.queries import leading, lookbacks, measured, measures, standings
    from anlan.kernel.deadlines import local_date

    scope = accounts.post_scopes(accounts.account_list(SETUP).get(username="leader"), now)[0]
    until = local_date(now)
    since = until - timedelta(days=365)
    found: dict[str, Any] = {}
    for measure_id in ("found", "overdue", "close_days"):
        for by, _ in measures.DIMENSIONS:
            asked = measures.asked_of(scope, measure_id, by, "", since, until)
            found[f"{measure_id}_{by}_ms"] = _ms(lambda asked=asked: measured.measure_table(scope, asked, now))
    found["majors_ms"] = _ms(lambda: leading.majors_by_town(scope, now, 8))
    found["towns_ms"] = _ms(lambda: standings.town_standings(scope, now))
    found["enterprises_ms"] = _ms(lambda: standings.enterprise_standings(scope, now))
    found["look_backs_ms"] = _ms(lambda: lookbacks.look_back_rates(scope, "", since, until))
    found["leaders_ms"] = _ms(lambda: _leaders(scope, since, until, now))
    return found


def _leaders(scope: Any, since: date, until: date, now: datetime) -> None:
    """All that the leaders' page asks for, with what its parts share."""
    from anlan.inspection.queries import leading, lookbacks, standings

    towns, enterprises = standings.town_standings(scope, now), standings.enterprise_standings(scope, now)
    leading.majors_by_town(scope, now, 8)
    lookbacks.look_back_rates(scope, "", since, until)
    for each in leading.interviews(now, towns, enterprises)[:20]:
        list(each.reasons)
    for standing in standings.worst_enterprises(enterprises, 15):
        dict(standing.urls)


def _ms(act: Callable[[], Any]) -> float:
    from anlan.platform.ledger.totals import KEPT

    best = float("inf")
    for _ in range(2):
        KEPT.forget()
        start = time.perf_counter()
        act()
        best = min(best, time.perf_counter() - start)
    return round(best * 1000, 1)


if __name__ == "__main__":
    main()
