"""Modbus RTU for `anlan decode`: one frame in, one answer out. `answer_tcp.py` does the same for Modbus TCP."""

from __future__ import annotations

from typing import Any

from anlan.kernel.errors import ProtocolError
from anlan.protocols.lines import Answer
from anlan.protocols.modbus.decode import Message, read
from anlan.protocols.modbus.frame import head_of, read_rtu, read_tcp
from anlan.protocols.modbus.pdu import EXCEPTIONS, FUNCTIONS

__all__ = ["answer", "answer_of"]

_BITS = {1: "coils", 2: "inputs", 15: "coils"}


def answer(raw: bytes) -> Answer:
    """What a frame of a serial line says; never fails.

    Source: MODBUS over Serial Line V1.02, clause 2.5.1; shape: house rule (docs/howto/decode.md).
    """
    return answer_of(raw, False)


def answer_of(raw: bytes, tcp: bool) -> Answer:
    """What a frame says; never fails.

    Args:
        raw: one frame. tcp: whether it has a head of TCP.
    Source:
        MODBUS Application Protocol V1.1b3; shape: house rule (docs/howto/decode.md).
    """
    word = "modbus-tcp" if tcp else "modbus"
    try:
        frame = read_tcp(raw) if tcp else read_rtu(raw)
    except ProtocolError as error:
        said = Answer(False, word, error.code)
        head = head_of(raw, tcp)
        if head is not None:
            message = read(head)
            said.device, said.message, said.fields = message.device, message.message, _fields(message)
            said.fields |= _head(raw, tcp, error.code)
        return said
    message = read(frame)
    said = Answer(True, word, None, message.device, message.message, fields=_fields(message))
    said.fields |= _head(raw, tcp, None)
    said.readings = [{"metric": r.metric, "value": r.value, "unit": r.unit, "at": None} for r in message.readings]
    said.warnings = [warning.code for warning in message.warnings]
    return said


def _head(raw: bytes, tcp: bool, error: str | None) -> dict[str, Any]:
    if not tcp:
        return {"mode": "RTU", "crc_ok": error is None}
    number = {"tid": int.from_bytes(raw[:2], "big"), "proto": int.from_bytes(raw[2:4], "big")}
    return {"mode": "TCP", **number, "length": int.from_bytes(raw[4:6], "big"), "len_ok": error is None}


def _fields(message: Message) -> dict[str, Any]:
    pdu = message.pdu
    fields: dict[str, Any] = {
        "unit": message.frame.unit,
        "func": pdu.function,
        "func_name": FUNCTIONS.get(pdu.function, ""),
        "exception": message.frame.function >= 0x80,
        "direction": pdu.direction,
    }
    if pdu.exception is not None:
        fields |= {"exc_code": pdu.exception, "exc_name": EXCEPTIONS.get(pdu.exception, "")}
    if pdu.address is not None:
        asked = {"address": pdu.address, "count": pdu.count, "value": pdu.value}
        told = {key: value for key, value in asked.items() if value is not None}
        # An echo is told as the request that it repeats.
        fields["written" if pdu.direction == "reply" else "request"] = told
    if pdu.registers is not None:
        fields["registers"] = list(pdu.registers)
    if pdu.bits is not None:
        fields[_BITS[pdu.function]] = list(pdu.bits)
    if not any(key in fields for key in ("exc_code", "request", "written", "registers", "coils", "inputs")):
        fields["data_hex"] = message.frame.data.hex().upper()
    return fields
