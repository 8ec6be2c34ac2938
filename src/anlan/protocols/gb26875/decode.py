"""From a checked packet to what it says: device, type, time, readings, and what is odd about it.

Source: GB/T 26875.3-2011, clauses 6 to 8.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from anlan.kernel.errors import Violation
from anlan.protocols.gb26875.frame import Frame, read_frame
from anlan.protocols.gb26875.tables import ANALOGS, COMMANDS
from anlan.protocols.gb26875.times import read_time
from anlan.protocols.gb26875.unit import Unit, decode_text, read_unit

__all__ = ["Message", "Reading", "decode", "decode_many", "read"]

# Commands that only a centre sends: their device is the target.
_FROM_CENTRE = (1, 4)
# Bits that have a reading of their own, beside the whole word.
_PART = (("fire", 1), ("fault", 2), ("shield", 3))
_DEVICE = (
    ("fire", 1),
    ("fault", 2),
    ("main_power_fault", 3),
    ("backup_power_fault", 4),
    ("channel_fault", 5),
    ("line_fault", 6),
)


class Reading(NamedTuple):
    """One value. `metric` is "device.fire" for the transmission device, "1.1.state" for system type 1 address 1,
    "1.1.65537.fire" for a part of it; bits are 0 or 1, `at` is aware UTC.
    """

    metric: str
    value: float
    unit: str
    at: datetime | None


@dataclass(slots=True)
class Message:
    """What a packet says.

    `device` is the source, of commands and requests the target; `message` the type of the data unit, without one the
    command; `at` the first time of an object, else the time label of the packet.
    """

    frame: Frame
    unit: Unit | None
    device: str
    message: str
    at: datetime | None
    sent: datetime | None
    readings: list[Reading]
    warnings: list[Violation]


def decode(raw: bytes) -> Message:
    """Decode one whole packet.

    Raises:
        ProtocolError: as `read_frame`: "gb26875.frame.malformed", "gb26875.frame.length", "gb26875.frame.checksum".
    Source:
        GB/T 26875.3-2011, clause 6.6.
    """
    return read(read_frame(raw))


def decode_many(frames: Iterable[bytes]) -> list[Message]:
    """Decode many whole packets, as a gateway's batch; fails like `decode` at the first that is broken.

    Source: GB/T 26875.3-2011, clause 6.6.
    """
    return [read(read_frame(raw)) for raw in frames]


def read(frame: Frame) -> Message:
    """What a checked packet says; never fails.

    Returns:
        The message; its warnings are those of `read_unit`, and "gb26875.message.unknown", "gb26875.time.unreadable",
        "gb26875.text.unreadable", "gb26875.analog.unknown".
    Source:
        GB/T 26875.3-2011, clauses 6 to 8.
    """
    warnings: list[Violation] = []
    if frame.command not in COMMANDS:
        warnings.append(Violation("gb26875.message.unknown", {"command": frame.command}))
    sent = read_time(frame.stamp)
    if sent is None:
        warnings.append(Violation("gb26875.time.unreadable", {"value": frame.stamp.hex().upper()}))
    unit = read_unit(frame.data, warnings)
    device = frame.target if frame.command in _FROM_CENTRE else frame.source
    if unit is None:
        return Message(frame, None, device, str(frame.command), sent, sent, [], warnings)
    first, readings = _readings(unit, sent, warnings)
    return Message(frame, unit, device, str(unit.type), first or sent, sent, readings, warnings)


def _readings(unit: Unit, sent: datetime | None, warnings: list[Violation]) -> tuple[datetime | None, list[Reading]]:
    """The first time of an object, and the readings of all."""
    first: datetime | None = None
    found: list[Reading] = []
    kind = unit.type
    for values in unit.objects:
        at = sent
        label = values.get("time")
        if label is not None:
            stated = read_time(label)
            if stated is None:
                warnings.append(Violation("gb26875.time.unreadable", {"value": label.hex().upper()}))
            else:
                at = stated
                first = first or stated
        text = values.get("desc")
        if text is not None and not text.isascii() and not decode_text(text)[1]:
            warnings.append(Violation("gb26875.text.unreadable", {"value": text[:16].hex().upper()}))
        if kind == 2 or kind == 1:
            word = values["state"]
            name = f"{values['sys_type']}.{values['sys_addr']}."
            if kind == 2:
                name = f"{name}{values['part_addr']}."
            found.append(Reading(f"{name}state", word, "", at))
            found += [Reading(name + bit, word >> place & 1, "", at) for bit, place in _PART]
        elif kind == 21:
            word = values["state"]
            found.append(Reading("device.state", word, "", at))
            found += [Reading(f"device.{bit}", word >> place & 1, "", at) for bit, place in _DEVICE]
        elif kind == 3:
            found.append(_analog(values, at, warnings))
    return first, found


def _analog(values: dict[str, Any], at: datetime | None, warnings: list[Violation]) -> Reading:
    known = ANALOGS.get(values["analog_type"])
    name = f"{values['sys_type']}.{values['sys_addr']}.{values['part_addr']}."
    if known is None:
        warnings.append(Violation("gb26875.analog.unknown", {"type": values["analog_type"]}))
        return Reading(f"{name}analog{values['analog_type']}", values["analog_raw"], "", at)
    key, _, unit, scale = known
    return Reading(name + key, values["analog_raw"] / scale, unit, at)
