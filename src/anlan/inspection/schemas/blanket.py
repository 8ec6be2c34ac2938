"""Input and output of blanket campaigns."""

from __future__ import annotations

from datetime import datetime

from ninja import Schema


class GridRowOut(Schema):
    """The progress of one town or village."""

    key: str
    label: str
    targets: int
    visited: int
    waiting: int
    found: int
    closed: int
    rate_ratio: float | None


class GridOut(Schema):
    """The progress of a region, its rows and their sum."""

    rows: list[GridRowOut]
    total: GridRowOut


class TargetFirmOut(Schema):
    """One target; `visited_at` null: not yet visited."""

    id: str
    name: str
    address: str
    region: str
    status: str
    visited_at: datetime | None


class FirmFoundIn(Schema):
    """A firm found on the way, as typed on the spot."""

    name: str
    region: str
    contact: str
    phone: str
    kind: str = ""
    address: str = ""
    lon: str = ""
    lat: str = ""
    uscc: str = ""


class FirmAddedOut(Schema):
    """The id of the registered firm."""

    id: str
