"""What contexts declare for maps: a layer is data (marks with a state, words and colours for the states), never drawing."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from anlan.platform.scope import Scope


@dataclass(frozen=True, slots=True)
class Mark:
    """One point of a layer.

    Attributes:
        id: of the record. lon, lat: WGS-84 degrees. title: its name. state: one of the layer's states.
        url: its page. lines: further lines shown when it is pointed at. region: 12-digit code of where it stands.
    """

    id: str
    lon: float
    lat: float
    title: str
    state: str
    url: str
    lines: tuple[str, ...] = ()
    region: str = ""


@dataclass(frozen=True, slots=True)
class MarkState:
    """A state of marks: word, Chinese label, and tone (`good`, `warn`, `bad`, `plain`, `info`), the worst first."""

    id: str
    label: str
    tone: str


@dataclass(frozen=True)
class MapLayer:
    """Points that every map can show.

    Attributes:
        id: `sensing.devices`. label: Chinese name. right: what a person needs to see it.
        states: the states its marks have, the worst first: a cluster shows the worst of its members.
        marks: (scope, now) -> marks; must apply the scope itself.
        topics: topics of the event stream after whose events the layer is read again.
        symbol: form of the mark, one of those that web/screen/src/layers/symbols.ts draws. shown: drawn from the start.
    """

    id: str
    label: str
    right: str
    states: tuple[MarkState, ...]
    marks: Callable[[Scope, datetime], Iterable[Mark]]
    topics: tuple[str, ...] = ()
    symbol: str = "circle"
    shown: bool = True
    order: int = 100
