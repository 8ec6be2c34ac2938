"""journal verify, rebuild, export, show from the command line."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from cli_process import anlan

pytestmark = pytest.mark.slow


@pytest.fixture
def subject(data: Path) -> str:
    ran = anlan(
        *("user", "add", "zhang.san", "--name", "张三", "--role", "admin", "--organisation", "应急管理局"),
        *("--data", data, "--json"),
    )
    assert ran.code == 0, ran.err
    return f"accounts.person/{ran.json['person']}"


def test_an_intact_journal_is_verified_and_equals_its_rows(data: Path, subject: str) -> None:
    verified = anlan("journal", "verify", "--data", data, "--json")
    assert (verified.code, verified.json["ok"], verified.json["breaks"]) == (0, True, [])
    checked = anlan("journal", "rebuild", "--check", "--shuffle", "7", "--data", data, "--json")
    assert (checked.code, checked.json["differences"]) == (0, 0)
    assert checked.json["entries"] == verified.json["entries"]


def test_the_first_altered_entry_is_named(data: Path, subject: str) -> None:
    with sqlite3.connect(data / "anlan.sqlite3") as held:
        entry, body = held.execute(
            "SELECT e.id, e.body FROM journal_entry e JOIN journal_head h ON h.sid = e.sid WHERE h.subject = ?",
            [subject],
        ).fetchone()
        held.execute("UPDATE journal_entry SET body = ? WHERE id = ?", [body.replace("331003", "331004"), entry])
    held.close()
    ran = anlan("journal", "verify", "--data", data, "--json")
    assert ran.code == 1
    assert [b["reason"] for b in ran.json["breaks"]] == ["body_altered"]
    assert ran.json["breaks"][0]["entry"].replace("-", "") == entry.replace("-", "")


def test_a_row_that_was_changed_by_hand_is_found_and_mended(data: Path, subject: str) -> None:
    with sqlite3.connect(data / "anlan.sqlite3") as held:
        held.execute("UPDATE accounts_person SET name = '李四'")
    held.close()
    found = anlan("journal", "rebuild", "--check", "--data", data, "--json")
    assert (found.code, found.json["differences"]) == (1, 1)
    assert found.json["different"] == [{"subject": subject, "columns": ["name"]}]
    assert anlan("journal", "rebuild", "--data", data).code == 0
    assert anlan("journal", "rebuild", "--check", "--data", data).code == 0


def test_an_export_is_verified_without_anlan(data: Path, subject: str, tmp_path: Path) -> None:
    ran = anlan("journal", "export", "--subject", subject, "-o", tmp_path / "person.json", "--data", data, "--json")
    assert ran.code == 0, ran.err
    verifier = [sys.executable, "-I", ran.json["verifier"], ran.json["file"]]
    assert subprocess.run(verifier, capture_output=True).returncode == 0
    text = (tmp_path / "person.json").read_text(encoding="utf-8")
    (tmp_path / "person.json").write_text(text.replace("331003", "331004"), encoding="utf-8")
    assert subprocess.run(verifier, capture_output=True).returncode == 1


def test_a_subject_is_shown_with_its_entries(data: Path, subject: str) -> None:
    shown = anlan("journal", "show", subject, "--data", data, "--json")
    assert shown.code == 0
    assert [e["kind"] for e in shown.json["entries"]] == ["accounts.person.created", "accounts.person.account_opened"]
    missing = anlan("journal", "show", "accounts.person/none", "--data", data, "--json")
    assert (missing.code, missing.json["code"]) == (1, "journal.subject_not_found")


def test_shuffling_makes_sense_only_when_comparing(data: Path) -> None:
    assert anlan("journal", "rebuild", "--shuffle", "7", "--data", data).code == 2


def test_an_export_makes_the_folder_it_is_written_to(data: Path, subject: str, tmp_path: Path) -> None:
    target = tmp_path / "proof" / "role.json"
    made = anlan("journal", "export", "--subject", subject, "-o", target, "--data", data, "--json")
    assert (made.code, made.json["ok"]) == (0, True), made.err
    assert target.is_file()


def test_a_fence_is_recorded_with_its_reason_and_one_of_the_servers_own_name_takes_a_new_one(data: Path) -> None:
    unknown = anlan("journal", "fence", "331003009a", "--last", "1", "--reason", "查明", "--data", data, "--json")
    assert (unknown.code, unknown.json["code"]) == (1, "journal.fence.node_unknown")
    assert anlan("journal", "fence", "331003a", "--last", "1", "--data", data).code == 2
    with sqlite3.connect(data / "anlan.sqlite3") as held:
        (last,) = held.execute("SELECT last_seq FROM journal_node WHERE id = '331003a'").fetchone()
    ran = anlan("journal", "fence", "331003a", "--last", last, "--reason", "目录被复制", "--data", data, "--json")
    assert (ran.code, ran.json["last"], ran.json["own"][:7]) == (0, last, "331003b")
    assert anlan("journal", "verify", "--data", data, "--json").json["ok"]
    assert anlan("journal", "rebuild", "--check", "--shuffle", "3", "--data", data).code == 0
