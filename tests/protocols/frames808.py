"""What the tests of JT/T 808 share: frames encoded by ourselves, damaged copies of them, strategies."""

from __future__ import annotations

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st

from anlan.kernel.errors import ProtocolError
from anlan.protocols.jt808.bodies import layout_of
from anlan.protocols.jt808.cutter import FrameCutter
from anlan.protocols.jt808.encode import encode_frame
from anlan.protocols.jt808.frame import Frame, checksum, escape
from anlan.protocols.jt808.layout import Digits, Each, Hex, Number, Text
from anlan.protocols.jt808.location import Location, location_bytes
from anlan.protocols.jt808.messages import messages
from anlan.protocols.jt808.parameters import PARAMETERS

# How long an example takes is the machine's affair.
untimed = settings(deadline=None)

DEVICE = "013500000001"
LONG_DEVICE = "00000000013500000001"
# Yongkang, 2 March 2026 10:00:00 in the clock of UTC+8.
PLACE = Location(
    alarm=0b11,
    status=0b11,
    latitude=28_885_123,
    longitude=120_047_654,
    altitude=88,
    speed=615,
    direction=271,
    time=bytes.fromhex("260302100000"),
    extras=((0x01, (12345).to_bytes(4)), (0x02, (555).to_bytes(2)), (0x30, b"\x1f"), (0x31, b"\x0c")),
)
REPORT = Frame(0x0200, DEVICE, 7, location_bytes(PLACE))


def report(place: Location = PLACE, **changed: Any) -> bytes:
    """A position as a frame; `changed`: fields of the position."""
    return encode_frame(REPORT._replace(body=location_bytes(place._replace(**changed))))


def closed(data: bytes) -> bytes:
    """Header and body with a right checksum between flags, whatever they say."""
    return b"\x7e" + escape(data + bytes([checksum(data)])) + b"\x7e"


def cut(*portions: bytes) -> list[Frame | tuple[str, int]]:
    """What a cutter finds: frames, and for errors (code, dropped bytes); the end of the stream included."""
    cutter = FrameCutter()
    found: list[Frame | ProtocolError] = []
    for portion in portions:
        found += cutter.feed(portion)
    found += cutter.close()
    return [f if isinstance(f, Frame) else (f.code, f.facts["dropped"]) for f in found]


def frames() -> st.SearchStrategy[Frame]:
    """Frames of both headers, split and not."""
    digits = st.text("0123456789", min_size=12, max_size=12)
    number = st.integers(0, 0xFFFF)
    heads = st.one_of(
        st.tuples(digits, st.none()), st.tuples(digits.map(lambda d: "00000000" + d), st.integers(0, 255))
    )
    parts = st.one_of(st.just((0, 0)), st.tuples(st.integers(1, 0xFFFF), number))
    bodies = (
        st.binary(max_size=60) | st.binary(min_size=1000, max_size=1023) | st.text("}~x", max_size=9).map(str.encode)
    )
    return st.builds(
        lambda message, head, serial, body, part, encryption: Frame(
            message, head[0], serial, body, head[1], *part, encryption
        ),
        number,
        heads,
        number,
        bodies,
        parts,
        st.integers(0, 7),
    )


def pieces() -> st.SearchStrategy[bytes]:
    """Parts of streams: whole frames, damaged ones, fragments and noise."""
    whole = st.sampled_from([report(), report(speed=0x7E7E), encode_frame(Frame(2, DEVICE, 1, b""))])
    broken = st.builds(
        lambda raw, at, byte: raw[: at % len(raw)] + byte + raw[at % len(raw) + 1 :],
        whole,
        st.integers(0, 200),
        st.sampled_from([b"", b"\x7e", b"\x7d", b"\x7d\x01", b"\x00", b"\xff\xff"]),
    )
    return whole | broken | st.sampled_from([b"\x7e", b"\x7e\x7e", b"\x7d\x02", b"\x00" * 40]) | st.binary(max_size=12)


def locations() -> st.SearchStrategy[Location]:
    """Any position with any items."""
    u32, u16 = st.integers(0, 0xFFFFFFFF), st.integers(0, 0xFFFF)
    numbers = st.sampled_from(
        [0x01, 0x02, 0x03, 0x06, 0x11, 0x12, 0x13, 0x14, 0x18, 0x25, 0x2A, 0x2B, 0x30, 0x31, 0x64]
    )
    item = st.tuples(numbers | st.integers(0, 255), st.binary(max_size=9) | st.binary(min_size=255, max_size=255))
    items = st.lists(item, max_size=5).map(tuple)
    return st.builds(
        Location,
        u32,
        u32,
        u32,
        u32,
        u16,
        u16,
        u16,
        st.binary(min_size=6, max_size=6),
        items,
        st.sampled_from([b"", b"\x01"]),
    )


def _values(kind: Any) -> st.SearchStrategy[Any]:
    if isinstance(kind, Number):
        return st.integers(0, 256**kind.size - 1)
    if isinstance(kind, Digits):
        return st.text("0123456789", min_size=2 * kind.size, max_size=2 * kind.size)
    if isinstance(kind, Text):
        return st.text("a1 浙测", max_size=5 if kind.size is None else kind.size // 2)
    if isinstance(kind, Hex):
        size = kind.size
        return st.binary(min_size=size or 0, max_size=size if size is not None else 20).map(bytes.hex)
    if kind is PARAMETERS:
        one = st.builds(
            lambda number, raw: {"id": number, "hex": raw.hex()},
            st.sampled_from(["0001", "0013", "0084", "F364"]),
            st.binary(max_size=6),
        )
        return st.lists(one, max_size=4)
    if isinstance(kind, Each):
        item = _fields(kind.item) if type(kind.item) is tuple else _values(kind.item)
        return st.lists(item, max_size=3)
    return st.just({"hex": location_bytes(PLACE)[: kind.size].hex()})


def _fields(layout: Any) -> st.SearchStrategy[dict[str, Any]]:
    return st.fixed_dictionaries({field.name: _values(field.kind) for field in layout}).map(
        lambda values: {field.name: values[field.name] for field in layout if field.is_there(values)}
    )


def described() -> st.SearchStrategy[tuple[int, int, dict[str, Any]]]:
    """A message that has a description, its edition and values for all its fields."""
    known = [
        (number, edition)
        for number in messages()
        for edition in (2011, 2013, 2019)
        if layout_of(number, edition) is not None
    ]
    return st.sampled_from(known).flatmap(
        lambda one: st.tuples(st.just(one[0]), st.just(one[1]), _fields(layout_of(*one)))
    )
