"""From a checked frame to what it says: unit, function, values, and what is odd about it.

Source: MODBUS Application Protocol V1.1b3.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from anlan.kernel.errors import Violation
from anlan.protocols.modbus.frame import Frame, read_rtu, read_tcp
from anlan.protocols.modbus.pdu import Pdu, read_pdu
from anlan.protocols.modbus.registers import Reading

__all__ = ["Message", "decode", "decode_many", "decode_tcp", "read"]


@dataclass(slots=True)
class Message:
    """What a frame says.

    `device` is the unit, `message` the function code without the bit of an exception, both decimal. `readings` are the
    values of a reply by their place in it ("register.0", "bit.0"): which addresses they have, only the request says.
    """

    frame: Frame
    pdu: Pdu
    device: str
    message: str
    readings: list[Reading]
    warnings: list[Violation]


def decode(raw: bytes) -> Message:
    """Decode one whole frame of a serial line.

    Raises:
        ProtocolError: as `frame.read_rtu`.
    Source:
        MODBUS over Serial Line V1.02, clause 2.5.1.
    """
    return read(read_rtu(raw))


def decode_tcp(raw: bytes) -> Message:
    """Decode one whole frame of TCP.

    Raises:
        ProtocolError: as `frame.read_tcp`.
    Source:
        MODBUS Messaging on TCP/IP V1.0b, clause 3.1.3.
    """
    return read(read_tcp(raw))


def decode_many(frames: Iterable[bytes]) -> list[Message]:
    """Decode many whole frames of a serial line; fails like `decode` at the first that is broken.

    Source: MODBUS over Serial Line V1.02, clause 2.5.1.
    """
    return [read(read_rtu(raw)) for raw in frames]


def read(frame: Frame, direction: str | None = None) -> Message:
    """What a checked frame says; never fails.

    Args:
        frame: a frame. direction: "request" or "reply" when the caller knows (a gateway does).
    Returns:
        The message; its warnings are those of `pdu.read_pdu`.
    Source:
        MODBUS Application Protocol V1.1b3, clauses 6 and 7.
    """
    warnings: list[Violation] = []
    pdu = read_pdu(frame.function, frame.data, warnings, direction)
    readings: list[Reading] = []
    if pdu.direction == "reply":
        if pdu.registers is not None:
            readings = [Reading(_REGISTERS[place], value, "", None) for place, value in enumerate(pdu.registers)]
        elif pdu.bits is not None:
            readings = [Reading(f"bit.{place}", value, "", None) for place, value in enumerate(pdu.bits)]
    return Message(frame, pdu, str(frame.unit), str(pdu.function), readings, warnings)


_REGISTERS = tuple(f"register.{place}" for place in range(128))
