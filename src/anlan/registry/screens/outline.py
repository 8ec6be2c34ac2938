"""A small outline of the county with one point in it: where an enterprise stands, without a map service."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from anlan.data import places

_WIDTH = 280.0


@dataclass(frozen=True, slots=True)
class Outline:
    """An SVG's content in its own units: size, paths of the county and of its towns, the point, what must be said of it."""

    width: float
    height: float
    county: str
    towns: tuple[str, ...]
    notices: tuple[str, ...]
    x: float
    y: float

    @property
    def box_width(self) -> float:
        """Width with room for a point on the border."""
        return self.width + 12

    @property
    def box_height(self) -> float:
        """Height with room for a point on the border."""
        return self.height + 12


@dataclass(frozen=True, slots=True)
class _Frame:
    west: float
    north: float
    scale_x: float
    scale_y: float

    def at(self, lon: float, lat: float) -> tuple[float, float]:
        return round((lon - self.west) * self.scale_x, 1), round((self.north - lat) * self.scale_y, 1)


def outline(county: str, lon: float, lat: float) -> Outline | None:
    """The outline with its point; None without a boundary of this county, or for a point outside its box."""
    drawn = _drawn(county)
    if drawn is None:
        return None
    frame, width, height, border, towns, notices = drawn
    x, y = frame.at(lon, lat)
    if not (0 <= x <= width and 0 <= y <= height):
        return None
    return Outline(width, height, border, towns, notices, x, y)


@cache
def _drawn(county: str) -> tuple[_Frame, float, float, str, tuple[str, ...], tuple[str, ...]] | None:
    try:
        boundary, cells = places.county_boundary(county), places.town_cells(county)
    except FileNotFoundError:
        return None
    points = [p for ring in _rings(boundary["geometry"]) for p in ring]
    west, east = min(p[0] for p in points), max(p[0] for p in points)
    south, north = min(p[1] for p in points), max(p[1] for p in points)
    scale_x = _WIDTH / (east - west)
    # A degree of longitude is shorter than one of latitude by the cosine of the latitude.
    scale_y = scale_x / math.cos(math.radians((south + north) / 2))
    frame = _Frame(west, north, scale_x, scale_y)
    features = cells["features"]
    towns = tuple(_path(frame, feature["geometry"]) for feature in features)
    said = [boundary["properties"]["notice"], *(f["properties"]["notice"] for f in features)]
    notices = tuple(dict.fromkeys(said))
    height = round((north - south) * scale_y, 1)
    return frame, _WIDTH, height, _path(frame, boundary["geometry"]), towns, notices


def _rings(geometry: dict[str, Any]) -> Iterator[list[list[float]]]:
    parts = geometry["coordinates"] if geometry["type"] == "MultiPolygon" else [geometry["coordinates"]]
    for polygon in parts:
        yield from polygon


def _path(frame: _Frame, geometry: dict[str, Any]) -> str:
    return "".join(f"M{'L'.join(_thin(frame, ring))}Z" for ring in _rings(geometry))


def _thin(frame: _Frame, ring: Iterable[list[float]]) -> list[str]:
    """The corners that can be told apart on the screen: closer than a unit to the last one is left out."""
    kept: list[tuple[float, float]] = []
    for lon, lat in ring:
        point = frame.at(lon, lat)
        if not kept or math.dist(kept[-1], point) >= 1:
            kept.append(point)
    return [f"{x:g} {y:g}" for x, y in kept]
