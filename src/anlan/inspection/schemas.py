"""Input and output of the API of inspection. Photos are named by the SHA-256 that POST /attachments answered."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from ninja import Field, Schema
from pydantic import AwareDatetime

Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Identifier = Annotated[str, Field(pattern="^[0-9a-fA-F-]{32,36}$")]
Photos = Annotated[list[Sha256], Field(default_factory=list, max_length=30)]


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


class InspectionIn(Schema):
    """An inspection to begin."""

    enterprise_id: Identifier
    checklist_id: Identifier
    kind: str = "routine"
    source: str = ""
    officers: Annotated[list[str], Field(default_factory=list, max_length=20)]
    campaigns: Annotated[list[Identifier], Field(default_factory=list, max_length=20)]
    at: AwareDatetime | None = None


class AnswerIn(Schema):
    """The answer to one item."""

    key: str
    result: str
    note: str = ""
    place: str = ""
    grade: str = "general"
    major_basis: str = ""
    photos: Photos


class AnswersIn(Schema):
    """Answers to items, saved together."""

    answers: Annotated[list[AnswerIn], Field(min_length=1, max_length=300)]


class FinishIn(Schema):
    """The conclusion of an inspection."""

    base: int = Field(ge=1, description="所见的版本号")
    conclusion: str
    signatures: Annotated[list[Sha256], Field(default_factory=list, max_length=10)]


class FinishOut(StepOut):
    """A finished inspection and the hazards it filed."""

    hazards: list[str]


class ItemOut(Schema):
    """One item of an inspection's sheet."""

    key: str
    position: int
    category: str
    text: str
    basis: str
    major: str
    result: str
    note: str
    place: str
    grade: str
    major_basis: str
    photos: list[str]
    hazard_id: str


class SheetOut(Schema):
    """An inspection's sheet with the version that finishing must name."""

    id: str
    state: str
    version: int
    officers: list[tuple[str, str]]
    items: list[ItemOut]


class ChecklistItemIn(Schema):
    """One item of a checklist with its clause."""

    key: str
    category: str = ""
    text: str
    law: str
    article: str
    major: str = ""


class ChecklistIn(Schema):
    """A checklist to be made."""

    code: str
    name: str
    applies: Annotated[list[str], Field(default_factory=list, max_length=20)]
    items: Annotated[list[ChecklistItemIn], Field(max_length=500)]


class ChecklistChangeIn(Schema):
    """A checklist's next version as a whole."""

    base: int = Field(ge=1, description="所见的版本号")
    name: str
    applies: list[str] | None = None
    items: Annotated[list[ChecklistItemIn], Field(max_length=500)]


class RetireIn(Schema):
    """Why something is taken out of use."""

    base: int = Field(ge=1, description="所见的版本号")
    reason: str


class ChecklistOut(Schema):
    """A checklist in one version."""

    id: str
    code: str
    name: str
    checklist_version: int
    version: int
    items: list[ChecklistItemIn]


class ProgressOut(Schema):
    """A campaign in numbers, of what the reader may see."""

    targets: int
    inspected: int
    inspections: int
    found: int
    closed: int
    overdue: int
    rate_ratio: float | None = None
