"""What gateways hand to the ingest: decoded messages of devices, and the parcels they travel in. Pure.

A parcel is JSON: `[2, [group, …]]`, a group `[[head, …], [report, …]]`. Devices say the same names again and again, so the
names and flags of a message are a head, `[[metric, …], [flag, …]]`; every report is an array in the order of the fields of
`Report`, its moments `[[number of the head within the group, at, [value, …]], …]`. A number that JSON has no word for (not a
number, infinite) travels as null. Source: house rule (docs/explanation/sensing.md).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any

import orjson

from anlan.kernel.errors import BadInput

__all__ = ["EARLIEST", "KINDS", "LATEST", "MAX_RAW", "Head", "Moment", "Reading", "Report", "moments", "pack", "unpack"]

Head = tuple[tuple[str, ...], tuple[str, ...]]
"""(metrics, flags), of one length: of each flag "" or the standard's letter."""
Moment = tuple[Head, int, tuple[float | None, ...]]
"""(head, at in epoch ms UTC, a value for each metric or None where the device sent none)."""
Reading = tuple[str, int, float | None, str]
"""(metric, at in epoch ms UTC, value or None where the device sent none, flag "" or the standard's letter)."""

KINDS = frozenset({"readings", "event", "up", "down", "refused"})
MAX_RAW = 2048
"""Bytes of a refused frame that are kept."""
EARLIEST, LATEST = -62135596800000, 253402300799999
"""The years 1 to 9999 in epoch ms UTC: what a device's clock can state at all, sensible or not."""

_VERSION = 2
_WIDTH = 10


@dataclass(frozen=True, slots=True)
class Report:
    """One decoded message of one device.

    Attributes:
        id: "<gateway>:<spool sequence>", the idempotency key of the delivery.
        protocol: "hj212". identity: the device's own, an MN. message: "2011", a CN.
        received_at: epoch ms UTC at the gateway. peer: remote address, for the quarantine page.
        moments: what was measured, one for each instant in a row, as the codec's decode gives it.
        warnings: what was odd about the message, codes of the codec.
        kind: "readings" | "event" | "up" | "down" (session opened, silent) | "refused" (a frame that could not be read).
        raw: of a refused frame up to MAX_RAW bytes, as latin-1.
    """

    id: str
    protocol: str
    identity: str
    message: str
    received_at: int
    peer: str
    moments: tuple[Moment, ...]
    warnings: tuple[str, ...] = ()
    kind: str = "readings"
    raw: str = ""

    @property
    def readings(self) -> tuple[Reading, ...]:
        """Every reading by itself, in the order of the message."""
        return tuple(_each(self.moments))


def _each(said: Sequence[Moment]) -> Iterator[Reading]:
    for (metrics, flags), at, values in said:
        yield from zip(metrics, repeat(at), values, flags)


def moments(readings: Sequence[Reading]) -> tuple[Moment, ...]:
    """Single readings as moments: neighbours of one instant together."""
    found: list[Moment] = []
    start = 0
    for place in range(1, len(readings) + 1):
        if place == len(readings) or readings[place][1] != readings[start][1]:
            metrics, ats, values, flags = zip(*readings[start:place], strict=True)
            found.append(((metrics, flags), ats[0], values))
            start = place
    return tuple(found)


def pack(reports: Sequence[Report]) -> bytes:
    """The parcel of these reports, UTF-8 JSON: one group, or none without reports."""
    if not reports:
        return orjson.dumps((_VERSION, ()))
    heads: dict[Head, int] = {}
    rows = [
        (
            r.id, r.protocol, r.identity, r.message, r.received_at, r.peer,
            [(heads.setdefault(head, len(heads)), at, values) for head, at, values in r.moments],
            r.warnings, r.kind, r.raw,
        )
        for r in reports
    ]  # fmt: skip
    return orjson.dumps((_VERSION, ((tuple(heads), rows),)))


def unpack(parcel: bytes) -> list[Report]:
    """The reports of a parcel, in its order.

    Raises:
        BadInput: "telemetry.parcel.malformed" with the number of the first report that can't be read (0: the parcel or the
            heads of a group).
    """
    try:
        version, groups = orjson.loads(parcel)
    except (orjson.JSONDecodeError, TypeError, ValueError):
        raise BadInput("telemetry.parcel.malformed", report=0) from None
    if type(version) is not int or version != _VERSION or type(groups) is not list:
        raise BadInput("telemetry.parcel.malformed", report=0)
    found: list[Report] = []
    for group in groups:
        if type(group) is not list or len(group) != 2 or type(group[0]) is not list or type(group[1]) is not list:
            raise BadInput("telemetry.parcel.malformed", report=0)
        heads = [_head(row) for row in group[0]]
        if None in heads:
            raise BadInput("telemetry.parcel.malformed", report=0)
        for row in group[1]:
            report = _report(row, heads)  # type: ignore[arg-type]
            if report is None:
                raise BadInput("telemetry.parcel.malformed", report=len(found) + 1)
            found.append(report)
    return found


_TEXT, _WHOLE = {str}, {int}
_NUMBERS = {float, type(None)}


def _head(row: Any) -> Head | None:
    if type(row) is not list or len(row) != 2 or type(row[0]) is not list or type(row[1]) is not list:
        return None
    metrics, flags = row
    if not metrics or len(metrics) != len(flags) or set(map(type, metrics)) != _TEXT or set(map(type, flags)) != _TEXT:
        return None
    return tuple(metrics), tuple(flags)


def _report(row: Any, heads: Sequence[Head]) -> Report | None:
    if type(row) is not list or len(row) != _WIDTH:
        return None
    key, protocol, identity, message, received_at, peer, said, warnings, kind, raw = row
    if {type(key), type(protocol), type(identity), type(message), type(peer), type(kind), type(raw)} != _TEXT:
        return None
    if not _instant(received_at) or kind not in KINDS or not key or len(raw) > MAX_RAW:
        return None
    if type(said) is not list or type(warnings) is not list:
        return None
    if warnings and set(map(type, warnings)) != _TEXT:
        return None
    taken = [_moment(one, heads) for one in said]
    if None in taken:
        return None
    return Report(key, protocol, identity, message, received_at, peer, tuple(taken), tuple(warnings), kind, raw)  # type: ignore[arg-type]


def _moment(row: Any, heads: Sequence[Head]) -> Moment | None:
    if type(row) is not list or len(row) != 3:
        return None
    number, at, values = row
    if type(number) is not int or not 0 <= number < len(heads) or not _instant(at) or type(values) is not list:
        return None
    head = heads[number]
    if len(values) != len(head[0]):
        return None
    kinds = set(map(type, values))
    if not kinds <= _NUMBERS:
        if not kinds <= _NUMBERS | _WHOLE:
            return None
        values = [float(v) if type(v) is int else v for v in values]
    return head, at, tuple(values)


def _instant(value: Any) -> bool:
    return type(value) is int and EARLIEST <= value <= LATEST
