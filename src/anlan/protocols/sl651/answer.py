"""SL 651 for `anlan decode`: one frame in, one answer out."""

from __future__ import annotations

from typing import Any

from anlan.kernel.errors import ProtocolError
from anlan.protocols.lines import Answer, time_text
from anlan.protocols.sl651.body import PARAMETERS, Item
from anlan.protocols.sl651.decode import Message, read
from anlan.protocols.sl651.frame import ENDS, head_of, read_frame
from anlan.protocols.sl651.tables import CLASSES, EVENTS, elements, functions, parameters, states_of
from anlan.protocols.sl651.values import read_number, series_values

__all__ = ["answer"]


def answer(raw: bytes) -> Answer:
    """What a frame says; never fails.

    Args:
        raw: one frame.
    Returns:
        `device` is the station's address, `message` the function, both in hexadecimal; `fields` are those of head and body.
    Source:
        SL 651-2014, clauses 6.5 and 6.6; shape: house rule (docs/howto/decode.md).
    """
    try:
        frame = read_frame(raw)
    except ProtocolError as error:
        said = Answer(False, "sl651", error.code)
        head = head_of(raw)
        if head is not None:
            _head(said, *head)
        return said
    message = read(frame)
    said = Answer(True, "sl651", at=message.at)
    _head(said, frame.down, frame.centre, frame.station, frame.password, frame.function)
    said.fields |= _body(message, raw)
    said.readings = [
        {"metric": r.metric, "value": r.value, "unit": r.unit, "at": time_text(r.at)} for r in message.readings
    ]
    said.warnings = list(dict.fromkeys(warning.code for warning in message.warnings))
    return said


def _head(said: Answer, down: bool, centre: int, station: str, password: str, function: int) -> None:
    said.device, said.message = station, f"{function:02X}"
    known = functions().get(function)
    said.fields = {
        "direction": "down" if down else "up",
        "centre": f"{centre:02X}",
        "station": station,
        "password": password,
        "func": said.message,
        "func_name": known.name if known else "",
    }


def _body(message: Message, raw: bytes) -> dict[str, Any]:
    frame, body = message.frame, message.body
    fields: dict[str, Any] = {
        "start_char": f"{raw[13]:02X}",
        "end_char": f"{frame.end:02X}",
        "end_name": ENDS.get(frame.end, ""),
        "body_len": (raw[11] & 0x0F) << 8 | raw[12],
        "crc": raw[-2:].hex().upper(),
    }
    if frame.in_packets:
        fields |= {"packet_total": frame.total, "packet_no": frame.number}
    if body.serial is None:
        return fields | {"payload_bytes": len(frame.body)}
    fields |= {"serial": body.serial, "send_time": body.sent, "body_rest_hex": frame.body[8:].hex().upper()}
    if body.address:
        fields["addr"] = body.address
    if body.station_class:
        fields |= {"station_class": body.station_class, "station_class_name": CLASSES.get(body.station_class, "")}
    if frame.function in PARAMETERS:
        fields["parameters"] = [_parameter(item) for item in body.items]
    elif body.items and body.items[0].id == "":
        fields |= _own(frame.function, body.items[0].raw)
    elif body.items:
        fields["elements"] = [_element(item) for item in body.items]
    if body.rest:
        fields["rest_hex"] = body.rest.hex().upper()
    return fields


def _element(item: Item) -> dict[str, Any]:
    """One part of a body, as it was sent and as it reads."""
    if item.definition is None:
        told = {"F0": "observe_time", "F1": "station", "T": "range"}
        if item.id == "F2":
            return {"id": "F2", "text": bytes.fromhex(item.raw).decode("gb18030", "replace")}
        return {"id": item.id, told.get(item.id, "raw"): item.raw}
    known = elements().get(int(item.id, 16)) if len(item.id) == 2 else None
    kind = known.kind if known else "number"
    length, decimals = item.definition >> 3, item.definition & 7
    said: dict[str, Any] = {"id": item.id, "len": length, "dec": decimals, "raw": item.raw}
    if known:
        said |= {"code": known.code, "name": known.name, "unit": known.unit}
    if not item.raw:
        return said
    if kind == "step":
        said["step_DDHHMM"] = item.raw
    elif kind == "status":
        said["states"] = states_of(int(item.raw, 16))
    elif kind == "duration":
        said["HHMM"] = item.raw
    elif kind in ("rain5", "stage5"):
        said["values_mm" if kind == "rain5" else "values_m"] = series_values(kind, item.raw)
        said["len"] = len(item.raw) // 2
    elif len(item.raw) == 2 * length:
        said["value"] = read_number(item.raw, decimals)[0]
    else:
        width = 2 * length
        said["values"] = [read_number(item.raw[i : i + width], decimals)[0] for i in range(0, len(item.raw), width)]
    return said


def _parameter(item: Item) -> dict[str, Any]:
    definition = item.definition or 0
    said: dict[str, Any] = {"id": item.id, "len": definition >> 3, "dec": definition & 7, "raw": item.raw}
    said["name"] = parameters().get(int(item.id, 16), "") if len(item.id) == 2 else ""
    if item.raw and int(item.id[:2], 16) >= 0x20:
        said["value"] = read_number(item.raw, definition & 7)[0]
    return said


def _own(function: int, raw: str) -> dict[str, Any]:
    """The bytes of functions whose answer has a form of its own."""
    data = bytes.fromhex(raw)
    if function == 0x45:
        return {"version": data[1 : 1 + data[0]].decode("gb18030", "replace")}
    if function == 0x50:
        counts = [int(raw[i : i + 4], 16) for i in range(0, len(raw) - 3, 4)]
        return {"events": dict(zip(EVENTS, counts, strict=False))}
    if function in (0x4C, 0x4D):
        return {"count": data[0], "bits": raw[2:]}
    if function == 0x4E:
        return {"count": data[0], "raw": raw[2:]}
    if function == 0x4F:
        return {"fixed_value": {"FF": "投入", "00": "退出"}.get(raw, raw)}
    return {"raw": raw}
