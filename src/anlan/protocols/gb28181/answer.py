"""GB/T 28181 for `anlan decode`: one message or bare body in, one answer out."""

from __future__ import annotations

from typing import Any

from anlan.kernel.errors import ProtocolError
from anlan.protocols.gb28181.decode import Message, decode, read
from anlan.protocols.gb28181.device_id import read_id, type_name
from anlan.protocols.gb28181.message import SipMessage, read_message
from anlan.protocols.gb28181.xml import is_body
from anlan.protocols.lines import Answer

__all__ = ["answer"]


def answer(raw: bytes) -> Answer:
    """What a message says; never fails.

    Returns:
        `device` is the code of 20 digits, `message` the command of the body, else the method or status.
    Source:
        GB/T 28181-2016; shape: house rule (docs/howto/decode.md).
    """
    try:
        if is_body(raw):
            return _said(decode(raw))
        sip = read_message(raw)
    except ProtocolError as error:
        return Answer(False, "gb28181", error.code)
    try:
        return _said(read(sip))
    except ProtocolError as error:
        said = _said(Message(sip, None))
        said.ok, said.error = False, error.code
        return said


def _said(message: Message) -> Answer:
    said = Answer(True, "gb28181", device=message.device or None, message=message.kind or None)
    if message.sip is not None:
        said.fields |= _head(message.sip)
    if message.credentials is not None:
        said.fields["auth"] = {name: value for name, value in message.credentials._asdict().items() if value}
    body = message.body
    if body is not None:
        said.at = body.at
        said.fields |= {"root": body.root, **body.fields}
    if code := read_id(message.device):
        said.fields["device_type"] = code.type
        said.fields["device_type_label"] = type_name(code.type)
    said.readings = [
        {"metric": one.metric, "value": one.value, "unit": one.unit, "at": one.at.isoformat() if one.at else None}
        for one in message.readings
    ]
    said.warnings = list(dict.fromkeys(warning.code for warning in message.warnings))
    return said


def _head(sip: SipMessage) -> dict[str, Any]:
    fields: dict[str, Any] = {"method": sip.method} if sip.method else {"status": sip.status, "reason": sip.reason}
    fields["device"] = sip.device
    names = {"uri": sip.uri, "call_id": sip.header("Call-ID"), "cseq": sip.header("CSeq"), "contact": sip.header("Contact")}
    names |= {"expires": sip.header("Expires"), "event": sip.header("Event"), "user_agent": sip.header("User-Agent")}
    return fields | {name: value for name, value in names.items() if value}
