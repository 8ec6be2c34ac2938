"""What gateways hand to the ingest: decoded messages of devices, and the parcels they travel in. Pure.

A parcel is JSON: `[1, [report, …]]`, every report an array in the order of the fields of `Report`. A number that JSON has
no word for (not a number, infinite) travels as null. Source: house rule (docs/explanation/sensing.md).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import orjson

from anlan.kernel.errors import BadInput

__all__ = ["EARLIEST", "KINDS", "LATEST", "MAX_RAW", "Reading", "Report", "pack", "unpack"]

Reading = tuple[str, int, float | None, str]
"""(metric, at in epoch ms UTC, value or None where the device sent none, flag "" or the standard's letter)."""

KINDS = frozenset({"readings", "event", "up", "down", "refused"})
MAX_RAW = 2048
"""Bytes of a refused frame that are kept."""
EARLIEST, LATEST = -62135596800000, 253402300799999
"""The years 1 to 9999 in epoch ms UTC: what a device's clock can state at all, sensible or not."""

_VERSION = 1
_WIDTH = 10


@dataclass(frozen=True, slots=True)
class Report:
    """One decoded message of one device.

    Attributes:
        id: "<gateway>:<spool sequence>", the idempotency key of the delivery.
        protocol: "hj212". identity: the device's own, an MN. message: "2011", a CN.
        received_at: epoch ms UTC at the gateway. peer: remote address, for the quarantine page.
        readings: (metric, at epoch ms UTC, value or None, flag), as the codec's decode gives them.
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
    readings: tuple[Reading, ...]
    warnings: tuple[str, ...] = ()
    kind: str = "readings"
    raw: str = ""


def pack(reports: Sequence[Report]) -> bytes:
    """The parcel of these reports, UTF-8 JSON."""
    rows = [
        (r.id, r.protocol, r.identity, r.message, r.received_at, r.peer, r.readings, r.warnings, r.kind, r.raw)
        for r in reports
    ]
    return orjson.dumps((_VERSION, rows))


def unpack(parcel: bytes) -> list[Report]:
    """The reports of a parcel, in its order.

    Raises:
        BadInput: "telemetry.parcel.malformed" with the number of the first report that can't be read (0: the parcel).
    """
    try:
        version, rows = orjson.loads(parcel)
    except (orjson.JSONDecodeError, TypeError, ValueError):
        raise BadInput("telemetry.parcel.malformed", report=0) from None
    if type(version) is not int or version != _VERSION or type(rows) is not list:
        raise BadInput("telemetry.parcel.malformed", report=0)
    found = []
    for number, row in enumerate(rows, 1):
        report = _report(row)
        if report is None:
            raise BadInput("telemetry.parcel.malformed", report=number)
        found.append(report)
    return found


_TEXTS = (0, 1, 2, 3, 5, 8, 9)
_TEXT, _WHOLE, _ROWS = {str}, {int}, {list}
_NUMBERS = {float, type(None)}


def _report(row: Any) -> Report | None:
    if type(row) is not list or len(row) != _WIDTH:
        return None
    key, protocol, identity, message, received_at, peer, readings, warnings, kind, raw = row
    if {type(row[i]) for i in _TEXTS} != _TEXT:
        return None
    if not _instant(received_at) or kind not in KINDS or not key or len(raw) > MAX_RAW:
        return None
    if type(readings) is not list or type(warnings) is not list:
        return None
    if warnings and set(map(type, warnings)) != _TEXT:
        return None
    taken = _readings(readings) if readings else ()
    if taken is None:
        return None
    return Report(key, protocol, identity, message, received_at, peer, taken, tuple(warnings), kind, raw)


def _readings(rows: list[Any]) -> tuple[Reading, ...] | None:
    # The inner loop of every reading: whole columns are looked at, by functions that are not Python.
    if set(map(type, rows)) != _ROWS or set(map(len, rows)) != {4}:
        return None
    metrics, ats, values, flags = zip(*rows, strict=True)
    if set(map(type, metrics)) != _TEXT or set(map(type, ats)) != _WHOLE or set(map(type, flags)) != _TEXT:
        return None
    if min(ats) < EARLIEST or max(ats) > LATEST:
        return None
    kinds = set(map(type, values))
    if not kinds <= _NUMBERS:
        if not kinds <= _NUMBERS | _WHOLE:
            return None
        values = tuple(float(v) if type(v) is int else v for v in values)
    return tuple(zip(metrics, ats, values, flags, strict=True))


def _instant(value: Any) -> bool:
    return type(value) is int and EARLIEST <= value <= LATEST
