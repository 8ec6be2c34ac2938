"""Places of the demo county 黄岩区 (331003): boundary, town seats, derived town cells, made-up village positions.

All WGS-84 longitude, latitude. The boundary comes from a web map: public display in China needs a 审图号 or 天地图 as
the base map. Town cells are Voronoi cells of the seats, no real boundaries; every feature says so in its properties.
"""

from __future__ import annotations

import csv
import io
import json
import math
import random
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from anlan.data import read_bytes
from anlan.kernel.geo import LonLat

__all__ = ["TownSeat", "county_boundary", "town_cells", "town_seats", "village_points"]

# So many darts per wanted point; the farthest from those already chosen stays, which spreads the villages out.
_CANDIDATES = 12


@dataclass(frozen=True, slots=True)
class TownSeat:
    """Where a town's government sits: 12-digit code, name, position, GeoNames id (CC BY 4.0)."""

    code: str
    name: str
    lon: float
    lat: float
    geonameid: str


def county_boundary(county: str = "331003") -> dict[str, Any]:
    """The county's boundary as a GeoJSON Feature with `code`, `name`, `source`, `notice` in its properties.

    Raises:
        FileNotFoundError: no boundary of this county in the package.
    """
    return json.loads(read_bytes(f"county_{county}.geojson"))


def town_cells(county: str = "331003") -> dict[str, Any]:
    """Derived town cells as a GeoJSON FeatureCollection; properties `code`, `name`, `derived` (true), `notice`.

    Raises:
        FileNotFoundError: no cells of this county in the package.
    """
    return json.loads(read_bytes(f"town_cells_{county}.geojson"))


@cache
def town_seats(county: str = "331003") -> tuple[TownSeat, ...]:
    """The seats of the county's towns in code order.

    Raises:
        FileNotFoundError: no seats of this county in the package.
    """
    rows = csv.DictReader(io.StringIO(read_bytes(f"town_seats_{county}.csv").decode("utf-8")))
    return tuple(TownSeat(r["code"], r["name"], float(r["lon"]), float(r["lat"]), r["geonameid"]) for r in rows)


def village_points(town_cell: Mapping[str, Any], n: int, seed: int) -> list[LonLat]:
    """`n` made-up village positions spread over a town's cell: same arguments, same positions, five decimals.

    Args:
        town_cell: GeoJSON Feature or geometry (Polygon, MultiPolygon) that is not empty.
        n: 0 or more.
        seed: any integer; the town's code as a number keeps towns apart.
    Raises:
        ValueError: the cell has no area.
    Source: house rule; positions are synthetic and must be shown as such.
    """
    from shapely import prepare
    from shapely.geometry import Point, shape

    area = shape(town_cell.get("geometry", town_cell))
    if area.area == 0:
        raise ValueError("village_points: the cell has no area")
    prepare(area)
    west, south, east, north = area.bounds
    dice = random.Random(seed)
    narrow = math.cos(math.radians((south + north) / 2))
    chosen: list[LonLat] = []

    def throw() -> LonLat:
        while True:
            point = (round(dice.uniform(west, east), 5), round(dice.uniform(south, north), 5))
            if area.contains(Point(point)):
                return point

    def apart(point: LonLat) -> float:
        return min((((point[0] - x) * narrow) ** 2 + (point[1] - y) ** 2 for x, y in chosen), default=0.0)

    while len(chosen) < n:
        chosen.append(max((throw() for _ in range(_CANDIDATES)), key=apart))
    return chosen
