"""Building what a transmission device and a centre send: uploads, requests, commands, confirmations.

Nothing reads a clock here: every time is handed in.

Source: GB/T 26875.3-2011, clauses 6.1 to 6.6 and 8.3.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from anlan.protocols.gb26875.frame import Frame
from anlan.protocols.gb26875.times import write_time
from anlan.protocols.gb26875.unit import encode_unit

__all__ = ["confirm", "control", "deny", "guard_check", "request", "respond", "send", "sync_clock"]

CONTROL, SEND, CONFIRM, REQUEST, ANSWER, DENY = 1, 2, 3, 4, 5, 6
# What a centre may send again for: confirmations and requests go unanswered, see README.
_CONFIRMED = (CONTROL, SEND)


def send(
    source: str, target: str, serial: int, now: datetime, data: bytes = b"", main: int = 1, user: int = 1
) -> Frame:
    """An upload; without data a heartbeat. Source: GB/T 26875.3-2011, clause 6.3."""
    return Frame(serial, main, user, write_time(now), source, target, SEND, data)


def respond(asked: Frame, now: datetime, data: bytes) -> Frame:
    """The answer to a request, with its serial number. Source: GB/T 26875.3-2011, clause 6.4."""
    return _back(asked, now, ANSWER, data)


def confirm(frame: Frame, now: datetime) -> Frame | None:
    """The confirmation that is owed, None when none is: only uploads and control commands are confirmed.

    Source: GB/T 26875.3-2011, clauses 6.2, 6.3 and 6.6 (same serial number, no data).
    """
    return _back(frame, now, CONFIRM) if frame.command in _CONFIRMED else None


def deny(frame: Frame, now: datetime) -> Frame:
    """The denial of a packet that was understood as far as its head: its sender sends it again.

    Source: GB/T 26875.3-2011, clauses 6.2 to 6.5.
    """
    return _back(frame, now, DENY)


def request(
    centre: str, device: str, serial: int, now: datetime, kind: int, objects: Sequence[Mapping[str, Any]] = ()
) -> Frame:
    """A request: types 61 to 68, 81, 84, 85, 86 and 88.

    Args:
        objects: which systems or parts; without any, the one reserved byte that 81, 85, 86 and 88 want.
    Raises:
        ProtocolError: "gb26875.encode.unit", as `encode_unit`.
    Source:
        GB/T 26875.3-2011, clauses 6.4 and 8.3.2.
    """
    data = encode_unit(kind, objects or ({"reserved": 0},))
    return Frame(serial, 1, 1, write_time(now), centre, device, REQUEST, data)


def control(centre: str, device: str, serial: int, now: datetime, kind: int, values: Mapping[str, Any]) -> Frame:
    """A control command: 89 initialises the device, 90 sets its clock, 91 asks whether the guard is there.

    Raises:
        ProtocolError: "gb26875.encode.unit", as `encode_unit`.
    Source:
        GB/T 26875.3-2011, clauses 6.2 and 8.3.2.
    """
    return Frame(serial, 1, 1, write_time(now), centre, device, CONTROL, encode_unit(kind, (values,)))


def sync_clock(centre: str, device: str, serial: int, now: datetime) -> Frame:
    """The command that sets the device's clock to `now`. Source: GB/T 26875.3-2011, clause 8.3.2.15."""
    return control(centre, device, serial, now, 90, {"time": write_time(now)})


def guard_check(centre: str, device: str, serial: int, now: datetime, minutes: int = 10) -> Frame:
    """查岗: the guard must press the key within these minutes; the answer is an upload of type 24 with "guard_answer".

    Source: GB/T 26875.3-2011, clause 8.3.2.16; GB 26875.1-2011 (10 minutes).
    """
    return control(centre, device, serial, now, 91, {"minutes": minutes})


def _back(frame: Frame, now: datetime, command: int, data: bytes = b"") -> Frame:
    return Frame(frame.serial, frame.main, frame.user, write_time(now), frame.target, frame.source, command, data)
