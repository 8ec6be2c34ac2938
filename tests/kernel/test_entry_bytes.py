"""Canonical bytes, the two-part hash, reading back, and the refusal of every other shape."""

from __future__ import annotations

import hashlib
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.kernel import entry_shape
from anlan.kernel.canonical import MAX_INT, canonical, digest, parse
from anlan.kernel.entry import (
    Draft,
    Entry,
    Step,
    body_bytes,
    body_hash,
    born,
    chain_hash,
    check_draft,
    entry_from_bytes,
    text_bytes,
    text_hash,
)
from anlan.kernel.errors import ProtocolError
from kernel.journal_scripts import examples

ID = "0193433e-a800-7fff-bfff-ffffffffffff"
OTHER = "0193433e-a800-7fff-bfff-fffffffffff0"
HLC = 1_732_000_000_000 << 16 | 3


def closing(**members: Any) -> Entry:
    draft = Draft(
        kind="inspection.hazard.closed",
        subject=f"inspection.hazard/{ID}",
        region="331003002000",
        step=Step("submitted", "closed"),
        **{"data": {"level": "general", "area_m2": 1.5}, "text": {"note": "已整改"}, **members},
    )
    assert check_draft(draft) == []
    return born(
        draft,
        id=ID,
        node="331003002a",
        hlc=HLC,
        wall=1_732_000_000_000,
        actor="p1",
        post="o1",
        base=OTHER,
        tip=OTHER,
        salt="ab" * 16,
    )


def test_body_bytes_are_these() -> None:
    assert body_bytes(closing()).decode() == (
        '{"actor":"p1","after":"0193433e-a800-7fff-bfff-fffffffffff0","base":"0193433e-a800-7fff-bfff-fffffffffff0",'
        '"data":{"area_m2":1.5,"level":"general"},"from":"submitted","hlc":"0193433ea8000003",'
        '"id":"0193433e-a800-7fff-bfff-ffffffffffff","kind":"inspection.hazard.closed","node":"331003002a","post":"o1",'
        '"region":"331003002000","subject":"inspection.hazard/0193433e-a800-7fff-bfff-ffffffffffff","to":"closed",'
        '"wall":1732000000000}'
    )


def test_text_bytes_are_these_and_stand_in_no_body() -> None:
    entry = closing()
    assert text_bytes(entry).decode() == '{"salt":"abababababababababababababababab","text":{"note":"已整改"}}'
    assert "已整改" not in body_bytes(entry).decode()
    assert text_bytes(closing(text={})) == b""


def test_a_plain_entry_is_small() -> None:
    assert len(body_bytes(closing(data={}))) < 400


def test_hash_covers_body_and_hash_of_text() -> None:
    entry = closing()
    body, text = body_bytes(entry), text_bytes(entry)
    inner = hashlib.sha256(text).digest()
    assert text_hash(text) == inner
    assert body_hash(body, inner) == hashlib.sha256(body + inner).digest()
    assert body_hash(body, None) == hashlib.sha256(body).digest()
    assert text_hash(b"") is None


def test_chain_hash_covers_the_link_before() -> None:
    assert chain_hash(b"", b"b" * 32) == hashlib.sha256(b"b" * 32).digest()
    assert chain_hash(b"a" * 32, b"b" * 32) == hashlib.sha256(b"a" * 32 + b"b" * 32).digest()


def test_sm3_is_the_standards_own_example() -> None:
    """GB/T 32905-2016, annex A.1: the message "abc"."""
    expected = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert digest(b"abc", "sm3").hex() == expected
    assert body_hash(b"abc", None, "sm3").hex() == expected


def test_an_unknown_algorithm_is_refused() -> None:
    with pytest.raises(ProtocolError) as refused:
        digest(b"abc", "md5")
    assert refused.value.code == "journal.hash.unknown_algorithm"


def test_an_entry_comes_back_from_its_bytes() -> None:
    for entry in (closing(), closing(text={}), closing(at=datetime(2024, 11, 1, 2, 10, 0, 123000, tzinfo=UTC))):
        assert entry_from_bytes(body_bytes(entry), text_bytes(entry)) == entry
        assert entry_from_bytes(body_bytes(entry), text_bytes(entry), trusted=True) == entry


def test_a_redacted_entry_keeps_everything_but_its_text() -> None:
    entry = closing()
    assert entry_from_bytes(body_bytes(entry), None) == replace(entry, text={}, salt="")


def test_stated_time_keeps_its_milliseconds_in_any_zone() -> None:
    at = datetime(2024, 11, 1, 2, 10, 0, 123456, tzinfo=UTC)
    entry = closing(at=at)
    assert entry.at == 1_730_427_000_123
    assert entry.time == at.replace(microsecond=123000)
    assert replace(entry, at=None).time == datetime(2024, 11, 19, 7, 6, 40, tzinfo=UTC)
    assert replace(entry, at=None, effective_hlc=HLC + (60_000 << 16)).time == datetime(
        2024, 11, 19, 7, 6, 40, tzinfo=UTC
    ) + timedelta(minutes=1)


@pytest.mark.parametrize("at", [datetime.min, datetime.max.replace(microsecond=999000)])
def test_every_time_a_person_can_state_comes_back(at: datetime) -> None:
    entry = closing(at=at.replace(tzinfo=UTC))
    assert entry_from_bytes(body_bytes(entry), None).time == at.replace(tzinfo=UTC)


def test_a_decision_stands_on_what_it_chose() -> None:
    draft = Draft("a.b.decided", "a.b/1", "331003002000", chosen="x", over=("z", "y"))
    entry = born(draft, id=ID, node="n", hlc=HLC, wall=0, actor="p", tip="t")
    assert (entry.after, entry.over, entry.afters) == ("x", ("y", "z"), {})


def test_a_decision_on_a_field_stands_on_the_tip_and_names_its_choice() -> None:
    draft = Draft("a.b.decided", "a.b/1", "331003002000", chosen="x", over=("y",), legal=("name",))
    entry = born(draft, id=ID, node="n", hlc=HLC, wall=0, actor="p", tip="t", standing={"name": "y"})
    assert (entry.after, entry.over, entry.afters) == ("t", ("y",), {"name": "x"})


def test_a_legal_write_names_what_it_replaces() -> None:
    draft = Draft("a.b.renamed", "a.b/1", "331003002000", data={"name": "甲", "code": "1"}, legal=("name", "code"))
    entry = born(draft, id=ID, node="n", hlc=HLC, wall=0, actor="p", standing={"name": "w"})
    assert entry.afters == {"name": "w", "code": None}
    assert entry_from_bytes(body_bytes(entry), None) == entry


# --- refusals --------------------------------------------------------------------------------------------------------

GOOD: dict[str, Any] = json.loads(body_bytes(closing()))


def refusal(body: bytes, text: bytes | None = None) -> str:
    with pytest.raises(ProtocolError) as refused:
        entry_from_bytes(body, text)
    assert refused.value.code == "journal.entry.malformed"
    return refused.value.facts["reason"]


@pytest.mark.parametrize("said", ["\0", "a\0b", "\\\0", "\\\\\0"])
def test_a_nul_is_refused_wherever_it_stands(said: str) -> None:
    assert refusal(canonical(GOOD | {"data": {"note": said}})) == "json"
    assert refusal(canonical(GOOD | {"data": {said: 1}})) == "json"
    assert refusal(canonical(GOOD), canonical({"salt": "x", "text": {"note": said}})) == "text"


@pytest.mark.parametrize("said", ["\\u0000", "\\\\u0000", "u0000"])
def test_a_backslash_that_somebody_wrote_is_none(said: str) -> None:
    assert entry_from_bytes(canonical(GOOD | {"data": {"note": said}}), None).data == {"note": said}


@pytest.mark.parametrize("raw", [b'{"note":"\\ud800"}', b'{"note":"\\udfff\\ud800"}'])
def test_half_a_character_is_refused(raw: bytes) -> None:
    assert refusal(canonical(GOOD)[:-1] + b',"data":' + raw + b"}") == "json"


@pytest.mark.parametrize("member", ["id", "node", "hlc", "wall", "region", "subject", "kind"])
def test_a_missing_member_is_refused(member: str) -> None:
    assert refusal(canonical({k: v for k, v in GOOD.items() if k != member})) == member


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("id", "0193433E-A800-7FFF-BFFF-FFFFFFFFFFFF"),
        ("id", "x"),
        ("id", 1),
        ("node", ""),
        ("hlc", HLC),
        ("hlc", "0193433ea800000"),
        ("wall", "1732000000000"),
        ("wall", True),
        ("wall", 253_402_300_800_000),
        ("at", -62_135_596_800_001),
        ("hlc", "8" + "0" * 15),
        ("at", 1.5),
        ("region", "33100300200"),
        ("region", "33100300200X"),
        ("subject", "inspection.hazard"),
        ("subject", f"inspection.hazard/{ID}/{ID}"),
        ("kind", "inspection.hazard"),
        ("kind", "registry.enterprise.closed"),
        ("kind", "inspection.hazardous.closed"),
        ("kind", "inspection.hazard.a.b.c.d"),
        ("kind", "inspection.hazard.Closed"),
        ("subject", f"inspection.hazard/{ID} {ID}"),
        ("region", "331003002000\n"),
        ("actor", ""),
        ("post", ""),
        ("afters", {"name": ""}),
        ("over", [None]),
        ("v", "1"),
        ("v", -1),
        ("drill", False),
        ("drill", 1),
        ("afters", ["name"]),
        ("afters", {"name": 1}),
        ("over", "x"),
        ("over", [""]),
        ("data", []),
        ("once", None),
        ("surprise", 1),
    ],
)
def test_a_member_of_another_shape_is_refused(member: str, value: object) -> None:
    assert refusal(canonical({**GOOD, member: value})) == member


VALUES = st.one_of(
    st.sampled_from(["", "x", ID, "331003002000", "inspection.hazard", "a.b.c", 0, -1, 10**15, True, False, None, 1.5]),
    st.lists(st.sampled_from(["", "x", None, 1])),
    st.dictionaries(st.just("name"), st.sampled_from(["", "x", None, 1])),
)


@given(st.dictionaries(st.sampled_from([*sorted(entry_shape.TEXT_MEMBERS.values()), "hlc", "wall", "v", "at", "afters",
                                        "over", "drill", "data", "surprise"]), VALUES, max_size=3))  # fmt: skip
def test_what_passes_at_a_glance_passes_member_by_member(changes: dict[str, Any]) -> None:
    members = {**GOOD, **changes}
    try:
        entry_shape._check_each(members)
    except ProtocolError:
        assert not entry_shape._certain(members)
    else:
        assert entry_shape._certain(members)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b"\xff", b"{}x", b'{"id":NaN}'])
def test_bytes_that_are_no_object_are_refused(body: bytes) -> None:
    assert refusal(body) in ("json", "object")


@pytest.mark.parametrize("spelled", [rb"\u0000", rb"\\\u0000", rb"\"\u0000", rb"a\\\\\u0000b"])
def test_an_escaped_nul_is_refused_wherever_it_stands(spelled: bytes) -> None:
    whole = body_bytes(closing(data={"x": "MARK"}))
    assert refusal(whole.replace(b"MARK", spelled)) == "json"
    assert refusal(whole.replace(b'"x"', b'"' + spelled + b'"')) == "json"
    assert refusal(whole, canonical({"salt": "0", "text": {"note": "MARK"}}).replace(b"MARK", spelled)) == "text"


@pytest.mark.parametrize("told", [r"\u0000", r"\\u0000", "u0000", r"\u00000"])
def test_the_characters_that_spell_a_nul_are_read(told: str) -> None:
    assert entry_from_bytes(body_bytes(closing(data={"x": told, told: 1})), None).data == {"x": told, told: 1}


def test_a_repeated_member_is_refused() -> None:
    assert refusal(canonical(GOOD)[:-1] + b',"to":"open"}') == "json"


@pytest.mark.parametrize("text", [b"x", b"[]", b'{"text":{}}', b'{"salt":1,"text":{}}', b'{"salt":"","text":[]}'])
def test_a_text_of_another_shape_is_refused(text: bytes) -> None:
    assert refusal(body_bytes(closing()), text) == "text"


def test_numbers_spelled_otherwise_are_read() -> None:
    body = body_bytes(closing(data={"x": 0.00001}))
    assert entry_from_bytes(body.replace(b"1e-5", b"0.00001").replace(b"1e-05", b"0.00001"), None).data == {"x": 1e-5}


@examples(100)
@given(st.binary(max_size=200), st.none() | st.binary(max_size=50))
def test_any_bytes_are_an_entry_or_a_protocol_error(body: bytes, text: bytes | None) -> None:
    with pytest.raises(ProtocolError):
        entry_from_bytes(body, text)


@examples(100)
@given(st.integers(0, 10_000), st.binary(min_size=1, max_size=3))
def test_damaged_bytes_are_an_entry_or_a_protocol_error(at: int, noise: bytes) -> None:
    body = bytearray(body_bytes(closing()))
    at %= len(body)
    body[at : at + len(noise)] = noise
    try:
        entry_from_bytes(bytes(body), None)
    except ProtocolError as refused:
        assert refused.code == "journal.entry.malformed"


JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-MAX_INT, MAX_INT)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=10,
)


@examples(50)
@given(st.dictionaries(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")), JSON, max_size=4))
def test_whatever_a_draft_may_hold_comes_back_equal(data: dict[str, Any]) -> None:
    draft = Draft("a.b.changed", "a.b/1", "331003002000", data=data, text=data)
    if check_draft(draft):
        return
    entry = born(draft, id=ID, node="n", hlc=HLC, wall=0, actor="p", salt="00" * 16)
    assert entry_from_bytes(body_bytes(entry), text_bytes(entry)) == entry
    assert parse(canonical(data)) == data
