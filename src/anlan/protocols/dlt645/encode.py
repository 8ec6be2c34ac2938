"""What a centre asks a meter, and what a meter answers (for simulated devices and tests).

Source: DL/T 645-2007, clauses 5.2.4 and 7.
"""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

from anlan.kernel.errors import ProtocolError
from anlan.protocols.dlt645.frame import WILDCARD, Frame
from anlan.protocols.dlt645.tables import identifiers
from anlan.protocols.dlt645.values import write_value

__all__ = [
    "EVERYBODY", "abnormal_reply", "address_reply", "address_request", "read_on", "read_reply", "read_request", "set_clocks",
]  # fmt: skip

EVERYBODY = "9" * 12
_WAKE = 4
_LOCAL = timezone(timedelta(hours=8))


def _identifier(di: str) -> bytes:
    try:
        raw = bytes.fromhex(di)
    except ValueError:
        raw = b""
    if len(raw) not in (2, 4):
        raise ProtocolError("dlt645.encode.identifier", di=di[:20])
    return raw[::-1]


def read_request(address: str, di: str) -> Frame:
    """Ask for a value; an identifier of four digits asks a meter of 1997.

    Raises:
        ProtocolError: "dlt645.encode.identifier".
    Source:
        DL/T 645-2007, clause 7.1; DL/T 645-1997.
    """
    raw = _identifier(di)
    return Frame(address, 0x11 if len(raw) == 4 else 0x01, raw, _WAKE)


def read_on(address: str, di: str, serial: int) -> Frame:
    """Ask for the next frame of several; `serial`: its number, from 1 on. Raises as `read_request`.

    Source: DL/T 645-2007, clause 7.1.
    """
    return Frame(address, 0x12, _identifier(di) + bytes((serial & 0xFF,)), _WAKE)


def address_request() -> Frame:
    """Ask whoever is alone on the line for its address.

    Source: DL/T 645-2007, clause 7.3.
    """
    return Frame(WILDCARD * 12, 0x13, b"", _WAKE)


def set_clocks(at: datetime) -> Frame:
    """Set the clock of everybody on the line, without an answer.

    Args:
        at: aware.
    Source:
        DL/T 645-2007, clause 7.6 (ssmmhhDDMMYY).
    """
    local = at.astimezone(_LOCAL)
    return Frame(EVERYBODY, 0x08, bytes.fromhex(local.strftime("%S%M%H%d%m%y")), _WAKE)


def read_reply(address: str, di: str, value: float | str) -> Frame:
    """A meter's answer with one value.

    Raises:
        ProtocolError: "dlt645.encode.identifier" for one that is not in the table, "dlt645.encode.value".
    Source:
        DL/T 645-2007, clause 7.1 and annex A.
    """
    known = identifiers().get(di.lower())
    if known is None:
        raise ProtocolError("dlt645.encode.identifier", di=di[:20])
    return Frame(address, 0x91 if len(di) == 8 else 0x81, _identifier(di) + write_value(value, known), _WAKE)


def abnormal_reply(address: str, function: int, errors: int) -> Frame:
    """A meter's refusal; `errors`: the bits of `tables.ERRORS`.

    Source: DL/T 645-2007, clause 7.1.
    """
    return Frame(address, 0xC0 | function & 0x1F, bytes((errors & 0xFF,)), _WAKE)


def address_reply(address: str) -> Frame:
    """A meter tells its address.

    Source: DL/T 645-2007, clause 7.3.
    """
    return Frame(address, 0x93, bytes.fromhex(address)[::-1], _WAKE)
