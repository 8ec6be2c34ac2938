"""The quickest way gives what the others give, or nothing."""

from __future__ import annotations

from frames212 import odd_payloads, payload, untimed
from hypothesis import given
from hypothesis import strategies as st

from anlan.protocols.hj212.decode import read
from anlan.protocols.hj212.encode import encode_frame
from anlan.protocols.hj212.quick import QuickReader, millis

CLEAN = "DataTime=20260302100000;a21001-Rtd=1.25,a21001-Flag=N;a01012-Rtd=81.5,a01012-Flag=N"


def both(reader: QuickReader, raw: bytes) -> tuple[object, object]:
    """What the reader says, and the same made of what `read` says; None where something is odd. It learns afterwards."""
    quick, slow = reader.read(raw), read(raw)
    reader.learn(raw, slow)
    if slow.warnings or any(r.at is None for r in slow.readings):
        return quick, None
    ats = {millis(r.at) for r in slow.readings if r.at is not None}
    head = (tuple(r.metric for r in slow.readings), tuple(r.flag for r in slow.readings))
    reply, values = encode_frame(slow.reply) if slow.reply else b"", tuple(r.value for r in slow.readings)
    return quick, (slow.device, slow.message, *(ats or {0}), reply, head, values)


def test_a_message_whose_like_was_learnt_is_read_quickly() -> None:
    reader = QuickReader()
    assert both(reader, payload(CLEAN))[0] is None
    for text in (
        CLEAN,
        CLEAN.replace("1.25", "-0.5").replace("Flag=N", "Flag=T"),
        CLEAN.replace("02100000", "02100500"),
    ):
        quick, slow = both(reader, payload(text, QN="20260302100500456"))
        assert quick == slow
        assert quick is not None


def test_what_is_odd_is_left_to_the_others() -> None:
    reader = QuickReader()
    reader.learn(payload(CLEAN), read(payload(CLEAN)))
    odd = [
        CLEAN.replace("1.25", "x"), CLEAN.replace("1.25", "1e3"), CLEAN.replace("1.25", "1_0"), CLEAN.replace("1.25", ""),
        CLEAN.replace("Flag=N", "Flag=Z"), CLEAN.replace("20260302", "20260231"), CLEAN + ";", CLEAN.replace("-Rtd", "-Odd"),
        CLEAN.replace("DataTime", "PolId"), CLEAN + ";SB1-Info=//7,3//", CLEAN + "\n",
    ]  # fmt: skip
    assert [reader.read(payload(text)) for text in odd] == [None] * len(odd)
    assert reader.read(payload(CLEAN, QN="20260230100000123")) is None
    assert reader.read(payload(CLEAN, MN="OTHER")) is None
    assert reader.read(payload(CLEAN)[3:]) is None
    assert reader.read(b"") is None


def test_packets_of_a_split_message_are_never_learnt() -> None:
    reader, raw = QuickReader(), payload(CLEAN, PNUM="2", PNO="1", Flag="7")
    assert both(reader, raw)[0] is None
    assert reader.read(raw) is None


def test_a_flag_belongs_to_the_factor_of_its_group_wherever_it_stands() -> None:
    reader = QuickReader()
    text = "DataTime=20260302100000;a21001-Flag=D,a21001-Rtd=1,a21001-Max=2;a21001-Rtd=3;"
    text += "a01012-Flag=T;a01012-Flag=S,a01012-Rtd=4"
    both(reader, payload(text))
    quick, slow = both(reader, payload(text))
    assert quick == slow
    assert list(quick.head[1]) == ["D", "D", "", "S"]  # type: ignore[attr-defined]


_number = st.decimals(-9999, 9999, places=2).map(str) | st.sampled_from(
    ["-0", "007", "1.", ".5", "+1", "1e9", "nan", " 1"]
)
_flag = st.sampled_from("NNNNTDZ")
_factor = st.sampled_from(["a21001", "a01012", "w01018", "011"])
_group = st.one_of(
    st.builds("{0}-Rtd={1},{0}-Flag={2}".format, _factor, _number, _flag),
    st.builds("{0}-Min={1},{0}-Max={1}".format, _factor, _number),
    st.builds("{0}-RS={1}".format, _factor, _number),
)
_time = st.sampled_from(["20260302100000", "19700101000000", "20990101000000", "20261301000000"])
_bodies = st.builds(lambda at, groups: ";".join([f"DataTime={at}", *groups]), _time, st.lists(_group, max_size=4))
_clean = st.builds(
    lambda body, number, device: payload(body, QN=f"20260302100000{number:03d}", MN=device),
    _bodies, st.integers(0, 999), st.sampled_from(["A", "B"]),
)  # fmt: skip


@untimed
@given(st.lists(_clean | odd_payloads(), min_size=1, max_size=6))
def test_what_is_read_quickly_is_what_the_others_read(stream: list[bytes]) -> None:
    reader = QuickReader()
    # Twice, so that everything that can be learnt was learnt.
    for raw in stream * 2:
        quick, slow = both(reader, raw)
        assert quick is None or quick == slow


def test_a_device_that_invents_names_is_not_remembered_without_end() -> None:
    reader = QuickReader()
    for number in range(3000):
        raw = payload(f"DataTime=20260302100000;a{number}-Rtd=1", MN=f"M{number}")
        reader.learn(raw, read(raw))
    assert len(reader._fronts) <= 64
