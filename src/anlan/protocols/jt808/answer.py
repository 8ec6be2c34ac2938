"""JT/T 808 for `anlan decode`: one frame in, one answer out."""

from __future__ import annotations

from typing import Any

from anlan.kernel.errors import ProtocolError
from anlan.protocols.jt808.decode import is_readable, read, read_body
from anlan.protocols.jt808.frame import Frame, glance, read_frame
from anlan.protocols.jt808.messages import messages
from anlan.protocols.lines import Answer, time_text

__all__ = ["answer"]

# Names under which the fields of a body stand together, beside the header's own.
_GROUPS = {0x0100: "register", 0x0001: "ack", 0x8001: "ack", 0x8100: "reg_ack", 0x0704: "batch"}


def answer(raw: bytes) -> Answer:
    """What a frame says; never fails.

    Args:
        raw: one frame, flags included.
    Returns:
        `device` is the terminal's number, `message` four hexadecimal digits; `fields` those of the header, `body_hex`, and
        of the body: `location`, `batch`, `register`, `ack`, `reg_ack`, or each by its own name.
    Source:
        JT/T 808-2013, clauses 4.4 and 8; shape: house rule (docs/howto/decode.md).
    """
    try:
        frame = read_frame(raw)
    except ProtocolError as error:
        seen = glance(raw)
        said = Answer(False, "jt808", error.code)
        return said if seen is None else _about(seen, said)
    message = read(frame)
    said = _about(frame, Answer(True, "jt808"))
    said.at = message.at
    said.readings = [
        {"metric": r.metric, "value": r.value, "unit": r.unit, "at": time_text(r.at)} for r in message.readings
    ]
    said.warnings = list(dict.fromkeys(warning.code for warning in message.warnings))
    return said


def _about(frame: Frame, said: Answer) -> Answer:
    said.device, said.message = frame.device, f"{frame.message:04X}"
    known = messages().get(frame.message)
    said.fields = {
        "msg_id": said.message,
        "name": None if known is None else known.label,
        "phone": frame.device,
        "serial": frame.serial,
        "encrypt": frame.encryption,
        "version_flag": int(frame.version is not None),
        "subpackage": int(frame.total > 0),
        "body_len": len(frame.body),
    }
    if frame.version is not None:
        said.fields["protocol_version"] = frame.version
    if frame.total:
        said.fields |= {"pkg_total": frame.total, "pkg_no": frame.number}
    said.fields["body_hex"] = frame.body.hex()
    body = read_body(frame, []) if is_readable(frame) else {}
    said.fields |= _grouped(frame, body)
    return said


def _grouped(frame: Frame, body: dict[str, Any]) -> dict[str, Any]:
    group = _GROUPS.get(frame.message)
    if group is None or not body:
        return body
    return {group: body | ({"body_hex": frame.body.hex()} if group == "register" else {})}
