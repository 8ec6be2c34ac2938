"""Building what a station and a centre send: reports, queries, settings, acknowledgements.

Nothing reads a clock here: every time is handed in.

Source: SL 651-2014, clauses 6.5.2 (control characters), 6.6.4 (bodies by function) and 5 (modes M1 to M4).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from anlan.kernel.errors import ProtocolError
from anlan.protocols.sl651.body import Body, Item, join_body
from anlan.protocols.sl651.frame import Frame
from anlan.protocols.sl651.tables import elements, functions
from anlan.protocols.sl651.times import write_time

__all__ = [
    "ACK",
    "ENQ",
    "EOT",
    "ESC",
    "ETX",
    "NAK",
    "acknowledge",
    "command",
    "observed",
    "packets",
    "query_elements",
    "query_period",
    "repeat",
    "report",
    "set_password",
]

ETX, ETB, ENQ, EOT, ACK, NAK, ESC = 0x03, 0x17, 0x05, 0x04, 0x06, 0x15, 0x1B


def observed(at: datetime) -> Item:
    """The guide of a time of observation. Source: SL 651-2014, annex C (F0)."""
    return Item("F0", None, write_time(at, 10))


def report(
    station: str,
    function: int,
    serial: int,
    sent: datetime,
    items: Iterable[Item] = (),
    centre: int = 1,
    password: str = "0000",
    station_class: str = "48",
) -> Frame:
    """A frame from a station.

    Args:
        station: 10 digits. items: as `values.number_item` and `observed` make them; the first one is the time of
            observation. A keep-alive (2F) and texts (35, 39) name no station in their body.
    Source:
        SL 651-2014, clause 6.6.4.
    """
    items = tuple(items)
    named = function != 0x2F and not (items and items[0].id == "F2")
    classed = station_class if items and items[0].id == "F0" else ""
    body = Body(serial, write_time(sent), station if named else "", classed if named else "", items)
    return Frame(False, centre, station, password, function, join_body(body))


def command(to: Frame, function: int, sent: datetime, items: Iterable[Item] = (), serial: int = 0) -> Frame:
    """A frame from the centre that awaits an answer (ENQ): queries 37, 39, 44, 45, 46, 50, 51, settings 40, 42, 4A …

    Args:
        to: any frame of the station, for the addresses and the password. items: parameters or bytes the function wants;
            the clock (4A) is set to the time of sending.
    Source:
        SL 651-2014, clause 6.6.4.
    """
    body = join_body(Body(serial, write_time(sent), "", "", tuple(items)))
    return Frame(True, to.centre, to.station, to.password, function, body, ENQ)


def query_elements(to: Frame, sent: datetime, identifiers: Sequence[str]) -> Frame:
    """Query 3A: the values of these elements now.

    Raises:
        ProtocolError: "sl651.encode.value" for an element without definition in annex C.
    Source:
        SL 651-2014, clause 6.6.4 (function 3A).
    """
    return command(to, 0x3A, sent, [_named(identifier) for identifier in identifiers])


def query_period(to: Frame, sent: datetime, begin: datetime, end: datetime, identifier: str, step: str) -> Frame:
    """Query 38: one element from one hour to another.

    Args:
        step: DDhhmm; "000000" for the series of five minutes.
    Raises:
        ProtocolError: as `query_elements`.
    Source:
        SL 651-2014, clause 6.6.4 (function 38).
    """
    span = Item("T", None, write_time(begin, 8) + write_time(end, 8))
    return command(to, 0x38, sent, [span, Item("04", 0x18, step), _named(identifier)])


def set_password(to: Frame, sent: datetime, password: str) -> Frame:
    """Command 49: the old password and the new one. Source: SL 651-2014, clause 6.6.4 (function 49)."""
    return command(to, 0x49, sent, [Item("03", 0x10, to.password), Item("03", 0x10, password)])


def acknowledge(frame: Frame, now: datetime, stay: bool = True) -> Frame | None:
    """The acknowledgement that the centre owes (modes M2 and M3), None when none is.

    Args:
        frame: from a station; of a message in packets the last one, or the joined frame.
        stay: the station stays on line (ESC), else it may sleep (EOT).
    Returns:
        A frame with the station's function and serial number. None for keep-alives, for answers to queries (M4) and for
        packets with others to follow (ETB).
    Source:
        SL 651-2014, clauses 5.2 and 6.5.2; function 36 in packets: README.
    """
    known = functions().get(frame.function)
    wanted = known is not None and known.answer == "confirm"
    if frame.down or not wanted or frame.end == ETB:
        return None
    serial = frame.body[:2] if frame.number <= 1 and len(frame.body) >= 2 else b"\0\0"
    body = serial + bytes.fromhex(write_time(now))
    return Frame(True, frame.centre, frame.station, frame.password, frame.function, body, ESC if stay else EOT)


def repeat(frame: Frame, number: int, now: datetime, serial: int = 0) -> Frame:
    """The request to send one packet of a message again (NAK).

    Args:
        frame: any packet of the message. number: of the packet that is missing. serial: of the message.
    Source:
        SL 651-2014, clause 5.2 (mode M3).
    """
    body = serial.to_bytes(2, "big") + bytes.fromhex(write_time(now))
    return Frame(True, frame.centre, frame.station, frame.password, frame.function, body, NAK, frame.total, number)


def packets(frame: Frame, most: int) -> list[Frame]:
    """A frame cut into packets of at most `most` bytes of body.

    Source: SL 651-2014, clause 6.5.2 (start character SYN, total and number of packets).
    """
    parts = [frame.body[i : i + most] for i in range(0, len(frame.body), most)] or [b""]
    return [
        frame._replace(body=part, total=len(parts), number=i, end=ETB if i < len(parts) else frame.end)
        for i, part in enumerate(parts, 1)
    ]


def _named(identifier: str) -> Item:
    known = elements().get(int(identifier, 16)) if len(identifier) == 2 else None
    if known is None:
        raise ProtocolError("sl651.encode.value", element=identifier, value="", length=0)
    return Item(identifier, known.definition, "")
