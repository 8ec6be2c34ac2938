"""GB/T 26875.3 for `anlan decode`: one packet in, one answer out."""

from __future__ import annotations

from typing import Any

from anlan.kernel.errors import ProtocolError
from anlan.protocols.gb26875.decode import Message, read
from anlan.protocols.gb26875.frame import Frame, head_of, read_frame
from anlan.protocols.gb26875.tables import (
    ANALOGS,
    COMMANDS,
    DEVICE_BITS,
    DEVICE_OPERATIONS,
    OPERATIONS,
    PART_BITS,
    STATE_BITS,
    flags,
    parts,
    systems,
    types,
)
from anlan.protocols.gb26875.times import local_text
from anlan.protocols.gb26875.unit import decode_text
from anlan.protocols.lines import Answer, time_text

__all__ = ["answer"]

_BITS = {1: STATE_BITS, 2: PART_BITS, 21: DEVICE_BITS}


def answer(raw: bytes) -> Answer:
    """What a packet says; never fails.

    Args:
        raw: one packet.
    Returns:
        `device` and `message` as in `decode.Message`; `fields` are those of the head and, as "objects", of the data.
    Source:
        GB/T 26875.3-2011, clauses 6 to 8; shape: house rule (docs/howto/decode.md).
    """
    try:
        frame = read_frame(raw)
    except ProtocolError as error:
        said = Answer(False, "gb26875", error.code)
        head = head_of(raw)
        if head is not None:
            message = read(head)
            said.device, said.message, said.fields = message.device, message.message, _head(head)
        return said
    message = read(frame)
    said = Answer(True, "gb26875", None, message.device, message.message, message.at, _head(frame))
    said.fields |= {"data_len": len(frame.data), "checksum": f"{raw[-3]:02X}"} | _unit(message)
    said.readings = [
        {"metric": r.metric, "value": r.value, "unit": r.unit, "at": time_text(r.at)} for r in message.readings
    ]
    said.warnings = list(dict.fromkeys(warning.code for warning in message.warnings))
    return said


def _head(frame: Frame) -> dict[str, Any]:
    return {
        "serial": frame.serial,
        "version": f"{frame.main}.{frame.user}",
        "send_time": local_text(frame.stamp),
        "source": frame.source,
        "target": frame.target,
        "command": frame.command,
        "command_name": COMMANDS.get(frame.command, ""),
    }


def _unit(message: Message) -> dict[str, Any]:
    unit = message.unit
    if unit is None:
        return {"data_hex": message.frame.data.hex().upper()} if message.frame.data else {}
    known = types().get(unit.type)
    fields: dict[str, Any] = {
        "type": unit.type,
        "type_name": known.name if known else "",
        "count": unit.count,
        "objects": [_object(unit.type, values) for values in unit.objects],
    }
    if unit.trailing:
        fields["trailing_or_unparsed_hex"] = unit.trailing.hex().upper()
    return fields


def _object(kind: int, values: dict[str, Any]) -> dict[str, Any]:
    said = dict(values)
    if "sys_type" in said:
        said["sys_name"] = systems().get(said["sys_type"], "")
    if "part_type" in said:
        said["part_name"] = parts().get(said["part_type"], "")
    if "part_addr" in said:
        said["part_addr_hex_wire"] = said["part_addr"].to_bytes(4, "little").hex()
        said |= {"zone": said["part_addr"] & 0xFFFF, "place": said["part_addr"] >> 16}
    if "state" in said:
        said["flags"] = flags(said["state"], _BITS[kind])
    if "op" in said:
        said["flags"] = flags(said["op"], OPERATIONS if kind == 4 else DEVICE_OPERATIONS)
    if "analog_type" in said:
        known = ANALOGS.get(said["analog_type"])
        said |= {"analog_name": known[1], "unit": known[2], "value": said["analog_raw"] / known[3]} if known else {}
    if "desc" in said:
        said["desc"] = decode_text(said["desc"])[0]
    if "time" in said:
        said["time"] = local_text(said["time"])
    return said
