"""GB/T 28181: captured messages, a stream cut, the digest, hostile bodies, pages joined, and what a centre answers."""

from __future__ import annotations

import csv
import json
import os
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from anlan.kernel.errors import ProtocolError
from anlan.protocols.gb28181.answer import answer
from anlan.protocols.gb28181.body import read_body
from anlan.protocols.gb28181.cutter import FrameCutter
from anlan.protocols.gb28181.decode import decode, decode_many, read
from anlan.protocols.gb28181.device_id import read_id, type_name
from anlan.protocols.gb28181.digest import (
    Credentials,
    authorization_text,
    challenge_text,
    read_credentials,
    response_of,
    verifies,
)
from anlan.protocols.gb28181.encode import (
    Dialog,
    body_bytes,
    message_request,
    register_request,
    reply,
    subscribe_request,
)
from anlan.protocols.gb28181.join import CatalogJoin
from anlan.protocols.gb28181.message import LONGEST_BODY, METHODS, SipMessage, body_size, encode_message, read_message
from anlan.protocols.gb28181.registrar import Registrar
from anlan.protocols.gb28181.xml import body_text, read_xml
from anlan.protocols.lines import read_line

SHARED = Path(os.environ.get("ANLAN_SHARED") or Path(__file__).resolve().parents[3] / "shared")
CAMERA, CENTRE, REALM = "34020000001320000264", "34020000002000000001", "3402000000"
NOW = datetime(2026, 3, 1, 4, 0, tzinfo=UTC)
# From the LiveGBS capture that the shared table of real messages names; the password is the one published with it.
CAPTURED = Credentials(
    CAMERA, REALM, "6eb1340d99c404a0e4d3b68d15d1d46f", f"sip:{CENTRE}@{REALM}", "4c97657aa0412c25d4b862219b635c17", "MD5",
    "0a4f113b", "auth", "00000001",
)  # fmt: skip
PASSWORD = "12345678"


def captured() -> list[tuple[bytes, dict[str, Any]]]:
    path = SHARED / "standards" / "gb28181.csv"
    if not path.exists():
        pytest.skip("skipped: ../shared absent")
    with path.open(encoding="utf-8", newline="") as file:
        rows = [(row["frame_hex_or_ascii"], json.loads(row["decoded_json"])) for row in csv.DictReader(file)]
    return [(read_line(raw.encode("gbk" if "GBK" in told.get("note", "") else "utf-8")), told) for raw, told in rows]


def test_captured_messages_are_read_as_their_sources_read_them() -> None:
    for raw, told in captured():
        said = answer(raw)
        if told.get("expect") == "INVALID":
            assert not said.ok and said.error in ("gb28181.body.count", "gb28181.body.malformed", "gb28181.body.command"), raw
            continue
        assert (said.ok, said.error) == (True, None)
        json.dumps(said.as_dict())
        for name in ("root", "CmdType", "SN", "SumNum", "items", "DeviceID", "Status", "Interval", "method", "device", "auth"):
            if isinstance(told.get(name), dict):
                assert said.fields[name].items() >= told[name].items()
            elif name in told:
                assert said.fields[name] == told[name], name
        if "digest_ok" in told:
            given = decode(raw).credentials
            assert given is not None and verifies(given, "REGISTER", PASSWORD) == told["digest_ok"]


def dialog(own: str = CAMERA, peer: str = CENTRE, sequence: int = 1) -> Dialog:
    return Dialog(own, "192.168.2.64:5060", peer, REALM, "575393982", "180588994", "173969927", sequence)


def keepalive(device: str = CAMERA) -> SipMessage:
    return message_request(dialog(device), body_bytes("Notify", "Keepalive", 1, device, {"Status": "OK"}))


# --- messages ---------------------------------------------------------------------------------------------------------

NAMES = st.from_regex(r"\A[A-Za-z][A-Za-z\-]{1,12}\Z").filter(lambda name: name.lower() != "content-length")
VALUES = st.from_regex(r"\A(?:[!-~](?:[ -~]{0,20}[!-~])?)?\Z")
HEADERS = st.lists(st.tuples(NAMES, VALUES), max_size=6).map(tuple)


def messages() -> st.SearchStrategy[SipMessage]:
    uri = st.from_regex(r"\Asip:[0-9]{1,20}@[0-9]{10}\Z")
    method, none, start = st.sampled_from(METHODS), st.just(""), st.just(0)
    body = st.binary(max_size=60)
    request = st.builds(SipMessage, method, uri, start, none, HEADERS, body, start)
    status = st.integers(100, 699)
    reason = st.from_regex(r"\A(?:[A-Za-z][A-Za-z ]{0,20}[A-Za-z])?\Z")
    answered = st.builds(SipMessage, none, none, status, reason, HEADERS, body, start)
    return st.one_of(request, answered)


@given(messages())
def test_what_is_built_is_read_back(message: SipMessage) -> None:
    back = read_message(encode_message(message))
    size = ("Content-Length", str(len(message.body)))
    assert back == message._replace(headers=(*message.headers, size))


@given(st.lists(messages(), max_size=4), st.data())
def test_a_stream_in_any_portions_gives_the_same(wanted: list[SipMessage], data: st.DataObject) -> None:
    stream = b"".join(b"\r\n\r\n" + encode_message(one) for one in wanted)
    cutter, found, at = FrameCutter(), [], 0
    while at < len(stream):
        size = data.draw(st.integers(1, len(stream) - at))
        found += cutter.feed(stream[at : at + size])
        at += size
    found += cutter.close()
    assert [encode_message(one) for one in found] == [encode_message(one) for one in wanted]
    assert (cutter.errors, cutter.dropped) == (0, 0)


@settings(max_examples=300)
@given(st.one_of(st.binary(max_size=300), st.lists(st.sampled_from([
    b"REGISTER sip:1@2 SIP/2.0\r\n", b"SIP/2.0 200 OK\r\n", b"\r\n", b"Content-Length: 5\r\n", b"l: x\r\n", b"a: b\r\n",
    b"12345", b"MESSAGE ", b"\n\n", b"<Notify>", b"\xff",
]), max_size=30).map(b"".join)), st.integers(1, 40))  # fmt: skip
def test_any_bytes_give_messages_or_protocol_errors(raw: bytes, portion: int) -> None:
    assert answer(raw).protocol == "gb28181"
    for try_ in (decode, read_message, read_xml, read_body):
        try:
            try_(raw)
        except ProtocolError as error:
            assert error.code.startswith("gb28181.")
    cutter, found = FrameCutter(), []
    for at in range(0, len(raw), portion):
        found += cutter.feed(raw[at : at + portion])
    found += cutter.close()
    whole = FrameCutter()
    at_once = whole.feed(raw) + whole.close()
    assert [one for one in found if isinstance(one, SipMessage)] == [one for one in at_once if isinstance(one, SipMessage)]
    assert cutter.frames == whole.frames == sum(isinstance(one, SipMessage) for one in found)


def test_folded_compact_and_bare_lines_are_read() -> None:
    raw = f"MESSAGE sip:{CENTRE}@{REALM} SIP/2.0\nv: SIP/2.0/UDP a;branch=1\nf: <sip:{CAMERA}@{REALM}>\n ;tag=1\n"
    raw += "I: 7\nl: 0\n\n"
    read_back = read_message(raw.encode())
    assert read_back.header("from") == f"<sip:{CAMERA}@{REALM}> ;tag=1" and read_back.device == CAMERA
    assert (read_back.header("call-id"), read_back.header("VIA"), read_back.header("X")) == ("7", "SIP/2.0/UDP a;branch=1", "")


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "gb28181.frame.malformed"),
        (b"GET / HTTP/1.1\r\n\r\n", "gb28181.frame.malformed"),
        (b"REGISTER sip:a@b SIP/2.0\r\nno colon\r\n\r\n", "gb28181.frame.malformed"),
        (b"REGISTER sip:a@b SIP/2.0\r\nContent-Length: 9\r\n\r\nabc", "gb28181.frame.length"),
        (b"REGISTER sip:a@b SIP/2.0\r\nContent-Length: -1\r\n\r\n", "gb28181.frame.length"),
        (b"REGISTER sip:a@b SIP/2.0\r\nContent-Length: 999999999\r\n\r\n", "gb28181.frame.length"),
        (b"REGISTER sip:a@b SIP/2.0\r\nContent-Length: 1\r\nl: 0\r\n\r\n", "gb28181.frame.length"),
        (b"REGISTER sip:a@b SIP/2.0\r\nA: " + b"x" * 20_000 + b"\r\n\r\n", "gb28181.frame.malformed"),
    ],
)
def test_a_broken_message_is_refused_with_its_reason(raw: bytes, code: str) -> None:
    with pytest.raises(ProtocolError) as refused:
        read_message(raw)
    assert refused.value.code == code
    assert answer(raw).error == code and not answer(raw).ok


def test_a_stream_goes_on_behind_what_is_broken() -> None:
    good = encode_message(keepalive())
    endless = b"REGISTER sip:a@b SIP/2.0\r\nA: " + b"y" * 40_000
    broken = b"MESSAGE sip:a@b SIP/2.0\r\nContent-Length: 99999999\r\n\r\n"
    cutter = FrameCutter()
    found = cutter.feed(b"noise" + good + endless + b"\r\n" + good + broken + good + good[:-3]) + cutter.close()
    kinds = [one.code if isinstance(one, ProtocolError) else one.method for one in found]
    assert kinds.count("MESSAGE") == 3
    assert {"gb28181.frame.garbage", "gb28181.frame.malformed", "gb28181.frame.length"} <= set(kinds)
    assert all(one.facts["dropped"] for one in found if isinstance(one, ProtocolError))


def test_what_can_not_be_written_is_refused() -> None:
    with pytest.raises(ProtocolError) as refused:
        encode_message(SipMessage("REGISTER", "sip:a@b", headers=(("X", "a\r\nEvil: 1"),)))
    assert refused.value.code == "gb28181.encode.head"
    with pytest.raises(ProtocolError) as large:
        encode_message(SipMessage("MESSAGE", "sip:a@b", body=b"x" * (LONGEST_BODY + 1)))
    assert large.value.code == "gb28181.frame.length" and body_size("a: b") == -1
    wrong_ones = (
        lambda: body_bytes("Notify", "A B", 1, CAMERA), lambda: body_bytes("Query", "Catalog", 1, "x"),
        lambda: message_request(dialog("x"), b""), lambda: body_bytes("Query", "Catalog", 1, CAMERA, {"<": 1}),
    )  # fmt: skip
    for made in wrong_ones:
        with pytest.raises(ProtocolError) as wrong:
            made()
        assert wrong.value.code == "gb28181.encode.body"


# --- digest -----------------------------------------------------------------------------------------------------------


def test_the_digest_is_that_of_the_captured_registration() -> None:
    assert response_of(CAPTURED, "REGISTER", PASSWORD) == CAPTURED.response and verifies(CAPTURED, "REGISTER", PASSWORD)
    assert read_credentials(authorization_text(CAPTURED)) == CAPTURED
    assert not verifies(CAPTURED, "REGISTER", "12345679") and not verifies(CAPTURED, "MESSAGE", PASSWORD)
    assert read_credentials("Basic YTpi") is None


def test_rfc_2617_s_own_example() -> None:
    """RFC 2617, clause 3.5."""
    mufasa = Credentials(
        "Mufasa", "testrealm@host.com", "dcd98b7102dd2f0e8b11d0f600bfb0c093", "/dir/index.html", "", "MD5", "0a4f113b", "auth",
        "00000001",
    )  # fmt: skip
    assert response_of(mufasa, "GET", "Circle Of Life") == "6629fae49393a05397450978507c4ef1"


@pytest.mark.parametrize("changed", [{"algorithm": "SHA-256"}, {"qop": "auth-int"}, {"nc": ""}, {"response": ""}])
def test_no_other_digest_is_taken(changed: dict[str, str]) -> None:
    given = CAPTURED._replace(**changed)
    if changed != {"response": ""}:
        given = given._replace(response=response_of(given, "REGISTER", PASSWORD))
    assert not verifies(given, "REGISTER", PASSWORD)


# --- bodies -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b'<!DOCTYPE a [<!ENTITY b "c">]><Notify><CmdType>Alarm</CmdType></Notify>', "hostile"),
        (b"<Notify>" + b"<a>" * 40 + b"</a>" * 40 + b"</Notify>", "hostile"),
        (b"<Notify>" + b"<a/>" * 60_001 + b"</Notify>", "hostile"),
        (b"<Notify>" + b" " * LONGEST_BODY + b"</Notify>", "large"),
        (b"<Notify><CmdType>Alarm</Notify>", "malformed"),
        (b"<Other><CmdType>Alarm</CmdType></Other>", "command"),
        (b"<Notify><CmdType></CmdType></Notify>", "command"),
    ],
)
def test_a_hostile_or_broken_body_is_refused(raw: bytes, code: str) -> None:
    with pytest.raises(ProtocolError) as refused:
        read_body(raw)
    assert refused.value.code == f"gb28181.body.{code}"
    wrapped = answer(encode_message(message_request(dialog(), raw)) if len(raw) <= LONGEST_BODY else raw)
    assert (wrapped.ok, wrapped.error) == (False, f"gb28181.body.{code}")


def test_texts_of_any_charset() -> None:
    for raw in ("通道一".encode("gb18030"), "通道一".encode(), "\ufeff通道一".encode()):
        assert body_text(raw) == "通道一"
    assert "�" in body_text(b"<a>\xff\xff</a>")


def test_alarms_positions_and_states_are_told() -> None:
    more = {"AlarmPriority": "1", "AlarmMethod": "5", "AlarmTime": "2026-03-01T12:00:05", "AlarmDescription": "越界<&>"}
    alarm = decode(body_bytes("Notify", "Alarm", 3, CAMERA, more))
    (one,) = alarm.readings
    assert (one.metric, one.value, one.at) == ("alarm", 5, NOW + timedelta(seconds=5))
    assert alarm.body is not None and alarm.body.fields["method_label"] == "视频报警"
    assert alarm.body.fields["AlarmDescription"] == "越界<&>"
    place = {"Time": "2026-03-01 12:00:00", "Longitude": "121.25", "Latitude": "28.65", "Speed": "0.0", "Altitude": "x"}
    moved = decode(body_bytes("Notify", "MobilePosition", 4, CAMERA, place))
    assert [(r.metric, r.value) for r in moved.readings] == [("longitude", 121.25), ("latitude", 28.65), ("speed_kmh", 0.0)]
    assert [w.code for w in moved.warnings] == ["gb28181.position.unreadable"] and moved.readings[0].at == NOW
    far = decode(body_bytes("Notify", "MobilePosition", 4, CAMERA, {"Longitude": "181", "Time": "当天"}))
    assert [w.code for w in far.warnings] == ["gb28181.time.unreadable", "gb28181.position.unreadable"] and not far.readings
    state = decode(body_bytes("Response", "DeviceStatus", 5, CAMERA, {"Result": "OK", "Online": "Offline", "Status": "ok"}))
    assert [(r.metric, r.value) for r in state.readings] == [("online", 0), ("status", "OK")]
    assert [r.value for r in read(keepalive()).readings] == [1]
    odd = decode(b"<Notify><CmdType>Own</CmdType></Notify>")
    assert [w.code for w in odd.warnings] == ["gb28181.command.unknown", "gb28181.device.missing"]
    other = keepalive()._replace(headers=(*keepalive().headers[:-1], ("Content-Type", "text/plain")), body=b"hi")
    assert [w.code for w in read(other).warnings] == ["gb28181.body.unread"]
    assert decode_many([encode_message(keepalive())])[0].kind == "Keepalive"


def test_a_code_of_twenty_digits() -> None:
    assert read_id(CAMERA) == ("34020000", "00", "132", "0", "000264")
    assert type_name("132") == "网络摄像机" and type_name("999") == "" and read_id("1" * 19) is None
    assert answer(encode_message(keepalive())).fields["device_type_label"] == "网络摄像机"


def page(sn: int, whole: int, *devices: str) -> Any:
    items = [{"DeviceID": device, "Name": "甲"} for device in devices]
    return read_body(body_bytes("Response", "Catalog", sn, CENTRE, {"SumNum": whole, "DeviceList": items}))


def test_pages_of_a_catalogue_are_joined_once_each() -> None:
    joiner = CatalogJoin()
    assert joiner.add(page(7, 3, "1", "2")) is None
    assert joiner.add(page(7, 3, "1", "2")) is None  # came again
    assert joiner.add(page(8, 1, "9")) is not None
    joined = joiner.add(page(7, 3, "3"))
    assert joined is not None and [item["DeviceID"] for item in joined] == ["1", "2", "3"]
    assert joiner.add(page(9, 20_000, "1")) is None
    assert joiner.add(read_body(body_bytes("Notify", "Keepalive", 1, CAMERA))) is None
    for sn in range(200):
        joiner.add(page(sn, 2, "1"))
    assert len(joiner._open) == 64
    with pytest.raises(ProtocolError) as refused:
        page(1, 1, "1", "2")
    assert refused.value.code == "gb28181.body.count"


# --- the centre -------------------------------------------------------------------------------------------------------


def centre() -> Registrar:
    numbers = count(1)
    return Registrar(REALM, {CAMERA: PASSWORD}.get, lambda: f"fresh{next(numbers)}")


def logged_in(
    at: Registrar, now: datetime, expires: int = 3600, password: str = PASSWORD, device: str = CAMERA, *, qop: bool = True
) -> Any:
    asked = at.take(read(register_request(dialog(device), expires)), now)
    assert asked.reply is not None and asked.reply.status == 401 and not asked.believed
    told = read_credentials(asked.reply.header("WWW-Authenticate"))
    assert told is not None and told.realm == REALM
    given = Credentials(device, REALM, told.nonce, f"sip:{CENTRE}@{REALM}", "", "MD5")
    if qop:
        given = given._replace(qop="auth", nc="00000001", cnonce="0a4f113b")
    given = given._replace(response=response_of(given, "REGISTER", password))
    again = read(register_request(dialog(device, sequence=2), expires, authorization_text(given)))
    return at.take(again, now), again


@pytest.mark.parametrize("qop", [True, False])
def test_a_device_registers_keeps_alive_and_leaves(qop: bool) -> None:
    at = centre()
    assert at.take(read(keepalive()), NOW).reply.status == 403  # type: ignore[union-attr]
    done, _ = logged_in(at, NOW, qop=qop)
    assert (done.reply.status, done.registered, done.reply.header("Expires")) == (200, True, "3600")
    assert done.reply.header("Date") == "2026-03-01T12:00:00.000" and ";tag=fresh" in done.reply.header("To")
    alive = at.take(read(keepalive()), NOW + timedelta(minutes=1))
    assert alive.believed and alive.reply is not None and alive.reply.status == 200
    assert alive.reply.header("Via") == keepalive().header("Via") and alive.reply.header("CSeq") == "1 MESSAGE"
    assert not at.take(read(keepalive()), NOW + timedelta(hours=2)).believed  # its registration ran out
    gone, _ = logged_in(at, NOW + timedelta(minutes=2), expires=0, qop=qop)
    assert gone.registered is False and not at.online(CAMERA, NOW + timedelta(minutes=2))


def test_a_wrong_password_a_stranger_and_a_repeated_answer_are_challenged_anew() -> None:
    at = centre()
    for device, password in ((CAMERA, "87654321"), ("34020000001320000999", PASSWORD)):
        refused, _ = logged_in(at, NOW, password=password, device=device)
        assert (refused.reply.status, refused.registered) == (401, None)
    done, request = logged_in(at, NOW)
    assert done.registered
    replayed = at.take(request, NOW)
    assert replayed.reply is not None and replayed.reply.status == 401
    assert "stale=true" in replayed.reply.header("WWW-Authenticate")
    _, late = logged_in(centre(), NOW)
    assert at.take(late, NOW + timedelta(hours=1)).reply.status == 401  # type: ignore[union-attr]


def test_other_messages_are_answered_as_they_should_be() -> None:
    at = centre()
    logged_in(at, NOW)
    asked = subscribe_request(dialog(), body_bytes("Query", "Alarm", 2, CAMERA))
    assert at.take(read(asked), NOW).reply.status == 405  # type: ignore[union-attr]
    assert at.take(read(SipMessage("ACK", "sip:a@b", headers=keepalive().headers)), NOW).reply is None
    answered = reply(keepalive(), 200, "t")
    assert at.take(read(answered), NOW).reply is None and answered.device == CENTRE
    assert at.take(decode(body_bytes("Notify", "Keepalive", 1, CAMERA)), NOW).believed
    assert challenge_text(REALM, "n", qop=False, stale=True).endswith("algorithm=MD5, stale=true")


def test_challenges_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("anlan.protocols.gb28181.registrar._MOST_NONCES", 3)
    at = centre()
    for _ in range(10):
        at.take(read(register_request(dialog())), NOW)
    assert len(at._nonces) == 3
