"""Speed of the server: 20,000 enterprises and 200,000 hazards, one `anlan serve` process, 8 keep-alive connections.

Run: `python bench/web.py --json [--data DIR] [--database URL] [--enterprises N --hazards N] [--requests 400]`.
With --data the folder is kept and used again. Prints one line of JSON; what was inserted below the services stands in it.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote, urlencode

import place
from drive import Request, Server, measure, postgres_cpu_ms

_BELOW = "hazards: journal.record_many without services (real entries, rows and chain); enterprises: registry service"
_COUNTY, _TOWN = "331003", "331003001"


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one line of JSON (always printed; kept for uniformity)")
    parser.add_argument("--data", help="folder to keep; default: a temporary one")
    parser.add_argument("--database", help="postgresql://…; default: SQLite in the folder")
    parser.add_argument("--enterprises", type=int, default=20_000)
    parser.add_argument("--hazards", type=int, default=200_000)
    parser.add_argument("--requests", type=int, default=400, help="requests of each kind")
    parser.add_argument("--connections", type=int, default=8)
    asked = parser.parse_args()
    folder = place.prepare(asked.data, asked.database)
    try:
        seeded = _seeded(asked.enterprises, asked.hazards)
        known = Known()
        with Server(folder) as server:
            figures = Load(server, known, asked.requests, asked.connections, bool(asked.database)).all()
        answer = {
            "bench": "web",
            "database": "postgresql" if asked.database else "sqlite",
            "connections": asked.connections,
            "inserted_below_the_services": _BELOW,
            **place.machine(),
            **seeded,
            **figures,
        }
        print(json.dumps(answer, ensure_ascii=False))
    finally:
        if not asked.data:
            shutil.rmtree(folder, ignore_errors=True)


def _seeded(enterprises: int, hazards: int) -> dict[str, Any]:
    """Make what of the county the kept folder does not hold yet."""
    import bulk

    from anlan.demo.figures import figures

    held = figures(_COUNTY)
    if held["hazards"] < hazards:
        start = time.process_time()
        bulk.seed(enterprises, hazards, datetime.now(UTC), place.note)
        held = figures(_COUNTY) | {"seed_cpu_s": round(time.process_time() - start, 1)}
    return {"held": held}


class Known:
    """What the requests name: tokens of two people, ids, search words."""

    def __init__(self) -> None:
        from anlan.accounts import queries as accounts
        from anlan.accounts.services.bootstrap import SETUP
        from anlan.accounts.services.tokens import token_create
        from anlan.demo.words import words
        from anlan.inspection.models import Hazard
        from anlan.registry.models import Enterprise

        now = datetime.now(UTC)
        self.headers: dict[str, dict[str, str]] = {}
        for username in ("enforcement", "supervision", "town"):
            account = accounts.account_list(SETUP).get(username=username)
            token = token_create(
                scope=accounts.post_scopes(account, now)[0], account=account, name="bench", days=1, now=now
            )
            self.headers[username] = {"Authorization": f"Bearer {token.raw}"}
        self.hazards = [str(i) for i in Hazard._default_manager.order_by("id").values_list("id", flat=True)[:5000:5]]
        self.enterprises = [str(i) for i in Enterprise._default_manager.values_list("id", flat=True)[:2000]]
        county = words()["county"]
        pairs = [a + b for a in county["first"] for b in county["second"]]
        random.Random(2).shuffle(pairs)
        self.words = pairs


class Load:
    """The kinds of requests, one after the other."""

    def __init__(self, server: Server, known: Known, requests: int, connections: int, postgres: bool) -> None:
        self.server, self.known, self.requests, self.connections = server, known, requests, connections
        self.database_cpu: Callable[[], float] | None = postgres_cpu_ms if postgres else None
        self.run = f"{time.time():.0f}"

    def all(self) -> dict[str, Any]:
        """Every figure; memory is taken before the first load and at the end."""
        from anlan.demo.cast import PASSWORD

        idle = self.server.memory_mb()
        session = self.server.login("enforcement", PASSWORD)
        api, town = self.known.headers["enforcement"], self.known.headers["town"]
        hazards, enterprises = "/api/v1/inspection/hazards", "/api/v1/registry/enterprises"
        pick = self.known.hazards
        few = max(40, self.requests // 4)
        figures = {
            "ledger_page_html": self._many(lambda n: Request("GET", _desk(n), headers=session), few),
            "list_50_json": self._many(lambda n: Request("GET", f"{hazards}?{_filters(n)}", headers=api)),
            "record_page_html": self._many(
                lambda n: Request("GET", f"/inspection/hazards/{pick[n % len(pick)]}", headers=session), few
            ),
            "record_json": self._many(lambda n: Request("GET", f"{hazards}/{pick[n % len(pick)]}", headers=api)),
            "create_json": self._many(self._create),
            "geojson_kept": self._many(lambda n: Request("GET", f"{enterprises}.geojson", headers=api), 40),
            "geojson_after_another_ledgers_change": self._after_changes(
                Request("GET", f"{enterprises}.geojson", headers=api), 12, lambda n: self._create(100_000 + n)
            ),
            "geojson_after_a_change": self._after_changes(
                Request("GET", f"{enterprises}.geojson", headers=api), 12, self._new_enterprise
            ),
            "list_50_json_after_a_change": self._after_changes(
                Request("GET", f"{hazards}?limit=50&state=ordered", headers=api),
                12,
                lambda n: self._create(200_000 + n),
            ),
            "search_enterprises_county": self._many(self._search(enterprises, api), 200),
            "search_enterprises_town": self._many(self._search(enterprises, town), 200),
            "search_hazards_county": self._many(self._search(hazards, api), 200),
            "search_hazards_county_one_connection": self._many(self._search(hazards, api, 200), 100, 1),
        }
        return {"memory_idle_mb": idle, "memory_after_mb": self.server.memory_mb(), "measured": figures}

    def _many(self, make: Callable[[int], Request], count: int | None = None, connections: int = 0) -> dict[str, Any]:
        return measure(
            self.server,
            make,
            count or self.requests,
            connections=connections or self.connections,
            database_cpu=self.database_cpu,
            warm=16,
        )

    def _create(self, number: int) -> Request:
        """A new hazard by the API, acknowledged only when it is on disk."""
        body = {
            "enterprise_id": self.known.enterprises[number % len(self.known.enterprises)],
            "description": f"配电箱未上锁，箱前堆放杂物（第{number}次）",
            "place": "配电房",
            "grade": "general",
        }
        headers = self.known.headers["enforcement"] | {
            "Content-Type": "application/json",
            "Idempotency-Key": f"bench-{self.run}-{number + 1000}",
        }
        return Request("POST", "/api/v1/inspection/hazards", json.dumps(body).encode(), headers)

    def _new_enterprise(self, number: int) -> Request:
        from anlan.kernel.codes import make_uscc

        serial = int(self.run) * 100 % 100_000_000 + number
        body = {"name": f"测速企业{serial}", "uscc": make_uscc(_COUNTY, serial), "region": f"{_TOWN}000"}
        body |= {"address": "测速路1号", "lon": 121.26, "lat": 28.65, "status": "operating"}
        headers = self.known.headers["supervision"] | {"Content-Type": "application/json"}
        return Request("POST", "/api/v1/registry/enterprises", json.dumps(body).encode(), headers)

    def _search(self, path: str, headers: dict[str, str], start: int = 0) -> Callable[[int], Request]:
        """Two characters, other ones every time, so that no total was kept."""
        words = self.known.words
        return lambda n: Request("GET", f"{path}?limit=25&q={quote(words[(start + n) % len(words)])}", headers=headers)

    def _after_changes(self, request: Request, count: int, change: Callable[[int], Request]) -> dict[str, Any]:
        """One at a time, each after a new record, so that nothing kept in the server's memory can answer."""
        times, cpu = [], 0.0
        for number in range(count):
            status, _, answer = self.server.call(change(number))
            if status != 201:
                raise SystemExit(f"the change was refused: {status} {answer.decode()[:300]}")
            before, start = self.server.cpu_ms(), time.perf_counter()
            status, _, body = self.server.call(request)
            times.append(time.perf_counter() - start)
            cpu += self.server.cpu_ms() - before
        times.sort()
        return {
            "requests": count,
            "p50_ms": round(times[count // 2] * 1000, 1),
            "server_cpu_ms": round(cpu / count, 2),
            "answer_kb": round(len(body) / 1024, 1),
            "last_status": status,
        }


def _filters(number: int) -> str:
    """Filters as people set them: a state, sometimes a town."""
    asked = {"limit": 50, "state": ("ordered", "submitted", "closed", "found")[number % 4]}
    return urlencode(asked | ({"region": _TOWN} if number % 3 == 0 else {}))


def _desk(number: int) -> str:
    return f"/desk/inspection/hazard/?{urlencode({'state': ('ordered', 'closed')[number % 2]})}"


if __name__ == "__main__":
    main()
