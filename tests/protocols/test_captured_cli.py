"""`anlan decode` of SL 651 and GB/T 26875.3: captured frames are read as an independent decoder read them."""

from __future__ import annotations

import csv
import json
import os
from pathlib import Path
from typing import Any

import pytest

from anlan.protocols.sl651.frame import read_frame
from anlan.protocols.sl651.join import Joiner
from cli.cli_process import anlan
from protocols.frames651 import CONFIRM, TIMED
from protocols.frames26875 import POWER

SHARED = Path(os.environ.get("ANLAN_SHARED") or Path(__file__).resolve().parents[3] / "shared")


def rows(name: str) -> list[tuple[str, dict[str, Any]]]:
    path = SHARED / "standards" / name
    if not path.exists():
        pytest.skip("skipped: ../shared absent")
    with path.open(encoding="utf-8", newline="") as file:
        return [(row["frame_hex_or_ascii"], json.loads(row["decoded_json"])) for row in csv.DictReader(file)]


def decoded(protocol: str, *lines: str) -> list[dict[str, Any]]:
    ran = anlan("decode", protocol, stdin="".join(f"{one}\n" for one in lines))
    assert (ran.code, ran.err) == (0, "")
    return [json.loads(one) for one in ran.out.splitlines()]


def same(expected: Any, told: Any) -> bool:
    """Whether all that is expected is told; more may be."""
    if isinstance(expected, dict):
        return isinstance(told, dict) and all(key in told and same(value, told[key]) for key, value in expected.items())
    if isinstance(expected, list):
        return len(expected) == len(told) and all(map(same, expected, told))
    return expected == told


def test_sl651_frames_are_read_as_an_independent_decoder_read_them() -> None:
    given = rows("sl651.csv")
    for (_, expected), said in zip(given, decoded("sl651", *(raw for raw, _ in given)), strict=True):
        good = expected.pop("crc_ok") and expected.pop("len_ok")
        assert (said["ok"], said["error"]) == (good, None if good else "sl651.frame.crc")
        assert (said["device"], said["message"], said["warnings"]) == (expected["station"], expected["func"], [])
        if not good:
            continue
        # What that decoder left unread behind the time of sending, we read and tell whole.
        expected.pop("crc_calc")
        assert same(expected, said["fields"])
        wanted = [e for e in expected.get("elements", []) if "value" in e or "values_mm" in e or "values_m" in e]
        values = [v for e in wanted for v in e.get("values_mm") or e.get("values_m") or [e["value"]]]
        if wanted:
            assert [r["value"] for r in said["readings"]] == values


def test_gb26875_packets_are_read_as_an_independent_decoder_read_them() -> None:
    given = rows("gb26875_3.csv")
    for (_, expected), said in zip(given, decoded("gb26875", *(raw for raw, _ in given)), strict=True):
        good = expected.pop("checksum_ok") and expected.pop("len_ok")
        assert (said["ok"], said["error"]) == (good, None if good else "gb26875.frame.checksum")
        assert said["device"] == expected["source"]
        assert said["message"] == str(expected.get("type", expected["command"]))
        expected.pop("checksum_calc")
        if expected.get("type") == 61:
            # That decoder knew no requests: what it left over is the system asked for.
            assert expected.pop("trailing_or_unparsed_hex") == "0102"
            expected["objects"] = [{"sys_type": 1, "sys_addr": 2}]
        assert not good or same(expected, said["fields"])


def test_a_captured_picture_is_joined_from_its_packets() -> None:
    packets = [read_frame(bytes.fromhex(raw)) for raw, expected in rows("sl651.csv") if "packet_no" in expected]
    joiner = Joiner()
    joined = [whole for packet in packets if (whole := joiner.add(packet)) is not None]
    numbers = {packet.number for packet in packets}
    if len(numbers) == 13:
        (whole,) = joined
        assert whole.body[23:26] == b"\xff\xd8\xff"
        assert whole.body.endswith(b"\xff\xd9\x00")
    else:
        assert joined == []
        assert set(joiner.missing(packets[0])) == set(range(1, 14)) - numbers


def test_both_answer_one_line_each_and_refuse_damage() -> None:
    first, down, broken = decoded("sl651", TIMED.hex(), CONFIRM.hex(" "), TIMED[:-1].hex())
    assert (first["at"], first["readings"][0]["at"]) == ("2017-07-18T03:00:00+00:00",) * 2
    assert (down["fields"]["direction"], down["fields"]["end_name"]) == ("down", "ESC")
    assert (broken["ok"], broken["error"], broken["device"]) == (False, "sl651.frame.length", "0011223344")
    good, bad = decoded("gb26875", POWER.hex(), POWER[:-3].hex() + "002323")
    assert (good["at"], good["message"]) == ("2012-09-26T01:58:02+00:00", "21")
    assert (bad["error"], bad["device"], bad["readings"]) == ("gb26875.frame.checksum", "000000000379", [])


def test_dlt645_frames_are_read_as_an_independent_decoder_read_them() -> None:
    given = rows("dlt645-2007.csv")
    for (raw, expected), said in zip(given, decoded("dlt645", *(raw for raw, _ in given)), strict=True):
        good = expected["cs_ok"] and expected["len_ok"]
        broken = "dlt645.frame.checksum" if expected["len_ok"] else "dlt645.frame.length"
        assert (said["ok"], said["error"]) == (good, None if good else broken), raw
        assert (said["device"], said["message"]) == (expected["address"], expected["control"])
        assert same(expected, said["fields"]), raw
        if "value" in expected:
            assert [(r["value"], r["unit"]) for r in said["readings"]] == [(expected["value"], expected["unit"])]
