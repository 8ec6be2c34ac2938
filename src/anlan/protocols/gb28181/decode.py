"""From bytes to what they say: a SIP message with its body, or a body that came bare.

Source: GB/T 28181-2016, clauses 7 to 9 and annex A.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, NamedTuple

from anlan.kernel.errors import Violation
from anlan.protocols.gb28181.body import Body, read_body
from anlan.protocols.gb28181.digest import Credentials, read_credentials
from anlan.protocols.gb28181.message import SipMessage, read_message
from anlan.protocols.gb28181.xml import is_body

__all__ = ["Message", "Reading", "decode", "decode_many", "read"]

_POSITION = {
    "Longitude": ("longitude", "°"), "Latitude": ("latitude", "°"), "Speed": ("speed_kmh", "km/h"),
    "Direction": ("direction", "°"), "Altitude": ("altitude_m", "m"),
}  # fmt: skip
_ALARM_METHODS = {
    "1": "电话报警", "2": "设备报警", "3": "短信报警", "4": "GPS报警", "5": "视频报警", "6": "设备故障报警", "7": "其他报警",
}  # fmt: skip
_ALARM_LEVELS = {"1": "一级警情", "2": "二级警情", "3": "三级警情", "4": "四级警情"}


class Reading(NamedTuple):
    """A value that a device tells. `device`: whose, the channel's where it says one; `at`: aware UTC or None."""

    device: str
    metric: str
    value: Any
    unit: str
    at: datetime | None


@dataclass(slots=True)
class Message:
    """What was said. `sip`: None for a bare body; `body`: None for a message without one; `credentials` of a REGISTER."""

    sip: SipMessage | None
    body: Body | None
    credentials: Credentials | None = None
    readings: list[Reading] = field(default_factory=list)
    warnings: list[Violation] = field(default_factory=list)

    @property
    def device(self) -> str:
        """The code of who said it: the body's, else the sender's."""
        return (self.body.device if self.body else "") or (self.sip.device if self.sip else "")

    @property
    def kind(self) -> str:
        """The command of the body, else the method, else the status."""
        if self.body:
            return self.body.command
        return (self.sip.method or str(self.sip.status)) if self.sip else ""


def decode(raw: bytes) -> Message:
    """Decode one whole message or bare body.

    Raises:
        ProtocolError: as message.read_message, body.read_body.
    Source:
        GB/T 28181-2016, annex A; bodies without SIP: house rule.
    """
    if is_body(raw):
        return _told(Message(None, read_body(raw)))
    return read(read_message(raw))


def decode_many(raws: Iterable[bytes]) -> list[Message]:
    """Decode many, as a gateway's batch. Raises as `decode`.

    Source: GB/T 28181-2016, annex A.
    """
    return [decode(raw) for raw in raws]


def read(sip: SipMessage) -> Message:
    """What a checked message says.

    Raises:
        ProtocolError: as body.read_body, where it has a MANSCDP body.
    Source:
        GB/T 28181-2016, clause 9 and annex A.
    """
    message = Message(sip, None, read_credentials(sip.header("Authorization")))
    if not sip.body.strip():
        return message
    if "manscdp" in sip.header("Content-Type").lower() or is_body(sip.body):
        message.body = read_body(sip.body)
        return _told(message)
    message.warnings.append(Violation("gb28181.body.unread", {"type": sip.header("Content-Type")[:60]}))
    return message


def _told(message: Message) -> Message:
    body = message.body
    assert body is not None
    message.warnings += body.warnings
    if body.root == "Notify" or (body.root == "Response" and body.command == "DeviceStatus"):
        {"Keepalive": _keepalive, "Alarm": _alarm, "MobilePosition": _position, "DeviceStatus": _status}.get(
            body.command, lambda _: None
        )(message)
    return message


def _add(message: Message, metric: str, value: Any, unit: str = "") -> None:
    body = message.body
    assert body is not None
    message.readings.append(Reading(body.device, metric, value, unit, body.at))


def _keepalive(message: Message) -> None:
    assert message.body is not None
    _add(message, "online", 1 if message.body.fields.get("Status", "OK") == "OK" else 0)


def _status(message: Message) -> None:
    assert message.body is not None
    fields = message.body.fields
    if "Online" in fields:
        _add(message, "online", int(fields["Online"] == "ONLINE"))
    if "Status" in fields:
        _add(message, "status", fields["Status"])


def _alarm(message: Message) -> None:
    assert message.body is not None
    fields = message.body.fields
    method, level = str(fields.get("AlarmMethod", "")), str(fields.get("AlarmPriority", ""))
    fields |= {"method_label": _ALARM_METHODS.get(method, ""), "level_label": _ALARM_LEVELS.get(level, "")}
    _add(message, "alarm", int(method) if method.isascii() and method.isdigit() and len(method) < 4 else None)


def _position(message: Message) -> None:
    assert message.body is not None
    for name, (metric, unit) in _POSITION.items():
        text = message.body.fields.get(name)
        if not isinstance(text, str) or not text:
            continue
        value = _decimal(text)
        if value is None or (metric == "longitude" and abs(value) > 180) or (metric == "latitude" and abs(value) > 90):
            message.warnings.append(Violation("gb28181.position.unreadable", {"name": name, "value": text[:40]}))
        else:
            _add(message, metric, value, unit)


def _decimal(text: str) -> float | None:
    plain = text.removeprefix("-")
    if len(plain) > 20 or not plain.replace(".", "", 1).isascii() or not plain.replace(".", "", 1).isdigit():
        return None
    return float(text)
