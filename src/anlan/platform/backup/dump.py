"""The database as one file as of one moment: SQLite's backup API, or pg_dump on an exported snapshot."""

from __future__ import annotations

import contextlib
import os
import shutil
import sqlite3
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from anlan.kernel.errors import BadInput, Unavailable

if TYPE_CHECKING:
    import psycopg

SQLITE_MEMBER, POSTGRES_MEMBER = "database.sqlite3", "database.pgdump"
READINGS = "readings.sqlite3"
"""The embedded store of readings: its name in the data folder and in a backup. On PostgreSQL they are in the database."""
_COUNT = "SELECT count(*) FROM journal_entry"
_NODES = "SELECT id, region, own FROM journal_node ORDER BY id"


@dataclass(frozen=True, slots=True)
class DumpFacts:
    """What a dump holds: number of journal entries, and every node (id, region, own)."""

    entries: int
    nodes: tuple[tuple[str, str, int], ...]


def is_sqlite(database: dict[str, Any]) -> bool:
    """Whether Django's settings of a database name the embedded one."""
    return str(database["ENGINE"]).endswith("sqlite3")


def dump(database: dict[str, Any], target: Path) -> DumpFacts:
    """Write the database to `target`; writers go on meanwhile.

    Raises:
        Unavailable: "platform.backup.database_failed" with the reason, "platform.backup.pg_tools_missing".
    """
    if is_sqlite(database):
        return _dump_sqlite(Path(database["NAME"]), target)
    return _dump_postgres(database, target)


def _dump_sqlite(source: Path, target: Path) -> DumpFacts:
    copy_sqlite(source, target)
    try:
        return sqlite_facts(target)
    except sqlite3.Error as error:
        raise Unavailable("platform.backup.database_failed", reason=str(error)) from error


def copy_sqlite(source: Path, target: Path) -> None:
    """Copy an SQLite file as of one moment; writers go on meanwhile.

    Raises:
        Unavailable: "platform.backup.database_failed".
    """
    try:
        with (
            contextlib.closing(sqlite3.connect(f"file:{source}?mode=ro", uri=True, timeout=60)) as live,
            contextlib.closing(sqlite3.connect(target)) as copy,
        ):
            # All pages in one step: a step-wise copy starts over whenever somebody writes in between.
            live.backup(copy, pages=-1)
            copy.execute("PRAGMA journal_mode=DELETE")
    except sqlite3.Error as error:
        raise Unavailable("platform.backup.database_failed", reason=str(error)) from error


def sqlite_facts(path: Path) -> DumpFacts:
    """Facts of an SQLite file that nobody writes to.

    Raises:
        sqlite3.Error: the file is no database or has no journal.
    """
    with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as held:
        return DumpFacts(held.execute(_COUNT).fetchone()[0], tuple(held.execute(_NODES).fetchall()))


def sqlite_is_whole(path: Path) -> bool:
    """SQLite's own check of every page and index."""
    try:
        with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro&immutable=1", uri=True)) as held:
            return held.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    except sqlite3.Error:
        return False


def _dump_postgres(database: dict[str, Any], target: Path) -> DumpFacts:
    with connect(database) as live:
        live.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        snapshot = live.execute("SELECT pg_export_snapshot()").fetchone()[0]
        facts = DumpFacts(live.execute(_COUNT).fetchone()[0], tuple(live.execute(_NODES).fetchall()))
        options = ["--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}", f"--file={target}"]
        run_tool(database, "pg_dump", [*options, str(database["NAME"])])
    return facts


def connect(database: dict[str, Any]) -> psycopg.Connection[Any]:
    """A connection of our own beside Django's, autocommit.

    Raises:
        Unavailable: "platform.backup.database_failed".
    """
    import psycopg  # a server on SQLite never loads it

    try:
        return psycopg.connect(
            dbname=database["NAME"],
            user=database["USER"] or None,
            password=database["PASSWORD"] or None,
            host=database["HOST"] or None,
            port=database["PORT"] or None,
            autocommit=True,
        )
    except psycopg.Error as error:
        raise Unavailable("platform.backup.database_failed", reason=str(error).strip()) from error


def live_nodes(database: dict[str, Any]) -> tuple[tuple[str, str, int], ...]:
    """The nodes of the database in force; () when there is none yet."""
    try:
        if is_sqlite(database):
            path = Path(database["NAME"])
            if not path.is_file():
                return ()
            with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=60)) as held:
                return tuple(held.execute(_NODES).fetchall())
    except sqlite3.Error:
        return ()
    with connect(database) as live:
        there = live.execute("SELECT to_regclass('journal_node')").fetchone()
        return tuple(live.execute(_NODES).fetchall()) if there and there[0] else ()


def load_postgres(database: dict[str, Any], source: Path) -> None:
    """Replace the content of the PostgreSQL database by a dump, in one transaction.

    Raises:
        Unavailable: "platform.backup.database_failed", "platform.backup.pg_tools_missing".
    """
    options = ["--clean", "--if-exists", "--no-owner", "--no-privileges", "--single-transaction", "--exit-on-error"]
    run_tool(database, "pg_restore", [*options, f"--dbname={database['NAME']}", str(source)])


def list_postgres(source: Path) -> None:
    """Let pg_restore read a dump through without loading it.

    Raises:
        BadInput: "platform.backup.damaged".
    """
    done = subprocess.run([_tool("pg_restore"), "--file=/dev/null", str(source)], capture_output=True, text=True)
    if done.returncode:
        raise BadInput("platform.backup.damaged", member=POSTGRES_MEMBER)


def run_tool(database: dict[str, Any], name: str, arguments: Sequence[str]) -> None:
    """Run one of PostgreSQL's programs against `database`; the password goes by environment, never by argument.

    Raises:
        Unavailable: "platform.backup.pg_tools_missing", "platform.backup.database_failed" with its first line.
    """
    environment = os.environ | {
        "PGPASSWORD": str(database["PASSWORD"] or ""),
        "PGUSER": str(database["USER"] or ""),
        "PGHOST": str(database["HOST"] or ""),
        "PGPORT": str(database["PORT"] or ""),
    }
    kept = {k: v for k, v in environment.items() if v or not k.startswith("PG")}
    done = subprocess.run([_tool(name), *arguments], env=kept, capture_output=True, text=True)
    if done.returncode:
        first = next(iter(done.stderr.strip().splitlines()), str(done.returncode))
        raise Unavailable("platform.backup.database_failed", reason=first)


def _tool(name: str) -> str:
    """Path of one of PostgreSQL's programs: on PATH, else the newest of Debian's versioned folders."""
    if found := shutil.which(name):
        return found
    folders = sorted(Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda p: -float(p.parts[-3]))
    if not folders:
        raise Unavailable("platform.backup.pg_tools_missing", permanent=True, tool=name)
    return str(folders[0])
