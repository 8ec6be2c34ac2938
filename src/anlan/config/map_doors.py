"""Routes of the maps under /api/v1/map: the offline base map, which layers there are, and the marks of one."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Router, Schema

from anlan.data import places
from anlan.kernel.errors import NotFound
from anlan.platform.catalogue import CATALOGUE
from anlan.platform.journal import node
from anlan.platform.maps import MapLayer, Mark
from anlan.platform.scope import Scope

router = Router()
_TAGS = ["地图"]
_COUNTY_DIGITS = 6


class StateOut(Schema):
    """A state of marks with its word and tone."""

    id: str
    label: str
    tone: str


class LayerOut(Schema):
    """One layer: what it is called, which states its marks have, and after which topics it is stale."""

    id: str
    label: str
    states: list[StateOut]
    topics: list[str]
    symbol: str
    shown: bool


def layers_of(scope: Scope) -> list[MapLayer]:
    """The layers that a person may see, in their order."""
    found = [layer for layer in CATALOGUE.layers.values() if scope.may(layer.right)]
    return sorted(found, key=lambda layer: (layer.order, layer.id))


@router.get("/layers", response=list[LayerOut], tags=_TAGS, summary="图层目录")
def layer_list(request: HttpRequest) -> list[MapLayer]:
    """The layers this person may see."""
    return layers_of(request.scope)  # type: ignore[attr-defined]


@router.get("/layers/{layer_id}", tags=_TAGS, summary="图层要素（GeoJSON）")
def layer_marks(request: HttpRequest, layer_id: str) -> dict[str, Any]:
    """The marks of one layer as a FeatureCollection, WGS-84."""
    scope: Scope = request.scope  # type: ignore[attr-defined]
    layer = CATALOGUE.layers.get(layer_id)
    if layer is None:
        raise NotFound("platform.map.no_layer")
    scope.require(layer.right)
    marks = layer.marks(scope, request.now)  # type: ignore[attr-defined]
    return {"type": "FeatureCollection", "features": [_feature(mark) for mark in marks]}


def _feature(mark: Mark) -> dict[str, Any]:
    told = {"title": mark.title, "state": mark.state, "url": mark.url, "lines": mark.lines, "region": mark.region}
    point = {"type": "Point", "coordinates": [mark.lon, mark.lat]}
    return {"type": "Feature", "id": mark.id, "geometry": point, "properties": told}


@router.get("/base", tags=_TAGS, summary="离线底图（GeoJSON）")
def base_map(request: HttpRequest) -> dict[str, Any]:
    """The county's boundary and its towns' cells from the package, with what must be said of them."""
    region = request.scope.region  # type: ignore[attr-defined]
    county = (region if len(region) >= _COUNTY_DIGITS else node.own().region)[:_COUNTY_DIGITS]
    try:
        boundary, cells = places.county_boundary(county), places.town_cells(county)
    except FileNotFoundError:
        raise NotFound("platform.map.no_base") from None
    features = cells["features"]
    notices = [boundary["properties"]["notice"], *(f["properties"]["notice"] for f in features)]
    return {"county": boundary, "towns": cells, "notices": list(dict.fromkeys(notices))}
