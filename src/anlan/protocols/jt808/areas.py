"""Bodies that set areas and routes: which fields are there is told by bits of their attributes.

Degrees are in millionths without sign, as sent; bits 6 and 7 of an area's attributes say south and west.

Source: JT/T 808-2013, clauses 8.35, 8.37, 8.39 and 8.41; speeds at night and names from the edition of 2019.
"""

from __future__ import annotations

from anlan.protocols.jt808.layout import Digits, Each, Field, Number, Text

__all__ = ["AREAS", "AREAS_2019"]

U8, U16, U32, TIME = Number(1), Number(2), Number(4), Digits(6)
TIMED, LIMITED = 0, 1
Layout = tuple[Field, ...]

_HEAD = (Field("id", U32), Field("attributes", U16))
_PERIOD = (Field("start", TIME, bit=TIMED), Field("end", TIME, bit=TIMED))
_SPEED = (Field("speed_max_kmh", U16, bit=LIMITED), Field("overspeed_s", U8, bit=LIMITED))
_NIGHT = (Field("night_speed_max_kmh", U16, bit=LIMITED),)
_NAME = (Field("name", Text(prefix=2)),)
_POINT = (Field("lat_raw", U32), Field("lon_raw", U32))
_CIRCLE = (*_HEAD, *_POINT, Field("radius_m", U32), *_PERIOD, *_SPEED)
_CORNERS = tuple(Field(name, U32) for name in ("north_raw", "west_raw", "south_raw", "east_raw"))
_RECTANGLE = (*_HEAD, *_CORNERS, *_PERIOD, *_SPEED)
_POLYGON = (*_HEAD, *_PERIOD, *_SPEED, Field("points", Each(2, _POINT)))
# Of a section of a route: how long a vehicle may and must take (bit 0), how fast it may be (bit 1).
_TURN = (
    Field("point_id", U32),
    Field("section_id", U32),
    *_POINT,
    Field("width_m", U8),
    Field("attributes", U8),
    Field("longest_s", U16, bit=TIMED),
    Field("shortest_s", U16, bit=TIMED),
    *_SPEED,
)


def _set(item: Layout) -> Layout:
    return (Field("action", U8), Field("areas", Each(1, item)))


def _route(turn: Layout) -> Layout:
    return (*_HEAD, *_PERIOD, Field("points", Each(2, turn)))


AREAS: dict[int, Layout] = {
    0x8600: _set(_CIRCLE),
    0x8602: _set(_RECTANGLE),
    0x8604: _POLYGON,
    0x8606: _route(_TURN),
}
AREAS_2019: dict[int, Layout] = {
    0x8600: _set((*_CIRCLE, *_NIGHT, *_NAME)),
    0x8602: _set((*_RECTANGLE, *_NIGHT, *_NAME)),
    0x8604: (*_POLYGON, *_NIGHT, *_NAME),
    0x8606: (*_route((*_TURN, *_NIGHT)), *_NAME),
}
