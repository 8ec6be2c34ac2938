"""Positions of JT/T 808: signs, times, alarms by name, additional items, readings."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.protocols.jt808 import bits
from anlan.protocols.jt808.decode import decode, decode_many, read
from anlan.protocols.jt808.frame import Frame
from anlan.protocols.jt808.items import items, named
from anlan.protocols.jt808.location import Location, location_bytes, location_fields, read_location
from protocols.frames808 import DEVICE, PLACE, REPORT, locations, report, untimed

AT = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


def codes(raw: bytes) -> list[str]:
    return [warning.code for warning in decode(raw).warnings]


@untimed
@given(locations())
def test_a_position_is_read_back_as_it_was_encoded(place: Location) -> None:
    assert read_location(location_bytes(place)) == place
    assert isinstance(location_fields(place), dict)
    assert read(REPORT._replace(body=location_bytes(place))).locations == (place,)


@untimed
@given(st.binary(max_size=120))
def test_any_bytes_are_a_position_with_what_is_left_or_too_short(body: bytes) -> None:
    place = read_location(body)
    assert (place is None) is (len(body) < 28)
    assert place is None or location_bytes(place) == body


def test_a_report_gives_its_readings_with_units_and_the_time_in_utc() -> None:
    said = decode(report())
    assert (said.device, said.message, said.at, said.warnings) == (DEVICE, "0200", AT, [])
    assert [(r.metric, r.value, r.unit) for r in said.readings] == [
        ("latitude", 28.885123, "°"),
        ("longitude", 120.047654, "°"),
        ("speed", 61.5, "km/h"),
        ("direction", 271, "°"),
        ("altitude", 88, "m"),
        ("alarm", 3, ""),
        ("status", 3, ""),
        ("mileage", 1234.5, "km"),
        ("fuel", 55.5, "L"),
        ("signal", 31, ""),
        ("satellites", 12, ""),
    ]
    assert {r.at for r in said.readings} == {AT}
    assert said.locations[0].alarms == ("emergency", "overspeed")


def test_south_and_west_are_negative() -> None:
    # github:traccar/traccar: a terminal in Brazil.
    raw = bytes.fromhex(
        "7E020000520198080908740AF300000000000C000F016602A302C662F802FC000000CC24051618132401040000020F30011E310109"
        "F30100610204B056020ACD5D0B0102D40379B8011423033C51108017FFFFFFFFFFFFFFFFFFFFFFFFFFFFC87E"
    )
    assert decode(raw).locations[0].degrees == (-23.462563, -46.555896)


def test_without_a_fix_or_off_the_earth_there_is_no_position_to_rely_on() -> None:
    assert codes(report(status=1)) == ["jt808.location.no_fix"]
    assert codes(report(latitude=90_000_001)) == ["jt808.location.range"]
    for raw in (report(status=1), report(longitude=180_000_001)):
        assert {"latitude", "longitude"} & {r.metric for r in decode(raw).readings} == set()
        assert "speed" in {r.metric for r in decode(raw).readings}
    assert codes(report(status=0b100011)) == ["jt808.location.encrypted"]


@pytest.mark.parametrize("digits", ["000000000000", "261302100000", "2603021000ff", "260302250000"])
def test_a_time_that_is_none_is_named(digits: str) -> None:
    said = decode(report(time=bytes.fromhex(digits)))
    assert (said.at, [w.code for w in said.warnings]) == (None, ["jt808.time.unreadable"])


def test_items_of_an_unexpected_length_are_kept_raw() -> None:
    said = decode(report(extras=((0x01, b"\x00\x01"), (0xEB, b"abc"), (0x64, b"xy"))))
    assert [w.code for w in said.warnings] == ["jt808.item.length"]
    assert said.fields["location"]["extra"] == [
        {"id": "01", "len": 2, "hex": "0001"},
        {"id": "EB", "len": 3, "hex": "616263"},
        {"id": "64", "len": 2, "hex": "7879"},
    ]
    assert codes(report(rest=b"\x01\x04\x00")) == ["jt808.item.truncated"]
    assert items()[0x64].label.startswith("高级驾驶辅助系统")


@pytest.mark.parametrize(
    ("number", "raw", "value"),
    [
        (0x01, "00000003", {"mileage_km": 0.3}),
        (0x03, "0038", {"recorder_speed_kmh": 5.6}),
        (0x04, "0102", {"alarm_event": 258}),
        (0x05, "20FF21" + "FF" * 27, {"tyre_pressures": [32, None, 33]}),
        (0x06, "0014", {"cargo_temperature_c": 20}),
        (0x06, "8014", {"cargo_temperature_c": -20}),
        (0x06, "FFEC", {"cargo_temperature_c": -20}),
        (0x11, "00", {"overspeed": {"place_type": 0}}),
        (0x11, "0100000001", {"overspeed": {"place_type": 1, "place_id": 1}}),
        (0x12, "010000000101", {"area": {"place_type": 1, "place_id": 1, "direction": 1}}),
        (0x13, "00000002002201", {"section": {"section_id": 2, "seconds": 34, "result": 1}}),
        (0x14, "00000005", {"video_alarm": ["video_lost", "storage_fault"]}),
        (0x15, "80000001", {"video_lost_channels": [1, 32]}),
        (0x17, "0002", {"storage_faults": [2]}),
        (0x18, "000207", {"abnormal_driving": {"kinds": ["phoning"], "fatigue_degree": 7}}),
        (0x25, "00000012", {"signals": ["main_beam", "brake"]}),
        (0x2A, "8001", {"io": ["deep_sleep", "bit15"]}),
        (0x2B, "000200F2", {"analog": [242, 2]}),
        (0x30, "1f", {"signal": 31}),
        (0x12, "01", {}),
        (0xEB, "01", {}),
        (0x65, "01", {}),
    ],
)
def test_items_of_the_standard_are_named(number: int, raw: str, value: dict[str, object]) -> None:
    assert named(number, bytes.fromhex(raw)) == value


def test_bits_have_names_and_labels() -> None:
    assert bits.names("alarm", 1 << 29 | 1) == ("emergency", "collision")
    assert bits.names("status", 1 << 31) == ("bit31",)
    assert bits.label("alarm", "stolen") == "车辆被盗"
    assert bits.label("alarm", "bit40") == "bit40"
    assert sorted(bits.bits("alarm")) == list(range(32))


def test_a_batch_gives_every_position() -> None:
    places = [PLACE, PLACE._replace(speed=0, time=bytes.fromhex("260302100030"))]
    parts = [location_bytes(place) for place in places]
    body = b"\x00\x02\x00" + b"".join(len(part).to_bytes(2) + part for part in parts)
    said = read(Frame(0x0704, DEVICE, 1, body))
    assert (said.locations, said.at, said.warnings) == (tuple(places), AT, [])
    assert [r.value for r in said.readings if r.metric == "speed"] == [61.5, 0]
    lying = read(Frame(0x0704, DEVICE, 1, b"\x00\x03\x00" + body[3:] + b"\x00"))
    assert (len(lying.locations), [w.code for w in lying.warnings]) == (2, ["jt808.body.count", "jt808.body.long"])
    short = read(Frame(0x0704, DEVICE, 1, b"\x00\x01\x00\x00\x02ab"))
    assert [w.code for w in short.warnings] == ["jt808.body.short"]


def test_an_asked_position_is_read_like_a_reported_one() -> None:
    said = read(Frame(0x0201, DEVICE, 1, b"\x00\x05" + location_bytes(PLACE)))
    assert (said.locations, said.at, said.fields["ack_serial"]) == ((PLACE,), AT, 5)
    assert read(said.frame._replace(message=0x0500)).locations == (PLACE,)
    assert [w.code for w in read(Frame(0x0201, DEVICE, 1, b"\x00")).warnings] == ["jt808.body.short"]


def test_a_batch_of_frames_is_decoded_like_each_alone() -> None:
    frames = [report(speed=n) for n in range(5)]
    assert decode_many(frames) == [decode(raw) for raw in frames]
