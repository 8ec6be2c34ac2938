"""Coordinates: WGS-84, GCJ-02 and BD-09 both ways, distance, boxes. Every function takes longitude first, in degrees.

Only this module converts; everywhere else coordinates are WGS-84 (CGCS2000 differs by centimetres). GCJ-02 and BD-09
are the offsets of Chinese web maps; their formulas have no published standard. Source: house rule, checked against
published vectors (tests/kernel/test_geo_rules.py).
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

from anlan.kernel.errors import BadInput, Violation

__all__ = [
    "BBox",
    "LonLat",
    "bbox",
    "bbox_contains",
    "bbox_intersects",
    "bd09_to_gcj02",
    "check_lonlat",
    "convert",
    "gcj02_to_bd09",
    "gcj02_to_wgs84",
    "haversine_m",
    "in_china",
    "wgs84_to_gcj02",
]

LonLat = tuple[float, float]
BBox = tuple[float, float, float, float]

EARTH_RADIUS_M = 6_371_000.0
# Krassovsky 1940 ellipsoid, on which the offset is defined.
_A = 6_378_245.0
_EE = 0.00669342162296594323
_X_PI = math.pi * 3000.0 / 180.0
# The box outside which the web maps apply no offset.
_CHINA: BBox = (72.004, 0.8293, 137.8347, 55.8271)
# China's own box, in which everything that this system writes down lies.
_LAND: BBox = (73.0, 3.0, 136.0, 54.0)


def check_lonlat(lon: float, lat: float, *, china: bool = False) -> list[Violation]:
    """Why a pair can't be a position; empty when it can.

    Args:
        lon: -180..180.
        lat: -90..90.
        china: refuse positions outside China's box (73 to 136 east, 3 to 54 north) too.
    Returns:
        "kernel.geo.not_finite|swapped|lon|lat|outside_china"; "swapped" when the exchanged pair would lie in China.
    Source: RFC 7946, section 4 (order and range); house rule for the rest.
    """
    if not (math.isfinite(lon) and math.isfinite(lat)):
        return [Violation("kernel.geo.not_finite")]
    facts = {"lon": lon, "lat": lat}
    within = bbox_contains(_LAND, lon, lat)
    if not within and bbox_contains(_LAND, lat, lon) and (china or abs(lat) > 90):
        return [Violation("kernel.geo.swapped", facts)]
    found = []
    if abs(lon) > 180:
        found.append(Violation("kernel.geo.lon", facts, "lon"))
    if abs(lat) > 90:
        found.append(Violation("kernel.geo.lat", facts, "lat"))
    if china and not found and not within:
        found.append(Violation("kernel.geo.outside_china", facts))
    return found


def in_china(lon: float, lat: float) -> bool:
    """Whether a position lies in the box in which GCJ-02 applies (the box holds parts of the neighbours too)."""
    return bbox_contains(_CHINA, lon, lat)


def _offset(lon: float, lat: float) -> LonLat:
    x, y = lon - 105.0, lat - 35.0
    root, pi = math.sqrt(abs(x)), math.pi
    ripple = (20.0 * math.sin(6.0 * x * pi) + 20.0 * math.sin(2.0 * x * pi)) * 2.0 / 3.0
    north = -100.0 + 2.0 * x + 3.0 * y + 0.2 * y * y + 0.1 * x * y + 0.2 * root + ripple
    north += (20.0 * math.sin(y * pi) + 40.0 * math.sin(y / 3.0 * pi)) * 2.0 / 3.0
    north += (160.0 * math.sin(y / 12.0 * pi) + 320.0 * math.sin(y * pi / 30.0)) * 2.0 / 3.0
    east = 300.0 + x + 2.0 * y + 0.1 * x * x + 0.1 * x * y + 0.1 * root + ripple
    east += (20.0 * math.sin(x * pi) + 40.0 * math.sin(x / 3.0 * pi)) * 2.0 / 3.0
    east += (150.0 * math.sin(x / 12.0 * pi) + 300.0 * math.sin(x / 30.0 * pi)) * 2.0 / 3.0
    phi = math.radians(lat)
    magic = 1.0 - _EE * math.sin(phi) ** 2
    d_lat = north * 180.0 / (_A * (1.0 - _EE) / (magic * math.sqrt(magic)) * pi)
    d_lon = east * 180.0 / (_A / math.sqrt(magic) * math.cos(phi) * pi)
    return d_lon, d_lat


def wgs84_to_gcj02(lon: float, lat: float) -> LonLat:
    """GCJ-02 (AMap, Tencent) of a WGS-84 position; unchanged outside China's box."""
    if not in_china(lon, lat):
        return lon, lat
    d_lon, d_lat = _offset(lon, lat)
    return lon + d_lon, lat + d_lat


def gcj02_to_wgs84(lon: float, lat: float) -> LonLat:
    """WGS-84 of a GCJ-02 position by iteration: back and forth differs by less than a millimetre."""
    if not in_china(lon, lat):
        return lon, lat
    guess_lon, guess_lat = lon, lat
    # The offset varies slowly, so each round shrinks the error some hundredfold; three reach 1e-9, ten are a limit.
    for _ in range(10):
        d_lon, d_lat = _offset(guess_lon, guess_lat)
        next_lon, next_lat = lon - d_lon, lat - d_lat
        moved = max(abs(next_lon - guess_lon), abs(next_lat - guess_lat))
        guess_lon, guess_lat = next_lon, next_lat
        if moved < 1e-12:
            break
    return guess_lon, guess_lat


def gcj02_to_bd09(lon: float, lat: float) -> LonLat:
    """BD-09 (Baidu) of a GCJ-02 position."""
    z = math.hypot(lon, lat) + 0.00002 * math.sin(lat * _X_PI)
    theta = math.atan2(lat, lon) + 0.000003 * math.cos(lon * _X_PI)
    return z * math.cos(theta) + 0.0065, z * math.sin(theta) + 0.006


def bd09_to_gcj02(lon: float, lat: float) -> LonLat:
    """GCJ-02 of a BD-09 position by the vendor's closed form (about half a metre off the exact inverse)."""
    x, y = lon - 0.0065, lat - 0.006
    z = math.hypot(x, y) - 0.00002 * math.sin(y * _X_PI)
    theta = math.atan2(y, x) - 0.000003 * math.cos(x * _X_PI)
    return z * math.cos(theta), z * math.sin(theta)


def _wgs84_to_bd09(lon: float, lat: float) -> LonLat:
    return gcj02_to_bd09(*wgs84_to_gcj02(lon, lat)) if in_china(lon, lat) else (lon, lat)


def _bd09_to_wgs84(lon: float, lat: float) -> LonLat:
    return gcj02_to_wgs84(*bd09_to_gcj02(lon, lat)) if in_china(lon, lat) else (lon, lat)


_CONVERSIONS: dict[tuple[str, str], Callable[[float, float], LonLat]] = {
    ("wgs84", "gcj02"): wgs84_to_gcj02,
    ("wgs84", "bd09"): _wgs84_to_bd09,
    ("gcj02", "wgs84"): gcj02_to_wgs84,
    ("gcj02", "bd09"): gcj02_to_bd09,
    ("bd09", "wgs84"): _bd09_to_wgs84,
    ("bd09", "gcj02"): bd09_to_gcj02,
}


def convert(from_: str, to: str, lon: float, lat: float) -> LonLat:
    """A position in another system, each one of wgs84, gcj02, bd09 (any case).

    Raises:
        BadInput: "kernel.geo.system", "kernel.geo.not_finite|swapped|lon|lat".
    """
    source, target = from_.lower(), to.lower()
    for system in (source, target):
        if system not in ("wgs84", "gcj02", "bd09"):
            raise BadInput("kernel.geo.system", system=system)
    if problems := check_lonlat(lon, lat):
        raise BadInput(problems[0].code, **problems[0].facts)
    return (lon, lat) if source == target else _CONVERSIONS[source, target](lon, lat)


def haversine_m(lon1: float, lat1: float, lon2: float, lat2: float) -> float:
    """Great-circle distance in metres on a sphere of 6 371 000 m (within 0.6 % of the ellipsoid)."""
    phi1, phi2 = math.radians(lat1), math.radians(lat2)
    half = math.sin((phi2 - phi1) / 2) ** 2
    half += math.cos(phi1) * math.cos(phi2) * math.sin(math.radians(lon2 - lon1) / 2) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(min(1.0, math.sqrt(half)))


def bbox(points: Iterable[LonLat]) -> BBox | None:
    """(west, south, east, north) of positions, None when there are none. Source: RFC 7946, section 5."""
    pairs = list(points)
    if not pairs:
        return None
    lons, lats = [p[0] for p in pairs], [p[1] for p in pairs]
    return min(lons), min(lats), max(lons), max(lats)


def bbox_contains(box: BBox, lon: float, lat: float) -> bool:
    """Whether a position lies in a box or on its edge."""
    return box[0] <= lon <= box[2] and box[1] <= lat <= box[3]


def bbox_intersects(one: BBox, other: BBox) -> bool:
    """Whether two boxes share at least one point."""
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]
