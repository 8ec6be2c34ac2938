"""From a checked frame to what it says: station, function, time, readings, and what is odd about it.

Source: SL 651-2014, clauses 6.5 and 6.6.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from anlan.kernel.errors import Violation
from anlan.protocols.sl651.body import PARAMETERS, Body, split_body
from anlan.protocols.sl651.frame import ENDS, Frame, read_frame
from anlan.protocols.sl651.tables import functions
from anlan.protocols.sl651.times import read_time
from anlan.protocols.sl651.values import Reading, readings_of

__all__ = ["Message", "decode", "decode_many", "read"]

_FUNCTIONS = functions()


@dataclass(slots=True)
class Message:
    """What a frame says.

    `device` is the station's address, `message` the function in hexadecimal; `at` the first time of observation, else that
    of sending (`sent`), as aware UTC.
    """

    frame: Frame
    body: Body
    device: str
    message: str
    at: datetime | None
    sent: datetime | None
    readings: list[Reading]
    warnings: list[Violation]


def decode(raw: bytes) -> Message:
    """Decode one whole frame.

    Raises:
        ProtocolError: as `read_frame`: "sl651.frame.malformed", "sl651.frame.length", "sl651.frame.crc".
    Source:
        SL 651-2014, clause 6.5.2.
    """
    return read(read_frame(raw))


def decode_many(frames: Iterable[bytes]) -> list[Message]:
    """Decode many whole frames, as a gateway's batch; fails like `decode` at the first that is broken.

    Source: SL 651-2014, clause 6.5.2.
    """
    return [read(read_frame(raw)) for raw in frames]


def read(frame: Frame) -> Message:
    """What a checked frame says; never fails. Only what stations send has readings.

    Returns:
        The message; its warnings are those of `split_body` and `readings_of`, and "sl651.message.unknown",
        "sl651.frame.end", "sl651.station.differs", "sl651.time.unreadable".
    Source:
        SL 651-2014, clause 6.6.
    """
    warnings: list[Violation] = []
    body = split_body(frame, warnings)
    sent = read_time(body.sent) if body.sent else None
    if sent is None and body.sent:
        warnings.append(Violation("sl651.time.unreadable", {"value": body.sent}))
    # Identifiers of parameters are those of elements with another meaning.
    if frame.down or not body.items or frame.function in PARAMETERS:
        first, readings = None, []
    else:
        first, readings = readings_of(body.items, warnings, sent)
    if frame.function not in _FUNCTIONS:
        warnings.append(Violation("sl651.message.unknown", {"message": f"{frame.function:02X}"}))
    if frame.end not in ENDS:
        warnings.append(Violation("sl651.frame.end", {"value": f"{frame.end:02X}"}))
    if body.address and body.address != frame.station:
        warnings.append(Violation("sl651.station.differs", {"value": body.address}))
    return Message(frame, body, frame.station, f"{frame.function:02X}", first or sent, sent, readings, warnings)
