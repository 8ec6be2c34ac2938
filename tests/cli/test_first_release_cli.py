"""A data folder of the first release is brought to today's tables, and goes on working."""

from __future__ import annotations

import sqlite3
import tarfile
from pathlib import Path

import pytest
from cli_process import anlan

pytestmark = pytest.mark.slow

VECTOR = Path(__file__).resolve().parents[1] / "vectors" / "upgrade" / "county-0.1.0.tar.xz"


def tables(folder: Path) -> tuple[dict[str, list[tuple[object, ...]]], set[str]]:
    """(columns by table, indexes) of a data folder's database."""
    with sqlite3.connect(folder / "anlan.sqlite3") as held:
        made = held.execute("SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%'").fetchall()
        columns = {
            name: sorted((c[1], c[2], c[3], c[5]) for c in held.execute(f'PRAGMA table_info("{name}")'))
            for kind, name, _ in made
            if kind == "table"
        }
    return columns, {sql for kind, _, sql in made if kind == "index"}


def test_a_folder_of_the_first_release_is_upgraded_and_goes_on(data: Path, tmp_path: Path) -> None:
    old = tmp_path / "old"
    with tarfile.open(VECTOR) as archive:
        archive.extractall(old, filter="data")
    (old / "keys").mkdir()
    for name in ("secret.key", "vault.key"):
        (old / "keys" / name).write_bytes((data / "keys" / name).read_bytes())
        (old / "keys" / name).chmod(0o600)
    refused = anlan("journal", "verify", "--data", old, "--json")
    assert refused.json["code"] == "cli.upgrade_needed"
    ran = anlan("upgrade", "--data", old, "--json")
    assert ran.code == 0, ran.err
    assert (ran.json["ok"], ran.json["refolded"], "platform.0006_first_release" in ran.json["migrations"]) == (
        True,
        1,  # the answers of second officers are said in hazards' rows since
        True,
    )
    assert ran.json["entries"] >= 86
    assert tables(old) == tables(data)
    states = "SELECT number, state, submitted_late FROM inspection_hazard ORDER BY number"
    with sqlite3.connect(old / "anlan.sqlite3") as held:
        assert held.execute(states).fetchall() == [
            (f"YH-331003a-2026-{n:06d}", state, 0)
            for n, state in enumerate(("found", "ordered", "submitted", "closed"), 1)
        ]
    roles = "SELECT word, words FROM accounts_role WHERE word != '' ORDER BY word"
    with sqlite3.connect(old / "anlan.sqlite3") as upgraded, sqlite3.connect(data / "anlan.sqlite3") as fresh:
        held, declared = dict(upgraded.execute(roles).fetchall()), dict(fresh.execute(roles).fetchall())
    assert held == declared
    assert "inspection.listing.sign" in held["leader"].split()
    again = anlan("upgrade", "--data", old, "--json")
    assert (again.json["migrations"], again.json["entries"]) == ([], ran.json["entries"])
    assert anlan("journal", "rebuild", "--check", "--data", old, "--json").json["differences"] == 0
    user = ("user", "add", "someone", "--name", "测试员", "--role", "admin", "--organisation", "应急管理局")
    assert anlan(*user, "--data", old, "--json").code == 0
    assert anlan("journal", "verify", "--data", old, "--json").json["breaks"] == []
