"""Positions: the 28 bytes that every report has, their additional items, and the readings they give.

Degrees are as sent (WGS-84 by the standard), their sign is that of the status bits.

Source: JT/T 808-2013, clause 8.18, tables 23 to 32.
"""

from __future__ import annotations

from datetime import datetime
from struct import Struct
from typing import Any, NamedTuple

from anlan.kernel.errors import Violation
from anlan.protocols.jt808 import bits
from anlan.protocols.jt808.items import metrics, named, signed
from anlan.protocols.jt808.times import read_time

__all__ = ["SIZE", "Location", "Reading", "location_bytes", "location_fields", "read_location", "readings_of"]

_BASE = Struct(">IIIIHHH6s")
SIZE = _BASE.size
LOCATED, SOUTH, WEST, ENCRYPTED = 2, 4, 8, 32


class Reading(NamedTuple):
    """One value of a device at an instant."""

    metric: str
    value: float
    unit: str
    at: datetime | None


class Location(NamedTuple):
    """A position as sent: `latitude` and `longitude` in millionths of a degree without sign, `speed` in 0.1 km/h, `time` in
    BCD; `extras` the additional items (number, bytes); `rest` what follows them and is none.
    """

    alarm: int
    status: int
    latitude: int
    longitude: int
    altitude: int
    speed: int
    direction: int
    time: bytes
    extras: tuple[tuple[int, bytes], ...] = ()
    rest: bytes = b""

    @property
    def at(self) -> datetime | None:
        """Aware UTC; None when the digits are no time."""
        return read_time(self.time)

    @property
    def degrees(self) -> tuple[float, float]:
        """Latitude and longitude with sign."""
        return (
            (-self.latitude if self.status & SOUTH else self.latitude) / 1_000_000,
            (-self.longitude if self.status & WEST else self.longitude) / 1_000_000,
        )

    @property
    def alarms(self) -> tuple[str, ...]:
        """Names of the alarms, see bits.csv."""
        return bits.names("alarm", self.alarm)


def read_location(body: bytes) -> Location | None:
    """The position that these bytes are; None below 28 bytes.

    Source: JT/T 808-2013, clause 8.18, tables 23 to 32.
    """
    end = len(body)
    if end < SIZE:
        return None
    base = _BASE.unpack_from(body)
    extras: list[tuple[int, bytes]] = []
    place = SIZE
    while place + 2 <= end and (after := place + 2 + body[place + 1]) <= end:
        extras.append((body[place], body[place + 2 : after]))
        place = after
    return Location(*base, tuple(extras), body[place:])


def readings_of(location: Location, warnings: list[Violation]) -> list[Reading]:
    """What a position says as readings, and what is odd about it.

    Returns:
        `latitude` and `longitude` only when the receiver had a fix and they are on the earth; `alarm` and `status` are the
        words themselves. Warnings "jt808.location.no_fix", ".range", ".encrypted", "jt808.time.unreadable",
        "jt808.item.truncated", "jt808.item.length".
    Source:
        JT/T 808-2013, clause 8.18, tables 23 to 32; which of them are readings is a house rule.
    """
    alarm, status, latitude, longitude, altitude, speed, direction, time, extras, rest = location
    at = read_time(time)
    if at is None:
        warnings.append(Violation("jt808.time.unreadable", {"value": time.hex()}))
    found = [
        Reading("speed", speed / 10, "km/h", at),
        Reading("direction", direction, "°", at),
        Reading("altitude", altitude, "m", at),
        Reading("alarm", alarm, "", at),
        Reading("status", status, "", at),
    ]
    if not status & LOCATED:
        warnings.append(Violation("jt808.location.no_fix"))
    elif latitude > 90_000_000 or longitude > 180_000_000:
        warnings.append(Violation("jt808.location.range", {"latitude": latitude, "longitude": longitude}))
    else:
        if status & ENCRYPTED:
            warnings.append(Violation("jt808.location.encrypted"))
        north = (-latitude if status & SOUTH else latitude) / 1_000_000
        east = (-longitude if status & WEST else longitude) / 1_000_000
        found[:0] = (Reading("latitude", north, "°", at), Reading("longitude", east, "°", at))
    if extras:
        _item_readings(found, extras, at, warnings)
    if rest:
        warnings.append(Violation("jt808.item.truncated", {"rest": rest[:32].hex()}))
    return found


_METRICS = metrics()


def _item_readings(
    found: list[Reading], extras: tuple[tuple[int, bytes], ...], at: datetime | None, warnings: list[Violation]
) -> None:
    for number, raw in extras:
        metric = _METRICS.get(number)
        if metric is not None:
            if len(raw) != metric.size:
                warnings.append(Violation("jt808.item.length", {"item": f"{number:02X}", "size": len(raw)}))
            elif metric.divisor:
                found.append(Reading(metric.name, int.from_bytes(raw) / metric.divisor, metric.unit, at))
            else:
                found.append(Reading(metric.name, signed(raw) or 0, metric.unit, at))
        elif number == 0x2B and len(raw) == 4:
            found.append(Reading("analog0", int.from_bytes(raw[2:]), "", at))
            found.append(Reading("analog1", int.from_bytes(raw[:2]), "", at))


def location_fields(location: Location) -> dict[str, Any]:
    """A position as plain values: words, their bits by name, degrees with sign, the additional items as they came.

    Source: JT/T 808-2013, clause 8.18, tables 23 to 32; the names are those of docs/howto/decode.md.
    """
    status = location.status
    latitude, longitude = location.degrees
    at = location.at
    fields: dict[str, Any] = {
        "alarm": location.alarm,
        "alarms": list(location.alarms),
        "alarm_labels": [bits.label("alarm", name) for name in location.alarms],
        "status": status,
        "states": list(bits.names("status", status)),
        "acc_on": status & 1,
        "located": status >> 1 & 1,
        "south": status >> 2 & 1,
        "west": status >> 3 & 1,
        "load": ("empty", "half", "reserved", "full")[status >> 8 & 3],
        "lat": latitude,
        "lon": longitude,
        "lat_raw": location.latitude,
        "lon_raw": location.longitude,
        "altitude_m": location.altitude,
        "speed_kmh": location.speed / 10,
        "direction": location.direction,
        "time_bcd_cst": location.time.hex(),
        "at": None if at is None else at.isoformat(),
        "extra": [
            {"id": f"{number:02X}", "len": len(raw), "hex": raw.hex()} | named(number, raw)
            for number, raw in location.extras
        ],
    }
    if location.rest:
        fields |= {"extra_truncated": True, "extra_rest": location.rest.hex()}
    return fields


def location_bytes(location: Location) -> bytes:
    """The inverse of `read_location`.

    Raises:
        struct.error: when a number does not fit. ValueError: when an item is longer than 255 bytes.
    Source:
        JT/T 808-2013, clause 8.18, tables 23 to 32.
    """
    extras = b"".join(bytes((number, len(raw))) + raw for number, raw in location.extras)
    return _BASE.pack(*location[:8]) + extras + location.rest
