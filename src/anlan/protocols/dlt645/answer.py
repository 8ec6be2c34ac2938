"""DL/T 645 for `anlan decode`: one frame in, one answer out."""

from __future__ import annotations

from typing import Any

from anlan.kernel.errors import ProtocolError
from anlan.protocols.dlt645.decode import function_name, read
from anlan.protocols.dlt645.frame import PREAMBLE, checksum, glance, read_frame
from anlan.protocols.lines import Answer

__all__ = ["answer"]


def answer(raw: bytes) -> Answer:
    """What a frame says; never fails.

    Returns:
        `device` is the meter's address, `message` the control code in hexadecimal; a meter states no time.
    Source:
        DL/T 645-2007, clause 5.2; shape: house rule (docs/howto/decode.md).
    """
    seen = glance(raw)
    try:
        frame = read_frame(raw)
    except ProtocolError as error:
        said = Answer(False, "dlt645", error.code)
        if seen is not None:
            _head(said, raw, *seen)
        return said
    message = read(frame)
    said = Answer(True, "dlt645")
    _head(said, raw, frame.preamble, frame.address, frame.control, frame.data)
    if message.di:
        said.fields["di"] = message.di
    if message.errors:
        said.fields["errors"] = list(message.errors)
    if message.serial is not None:
        said.fields["serial"] = message.serial
    if message.rest:
        said.fields["rest_hex"] = message.rest.hex()
    if len(message.readings) == 1:
        one = message.readings[0]
        said.fields |= {"name": one.name, "unit": one.unit, "value": one.value}
    said.readings = [
        {"metric": r.di, "value": r.value, "unit": r.unit, "at": None} for r in message.readings if r.di
    ]
    said.warnings = list(dict.fromkeys(warning.code for warning in message.warnings))
    return said


def _head(said: Answer, raw: bytes, preamble: int, address: str, control: int, data: bytes) -> None:
    inner = raw.lstrip(PREAMBLE)
    said.device, said.message = address, f"{control:02X}"
    fields: dict[str, Any] = {
        "preamble_FE": preamble, "address": address, "control": said.message, "function": function_name(control),
        "dir": "slave" if control >= 0x80 else "master", "error": control & 0xC0 == 0xC0, "more": control & 0xA0 == 0xA0,
        "len": inner[9], "len_ok": len(inner) == 12 + inner[9], "data_minus33": data.hex(),
        "cs": f"{inner[-2]:02X}", "cs_calc": f"{checksum(inner[:-2]):02X}",
    }  # fmt: skip
    said.fields = fields | {"cs_ok": fields["cs"] == fields["cs_calc"]}
    size = 4 if control & 0x1F in (0x11, 0x12, 0x14) else 0
    if not control & 0x40 and size and len(data) >= size:
        said.fields["di"] = data[:size][::-1].hex()
