"""What the tests of SL 651 share: real frames with their source, and strategies.

Sources: "csv" is ../shared/standards/sl651.csv; "gtest" the test module of a public C library for SL 651 (packages of a
real terminal of 2014 and of the examples in the standard); "toymoban" https://www.toymoban.com/news/detail-686475.html;
"echo", "wjy", "kafka" public test code of GitHub (EchoClient, handsomestWei/sl651-2014, a Kotlin test) with captures.
"""

from __future__ import annotations

from hypothesis import settings
from hypothesis import strategies as st

from anlan.protocols.sl651.frame import Frame, encode_frame

untimed = settings(deadline=None)


def hexed(text: str) -> bytes:
    return bytes.fromhex("".join(text.split()))


TIMED = hexed(
    "7E7E 05 0011223344 03E8 32 002B 02 0034 170718110016 F1F1 0011223344 48 F0F0 1707181100"
    "2019000040 2619000040 392300010490 38121099 03 A421"
)  # gtest
EVEN = hexed(
    "7E7E 05 0011223344 03E8 31 004E 02 0031 170718110005 F1F1 0011223344 48 F0F0 1707181005 0418000005 3923"
    "00000122 00000122 00000285 00010490 00010490 FFFFFFFF FFFFFFFF FFFFFFFF FFFFFFFF FFFFFFFF 00010490 00010490"
    "03 7AC7"
)  # gtest
HOUR = hexed(
    "7E7E 10 0012345678 1234 34 0057 02 0003 140612020000 F1F1 0012345678 48 F0F0 1406120200"
    "F460 000000000000000000000000 F5C0 0AAA0AAAFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF"
    "2619000000 2019000000 1A19000000 391A002730 38121290 03 DD4E"
)  # gtest
KEEP = hexed("7E7E01001234567812342F0008020003591011155111036BCA")  # csv
WRONG = hexed("7E7E01003096035700002F000802001C20042223595903617A")  # echo; its capture was edited
VENDOR = hexed(
    "7E7E0100102200010000320032021658220628090851F1F100102200014BF0F02206280908391A051300FF012AFFFFFFFFFF452000000400"
    "3812FFFFFF0208FF03CAE6"
)  # kafka
STATUS = hexed("7E7E0500112233441234460015020023170718102008F1F100112233444520000004000315C1")  # gtest
ASK_ALL = hexed("7E7E 0011223344 05 03E8 3A 8012 02 0000 170718110258 1F19 2019 2619 3812 3923 05 84B9")  # gtest
ASK_PERIOD = hexed(
    "7E7E 0012345678 10 1234 38 8017 02 0000 130325110533 13032410 13032510 0418000000 F460 05 F800"
)  # gtest
CONFIRM = hexed("7E7E 0011223344 05 03E8 32 8008 02 0034 170718110016 1B E5D4")  # gtest

# Frames of the centre and answers that are read and built byte for byte: (bytes, function, elements or parameters).
OTHERS = [
    hexed(text)
    for text in (
        "7E7E001122334405123446800802000017071810210805F8B3",
        "7E7E00112233440503E847800A020000170718110351970005983C",
        "7E7E05001122334403E847000F02003A170718110347F1F100112233440305BD",
        "7E7E00112233440503E848800A020000170718110437980005D7E8",
        "7E7E001122334405123449801002000017071810212303101234031003E80566B9",
        "7E7E0500112233441234490013020024170718102024F1F10011223344031003E803CEC8",
        "7E7E00112233440503E84A800802000017071810214905749E",
        "7E7E00112233440503E84B800E0200001707181022374520000002000517C7",
        "7E7E00112233440503E84C800A020000170718102247010105BD2F",
        "7E7E05001122334403E84C0011020029170718102248F1F10011223344010103D1B3",
        "7E7E00112233440503E84D800A02000017071810225801010569E9",
        "7E7E05001122334403E84E001302002B170718102309F1F100112233440101000203869B",
        "7E7E00112233440503E84F8009020000170718102321FF05A90F",
        "7E7E05001122334403E84F001002002C170718102324F1F10011223344FF0332F5",
        "7E7E00112233440503E850800802000017071810234405BE1D",
        "7E7E00112233440503E851800802000017071810571005E561",
        "7E7E05001122334403E851000F020030170718105706F1F1001122334403CC07",
        "7E7E0011223344051234418018020000170718101912012002280310040005000C080D400F0005F2E3",
        "7E7E0011223344051234438022020000170718102034200821082208231024082509260927082823301B381240124112056564",
        "7E7E001122334405123442803802000017071810201220080121080522080823100300240805250910260910270802282300010000301B"
        "00020038120500401200034112002005348A",
        "7E7E001122334405123444800802000017071810204805BAD4",
        "7E7E0012345678011234398008020000170718100720056832",
        "7E7E0100123456781234390011020014170718100630F2F25120312E3233340346AA",
    )
]  # gtest

_stations = st.binary(min_size=5, max_size=5).map(lambda raw: raw.hex().upper())
_passwords = st.binary(min_size=2, max_size=2).map(lambda raw: raw.hex().upper())


def frames(body: st.SearchStrategy[bytes] | None = None) -> st.SearchStrategy[Frame]:
    """Frames of both directions, single and in packets."""
    packets = st.tuples(st.integers(1, 0xFFF), st.integers(1, 0xFFF)) | st.just((0, 0))
    return st.builds(
        lambda down, centre, station, password, function, body, end, packet: Frame(
            down, centre, station, password, function, body, end, *packet
        ),
        st.booleans(),
        st.integers(0, 255),
        _stations,
        _passwords,
        st.sampled_from([0x2F, 0x31, 0x32, 0x34, 0x36, 0x38, 0x3A, 0x40, 0x41, 0x45, 0x46, 0x4C, 0x50, 0xE0])
        | st.integers(0, 255),
        bodies() if body is None else body,
        st.sampled_from([0x03, 0x17, 0x05, 0x1B]) | st.integers(0, 255),
        packets,
    )


def bodies() -> st.SearchStrategy[bytes]:
    """Bodies made of parts that elements are made of, in any order, most of them odd somewhere."""
    part = st.sampled_from(
        [
            b"\xf1\xf1\x00\x11\x22\x33\x44\x48",
            b"\xf0\xf0\x17\x07\x18\x11\x00",
            b"\xf0\xf0\x17\x99\x18\x11\x00",
            b"\x20\x19\x00\x00\x40",
            b"\x39\x23\x00\x01\x04\x90",
            b"\x39\x23\xff\x01\x04\x90",
            b"\x39\x23\xff\xff\xff\xff",
            b"\x38\x12\xaa\xaa",
            b"\x38\x12\x1a\x00",
            b"\x04\x18\x00\x00\x05",
            b"\x05\x10\x01\x30",
            b"\xf4\x60" + bytes(12),
            b"\xf5\x5c" + b"\xff" * 24,
            b"\x45\x20\x00\x00\x04\x00",
            b"\xff\x02\x19\xff\x02\x66",
            b"\x79\x79\x01",
            b"\x7a\x12\x00\x01",
            b"\xf2\xf2ab",
            b"\xf3\xf3\xff\xd8",
        ]
    )
    head = st.just(b"\x00\x07\x17\x07\x18\x11\x00\x16") | st.binary(max_size=9)
    return st.builds(lambda a, b, c: a + b"".join(b) + c, head, st.lists(part, max_size=6), st.binary(max_size=9))


def pieces() -> st.SearchStrategy[bytes]:
    """Parts of streams: whole frames, damaged ones, fragments and noise."""
    whole = st.sampled_from([TIMED, KEEP, STATUS, CONFIRM]) | frames().map(encode_frame)
    broken = st.builds(
        lambda raw, at, byte: raw[: at % len(raw)] + byte + raw[at % len(raw) + 1 :],
        whole,
        st.integers(0, 500),
        st.sampled_from([b"", b"\x7e", b"\x7e\x7e", b"\x02", b"\x00"]),
    )
    return (
        whole
        | broken
        | st.sampled_from([b"\x7e\x7e", b"\x7e", b"\x7e" * 9, TIMED[:14], TIMED[:30]])
        | st.binary(max_size=20)
    )
