"""Input and output of the hazard loop."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from ninja import Field, Schema
from pydantic import AwareDatetime

from anlan.inspection.schemas.words import Identifier, Photos


class HazardIn(Schema):
    """A hazard found outside an inspection."""

    enterprise_id: Identifier
    description: str
    place: str = ""
    basis: str = ""
    grade: str = "general"
    major_basis: str = ""
    source: str = ""
    photos: Photos
    campaigns: Annotated[list[Identifier], Field(default_factory=list, max_length=20)]
    major_criteria: Annotated[list[str], Field(default_factory=list, max_length=30, description="勾选的判定条款编号")]
    lon: float | None = None
    lat: float | None = None
    at: AwareDatetime | None = None


class _Step(Schema):
    base: int = Field(ge=1, description="所见的版本号")
    note: str = ""
    photos: Photos
    at: AwareDatetime | None = None


class OrderIn(_Step):
    """责令限期整改: what to mend, and by when in exactly one way; 五落实 where the hazard is major."""

    due_on: date | None = None
    days: int | None = Field(default=None, ge=0, le=3660)
    working_days: int | None = Field(default=None, ge=0, le=3660)
    measures: str = ""
    responsible: str = ""
    funds_yuan: int | None = Field(default=None, ge=0, le=10**12, description="整改资金，元")
    plan: str = ""


class SubmitIn(_Step):
    """提交整改."""

    offline: bool = Field(default=False, description="手机离线时办理，恢复信号后上报")


class ReturnIn(_Step):
    """退回: the reason stands in `note`; a new deadline is optional."""

    due_on: date | None = None
    days: int | None = Field(default=None, ge=0, le=3660)
    working_days: int | None = Field(default=None, ge=0, le=3660)


class CloseIn(_Step):
    """复查销号, with the person id of the second officer."""

    co_reviewer: str = ""


class ConfirmIn(_Step):
    """核实销号: how the photos were found honest stands in `note`."""


class RejectIn(ReturnIn):
    """核实不通过: the reason stands in `note`; a new deadline is optional."""


class DoubtOut(Schema):
    """One finding on a photo; `other`, `hazard_id` and `number` are empty where this person may not see the other hazard."""

    kind: str
    text: str
    photo: str
    other: str
    hazard_id: str
    number: str


class DoubtsOut(Schema):
    """What is doubtful in the photos that wait for a review or a decision."""

    items: list[DoubtOut]


class StepOut(Schema):
    """Where a record stands after a step."""

    id: str
    number: str
    state: str
    version: int


class ReasonOut(Schema):
    """Why an action can't be taken now."""

    code: str
    message: str
    facts: dict[str, Any]
    field: str | None = None


class ActionOut(Schema):
    """One action of the loop for this person."""

    id: str
    label: str
    allowed: bool
    reasons: list[ReasonOut]
    evidence: list[str]
    help: str


class ActionsOut(Schema):
    """Every action of a hazard for this person, and the version a step must name."""

    id: str
    state: str
    version: int
    actions: list[ActionOut]


class PhotoOut(Schema):
    """A photo of a hazard."""

    sha256: str
    stage: str
    round: int
    taken_at: datetime | None = None
    added_at: datetime


class PhotosOut(Schema):
    """The photos of a hazard, oldest first."""

    items: list[PhotoOut]


class TagIn(Schema):
    """The campaign that hazards shall count for."""

    campaign_id: Identifier


class TagOut(Schema):
    """How many hazards changed."""

    changed: int


class CountOut(Schema):
    """One line of a count: a town (9 digits) or a month."""

    key: str
    label: str
    found: int
    closed: int
    open: int
    rate_ratio: float | None = None


class NodeOut(Schema):
    """A server of the network and when it was last heard."""

    id: str
    region: str
    label: str
    heard_at: datetime | None = None
    own: bool


class CoverageOut(Schema):
    """What a count rests on: towns in all, towns that reported nothing, servers."""

    towns: int
    silent: list[tuple[str, str]]
    nodes: list[NodeOut]


class CountsOut(Schema):
    """Found and closed by town or month."""

    region: str
    since: date
    until: date
    by: str
    rows: list[CountOut]
    total: CountOut
    overdue: int
    coverage: CoverageOut
