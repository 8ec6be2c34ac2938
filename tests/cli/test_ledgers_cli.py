"""import and export of a ledger by command: all or none, the bad rows handed back, nothing half-done after kill -9."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest
from cli_process import anlan, environment

from anlan.kernel.codes import make_uscc

pytestmark = pytest.mark.slow

HEAD = "企业名称,统一社会信用代码,所在区划,地址,生产经营状态"


def sheet(path: Path, rows: int, *bad: str, encoding: str = "gb18030") -> Path:
    lines = [f"演示企业{n}有限公司,{make_uscc('331003', n)},东城街道,演示路{n}号,在产" for n in range(1, rows + 1)]
    path.write_bytes("\r\n".join([HEAD, *lines, *bad, ""]).encode(encoding))
    return path


def counted(data: Path) -> int:
    ran = anlan("export", "registry.enterprise", "-o", data / "out.csv", "--data", data, "--json")
    assert ran.code == 0, ran.err
    return ran.json["rows"]


def test_a_gbk_file_is_checked_then_imported_then_imported_again_without_effect(data: Path, tmp_path: Path) -> None:
    file = sheet(tmp_path / "企业.csv", 3)
    tried = anlan("import", "registry.enterprise", file, "--dry-run", "--data", data, "--json")
    assert (tried.code, tried.json["created"], tried.json["written"]) == (0, 3, False)
    assert counted(data) == 0
    done = anlan("import", "企业档案", file, "--data", data, "--json")
    assert (done.code, done.json["created"], done.json["written"]) == (0, 3, True), done.err
    again = anlan("import", "registry.enterprise", file, "--data", data, "--json")
    assert (again.code, again.json["created"], again.json["unchanged"]) == (0, 0, 3)
    assert counted(data) == 3
    assert "演示企业2有限公司" in (data / "out.csv").read_text(encoding="utf-8-sig")


def test_one_bad_row_stops_everything_unless_it_is_to_be_skipped(data: Path, tmp_path: Path) -> None:
    file = sheet(tmp_path / "企业.csv", 2, "坏代码有限公司,91331003MA2ABCDE0X,东城街道,演示路,在产")
    refused = anlan("import", "registry.enterprise", file, "--data", data, "--json")
    assert (refused.code, refused.json["bad"], refused.json["written"]) == (1, 1, False)
    error = refused.json["errors"][0]
    assert (error["row"], error["column"], error["value"]) == (4, "统一社会信用代码", "91331003MA2ABCDE0X")
    assert counted(data) == 0
    skipped = anlan("import", "registry.enterprise", file, "--skip-bad", "--data", data, "--json")
    assert (skipped.code, skipped.json["created"], skipped.json["bad"]) == (0, 2, 1)
    assert Path(skipped.json["rejected"]).read_bytes()[:2] == b"PK"
    assert counted(data) == 2


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("import", "no.such.ledger", "{file}"), 1),
        (("import", "registry.enterprise", "{file}.none"), 2),
        (("import", "registry.enterprise", "{file}", "--dry-run", "--skip-bad"), 2),
        (("import", "registry.enterprise", "{file}", "--as", "nobody"), 1),
        (("export", "registry.enterprise", "-o", "x.docx"), 2),
        (("export", "registry.enterprise", "--where", "name"), 2),
        (("export", "accounts.person", "-o", "x.geojson"), 1),
    ],
)
def test_mistakes_are_told_apart(data: Path, tmp_path: Path, arguments: tuple[str, ...], code: int) -> None:
    file = sheet(tmp_path / "企业.csv", 1)
    ran = anlan(*(a.replace("{file}", str(file)) for a in arguments), "--data", data, "--json", cwd=tmp_path)
    assert ran.code == code
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith("x.")] == []


KILLED = """
import os, signal, sys
from pathlib import Path
from anlan.cli import boot
boot.choose(Path(sys.argv[1]))
boot.ready()
from anlan.cli.acting import ledger_of, scope_of
from anlan.platform import clock
from anlan.platform.ledger.workbook.import_ import import_file
def progress(done, total):
    if done > total * 0.8:
        os.kill(os.getpid(), signal.SIGKILL)
now = clock.now()
import_file(scope=scope_of(None, now), ledger=ledger_of("registry.enterprise"), content=Path(sys.argv[2]).read_bytes(),
            name="a.csv", mode=sys.argv[3], now=now, progress=progress)
"""


@pytest.mark.parametrize("mode", ["all", "skip_bad"])
def test_an_import_that_is_killed_leaves_nothing_half_done(data: Path, tmp_path: Path, mode: str) -> None:
    file = sheet(tmp_path / "企业.csv", 2500)
    done = subprocess.run([sys.executable, "-c", KILLED, str(data), str(file), mode], env=environment())
    assert done.returncode == -signal.SIGKILL
    held = counted(data)
    assert held == 0 if mode == "all" else 0 < held < 2500
    assert anlan("journal", "verify", "--data", data).code == 0
    assert anlan("journal", "rebuild", "--check", "--data", data).code == 0
    assert anlan("import", "registry.enterprise", file, "--data", data, "--json").json["created"] == 2500 - held
    assert counted(data) == 2500


def test_an_unknown_ledger_or_user_and_a_map_of_what_has_no_place_are_refused(data: Path) -> None:
    unknown = anlan("export", "registry.dragon", "-o", data / "x.csv", "--data", data, "--json")
    assert (unknown.code, unknown.json["code"]) == (1, "cli.ledger.unknown")
    nobody = anlan("export", "registry.enterprise", "-o", data / "x.csv", "--as", "nobody", "--data", data, "--json")
    assert (nobody.code, nobody.json["code"]) == (1, "cli.user.unknown")
    placeless = anlan("export", "inspection.checklist", "-o", data / "x.geojson", "--data", data, "--json")
    assert (placeless.code, placeless.json["code"]) == (1, "cli.export.no_place")
    assert not list(data.glob("x.*"))
