"""What packets of GB/T 26875.3 say: states, analog values, operations, texts, times; and building them."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anlan.kernel.errors import ProtocolError
from anlan.protocols.gb26875.answer import answer
from anlan.protocols.gb26875.decode import decode, decode_many, read
from anlan.protocols.gb26875.encode import confirm, control, deny, guard_check, request, respond, send, sync_clock
from anlan.protocols.gb26875.frame import Frame, encode_frame, read_frame
from anlan.protocols.gb26875.tables import ANALOGS, parts, systems, types
from anlan.protocols.gb26875.times import local_text, read_time, write_time
from anlan.protocols.gb26875.unit import encode_unit, read_unit
from protocols.frames26875 import (
    ANSWERED,
    ASK_STATE,
    CLOCK,
    CONFIRMED,
    DENIED,
    FIRE,
    GUARD,
    GUARD_ANSWER,
    INITIALISE,
    POWER,
    REAL,
    SYNC,
    TAG,
    VERSION,
    frames,
    untimed,
)

AT = datetime(2012, 9, 26, 1, 58, 2, tzinfo=UTC)
SENT = datetime(2012, 9, 26, 1, 58, 32, tzinfo=UTC)
CENTRE, DEVICE = "000000015b38", "000000000379"


def sent(data: bytes, command: int = 2) -> bytes:
    return encode_frame(read_frame(POWER)._replace(data=data, command=command))


def readings(raw: bytes) -> dict[str, float]:
    return {r.metric: r.value for r in decode(raw).readings}


def test_the_state_of_a_part_is_told_by_bit_with_its_text_and_time() -> None:
    message = decode(FIRE)
    assert (message.device, message.message) == ("000000000000", "2")
    assert message.at == datetime(2020, 8, 1, 11, 18, 48, tzinfo=UTC)
    assert readings(FIRE) == {
        "1.3.393433.state": 2,
        "1.3.393433.fire": 1,
        "1.3.393433.fault": 0,
        "1.3.393433.shield": 0,
    }
    (part,) = answer(FIRE).fields["objects"]
    assert (part["desc"], part["flags"], part["zone"], part["place"]) == ("Ａ区１层呷哺走廊", ["fire"], 217, 6)
    assert (part["part_name"], part["sys_name"]) == ("通用", "火灾报警系统")


def test_states_of_a_system_and_of_the_device() -> None:
    data = encode_unit(1, [{"sys_type": 1, "sys_addr": 2, "state": 0x210E, "time": write_time(AT)}])
    (system,) = answer(sent(data)).fields["objects"]
    assert system["flags"] == ["fire", "fault", "shield", "main_power_fault", "reset"]
    assert readings(sent(data)) == {"1.2.state": 0x210E, "1.2.fire": 1, "1.2.fault": 1, "1.2.shield": 1}
    assert readings(POWER)["device.main_power_fault"] == 1
    assert sum(readings(POWER).values()) == 8 + 1
    assert answer(POWER).fields["objects"] == [
        {"state": 8, "time": "2012-09-26 09:58:02", "flags": ["main_power_fault"]}
    ]


@pytest.mark.parametrize(
    ("kind", "raw", "key", "value", "unit"),
    [
        (2, 1234, "height", 12.34, "m"),
        (3, -105, "temperature", -10.5, "℃"),
        (4, 12, "pressure_mpa", 1.2, "MPa"),
        (6, 250, "gas", 25.0, "%LEL"),
        (10, 7, "flow", 0.7, "L/s"),
        (1, 9, "events", 9.0, "件"),
    ],
)
def test_analog_values_are_scaled_and_signed(kind: int, raw: int, key: str, value: float, unit: str) -> None:
    part = {"sys_type": 1, "sys_addr": 1, "part_type": 31, "part_addr": 5, "time": write_time(AT)}
    (reading,) = decode(sent(encode_unit(3, [part | {"analog_type": kind, "analog_raw": raw}]))).readings
    assert tuple(reading) == (f"1.1.5.{key}", value, unit, AT)


def test_operations_versions_configurations_and_times_are_told() -> None:
    assert answer(GUARD_ANSWER).fields["objects"][0]["flags"] == ["guard_answer"]
    assert answer(VERSION).fields["objects"] == [{"main": 1, "minor": 1}]
    assert answer(CLOCK).fields["objects"] == [{"time": "2012-09-26 09:58:02"}]
    system = encode_unit(
        6, [{"sys_type": 1, "sys_addr": 2, "desc": "主机"}, {"sys_type": 1, "sys_addr": 3, "desc": ""}]
    )
    assert [o["desc"] for o in answer(sent(system)).fields["objects"]] == ["主机", ""]
    operation = encode_unit(4, [{"sys_type": 1, "sys_addr": 2, "op": 32, "operator": 3, "time": write_time(AT)}])
    assert answer(sent(operation)).fields["objects"][0]["flags"] == ["confirm"]


def test_the_device_of_a_command_or_request_is_its_target() -> None:
    assert {answer(raw).device for raw in REAL if raw not in (CONFIRMED, DENIED)} == {DEVICE}
    assert (answer(CONFIRMED).device, answer(CONFIRMED).message) == (CENTRE, "3")
    assert (answer(ASK_STATE).message, answer(ANSWERED).message, answer(GUARD).message) == ("81", "21", "91")


def test_every_layout_is_of_the_size_of_the_standard() -> None:
    sizes = {
        1: 10,
        2: 46,
        3: 16,
        4: 10,
        5: 4,
        7: 38,
        8: 8,
        21: 7,
        24: 8,
        25: 2,
        28: 6,
        61: 2,
        62: 6,
        64: 9,
        84: 7,
        90: 6,
        91: 1,
    }
    for kind, size in sizes.items():
        unit = read_unit(bytes((kind, 1)) + bytes(size), [])
        assert (len(unit.objects), unit.trailing) == (1, b""), kind
    assert (len(types()), len(ANALOGS), parts()[42], systems()[11]) == (29, 12, "点型光电感烟火灾探测器", "消火栓系统")


@pytest.mark.parametrize(
    ("raw", "warnings"),
    [
        (sent(b"\x02"), ["gb26875.unit.short"]),
        (sent(b"\x02\x01" + bytes(20)), ["gb26875.unit.short", "gb26875.unit.trailing"]),
        (sent(b"\x3c\x01\x01\x02A"), ["gb26875.unit.unknown"]),
        (sent(b"\x15\x01\x08" + write_time(AT) + b"\xaa"), ["gb26875.unit.trailing"]),
        (sent(b"\x15\x01\x08"), ["gb26875.time.missing"]),
        (sent(b"\x15\x01\x08" + bytes(6)), ["gb26875.time.unreadable"]),
        (sent(b"", 7), ["gb26875.message.unknown"]),
        (
            sent(b"\x03\x01" + bytes((1, 1, 31, 5, 0, 0, 0, 200, 7, 0)) + write_time(AT)),
            ["gb26875.analog.unknown"],
        ),
        (sent(b"\x1a\x01\x02\xb0\xff"), ["gb26875.text.unreadable"]),
    ],
)
def test_odd_content_stays_ok_with_a_warning(raw: bytes, warnings: list[str]) -> None:
    said = answer(raw)
    assert (said.ok, said.warnings) == (True, warnings)


def test_what_a_vendor_adds_is_reported_and_kept() -> None:
    said = answer(sent(b"\x15\x01\x08" + write_time(AT) + b"\xaa\xbb"))
    assert said.fields["trailing_or_unparsed_hex"] == "AABB"
    assert len(said.readings) == 7
    tag = answer(TAG)
    assert (tag.ok, tag.warnings, tag.at) == (
        True,
        ["gb26875.time.unreadable", "gb26875.text.unreadable"],
        None,
    )


def test_times_are_those_of_the_county() -> None:
    assert read_time(write_time(AT)) == AT
    assert (local_text(write_time(AT)), local_text(bytes(6)), read_time(b"")) == ("2012-09-26 09:58:02", None, None)


def test_the_frames_of_the_examples_are_built_byte_for_byte() -> None:
    built = [
        (guard_check(CENTRE, DEVICE, 1, SENT), GUARD),
        (control(CENTRE, DEVICE, 1, SENT, 89, {"reserved": 0}), INITIALISE),
        (request(CENTRE, DEVICE, 1, SENT, 81), ASK_STATE),
        (send(DEVICE, CENTRE, 1, SENT, encode_unit(21, [{"state": 8, "time": write_time(AT)}])), POWER),
        (respond(read_frame(ASK_STATE), SENT, encode_unit(21, [{"state": 8, "time": write_time(AT)}])), ANSWERED),
    ]
    for frame, raw in built:
        assert encode_frame(frame) == raw
    assert read_unit(sync_clock(CENTRE, DEVICE, 1, AT).data, []).objects == [{"time": write_time(AT)}]
    assert read_frame(SYNC)._replace(stamp=write_time(AT)) == sync_clock(CENTRE, DEVICE, 1, AT)
    assert read_unit(b"\x5a\x01\x00", []).objects == [{"reserved": 0}]


def test_uploads_and_commands_are_confirmed_and_nothing_else_is() -> None:
    now = datetime(2012, 9, 26, 1, 58, 35, tzinfo=UTC)
    assert encode_frame(confirm(read_frame(POWER), now)) == CONFIRMED
    assert encode_frame(deny(read_frame(POWER), now)) == DENIED
    assert confirm(read_frame(GUARD), now).source == DEVICE
    assert [confirm(read_frame(raw), now) for raw in (CONFIRMED, DENIED, ASK_STATE, ANSWERED)] == [None] * 4


@pytest.mark.parametrize(
    ("kind", "objects"),
    [
        (60, []),
        (21, [{"state": 8}]),
        (21, [{"state": 256, "time": bytes(6)}]),
        (21, [{"state": 8, "time": bytes(5)}]),
        (21, [{"state": 8, "time": bytes(6)}] * 2),
        (26, [{"desc": "x" * 256}]),
        (7, [{"sys_type": 1, "sys_addr": 1, "part_type": 1, "part_addr": 1, "desc": "长" * 16}]),
    ],
)
def test_a_unit_that_no_receiver_could_read_is_not_built(kind: int, objects: list[dict[str, Any]]) -> None:
    with pytest.raises(ProtocolError, match="gb26875.encode.unit"):
        encode_unit(kind, objects)


_texts = st.text("烟感主机A1 区", max_size=15).map(str.rstrip)
_RANGES = {"B": (0, 255), "H": (0, 65535), "h": (-32768, 32767), "I": (0, 2**32 - 1)}


def _objects(kind: int) -> st.SearchStrategy[list[dict[str, Any]]]:
    fields: dict[str, st.SearchStrategy[Any]] = {}
    for name, form in (part.split(":") for part in types()[kind].layout.split()):
        stamps = st.datetimes(datetime(2000, 1, 2), datetime(2099, 1, 1)).map(
            lambda at: write_time(at.replace(tzinfo=UTC))
        )
        fields[name] = stamps if form == "T" else _texts if form in "SL" else st.integers(*_RANGES[form])
    return st.lists(st.fixed_dictionaries(fields), min_size=1, max_size=min(3, types()[kind].most))


@settings(max_examples=300, deadline=None)
@given(st.sampled_from(sorted(types())).flatmap(lambda kind: st.tuples(st.just(kind), _objects(kind))))
def test_a_unit_built_says_what_was_put_in(made: tuple[int, list[dict[str, Any]]]) -> None:
    kind, objects = made
    warnings: list[Any] = []
    unit = read_unit(encode_unit(kind, objects), warnings)
    told = [
        o | ({"desc": o["desc"].partition(b"\0")[0].decode("gb18030")} if "desc" in o else {}) for o in unit.objects
    ]
    assert (unit.type, unit.count, told, unit.trailing, warnings) == (kind, len(objects), objects, b"", [])


@settings(max_examples=400, deadline=None)
@given(frames(), st.integers(0, 200), st.integers(0, 255))
def test_any_packet_is_answered(frame: Frame, at: int, byte: int) -> None:
    raw = encode_frame(frame)
    said = answer(raw)
    assert said.ok
    assert len(said.readings) == len(read(frame).readings)
    said.as_dict()
    answer(raw[: at % len(raw)] + bytes((byte,)) + raw[at % len(raw) + 1 :]).as_dict()
    assert [m.message for m in decode_many([raw, POWER])] == [said.message, "21"]


@untimed
@given(st.binary(max_size=100))
def test_any_bytes_are_answered(raw: bytes) -> None:
    answer(raw).as_dict()
    answer(b"@@" + raw).as_dict()
