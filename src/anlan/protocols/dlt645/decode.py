"""From a checked frame to what it says: function, identifier, values, errors, and what is odd about it.

Source: DL/T 645-2007, clauses 5.2.4 and 7; DL/T 645-1997.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple

from anlan.kernel.errors import ProtocolError, Violation
from anlan.protocols.dlt645.frame import Frame, read_frame
from anlan.protocols.dlt645.tables import ERRORS, Identifier, block_of, controls, identifiers
from anlan.protocols.dlt645.values import Value, read_value

__all__ = ["Message", "Reading", "decode", "decode_many", "function_name", "read"]

_OLD = frozenset({0x01, 0x02, 0x03, 0x04, 0x0A, 0x0C, 0x0F, 0x10})
_READ, _READ_ON, _ADDRESS, _WRITE = 0x11, 0x12, 0x13, 0x14
_ABNORMAL, _MORE = 0x40, 0x20


class Reading(NamedTuple):
    """A value of a meter; `di` names it, `value` is None where the meter has none."""

    di: str
    name: str
    value: Value
    unit: str


@dataclass(slots=True)
class Message:
    """What a frame says.

    Attributes:
        di: identifier as hexadecimal, the highest byte first; "" where the function has none. readings: of a reply.
        old: the function is one of the edition of 1997. more: further frames follow (读后续数据). errors: of an abnormal reply.
        rest: bytes behind what is known. serial: number of a frame of several.
    """

    frame: Frame
    di: str = ""
    old: bool = False
    more: bool = False
    errors: tuple[str, ...] = ()
    readings: list[Reading] = field(default_factory=list)
    rest: bytes = b""
    serial: int | None = None
    warnings: list[Violation] = field(default_factory=list)


def decode(raw: bytes) -> Message:
    """Decode one whole frame.

    Raises:
        ProtocolError: as `frame.read_frame`.
    Source:
        DL/T 645-2007, clause 5.2.
    """
    return read(read_frame(raw))


def decode_many(raws: Iterable[bytes]) -> list[Message]:
    """Decode many whole frames, as a gateway's batch. Raises as `decode`.

    Source: DL/T 645-2007, clause 5.2.
    """
    return [read(read_frame(raw)) for raw in raws]


def function_name(control: int) -> str:
    """What the function of a control code is called; "" for one that no edition knows.

    Source: DL/T 645-2007, clause 5.2.4; DL/T 645-1997.
    """
    function = control & 0x1F
    return controls().get(function + 0x100 if function in _OLD else function, "")


def read(frame: Frame) -> Message:
    """What a checked frame says; never fails.

    Source: DL/T 645-2007, clauses 5.2.4, 7 and annex A.
    """
    function = frame.control & 0x1F
    message = Message(frame, old=function in _OLD, more=bool(frame.reply and frame.control & _MORE))
    if frame.reply and frame.control & _ABNORMAL:
        _errors(message)
    elif function in (_READ, _READ_ON, _WRITE):
        _identified(message, 4, function)
    elif function in (0x01, 0x02, 0x04):
        _identified(message, 2, function)
    elif function == _ADDRESS and frame.reply and len(frame.data) == 6:
        message.readings.append(Reading("", "通信地址", frame.data[::-1].hex(), ""))
    elif not function_name(frame.control):
        message.warnings.append(Violation("dlt645.control.unknown", {"control": f"{frame.control:02X}"}))
        message.rest = frame.data
    else:
        message.rest = frame.data
    return message


def _errors(message: Message) -> None:
    data = message.frame.data
    if len(data) != 1:
        message.warnings.append(Violation("dlt645.error.size", {"size": len(data)}))
    message.errors = tuple(ERRORS[bit] for bit in range(8) if data and data[0] >> bit & 1)
    message.rest = data[1:]


def _identified(message: Message, size: int, function: int) -> None:
    data = message.frame.data
    if len(data) < size:
        message.warnings.append(Violation("dlt645.identifier.short", {"size": len(data)}))
        message.rest = data
        return
    message.di, rest = data[size - 1 :: -1].hex() if size == len(data) else data[:size][::-1].hex(), data[size:]
    if not message.frame.reply or function in (_WRITE, 0x04):
        message.rest = rest
        return
    if (function in (_READ_ON, 0x02) or message.more) and rest:
        message.serial, rest = rest[-1], rest[:-1]
    known = identifiers().get(message.di)
    wanted = (known,) if known else block_of(message.di)
    if not wanted:
        message.warnings.append(Violation("dlt645.identifier.unknown", {"di": message.di.upper()}))
    for one in wanted:
        if len(rest) < one.size:
            break
        _reading(message, rest[: one.size], one)
        rest = rest[one.size :]
    message.rest = rest
    if known and (rest or not message.readings):
        message.warnings.append(Violation("dlt645.value.size", {"di": message.di.upper(), "size": len(data) - size}))


def _reading(message: Message, raw: bytes, known: Identifier) -> None:
    try:
        value = read_value(raw, known)
    except ProtocolError as error:
        message.warnings.append(Violation(error.code, error.facts))
        value = None
    message.readings.append(Reading(known.di, known.name, value, known.unit))
