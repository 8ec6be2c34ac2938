"""What the tests of GB/T 26875.3 share: real packets with their source, and strategies.

Sources: "doc" are the worked examples of GB26875文档.md in github ActorLancer/GB-T-26875.3.2011-rs; "dgiot" the test of
apps/dgiot_gb26875 in github dgiot/dgiot; "tag" captures in the comments of a public firmware for a tag reader.
"""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st

from anlan.protocols.gb26875.frame import Frame, encode_frame

untimed = settings(deadline=None)
_UP = "4040 0100 0101 203A091A090C 790300000000 385B01000000"
_DOWN = "4040 0100 0101 203A091A090C 385B01000000 790300000000"
_BACK = "4040 0100 0101 233A091A090C 385B01000000 790300000000"
_TIME = "023A091A090C"


def hexed(text: str) -> bytes:
    return bytes.fromhex("".join(text.split()))


POWER = hexed(f"{_UP} 0900 02 1501 08 {_TIME} 42 2323")
GUARD_ANSWER = hexed(f"{_UP} 0A00 02 1801 2001 {_TIME} 5F 2323")
VERSION = hexed(f"{_UP} 0400 02 1901 0101 C7 2323")
CLOCK = hexed(f"{_UP} 0800 02 1C01 {_TIME} 40 2323")
CONFIRMED = hexed(f"{_BACK} 0000 03 AB 2323")
DENIED = hexed(f"{_BACK} 0000 06 AE 2323")
ASK_STATE = hexed(f"{_DOWN} 0300 04 5101 00 FE 2323")
ANSWERED = hexed(f"{_UP} 0900 05 1501 08 {_TIME} 45 2323")
INITIALISE = hexed(f"{_DOWN} 0300 01 5901 00 03 2323")
SYNC = hexed(f"{_DOWN} 0800 01 5A01 {_TIME} 7D 2323")
GUARD = hexed(f"{_DOWN} 0300 01 5B01 0A 0F 2323")
FIRE = hexed(
    "40400000010118 0D11160A14 000000000000 060504030201 3000 02 0201 0103 00 D9000600 0200 "
    "A3C1C7F8A3B1B2E3DFC8B2B8D7DFC0C8" + "00" * 15 + "301213010814 68 2323"
)  # dgiot
TAG = hexed(
    "4040 0400 0120 000000000000 98250A304008 000000000000 3000 02 0201 0201 B2 00000000 0200 FB0000000150"
    + "00" * 31
    + "9C 2323"
)  # tag
REAL = [POWER, GUARD_ANSWER, VERSION, CLOCK, CONFIRMED, DENIED, ASK_STATE, ANSWERED, INITIALISE, SYNC, GUARD]


def frames(data: st.SearchStrategy[bytes] | None = None) -> st.SearchStrategy[Frame]:
    """Packets of any head."""
    address = st.binary(min_size=6, max_size=6).map(bytes.hex)
    return st.builds(
        Frame,
        st.integers(0, 65535),
        st.integers(0, 255),
        st.integers(0, 255),
        st.just(hexed(_TIME)) | st.binary(min_size=6, max_size=6),
        address,
        address,
        st.integers(1, 6) | st.integers(0, 255),
        datas() if data is None else data,
        st.just(0),
    )


def datas() -> st.SearchStrategy[bytes]:
    """Data units of known and unknown types, mostly of a wrong length."""
    kind = st.sampled_from([1, 2, 3, 4, 5, 6, 7, 8, 21, 24, 25, 26, 28, 61, 64, 90, 91, 128]) | st.integers(0, 255)
    body = st.binary(max_size=120) | st.integers(0, 3).map(
        lambda n: (b"\x01\x01\x2a\x01\0\1\0\2\0" + b"\xb0\xa1" * 15 + b"\0" + hexed(_TIME)) * n
    )
    return st.builds(lambda k, n, b: bytes((k, n)) + b, kind, st.integers(0, 4) | st.integers(0, 255), body) | st.just(
        b""
    )


def pieces() -> st.SearchStrategy[bytes]:
    """Parts of streams: whole packets, damaged ones, fragments and noise."""
    whole = st.sampled_from([POWER, CONFIRMED, FIRE]) | frames().map(encode_frame)
    broken = st.builds(
        lambda raw, at, byte: raw[: at % len(raw)] + byte + raw[at % len(raw) + 1 :],
        whole,
        st.integers(0, 300),
        st.sampled_from([b"", b"@", b"@@", b"##", b"\x00"]),
    )
    return (
        whole
        | broken
        | st.sampled_from([b"@@", b"@", b"##", b"@" * 40, POWER[:20], POWER[:30]])
        | st.binary(max_size=20)
    )
