"""Input and output of the registry's own routes; what a plain ledger edit needs comes from the ledger's declaration."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from ninja import Schema


class Seen(Schema):
    """`base`: the version of the enterprise that the caller saw."""

    base: int


class RenameIn(Seen):
    """A new name as of `on` (default today)."""

    name: str
    reason: str = ""
    on: date | None = None


class RecodeIn(Seen):
    """A new 统一社会信用代码 as of `on` (default today)."""

    uscc: str
    reason: str = ""
    on: date | None = None


class StatusIn(Seen):
    """A new status (operating, suspended, closed, relocated) as of `on` (default today)."""

    status: str
    reason: str
    on: date | None = None


class OfficeIn(Seen):
    """The one responsible office."""

    office_id: str
    reason: str = ""


class MoveIn(Seen):
    """A new region with address and position; `coords` says what lon and lat are in (wgs84, gcj02, bd09)."""

    region: str
    address: str = ""
    lon: float | None = None
    lat: float | None = None
    coords: str = "wgs84"
    reason: str


class MergeIn(Seen):
    """Merge into the enterprise `into`; `mode` is duplicate or merger; `into_base` its version, if it was seen."""

    into: str
    mode: str
    reason: str
    into_base: int | None = None


class SplitIn(Seen):
    """The new enterprises with their values; `dissolve` closes the one that is split."""

    parts: list[dict[str, Any]]
    reason: str
    dissolve: bool = False


class ReasonIn(Seen):
    """A step that needs its reason only."""

    reason: str = ""


class PremisesIn(Seen):
    """Premises: use is production, storage, sales, office, dormitory or other."""

    name: str
    use: str
    address: str = ""
    lon: float | None = None
    lat: float | None = None
    coords: str = "wgs84"


class ContactIn(Seen):
    """A contact: post is principal, deputy, director, officer, duty or other; a value equal to its mask is kept."""

    post: str
    name: str = ""
    phone: str


class RevealIn(Schema):
    """Which value to reveal (name or phone) and why."""

    field: str
    reason: str


class DoneOut(Schema):
    """What was written to, and its version now; `key` of premises or contact, `ids` of new enterprises."""

    id: str
    version: int
    key: str = ""
    ids: list[str] = []


class RevealOut(Schema):
    """A value of personal data in plain."""

    value: str


class ActionOut(Schema):
    """Whether an action may be done now, and why not."""

    id: str
    allowed: bool
    why: str


class RelativeOut(Schema):
    """Another enterprise in this one's history."""

    id: str
    name: str
    url: str


class PremisesOut(Schema):
    """Premises of an enterprise."""

    key: str
    name: str
    use: str
    use_label: str
    address: str
    lon: float | None
    lat: float | None


class ContactOut(Schema):
    """A contact, masked."""

    key: str
    post: str
    post_label: str
    name: str
    phone: str


class FormerOut(Schema):
    """A former name or code."""

    kind_label: str
    value: str
    from_at: datetime | None
    until_at: datetime | None


class ProfileOut(Schema):
    """The file of one enterprise beyond its ledger row."""

    id: str
    name: str
    version: int
    labels: dict[str, str]
    premises: list[PremisesOut]
    contacts: list[ContactOut]
    former: list[FormerOut]
    merged_into: RelativeOut | None
    absorbed: list[RelativeOut]
    origin: RelativeOut | None
    offspring: list[RelativeOut]
    actions: list[ActionOut]


class UnassignedOut(Schema):
    """An enterprise that no office is responsible for."""

    id: str
    name: str
    region: str
    region_name: str


class CodeOut(Schema):
    """One code of a code list."""

    id: str
    label: str
    group: str


class CodeTableOut(Schema):
    """A code list of the registry."""

    id: str
    label: str
    codes: list[CodeOut]
