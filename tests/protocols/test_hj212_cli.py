"""`anlan decode hj212`: one line in, one JSON object out; no data, no Django."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from anlan.protocols import PROTOCOLS
from anlan.protocols.hj212.answer import answer
from anlan.protocols.lines import read_line
from cli.cli_process import anlan, environment
from protocols.frames212 import OFFICIAL, frame

SHARED = Path(os.environ.get("ANLAN_SHARED") or Path(__file__).resolve().parents[3] / "shared")


def line(raw: bytes) -> str:
    return raw.decode().replace("\r", "\\r").replace("\n", "\\n")


def decoded(*lines: str) -> list[dict[str, Any]]:
    ran = anlan("decode", "hj212", stdin="".join(f"{one}\n" for one in lines))
    assert (ran.code, ran.err) == (0, "")
    return [json.loads(one) for one in ran.out.splitlines()]


def test_ascii_and_hexadecimal_lines_give_the_same_answer() -> None:
    spaced = OFFICIAL.hex(" ").upper()
    first, second, third = decoded(line(OFFICIAL), OFFICIAL.hex(), spaced)
    assert first == second == third
    assert first == {
        "ok": True,
        "error": None,
        "protocol": "hj212",
        "device": "010000A8900016F000169DC0",
        "message": "1062",
        "at": "2016-08-01T00:58:57.223000+00:00",
        "fields": {
            "QN": "20160801085857223",
            "ST": "32",
            "CN": "1062",
            "PW": "100000",
            "MN": "010000A8900016F000169DC0",
            "Flag": "5",
            "CP": [{"RtdInterval": "30"}],
        },
        "readings": [],
        "warnings": [],
    }


def test_readings_are_told_with_unit_and_time() -> None:
    (said,) = decoded(line(frame()))
    assert said["readings"] == [
        {"metric": "a21001-Rtd", "value": 1.25, "unit": "mg/m3", "at": "2026-03-02T02:00:00+00:00"},
        {"metric": "a01012-Rtd", "value": 81.5, "unit": "℃", "at": "2026-03-02T02:00:00+00:00"},
    ]


def test_every_line_is_answered_and_a_broken_frame_names_its_device_but_no_readings() -> None:
    broken = frame().replace(b"1.25", b"1.26")
    said = decoded(line(broken), "", "nonsense", line(frame()[:-12]), line(frame()))
    assert [(s["ok"], s["error"], s["device"], len(s["readings"])) for s in said] == [
        (False, "hj212.frame.crc", "HY331003000001", 0),
        (False, "hj212.frame.malformed", None, 0),
        (False, "hj212.frame.malformed", None, 0),
        (False, "hj212.frame.length", "HY331003000001", 0),
        (True, None, "HY331003000001", 2),
    ]


def test_odd_content_stays_ok_with_warnings() -> None:
    odd = frame(({"a21001-Rtd": "--"}, {"a21001-Rtd": "x", "LA-td": "1"}), CN="51")
    (said,) = decoded(line(odd[:-2]))
    assert (said["ok"], said["warnings"]) == (
        True,
        [
            "hj212.message.unknown",
            "hj212.value.unreadable",
            "hj212.field.unknown_suffix",
            "hj212.time.missing",
            "hj212.frame.no_end",
        ],
    )


def test_a_repeated_field_is_told_as_a_list() -> None:
    from anlan.protocols.hj212.encode import encode_frame

    said = answer(encode_frame(b"MN=A;CN=2011;CP=&&a=1,b=2,a=3,a=4;&&"))
    assert said.fields["CP"] == [{"a": ["1", "3", "4"], "b": "2"}]


@pytest.mark.parametrize(
    ("text", "raw"),
    [
        (b"##00\\r\\n\n", b"##00\r\n"),
        (b"0x2323 30\r\n", b"##0"),
        (b"232\n", b"232"),
        (b"\n", b""),
        (b"a\\\\n", b"a\\\n"),
        (b"\xff\xfe\n", b"\xff\xfe"),
    ],
)
def test_a_line_is_hexadecimal_or_the_frame_itself(text: bytes, raw: bytes) -> None:
    assert read_line(text) == raw


def test_only_finished_protocols_are_offered() -> None:
    assert all(callable(import_module(module).answer) for module in PROTOCOLS.values())
    assert anlan("decode", "sl427").code == 2
    assert anlan("decode").code == 2


def test_a_line_without_end_is_cut_and_answered_once() -> None:
    ran = anlan("decode", "hj212", stdin="#" * 2_500_000 + "\n" + line(OFFICIAL) + "\n")
    assert [json.loads(one)["ok"] for one in ran.out.splitlines()] == [False, True]


def test_decoding_never_loads_the_framework_and_writes_nothing(tmp_path: Path) -> None:
    script = (
        "import sys\nsys.argv[1:] = ['decode', 'hj212']\nfrom anlan.cli import main\n"
        "try:\n    main()\nexcept SystemExit:\n    pass\n"
        "heavy = {'django', 'ninja', 'uvicorn', 'pydantic', 'sqlite3', 'psycopg', 'asyncio'} & set(sys.modules)\n"
        "print(sorted(heavy))"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        input=line(OFFICIAL) + "\n",
        capture_output=True,
        text=True,
        env=environment(),
        cwd=tmp_path,
    )
    assert done.stdout.splitlines()[-1] == "[]"
    assert list(tmp_path.iterdir()) == []


def test_captured_frames_are_read_as_an_independent_decoder_read_them() -> None:
    path = SHARED / "standards" / "hj212.csv"
    if not path.exists():
        pytest.skip("skipped: ../shared absent")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row, said in zip(rows, decoded(*(row["frame_hex_or_ascii"] for row in rows)), strict=True):
        expected = json.loads(row["decoded_json"])
        assert said["ok"] is (expected["crc_ok"] and expected["len_ok"])
        assert said["device"] == expected["header"]["MN"]
        assert said["message"] == expected["header"]["CN"]
        assert said["fields"] == expected["header"] | {"CP": expected["cp"]}
        wanted = [
            (name, float(value))
            for group in expected["cp"]
            for name, value in group.items()
            if name.rpartition("-")[2] in {"Rtd", "Avg"}
        ]
        assert [(r["metric"], r["value"]) for r in said["readings"]] == (wanted if said["ok"] else [])
