"""init, user add, check, doctor, upgrade: repeatable, exact answers, refusals with reasons."""

from __future__ import annotations

import contextlib
import sqlite3
import stat
from pathlib import Path

import pytest
from cli_process import anlan, serving

pytestmark = pytest.mark.slow


def test_init_asks_nothing_and_may_be_repeated(tmp_path: Path) -> None:
    first = anlan("init", "--data", tmp_path / "d", "--json")
    assert first.code == 0
    assert first.json == {
        "ok": True,
        "data": str(tmp_path / "d"),
        "made": True,
        "keys": ["secret.key", "vault.key"],
        "node": "331003a",
        "region": "331003000000",
        "name": "浙江省台州市黄岩区",
    }
    keys = {p.name: p.read_bytes() for p in (tmp_path / "d" / "keys").iterdir()}
    modes = {stat.S_IMODE(p.stat().st_mode) for p in (tmp_path / "d").rglob("*") if p.is_file()}
    assert modes == {0o600}
    again = anlan("init", "--data", tmp_path / "d", "--json")
    assert (again.code, again.json["made"], again.json["keys"], again.json["node"]) == (0, False, [], "331003a")
    assert {p.name: p.read_bytes() for p in (tmp_path / "d" / "keys").iterdir()} == keys


def test_the_data_folder_comes_from_the_option_the_environment_or_var(tmp_path: Path) -> None:
    assert anlan("init", cwd=tmp_path).code == 0
    assert (tmp_path / "var" / "anlan.sqlite3").is_file()
    assert (
        anlan(
            "init",
            cwd=tmp_path,
            ANLAN_DATA=str(tmp_path / "other"),
        ).code
        == 0
    )
    assert (tmp_path / "other" / "anlan.sqlite3").is_file()


TOLD = ("--as", "a.b", "--reason", "原因", "--basis", "依据", "--yes")
# Every command that works on data, with arguments that are otherwise right.
ON_DATA = [
    *(("serve", "--port", "0"), ("web", "--port", "0"), ("worker",), ("upgrade",), ("doctor",), ("backup", "b.tar")),
    ("user", "add", "a.b", "--name", "甲", "--role", "admin", "--organisation", "局"),
    *(("import", "registry.enterprise", __file__), ("export", "registry.enterprise", "-o", "out.csv")),
    *(("journal", "verify"), ("journal", "rebuild"), ("journal", "rebuild", "--check"), ("journal", "show", "a.b/c")),
    *(("node", "code", "331003002"), ("node", "requests"), ("node", "approve", "x"), ("node", "refuse", "x")),
    *(("node", "status"), ("indicators", "--period", "2026")),
    *(("report", "build", "annual", "--period", "2026"), ("report", "diff", "a.zip")),
    ("report", "issue", "annual", "--period", "2026", "--html", "a.zip"),
    *(("round", "list"), ("round", "show", "x"), ("round", "form", "x"), ("round", "submit", "x", "--value", "1=2")),
    *(("round", "return", "x", "--reason", "y"), ("round", "approve", "x"), ("round", "chase", "x"), ("round", "close", "x")),
    *(("round", "reopen", "x", "--reason", "y"), ("round", "open", "--title", "x", "--period", "2026", "--due", "2026-01-02")),
    *(("node", "revoke", "x", "--reason", "原因"), ("sync", "now"), ("sync", "export", "-o", "a.parts")),
    *(("sync", "import", "a.parts"), ("sync", "forward", "a.parts", "-o", "b.parts")),
    ("journal", "fence", "331003a", "--last", "1", "--reason", "原因"),
    ("journal", "export", "--subject", "a.b/c", "-o", "s.json"),
    ("journal", "redact", "x", "--as", "a.b", "--reason", "原因", "--basis", "依据", "--yes"),
    (
        "region",
        "change",
        "331003001000",
        "renamed",
        "--on",
        "2026-05-01",
        "--as",
        "a.b",
        "--reason",
        "x",
        "--basis",
        "y",
    ),
    *(("demo", "check"), ("demo", "serve"), ("checklist", "export", "x", "-o", "x.xlsx")),
    ("node", "broker"),
    ("journal", "correct-clock", "--node", "331003a", "--first", "1", "--last", "1", "--offset-ms", "5", *TOLD),
    *((group, "list", "--as", "a.b") for group in ("hazard", "inspect", "listing")),
    ("hazard", "order", "YH-1", "--days", "5", "--as", "a.b"),
    *(("restore", "none.tar"), ("restore", "none.tar", "--check"), ("check",), ("documents", "list")),
]
READING = {"check", "documents"}


@pytest.mark.parametrize("command", ON_DATA, ids=lambda c: "-".join(c[:2]))
def test_nothing_is_left_by_a_command_on_a_mistyped_folder(tmp_path: Path, command: tuple[str, ...]) -> None:
    ran = anlan(*command, "--data", tmp_path / "typo", "--json", cwd=tmp_path)
    assert [p.name for p in tmp_path.iterdir()] == []
    if command[0] in READING:
        assert ran.code == 0
    elif ran.code == 1:
        assert command[0] == "restore" or ran.json["code"] == "cli.not_initialised"
    assert ran.code in {0, 1} and "Traceback" not in ran.err, ran.err


def test_every_command_on_data_is_tried_on_a_mistyped_folder() -> None:
    from test_help_cli import COMMANDS

    # init and demo build make the folder, a gateway makes its spool's: it runs where no data folder is.
    without_data = {"check-draft", "code", "geo", "decode", "simulate", "init", "node init", "node rebuild", "demo build",
                    "report template", "report verify", "gateway"}  # fmt: skip
    alike = ("documents", "checklist", "hazard", "inspect", "listing")  # one of each stands for all
    tried = {" ".join(c[:n]) for c in ON_DATA for n in (1, 2)}
    left = {name for name in COMMANDS if name not in tried and not name.startswith(alike)}
    assert {name for name in left if name.partition(" ")[0] not in without_data} - without_data == set()


def test_an_empty_database_that_a_mistyped_folder_once_got_does_not_stop_init(tmp_path: Path) -> None:
    (tmp_path / "d").mkdir()
    with contextlib.closing(sqlite3.connect(tmp_path / "d" / "anlan.sqlite3")) as made:
        made.execute("PRAGMA journal_mode=WAL")
    ran = anlan("init", "--data", tmp_path / "d", "--json")
    assert (ran.code, ran.json["made"]) == (0, True)


def test_a_lost_vault_key_is_not_replaced_by_a_new_one(data: Path) -> None:
    (data / "keys" / "vault.key").unlink()
    ran = anlan("init", "--data", data, "--json")
    assert (ran.code, ran.json["code"]) == (1, "cli.vault_key_lost")
    assert not (data / "keys" / "vault.key").exists()


def test_an_unknown_region_is_refused(tmp_path: Path) -> None:
    ran = anlan("init", "--region", "999999", "--data", tmp_path / "d", "--json")
    assert ran.code == 1
    assert ran.json["code"] == "kernel.region.unknown"


def test_a_wrong_environment_variable_is_a_usage_error(data: Path) -> None:
    ran = anlan("check", "--data", data, ANLAN_IDLE_MINUTES="half an hour")
    assert ran.code == 2
    assert "ANLAN_IDLE_MINUTES=half an hour" in ran.err
    ran = anlan("serve", "--port", "0", "--data", data, ANLAN_UPLOAD_MB="-1")
    assert (ran.code, ran.out) == (2, "")
    assert "ANLAN_UPLOAD_MB=-1" in ran.err and "1 至 500" in ran.err


def test_a_key_file_that_was_damaged_stops_the_start(data: Path) -> None:
    (data / "keys" / "vault.key").write_text("zz", encoding="ascii")
    ran = anlan("check", "--data", data)
    assert ran.code == 2
    assert str(data / "keys" / "vault.key") in ran.err and "zz" not in ran.err


def test_a_user_is_added_once(data: Path) -> None:
    arguments = ("user", "add", "zhang.san", "--name", "张三", "--role", "admin", "--organisation", "应急管理局")
    made = anlan(*arguments, "--data", data, "--json")
    assert made.code == 0, made.err
    assert made.json["username"] == "zhang.san"
    assert len(made.json["password"]) >= 10
    again = anlan(*arguments, "--data", data, "--json")
    assert again.code == 1
    assert again.json["ok"] is False


def test_a_given_password_comes_from_standard_input_and_is_not_shown(data: Path) -> None:
    ran = anlan(
        *("user", "add", "li.si", "--name", "李四", "--role", "admin", "--organisation", "应急管理局"),
        *("--password-stdin", "--data", data, "--json"),
        stdin="Quiet-River-2026\n",
    )
    assert ran.code == 0, ran.err
    assert "password" not in ran.json
    assert "Quiet-River" not in ran.out + ran.err


def test_check_lists_what_the_contexts_declare(data: Path) -> None:
    ran = anlan("check", "--data", data, "--json")
    assert ran.code == 0, ran.json["problems"]
    assert "platform.backup" in ran.json["declared"]["jobs"]
    assert "inspection.hazard" in ran.json["declared"]["projections"]


def test_doctor_finds_a_healthy_installation_healthy(data: Path) -> None:
    ran = anlan("doctor", "--data", data, "--json")
    assert ran.code == 0, ran.out
    assert {c["check"] for c in ran.json["checks"]} >= {"disk", "keys", "database", "migrations", "node", "clock"}


def test_doctor_names_keys_that_others_can_read(data: Path) -> None:
    (data / "keys" / "vault.key").chmod(0o644)
    ran = anlan("doctor", "--data", data, "--json")
    assert ran.code == 1
    assert [c["check"] for c in ran.json["checks"] if not c["ok"]] == ["keys"]


def test_upgrade_backs_up_first_and_leaves_the_journal_intact(data: Path) -> None:
    ran = anlan("upgrade", "--data", data, "--json")
    assert ran.code == 0, ran.err
    assert ran.json["migrations"] == []
    assert ran.json["refolded"] == 0
    assert Path(ran.json["backup"]).parent == data / "backups"
    assert anlan("restore", "--check", ran.json["backup"], "--data", data).code == 0


def test_upgrade_and_restore_wait_until_the_server_is_stopped(data: Path, tmp_path: Path) -> None:
    assert anlan("backup", tmp_path / "b.tar", "--data", data).code == 0
    with serving(data):
        for command in (("upgrade",), ("restore", tmp_path / "b.tar")):
            ran = anlan(*command, "--data", data, "--json")
            assert (ran.code, ran.json["code"]) == (1, "cli.in_use")


def test_a_folder_of_an_older_version_waits_for_upgrade(data: Path) -> None:
    with contextlib.closing(sqlite3.connect(data / "anlan.sqlite3")) as database:
        database.execute("DELETE FROM django_migrations WHERE app = 'registry'")
        database.commit()
    refused = anlan("init", "--data", data, "--json")
    assert (refused.code, refused.json["code"]) == (1, "cli.upgrade_needed")
