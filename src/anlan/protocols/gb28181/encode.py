"""What a centre sends: queries, subscriptions, controls, and replies to what devices send; what a device sends, for simulation.

Source: GB/T 28181-2016, clauses 9.3 (control), 9.5 (queries), 9.11 (subscriptions), annexes A.2 and J (examples).
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple
from xml.sax.saxutils import escape

from anlan.kernel.errors import ProtocolError
from anlan.protocols.gb28181.message import SipMessage

__all__ = ["MANSCDP", "Dialog", "body_bytes", "message_request", "register_request", "reply", "subscribe_request"]

MANSCDP = "Application/MANSCDP+xml"
_ID = re.compile(r"[0-9]{1,20}")
_TAG = re.compile(r"[A-Za-z][A-Za-z0-9]{0,30}")
_REASONS = {
    200: "OK", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed",
    415: "Unsupported Media Type", 500: "Server Internal Error", 503: "Service Unavailable",
}  # fmt: skip


class Dialog(NamedTuple):
    """Who speaks with whom: codes and addresses (host:port) of both, and what makes the message unique.

    `transport`: UDP or TCP. `sequence`: number of CSeq. `realm`: domain of the addresses, ten digits.
    """

    own: str
    own_address: str
    peer: str
    realm: str
    call: str
    tag: str
    branch: str
    sequence: int = 1
    transport: str = "UDP"


def body_bytes(root: str, command: str, sn: int, device: str, more: Mapping[str, object] | None = None) -> bytes:
    """A body in GB 18030, as GB 2312 is declared.

    Args:
        root: Query, Control, Notify or Response. more: further elements in order; a mapping is a group.
    Raises:
        ProtocolError: "gb28181.encode.body" for a name or code that can't be written.
    Source:
        GB/T 28181-2016, annex A.2.
    """
    if root not in ("Query", "Control", "Notify", "Response") or not _TAG.fullmatch(command) or not _ID.fullmatch(device):
        raise ProtocolError("gb28181.encode.body", command=command[:40], device=device[:40])
    inner = {"CmdType": command, "SN": sn, "DeviceID": device, **(more or {})}
    text = f'<?xml version="1.0" encoding="GB2312"?>\r\n<{root}>\r\n{_elements(inner)}</{root}>\r\n'
    return text.encode("gb18030")


def _elements(inner: Mapping[str, object]) -> str:
    made = []
    for name, value in inner.items():
        if not _TAG.fullmatch(name):
            raise ProtocolError("gb28181.encode.body", command=name[:40], device="")
        if isinstance(value, Mapping):
            made.append(f"<{name}>\r\n{_elements(value)}</{name}>\r\n")
        elif isinstance(value, Sequence) and not isinstance(value, str):
            items = "".join(f"<Item>\r\n{_elements(item)}</Item>\r\n" for item in value)
            made.append(f'<{name} Num="{len(value)}">\r\n{items}</{name}>\r\n')
        else:
            made.append(f"<{name}>{escape(str(value))}</{name}>\r\n")
    return "".join(made)


def _request(dialog: Dialog, method: str, more: Sequence[tuple[str, str]], body: bytes = b"") -> SipMessage:
    if not (_ID.fullmatch(dialog.own) and _ID.fullmatch(dialog.peer)):
        raise ProtocolError("gb28181.encode.body", command=method, device=dialog.peer[:40])
    headers = [
        ("Via", f"SIP/2.0/{dialog.transport} {dialog.own_address};rport;branch=z9hG4bK{dialog.branch}"),
        ("From", f"<sip:{dialog.own}@{dialog.realm}>;tag={dialog.tag}"),
        ("To", f"<sip:{dialog.own if method == 'REGISTER' else dialog.peer}@{dialog.realm}>"),
        ("Call-ID", dialog.call), ("CSeq", f"{dialog.sequence} {method}"), ("Max-Forwards", "70"), *more,
    ]  # fmt: skip
    if body:
        headers.append(("Content-Type", MANSCDP))
    return SipMessage(method, f"sip:{dialog.peer}@{dialog.realm}", headers=tuple(headers), body=body)


def message_request(dialog: Dialog, body: bytes) -> SipMessage:
    """MESSAGE with a body: a query, a control, a notice.

    Raises:
        ProtocolError: "gb28181.encode.body" for codes that are none.
    Source:
        GB/T 28181-2016, clauses 9.3 to 9.5, 9.6 (keep-alive).
    """
    return _request(dialog, "MESSAGE", (), body)


def register_request(dialog: Dialog, expires: int = 3600, authorization: str = "") -> SipMessage:
    """REGISTER of a device; `expires` 0 logs it out.

    Raises:
        ProtocolError: "gb28181.encode.body" for codes that are none.
    Source:
        GB/T 28181-2016, clause 9.1.
    """
    more = [("Contact", f"<sip:{dialog.own}@{dialog.own_address}>"), ("Expires", str(expires))]
    if authorization:
        more.append(("Authorization", authorization))
    return _request(dialog, "REGISTER", more)


def subscribe_request(dialog: Dialog, body: bytes, expires: int = 3600, event: str = "presence") -> SipMessage:
    """SUBSCRIBE to a catalogue, alarms or positions.

    Raises:
        ProtocolError: "gb28181.encode.body" for codes that are none.
    Source:
        GB/T 28181-2016, clause 9.11.
    """
    more = [("Contact", f"<sip:{dialog.own}@{dialog.own_address}>"), ("Expires", str(expires)), ("Event", event)]
    return _request(dialog, "SUBSCRIBE", more, body)


def reply(request: SipMessage, status: int, tag: str, more: Sequence[tuple[str, str]] = ()) -> SipMessage:
    """The response to a request: its Via (all of them), From, To with our tag, Call-ID and CSeq as they came.

    Source: RFC 3261, clause 8.2.6.
    """
    headers = [(name, value) for name, value in request.headers if name.lower() == "via"]
    to = request.header("To")
    headers.append(("From", request.header("From")))
    headers.append(("To", to if ";tag=" in to.lower() else f"{to};tag={tag}"))
    headers += [("Call-ID", request.header("Call-ID")), ("CSeq", request.header("CSeq")), *more]
    return SipMessage(status=status, reason=_REASONS.get(status, "Unknown"), headers=tuple(headers))
