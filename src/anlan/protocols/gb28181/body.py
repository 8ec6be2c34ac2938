"""What a MANSCDP body says: its command, numbers, items of a list, moment and position.

Source: GB/T 28181-2016, annex A.2; GB/T 28181-2022, annex A.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from xml.etree.ElementTree import Element

from anlan.kernel.errors import ProtocolError, Violation
from anlan.protocols.gb28181.xml import read_xml

__all__ = ["COMMANDS", "Body", "read_body"]

COMMANDS = frozenset({
    "Keepalive", "Catalog", "DeviceInfo", "DeviceStatus", "DeviceControl", "DeviceConfig", "ConfigDownload", "RecordInfo",
    "Alarm", "MobilePosition", "MediaStatus", "Broadcast", "PresetQuery",
})  # fmt: skip
_ROOTS = frozenset({"Notify", "Response", "Query", "Control"})
_WHOLE = frozenset({"SN", "SumNum", "Num", "Interval", "Channel", "Alarmcount"})
_LISTS = frozenset({"DeviceList", "RecordList", "PresetList", "Alarmstatus"})
_UPPER = frozenset({"Status", "Online", "Event", "Result"})
_CHINA = timezone(timedelta(hours=8))
_TIMES = ("Time", "AlarmTime", "DeviceTime", "NotifyTime")
_MOST_ITEMS, _MOST_NUMBER = 10_000, re.compile(r"-?[0-9]{1,9}")


@dataclass(slots=True)
class Body:
    """A body taken apart.

    Attributes:
        root: Notify, Response, Query or Control. command: CmdType. sn: its serial number, None where it is no number.
        fields: leaves by name, numbers as such; `items` of a list. at: aware UTC, None where it states none.
        whole: how many items there are over all pages (SumNum), None where it is no list.
    """

    root: str
    command: str
    device: str
    sn: int | None
    fields: dict[str, Any] = field(default_factory=dict)
    items: tuple[dict[str, Any], ...] = ()
    whole: int | None = None
    at: datetime | None = None
    warnings: list[Violation] = field(default_factory=list)


def read_body(raw: bytes) -> Body:
    """Check and read one body.

    Raises:
        ProtocolError: as xml.read_xml; "gb28181.body.command" without CmdType or with another root;
            "gb28181.body.count" where a list has other items than it says, or more than all of its pages.
    Source:
        GB/T 28181-2016, annex A.2.
    """
    root = read_xml(raw)
    said = _leaves(root)
    command = str(said.get("CmdType") or "")
    if root.tag not in _ROOTS or not command:
        raise ProtocolError("gb28181.body.command", root=str(root.tag)[:20], command=command[:20])
    sn = said.get("SN")
    made = Body(root.tag, command, str(said.get("DeviceID") or ""), sn if isinstance(sn, int) else None, said)
    listed = next((child for child in root if child.tag in _LISTS), None)
    if listed is not None:
        _list(made, listed)
    if command not in COMMANDS:
        made.warnings.append(Violation("gb28181.command.unknown", {"command": command[:40]}))
    if not made.device:
        made.warnings.append(Violation("gb28181.device.missing", {}))
    made.at = _moment(made)
    return made


def _list(made: Body, listed: Element) -> None:
    items = [_leaves(item) for item in listed if item.tag == "Item"]
    said, whole = listed.get("Num"), made.fields.get("SumNum")
    number = int(said) if said is not None and _MOST_NUMBER.fullmatch(said) else None
    wrong = number is not None and number != len(items)
    if wrong or len(items) > _MOST_ITEMS or (isinstance(whole, int) and whole < len(items)):
        raise ProtocolError("gb28181.body.count", declared=said, whole=whole, actual=len(items))
    made.items = tuple(items)
    made.whole = whole if isinstance(whole, int) else None
    made.fields |= {"Num": len(items), "items": items}


def _leaves(element: Element) -> dict[str, Any]:
    """Leaves by name; a group (Info) as a mapping; of repeated names the first stands."""
    found: dict[str, Any] = {}
    for child in element:
        if child.tag in _LISTS or child.tag in found:
            continue
        found[str(child.tag)] = _leaves(child) if len(child) else _value(str(child.tag), (child.text or "").strip())
    return found


def _value(name: str, text: str) -> Any:
    if name in _WHOLE and _MOST_NUMBER.fullmatch(text):
        return int(text)
    return text.upper() if name in _UPPER else text


def _moment(made: Body) -> datetime | None:
    text = next((str(made.fields[name]) for name in _TIMES if made.fields.get(name)), "")
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text.replace(" ", "T", 1))
        return (found if found.tzinfo else found.replace(tzinfo=_CHINA)).astimezone(UTC)
    except (ValueError, OverflowError):
        made.warnings.append(Violation("gb28181.time.unreadable", {"value": text[:40]}))
        return None
