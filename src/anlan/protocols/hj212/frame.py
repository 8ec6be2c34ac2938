"""Frames of HJ 212: `##`, four digits of length, the data section, four hexadecimal digits of checksum, CR LF.

`read_frame` judges bytes that are said to be one frame; `cutter.FrameCutter` finds frames in a stream.

Source: HJ 212-2017, clause 6.3 (structure of the packet) and annex A (checksum).
"""

from __future__ import annotations

import re
from typing import NamedTuple

from anlan.kernel.errors import ProtocolError
from anlan.protocols.hj212.crc import crc

__all__ = ["LONGEST", "Frame", "actual_payload", "read_frame"]

# Bytes around the data section: start and length before it, checksum and end after it.
HEAD, TAIL, END = 6, 4, 2
# What four digits can declare; the standard's own limit of 1024 is exceeded in the field.
LONGEST = 9999
_HEX = re.compile(rb"[0-9A-Fa-f]{4}")


class Frame(NamedTuple):
    """A frame whose length and checksum are right: its data section, and where in the stream it began."""

    payload: bytes
    offset: int = 0


def is_checksum(digits: bytes) -> bool:
    """Whether these are four hexadecimal digits, in either case.

    Source: HJ 212-2017, clause 6.3; lower case is a house rule.
    """
    return _HEX.fullmatch(digits) is not None


def actual_payload(raw: bytes) -> bytes:
    """The data section by its place between head and checksum, whatever the length field says; for diagnosis only.

    Source: HJ 212-2017, clause 6.3.
    """
    body = raw.rstrip(b"\r\n")
    return body[HEAD:-TAIL] if body.startswith(b"##") and len(body) >= HEAD + TAIL else b""


def read_frame(raw: bytes) -> bytes:
    """Check one frame and return its data section.

    Args:
        raw: from `##` to the checksum, with or without CR LF at the end.
    Raises:
        ProtocolError: "hj212.frame.malformed" without start, length digits or checksum digits; "hj212.frame.length" when
            another number of bytes is there than declared; "hj212.frame.crc".
    Source:
        HJ 212-2017, clause 6.3 and annex A.
    """
    body = raw.rstrip(b"\r\n")
    if len(body) < HEAD + TAIL or not body.startswith(b"##") or not body[2:HEAD].isdigit():
        raise ProtocolError("hj212.frame.malformed", size=len(raw))
    declared, payload, digits = int(body[2:HEAD]), body[HEAD:-TAIL], body[-TAIL:]
    if declared != len(payload):
        raise ProtocolError("hj212.frame.length", declared=declared, actual=len(payload))
    check_crc(payload, digits)
    return payload


def check_crc(payload: bytes, digits: bytes) -> None:
    """Compare a data section with its checksum.

    Raises:
        ProtocolError: "hj212.frame.malformed" when these are no hexadecimal digits; "hj212.frame.crc" with both values.
    Source:
        HJ 212-2017, annex A.
    """
    expected = b"%04X" % crc(payload)
    if digits.upper() != expected:
        if not is_checksum(digits):
            raise ProtocolError("hj212.frame.malformed", size=HEAD + len(payload) + TAIL)
        raise ProtocolError("hj212.frame.crc", found=digits.decode("ascii").upper(), expected=expected.decode("ascii"))
