"""How fast a node catches up with another one: entries a CPU second through `receive` alone and through whole turns.

Run: `python bench/catch_up.py --json [--entries 20000] [--segment 2000] [--profile FILE]`. Prints one line of JSON.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import pickle
import re
import shutil
import sys
import tempfile
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import place

ROOT = Path(__file__).resolve().parents[1]
COUNTY, TOWN = "331003", "331003001"
# How many of each in a hundred subjects, after the templates of `_played`.
_MIX = {"inspection.hazard": 60, "registry.enterprise": 18, "inspection.inspection": 12, "accounts.person": 10}
_OPEN, _BATCH = 400, 100


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one line of JSON (always printed; kept for uniformity)")
    parser.add_argument("--entries", type=int, default=20_000, help="entries of the town that others catch up with")
    parser.add_argument("--segment", type=int, default=2000, help="links handed to one call of `receive`")
    parser.add_argument("--profile", help="write cProfile's figures to FILE.receive and FILE.turns0, FILE.turns1 …")
    asked = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="anlan-bench-"))
    try:
        print(json.dumps(measure(folder, asked.entries, asked.segment, asked.profile), ensure_ascii=False))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def measure(folder: Path, entries: int, segment: int, profile: str | None = None) -> dict[str, Any]:
    """A county and its town meet; the town works; the county hears it, and an empty node is handed the same links.

    The figures named in the first place are those of `receive`; `turns` those of `hear`, with its parts.
    """
    # This process holds no node; it carries objects between those that do and must know their classes.
    sys.path[:0] = [str(ROOT / "src"), str(ROOT / "tests"), str(ROOT / "tests" / "tools")]
    os.environ |= place.environment(folder / "none", None)
    (folder / "none").mkdir()
    import django

    django.setup()
    from exchange.nodes import NodeProcess, federation

    with federation(folder) as made:
        # A hub on PostgreSQL: under tests/tools/postgres.sh, whose server writes without fsync.
        made.node("county", COUNTY, database=os.environ.get("ANLAN_TEST_DATABASE_URL", ""))
        made.node("town", TOWN, "county")
        made.settle()
        made.pass_time(days=200)
        county, town = made.nodes["county"], made.nodes["town"]
        run = f"import sys; sys.path.insert(0, {str(ROOT / 'bench')!r}); import catch_up; "
        place.note("the town works")
        held = town.run(source=run + "answer = catch_up.work(entries)", entries=entries)
        town.run(source=run + "catch_up.write_links(path)", path=str(folder / "links"))
        place.note(f"{held} entries; an empty node receives them")
        shutil.copytree(folder / "template", folder / "empty")
        # A name of its own: it closes with the others.
        empty = made.nodes["empty"] = NodeProcess(folder / "empty", ANLAN_SECRET_KEY="1" * 64, ANLAN_VAULT_KEY="1" * 64)
        empty.now = county.now
        given = {"path": str(folder / "links"), "segment": segment, "profile": profile and profile + ".receive"}
        alone = empty.run(source=run + "answer = catch_up.receive_all(path, segment, profile)", **given)
        stick = town.export(path=str(folder / "stick.parts"))
        place.note(f"a stick with all of it: {stick} bytes; the county hears turns")
        turns: dict[str, float] = {}
        for number in count():
            town.run(source=run + "catch_up.say(key, path)", key=county.key, path=str(folder / "turn"))
            given = {"path": str(folder / "turn"), "profile": profile and f"{profile}.turns{number}"}
            heard = county.run(source=run + "answer = catch_up.hear(path, profile)", **given)
            for name, value in heard.items():
                turns[name] = turns.get(name, 0) + value
            if not heard["links"]:
                break
            # The answer tells the town what the county holds now; nothing of it is counted.
            town.hear(data=county.say(key=town.key))
        size = county.run(source=_SIZE)
        digests = run + "answer = catch_up.rows(town)"
        same = county.run(source=digests, town=town.id) == town.run(source=digests, town=town.id)
    return {
        "bench": "catch_up", **place.machine(), **_rated(alone), "segment": segment, "turns": _rated(turns),
        "stick_bytes": stick, "county": size,
        "same_rows": same,
    }  # fmt: skip


_SIZE = """
from django.db import connection
from anlan.platform.journal.models import JournalEntry
ask = "SELECT page_count * page_size FROM pragma_page_count(), pragma_page_size()"
with connection.cursor() as cursor:
    cursor.execute(ask if connection.vendor == "sqlite" else "SELECT pg_database_size(current_database())")
    answer = {"database": connection.vendor, "bytes": cursor.fetchone()[0], "entries": JournalEntry.objects.count()}
"""


def _rated(figures: dict[str, Any]) -> dict[str, Any]:
    cpu = figures["cpu_seconds"]
    return {
        "entries": int(figures["entries"]), "bytes": int(figures["bytes"]), "cpu_seconds": round(cpu, 3),
        "entries_per_cpu_s": round(figures["entries"] / cpu, 1), "wall_seconds": round(figures["wall_seconds"], 3),
    }  # fmt: skip


# --- in the town -------------------------------------------------------------------------------------------------------


def work(entries: int) -> int:
    """Some of everything through the services, then copies of their entries under new subjects, many at work at a time."""
    from anlan.kernel.entry import Draft, Step
    from anlan.platform import clock
    from anlan.platform.database import writing
    from anlan.platform.journal import node
    from anlan.platform.journal.models import JournalEntry
    from anlan.platform.journal.record import record_many
    from anlan.platform.scope import Scope

    dice, now, kinds = Random(1), clock.now() - timedelta(days=100), list(_MIX)
    played = _played(clock.now())
    under: list[tuple[str, list[Any]]] = []
    while (left := entries - JournalEntry.objects.count()) > 0:
        drafts, used = [], set[str]()
        now += timedelta(minutes=dice.randint(1, 9))
        while len(drafts) < min(_BATCH, left):
            if len(under) < _OPEN and dice.random() < 0.6:
                kind = dice.choices(kinds, list(_MIX.values()))[0]
                under.append((f"{kind}/{node.new_id(now)}", list(dice.choice(played[kind]))))
            if not under:
                continue
            place_ = dice.randrange(len(under))
            subject, steps = under[place_]
            if subject in used:
                break
            used.add(subject)
            one = steps.pop(0)
            if not steps:
                under.pop(place_)
            serial = f"{dice.randint(0, 10**6):06}"
            data, text = _changed(one.data, serial), _changed(one.text, serial)
            step = Step(one.from_ or "", one.to) if one.to else None
            drafts.append((
                Draft(one.kind, subject, one.region, data, text, _at(one.at), step, legal=tuple(one.afters)),
                None,
                Scope(one.actor, "", one.post, frozenset(), one.region),
            ))  # fmt: skip
        with writing():
            for draft, base, scope in drafts:
                record_many([(draft, base)], scope=scope, now=now)
    return JournalEntry.objects.count()


def _played(now: datetime) -> dict[str, list[list[Any]]]:
    """Entries of subjects that went through their services, by subject type."""
    from __main__ import WORLD  # tests/exchange/node_acts.py
    from anlan.inspection import queries
    from anlan.inspection.services.inspections import (
        ItemAnswer,
        inspection_finish,
        inspection_items_set,
        inspection_start,
    )
    from anlan.platform.journal.models import Head
    from anlan.platform.journal.refold import entries_of
    from inspection.factories import REGISTRAR
    from registry.factories import make_enterprise

    before = set(Head.objects.values_list("subject", flat=True))
    scope = WORLD.scope["town"]
    words = ("配电箱箱门未上锁，箱内积尘", "除尘器灰斗未设锁气卸灰装置", "安全出口堆放成品纸箱，疏散通道不足1.1米")
    for number, said in enumerate(words):
        WORLD.closed(now=now - timedelta(days=20), description=said)
        WORLD.submitted(now=now - timedelta(days=9), description=said)
        WORLD.ordered(now=now - timedelta(days=5), description=said)
        make_enterprise(REGISTRAR, 100 + number, name=f"测试{'东西南'[number]}郊金属制品有限公司", region="331003001001")
        WORLD.county.add(f"bench_{number}", role="grid", organisation="东城街道应急办", region=TOWN, name=f"测试{number}")
    for code in ("ty", "yxkj"):
        key = inspection_start(
            scope=scope, enterprise_id=WORLD.enterprise, checklist_id=WORLD.checklist(code), now=now, officers=[WORLD.mate]
        )
        sheet = queries.inspection_sheet(queries.inspection_get(scope, key))
        answers = [ItemAnswer(item.key, "pass") for item in sheet]
        inspection_items_set(scope=scope, inspection_id=key, answers=answers, now=now)
        inspection_finish(scope=scope, inspection_id=key, conclusion="未发现问题", now=now)
    played: dict[str, list[list[Any]]] = {kind: [] for kind in _MIX}
    for sid, subject in Head.objects.values_list("sid", "subject"):
        kind = subject.partition("/")[0]
        if subject not in before and kind in played:
            played[kind].append(entries_of(sid))
    return played


def _changed(values: Any, serial: str) -> Any:
    """The values with other numbers and names, as long as before."""
    changed = json.loads(json.dumps(values))
    for name in ("number", "name", "description"):
        if isinstance(changed.get(name), str):
            changed[name] = re.sub(r"\d{3,6}$", serial, changed[name]) if name == "number" else changed[name] + serial
    return changed


def _at(ms: int | None) -> datetime | None:
    return None if ms is None else datetime.fromtimestamp(ms / 1000, UTC)


def write_links(path: str) -> None:
    """All links of this node's own chain."""
    from anlan.platform.journal import node
    from anlan.platform.journal.receive import links_of

    links, own = [], node.own().id
    while more := links_of(own, len(links)):
        links += more
    Path(path).write_bytes(pickle.dumps(links))


def say(key: str, path: str) -> None:
    """The next turn for the neighbour with this key."""
    from anlan.platform import clock
    from anlan.platform.exchange import turn
    from anlan.platform.exchange.parts import joined

    Path(path).write_bytes(joined(turn.say(turn.link_of(key), now=clock.now())))


# --- where it arrives --------------------------------------------------------------------------------------------------


class _Clock:
    """CPU time of this process and time on the wall within the block, added to `figures`."""

    def __init__(self, figures: dict[str, Any], profile: str | None) -> None:
        self.figures, self.file = figures, profile

    def __enter__(self) -> None:
        import cProfile
        import time

        self.profile = cProfile.Profile() if self.file else None
        if self.profile:
            self.profile.enable()
        self.wall, self.cpu = time.perf_counter(), time.process_time()

    def __exit__(self, *error: object) -> None:
        import time

        self.figures["wall_seconds"] = time.perf_counter() - self.wall
        self.figures["cpu_seconds"] = time.process_time() - self.cpu
        if self.profile:
            self.profile.disable()
            self.profile.dump_stats(self.file)


def receive_all(path: str, segment: int, profile: str | None) -> dict[str, Any]:
    """Receive the links of a file in segments; the node is started first, nothing else is in it."""
    from anlan.platform import clock
    from anlan.platform.journal import node
    from anlan.platform.journal.receive import receive

    node.start(COUNTY.ljust(12, "0"))
    links, now, admitted = pickle.loads(Path(path).read_bytes()), clock.now(), 0
    figures: dict[str, Any] = {"entries": len(links), "bytes": sum(len(k.body) + len(k.text or b"") for k in links)}
    with _Clock(figures, profile):
        for start in range(0, len(links), segment):
            admitted += receive(links[start : start + segment], region=TOWN.ljust(12, "0"), now=now).admitted
    if admitted != len(links):
        raise SystemExit(f"{admitted} of {len(links)} links were admitted")
    return figures


def hear(path: str, profile: str | None) -> dict[str, Any]:
    """Hear one turn; `bytes` are those that travelled, `links` what was admitted of it (entries here, no stubs)."""
    from anlan.platform import clock
    from anlan.platform.exchange import turn
    from anlan.platform.journal.models import JournalEntry

    data, before = Path(path).read_bytes(), JournalEntry.objects.count()
    figures: dict[str, Any] = {"bytes": len(data)}
    with _Clock(figures, profile):
        said = turn.hear(data, now=clock.now())
    if said.stopped:
        raise SystemExit(f"stopped: {said.stopped}")
    return figures | {"links": said.admitted, "entries": JournalEntry.objects.count() - before}


def rows(town: str) -> str:
    """One digest over the rows of every subject that this node of a town wrote about."""
    from anlan.platform.journal.models import Head, JournalEntry
    from anlan.platform.journal.rows import load_rows

    sids = JournalEntry.objects.filter(node=town).values("sid")
    state = hashlib.sha256()
    for subject in Head.objects.filter(sid__in=sids).order_by("subject").values_list("subject", flat=True):
        kind, _, key = subject.partition("/")
        state.update(repr((subject, load_rows(kind, [key]))).encode())
    return state.hexdigest()


if __name__ == "__main__":
    main()
