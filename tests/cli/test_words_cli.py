"""`anlan code` and `anlan geo`: one JSON object, exact exit codes, no Django, no data."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest
from cli_process import anlan, environment

from anlan.kernel.codes import make_uscc


def test_a_valid_uscc_is_explained() -> None:
    ran = anlan("code", "uscc", make_uscc("331003", 1), "--json")
    assert ran.code == 0
    assert (ran.json["ok"], ran.json["region"]) == (True, "331003")
    assert ran.out.count("\n") == 1


def test_an_invalid_code_is_refused_with_every_reason() -> None:
    ran = anlan("code", "uscc", "91331003MA2ABCDE0X", "--json")
    assert ran.code == 1
    assert [e["code"] for e in ran.json["errors"]] == ["kernel.uscc.org_check", "kernel.uscc.check"]


def test_a_region_is_named_by_people_and_by_scripts() -> None:
    assert "全称：浙江省台州市黄岩区东城街道" in anlan("code", "region", "331003001").out
    assert anlan("code", "region", "331003001", "--json").json["full_name"] == "浙江省台州市黄岩区东城街道"
    assert anlan("code", "region", "991003", "--json").code == 1


def test_an_id_number_is_never_printed_whole() -> None:
    ran = anlan("code", "id", "11010519491231002X")
    assert ran.code == 0
    assert "110105**********2X" in ran.out
    assert "11010519491231002X" not in ran.out + ran.err


@pytest.mark.parametrize(
    ("arguments", "lon", "lat"),
    [
        (("wgs84", "to", "gcj02", "121.262", "28.65"), 121.266221775, 28.646869408),
        (("gcj02", "to", "wgs84", "121.266221775", "28.646869408"), 121.262, 28.65),
        (("wgs84", "to", "gcj02", "-120.5", "-28.1"), -120.5, -28.1),
    ],
)
def test_positions_are_converted_also_negative_ones(arguments: tuple[str, ...], lon: float, lat: float) -> None:
    ran = anlan("geo", *arguments)
    assert ran.code == 0
    assert json.loads(ran.out) == {"lon": pytest.approx(lon, abs=1e-8), "lat": pytest.approx(lat, abs=1e-8)}


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("geo", "wgs84", "to", "mars", "1", "2"), 2),
        (("geo", "wgs84", "to", "gcj02", "one", "2"), 2),
        (("geo", "wgs84", "to", "gcj02", "1"), 2),
        (("geo", "wgs84", "to", "gcj02", "28.65", "121.262"), 1),
        (("geo", "wgs84", "to", "gcj02", "nan", "2"), 1),
        (("code", "plate", "x"), 2),
        (("nonsense",), 2),
    ],
)
def test_usage_mistakes_end_with_two_and_refusals_with_one(arguments: tuple[str, ...], code: int) -> None:
    assert anlan(*arguments).code == code


def test_a_refusal_is_one_json_line_with_its_code() -> None:
    ran = anlan("geo", "wgs84", "to", "gcj02", "28.65", "121.262", "--json")
    assert ran.json["code"] == "kernel.geo.swapped"
    assert ran.json["ok"] is False
    assert "填反" in ran.err


@pytest.mark.parametrize("arguments", ["code uscc 1", "code region 331003", "geo wgs84 to gcj02 1 2"])
def test_commands_without_data_never_load_the_framework(arguments: str, tmp_path: Path) -> None:
    script = (
        "import sys\nsys.argv[1:] = sys.argv[1].split()\nfrom anlan.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "heavy = {'django', 'ninja', 'PIL', 'uvicorn', 'pydantic', 'sqlite3', 'psycopg'} & set(sys.modules)\n"
        "print(sorted(heavy))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, arguments], capture_output=True, text=True, env=environment(), cwd=tmp_path
    )
    assert done.stdout.splitlines()[-1] == "[]"
    assert list(tmp_path.iterdir()) == []
