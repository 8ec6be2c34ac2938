"""Where the nodes stand on the map: at the seat of the town that they serve, by its place and not by its address."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from functools import cache
from math import cos, radians, sin

from shapely.geometry import shape

from anlan.data.places import county_boundary, town_seats
from anlan.kernel.deadlines import local_time
from anlan.kernel.geo import LonLat
from anlan.platform.exchange.status import LineStatus, lines_within
from anlan.platform.journal import node
from anlan.platform.ledger import places
from anlan.platform.maps import Mark
from anlan.platform.scope import Scope

__all__ = ["node_marks", "node_place"]

_ASIDE = 0.012
"""Degrees by which a village's node stands beside its town's seat: where villages are is not in the package."""


def node_marks(scope: Scope, now: datetime) -> Iterator[Mark]:
    """This server and its neighbours as far as the person sees their lines; a node of another county has no place here."""
    own = node.own()
    if (at := node_place(own.region)) and scope.covers(own.region):
        yield Mark(own.id, *at, places.label(own.region), "own", "/exchange", ("本机",), own.region)
    for line in lines_within(scope, now):
        if line.state != "revoked" and (at := node_place(line.region)):
            yield Mark(line.key, *at, line.name, _state(line), "/exchange", _told(line), line.region)


def _state(line: LineStatus) -> str:
    if line.state == "waiting":
        return "waiting"
    if line.silent:
        return "silent"
    return "stopped" if line.stopped or line.refused else "heard"


def _told(line: LineStatus) -> tuple[str, ...]:
    last = local_time(line.entry_at).strftime("%Y-%m-%d %H:%M") if line.entry_at else "从未"
    return ("上级" if line.role == "parent" else "下级", f"最后收到 {last}", f"待发 {line.owed} 条", f"待收 {line.owing} 条")


@cache
def node_place(region: str) -> LonLat | None:
    """Where a node of this 12-digit region is drawn, WGS-84; None for a county without places in the package.

    Source: house rule. A county stands in the middle of its boundary, a town at its seat, a village beside its town's.
    """
    try:
        if region.endswith("000000"):
            middle = shape(county_boundary(region[:6])["geometry"]).representative_point()
            return middle.x, middle.y
        seat = next((one for one in town_seats(region[:6]) if one.code.startswith(region[:9])), None)
    except FileNotFoundError:
        return None
    if seat is None:
        return None
    if region.endswith("000"):
        return seat.lon, seat.lat
    turn = radians(int(region[9:]) * 67)  # one beside the other, all round
    return seat.lon + _ASIDE * cos(turn), seat.lat + _ASIDE * sin(turn)
