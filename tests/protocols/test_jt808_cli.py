"""`anlan decode jt808`: captured frames as an independent decoder read them; the contract's shape."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.protocols.jt808.answer import answer
from anlan.protocols.jt808.frame import checksum
from cli.cli_process import anlan, environment
from protocols.frames808 import closed, pieces, report, untimed

SHARED = Path(os.environ.get("ANLAN_SHARED") or Path(__file__).resolve().parents[3] / "shared")


def decoded(*lines: str) -> list[dict[str, Any]]:
    ran = anlan("decode", "jt808", stdin="".join(f"{one}\n" for one in lines))
    assert (ran.code, ran.err) == (0, "")
    return [json.loads(one) for one in ran.out.splitlines()]


def test_every_line_is_answered_in_the_contracts_shape() -> None:
    broken = bytearray(report())
    broken[22] ^= 0xFF
    good, bad, cut, empty = decoded(report().hex(" "), broken.hex(), report()[:-9].hex(), "")
    assert list(good) == ["ok", "error", "protocol", "device", "message", "at", "fields", "readings", "warnings"]
    assert (good["ok"], good["error"], good["device"], good["message"]) == (True, None, "013500000001", "0200")
    assert good["at"] == "2026-03-02T02:00:00+00:00"
    assert good["readings"][0] == {"metric": "latitude", "value": 28.885123, "unit": "°", "at": good["at"]}
    assert good["fields"]["location"]["alarm_labels"] == ["紧急报警，触动报警开关后触发", "超速报警"]
    assert (bad["ok"], bad["error"], bad["device"], bad["readings"]) == (
        False,
        "jt808.frame.checksum",
        "013500000001",
        [],
    )
    assert (cut["ok"], cut["error"]) == (False, "jt808.frame.malformed")
    assert (empty["ok"], empty["error"], empty["device"]) == (False, "jt808.frame.malformed", None)


def test_a_terminal_that_does_not_escape_is_answered_with_a_warning() -> None:
    data = bytes.fromhex("0002 0000 013500000001 007E")
    said = answer(b"\x7e" + data + bytes([checksum(data)]) + b"\x7e")
    assert (said.ok, said.warnings) == (True, ["jt808.frame.unescaped"])


@untimed
@given(st.binary(max_size=200) | st.lists(pieces(), max_size=3).map(b"".join))
def test_any_bytes_are_answered(raw: bytes) -> None:
    for one in (raw, b"\x7e" + raw + b"\x7e", closed(raw)):
        said = answer(one)
        assert said.ok is (said.error is None)
        assert said.ok or said.readings == []
        json.dumps(said.as_dict())


def test_the_codec_alone_loads_no_framework() -> None:
    script = (
        "import sys\nfrom anlan.protocols import jt808\n"
        "from anlan.protocols.jt808 import answer, cutter, replies, split\n"
        "print(sorted({'django', 'ninja', 'pydantic', 'sqlite3', 'asyncio', 'socket'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, env=environment())
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_text_of_another_protocol_has_no_terminal() -> None:
    said = answer(b"##0101QN=20160801085857223;ST=32;CN=1062;PW=100000")
    assert (said.ok, said.error, said.device, said.fields) == (False, "jt808.frame.malformed", None, {})


def test_odd_content_stays_ok_with_warnings() -> None:
    said = answer(closed(bytes.fromhex("0F01 4003 013500000001 0001 414243")))
    assert (said.ok, said.warnings) == (True, ["jt808.message.unknown", "jt808.header.version"])
    assert said.fields["body_hex"] == "414243"


def differences(expected: Any, found: Any, place: str = "") -> Iterator[str]:
    """Where the answer lacks something that is expected, or says something else."""
    if isinstance(expected, dict):
        for key, value in expected.items():
            yield from differences(value, found[key], f"{place}.{key}") if key in found else [f"{place}.{key}"]
    elif isinstance(expected, list):
        if len(expected) != len(found):
            yield place
        for number, (one, other) in enumerate(zip(expected, found, strict=False)):
            yield from differences(one, other, f"{place}[{number}]")
    elif expected != found:
        yield f"{place}: {found!r}, not {expected!r}"


def test_captured_frames_are_read_as_an_independent_decoder_read_them() -> None:
    path = SHARED / "standards" / "jt808.csv"
    if not path.exists():
        pytest.skip("skipped: ../shared absent")
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for row, said in zip(rows, decoded(*(row["frame_hex_or_ascii"] for row in rows)), strict=True):
        expected = json.loads(row["decoded_json"])
        good = expected.pop("xor_ok") and expected.pop("len_ok")
        assert said["ok"] is good
        assert said["error"] == (None if good else "jt808.frame.checksum")
        assert (said["device"], said["message"]) == (expected["phone"], expected["msg_id"])
        expected.pop("len_ok", None)
        assert list(differences(expected, said["fields"])) == []
        # Every fixed and legible position is also a reading.
        place = expected.get("location")
        if good and place and place["located"]:
            told = {r["metric"]: r["value"] for r in said["readings"]}
            assert (told["latitude"], told["longitude"], told["speed"]) == (
                place["lat"],
                place["lon"],
                place["speed_kmh"],
            )
