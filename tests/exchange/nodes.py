"""Nodes as processes with databases of their own, driven by tests and by bench/federation.py."""

from __future__ import annotations

import os
import pickle
import secrets
import shutil
import struct
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

HERE = Path(__file__).resolve()
ROOT = HERE.parents[2]
ACTS = HERE.with_name("node_acts.py")
BEGUN = datetime(2026, 4, 1, 1, 0, tzinfo=UTC)
_LENGTH = struct.Struct(">I")


class Refused(Exception):
    """What a node raised: the name of its type, the code of a typed error, the traceback."""

    def __init__(self, kind: str, code: str, trace: str) -> None:
        super().__init__(f"{kind} {code}\n{trace}")
        self.kind, self.code = kind, code


class NodeProcess:
    """One node; `node.act(...)` calls the function of that name in node_acts.py."""

    def __init__(self, folder: Path, **environment: str) -> None:
        self.folder, self._environment = folder, environment
        self.database = environment.get("ANLAN_DATABASE_URL", "")
        self.now, self.drift = BEGUN, timedelta(0)
        self.id = self.region = self.key = ""
        self.begin()

    def begin(self) -> None:
        """Start the process (again)."""
        kept = {k: v for k, v in os.environ.items() if not k.startswith(("ANLAN_", "DJANGO_"))}
        paths = os.pathsep.join(str(ROOT / p) for p in ("src", "tests", "tests/tools"))
        settings = {
            "ANLAN_DATA": str(self.folder),
            "DJANGO_SETTINGS_MODULE": "anlan.config.settings",
            "PYTHONPATH": paths,
        }
        self._process = subprocess.Popen(
            [sys.executable, str(ACTS)],
            env=kept | settings | self._environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )

    def beside(self) -> NodeProcess:
        """Another process of the same node, on the same database."""
        other = NodeProcess(self.folder, **self._environment)
        other.now, other.drift, other.id, other.region, other.key = self.now, self.drift, self.id, self.region, self.key
        return other

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)
        return lambda **given: self.call(name, given)

    def call(self, name: str, given: dict[str, Any]) -> Any:
        assert self._process.stdin and self._process.stdout
        data = pickle.dumps((name, given, (self.now + self.drift).isoformat()))
        self._process.stdin.write(_LENGTH.pack(len(data)) + data)
        self._process.stdin.flush()
        well, answer = pickle.loads(self._process.stdout.read(*_LENGTH.unpack(self._process.stdout.read(_LENGTH.size))))
        if not well:
            raise Refused(*answer)
        return answer

    def kill(self) -> None:
        """End it as a power cut does."""
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()


@dataclass
class Federation:
    """Nodes that stand above and below each other, with the tests' county at the top; `folder` holds their data folders.

    With `databases` the county keeps its tables in PostgreSQL, as a hub does; those below keep theirs in SQLite.
    """

    folder: Path
    databases: Databases | None = None
    nodes: dict[str, NodeProcess] = field(default_factory=dict)
    above: dict[str, str] = field(default_factory=dict)
    made: bytes = b""

    @property
    def world(self) -> Any:
        """What the county's process made, with the ids of its people and enterprises."""
        return pickle.loads(self.made)

    def node(self, name: str, region: str, parent: str | None = None, database: str = "") -> NodeProcess:
        """A new node; one with a parent is enrolled there. `database`: address of a PostgreSQL, "" for SQLite."""
        data = self.folder / name
        shutil.copytree(self._template(), data)
        (data / "keys").mkdir(exist_ok=True)
        for key in ("secret.key", "vault.key"):
            (data / "keys" / key).write_text(secrets.token_hex(32))
            (data / "keys" / key).chmod(0o600)
        copied = self.databases.make() if self.databases and parent is None else ""
        there = {"ANLAN_DATABASE_URL": database or copied}
        node = self.nodes[name] = NodeProcess(data, **(there if database or copied else {}))
        if database:
            node.prepare()
        node.region = region
        if self.nodes:
            node.now = max(n.now for n in self.nodes.values())
        if parent is None:
            node.id = node.start(region=region.ljust(12, "0"), known=0, top=True)
            self.made = node.world()
        else:
            self.enrol(name, parent)
        node.key = node.keys()[0]
        return node

    def enrol(self, name: str, parent: str) -> None:
        """Code, request, approval; the node begins with the number of incarnations that its parent knows."""
        node, upper = self.nodes[name], self.nodes[parent]
        code = upper.code(region=node.region)
        key, box_key = node.keys()
        card = upper.ask(code=code, region=node.region.ljust(12, "0"), name=name, key=key, box_key=box_key)
        node.id = node.start(region=node.region.ljust(12, "0"), known=card["known"], top=False)
        node.parent(card=card, url="http://127.0.0.1:9")
        upper.approve()
        node.world(made=self.made)
        self.above[name] = parent

    def _template(self) -> Path:
        template = self.folder / "template"
        if not template.exists():
            template.mkdir(parents=True)
            maker = NodeProcess(template, ANLAN_SECRET_KEY="0" * 64, ANLAN_VAULT_KEY="0" * 64)
            maker.prepare()
            maker.kill()
        return template

    def meet(self, name: str, rounds: int = 50) -> int:
        """Turns between a node and its parent until neither has more; links admitted."""
        lower, upper = self.nodes[name], self.nodes[self.above[name]]
        heard: dict[str, Any] = {"lacking": (), "asked": ()}
        total = 0
        for _ in range(rounds):
            told = lower.say(key=upper.key, want=heard["lacking"], fills=heard["asked"])
            answer = upper.hear(data=told)
            back = upper.say(key=lower.key, want=answer["lacking"], fills=answer["asked"])
            heard = lower.hear(data=back)
            total += answer["admitted"] + heard["admitted"]
            went = any(
                said[what] for said in (answer, heard) for what in ("admitted", "file_bytes", "lacking", "asked")
            )
            if not went:
                return total
        raise AssertionError(f"{name} and its parent never have done")

    def settle(self) -> None:
        """Everybody meets, from below and back again."""
        deep = sorted(self.above, key=lambda n: -len(self.nodes[n].region))
        for name in (*deep, *reversed(deep), *deep, *reversed(deep)):
            self.meet(name)

    def pass_time(self, **by: float) -> None:
        """Let every clock go on."""
        for node in self.nodes.values():
            node.now += timedelta(**by)

    def end(self) -> None:
        """End every process."""
        for node in self.nodes.values():
            node.kill()


class Databases:
    """Databases on the server of ANLAN_TEST_DATABASE_URL: each a copy of one that was migrated once, all dropped by `drop`."""

    def __init__(self, url: str) -> None:
        self._server, _, name = url.rpartition("/")
        self._made: list[str] = []
        self._stem = f"{name}_{secrets.token_hex(4)}"

    def make(self) -> str:
        """The address of a new database with the tables of a node."""
        template = f"{self._stem}_0"
        if not self._made:
            self._create(template, "template0")
            with TemporaryDirectory() as folder:
                given = {"ANLAN_SECRET_KEY": "0" * 64, "ANLAN_VAULT_KEY": "0" * 64}
                maker = NodeProcess(Path(folder), ANLAN_DATABASE_URL=f"{self._server}/{template}", **given)
                maker.prepare()
                maker.kill()
        name = f"{self._stem}_{len(self._made)}"
        self._create(name, template)
        return f"{self._server}/{name}"

    def _create(self, name: str, template: str) -> None:
        # A connection of the process that was killed may take a moment to leave the template.
        self._run("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", template)
        # Sorted as a hub in China may be: whatever relies on the order of texts being that of their bytes, shows.
        sorting = "LOCALE_PROVIDER icu ICU_LOCALE 'zh' LOCALE 'C.UTF-8'" if template == "template0" else ""
        self._run(f'CREATE DATABASE "{name}" TEMPLATE "{template}" {sorting}')
        self._made.append(name)

    def drop(self) -> None:
        """Drop every one of them, also where somebody is still connected."""
        for name in self._made:
            self._run(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _run(self, statement: str, *values: str) -> None:
        import psycopg

        with psycopg.connect(f"{self._server}/postgres", autocommit=True) as server:
            server.execute(statement, values or None)


@contextmanager
def databases() -> Iterator[Databases | None]:
    """Databases for hubs where the suite runs on PostgreSQL; they are gone after the block."""
    url = os.environ.get("ANLAN_TEST_DATABASE_URL")
    made = Databases(url) if url else None
    try:
        yield made
    finally:
        if made is not None:
            made.drop()


@contextmanager
def federation(folder: Path, hubs: Databases | None = None) -> Iterator[Federation]:
    """A federation whose processes end with the block."""
    made = Federation(folder, hubs)
    try:
        yield made
    finally:
        made.end()
