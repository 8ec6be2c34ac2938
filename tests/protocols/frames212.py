"""What the tests of HJ 212 share: frames encoded by ourselves, a damaged copy of them, strategies."""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st

from anlan.kernel.errors import ProtocolError
from anlan.protocols.hj212.cutter import FrameCutter
from anlan.protocols.hj212.encode import build, encode_frame, encode_section
from anlan.protocols.hj212.frame import Frame
from anlan.protocols.hj212.section import Section

# HJ 212-2017, annex A: the example whose checksum the standard prints.
OFFICIAL = (
    b"##0101QN=20160801085857223;ST=32;CN=1062;PW=100000;MN=010000A8900016F000169DC0;Flag=5;"
    b"CP=&&RtdInterval=30&&1C80\r\n"
)
# How long an example takes is the machine's affair.
untimed = settings(deadline=None)

HEADER = {"QN": "20260302100000123", "ST": "31", "CN": "2011", "PW": "123456", "MN": "HY331003000001", "Flag": "5"}
GROUPS = (
    {"DataTime": "20260302100000"},
    {"a21001-Rtd": "1.25", "a21001-Flag": "N"},
    {"a01012-Rtd": "81.5", "a01012-Flag": "N"},
)


def section(groups: tuple[dict[str, str], ...] = GROUPS, **header: str) -> Section:
    """A section of real-time data with other header fields where given."""
    return build(HEADER | header, groups)


def payload(text: str = "", **header: str) -> bytes:
    """The bytes of a section: with this text between the two `&&`, or with the usual groups."""
    made = encode_section(section(**header))
    return made if not text else made[: made.index(b"&&") + 2] + text.encode() + b"&&"


def frame(groups: tuple[dict[str, str], ...] = GROUPS, **header: str) -> bytes:
    return encode_frame(encode_section(section(groups, **header)))


def cut(*portions: bytes) -> list[bytes | tuple[str, int]]:
    """What a cutter finds: payloads, and for errors (code, dropped bytes); the end of the stream included."""
    cutter = FrameCutter()
    found: list[Frame | ProtocolError] = []
    for portion in portions:
        found += cutter.feed(portion)
    found += cutter.close()
    return [f.payload if isinstance(f, Frame) else (f.code, f.facts["dropped"]) for f in found]


_words = st.text("ABCabc012-.x", min_size=1, max_size=8)
_values = st.text("0123456789.NDabc -+_e中", max_size=8)
_names = st.sampled_from(
    [
        "DataTime",
        "AlarmTime",
        "a21001-Rtd",
        "a21001-Flag",
        "a21001-Avg",
        "011-Cou",
        "011-Flag",
        "SB1-RS",
        "x-Odd",
        "PolId",
    ]
)
_fields = st.tuples(_names | _words, st.sampled_from(["=", "=", "=", ""]), _values)


def pieces() -> st.SearchStrategy[bytes]:
    """Parts of streams: whole frames, damaged ones, fragments and noise."""
    whole = st.sampled_from([OFFICIAL, frame(), frame(()), frame(MN="X" * 30)])
    broken = st.builds(
        lambda raw, at, byte: raw[: at % len(raw)] + byte + raw[at % len(raw) + 1 :],
        whole,
        st.integers(0, 500),
        st.sampled_from([b"", b"#", b"##", b"&&", b"\r\n", b"9", b"\x00"]),
    )
    tokens = st.sampled_from(
        [b"##", b"#", b"&&1C80\r\n", b"##0012", b"##9999", b"\r\n", b"&&", b"##0002&&FFFF", b"1C80"]
    )
    return whole | broken | tokens | st.binary(max_size=12)


def odd_payloads() -> st.SearchStrategy[bytes]:
    """Data sections, most of them with something odd."""
    values = st.sampled_from(
        ["20260302100000", "20269999000000", "1.5", "-3", "nan", "1e400", "1_0", "N", "Z", "", " 7"]
    )
    field = st.tuples(_names, st.sampled_from(["=", "=", "=", "=", "=="]), values | _values).map("".join)
    group = st.lists(field, max_size=3).map(",".join)
    head = st.sampled_from(
        [
            "QN=20260302100000123;ST=31;CN=2011;PW=1;MN=A;Flag=5;",
            "ST=22;CN=2051;MN=B;",
            "QN=20260230100000123;ST=31;CN=2011;MN=A;",
            "QN=20260302100000123;ST=31;CN=7777;MN=;Flag=x;PNUM=2;PNO=3;",
            "QN=20260302100000123;QN=1;ST=31;CN=2011;MN=A;Flag=4;",
            "",
        ]
    )
    body = st.lists(group, max_size=4).map(";".join)
    ends = st.sampled_from(["&&", "&&", "&&", "", "&", "&&x", "//"])
    return st.builds(lambda h, b, e: f"{h}CP=&&{b}{e}".encode(), head, body, ends) | st.binary(max_size=60)


def fields() -> st.SearchStrategy[tuple[str, str, str]]:
    return _fields
