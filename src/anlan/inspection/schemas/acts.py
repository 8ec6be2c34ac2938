"""Input and output of the acts beside the hazard loop."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from ninja import Field, Schema
from pydantic import AwareDatetime

from anlan.inspection.schemas.hazards import StepOut
from anlan.inspection.schemas.words import Identifier, Photos


class ActIn(Schema):
    """What every act names: the version seen, words, photos, when."""

    base: int = Field(ge=1, description="所见的版本号")
    note: str = ""
    photos: Photos
    at: AwareDatetime | None = None


class SeenIn(Schema):
    """One hazard of a batch and the version seen of it."""

    id: Identifier
    base: int = Field(ge=1, description="所见的版本号")


class BatchIn(Schema):
    """批量责令整改: the hazards, one requirement, and by when in exactly one way."""

    items: Annotated[list[SeenIn], Field(min_length=1, max_length=100)]
    note: str = ""
    due_on: date | None = None
    days: int | None = Field(default=None, ge=0, le=3660)
    working_days: int | None = Field(default=None, ge=0, le=3660)


class BatchOut(Schema):
    """Where the hazards of a batch stand."""

    items: list[StepOut]


class JudgeIn(ActIn):
    """判定级别 by the ids of the ticked criteria; grade and words only where none fit the enterprise."""

    major_criteria: Annotated[list[str], Field(default_factory=list, max_length=30)]
    grade: str = "general"
    major_basis: str = ""


class ExtendIn(ActIn):
    """申请延期 or 批准延期: natural days; granting without them grants what was asked for."""

    days: int | None = Field(default=None, ge=0, le=3660)


class TransferIn(ActIn):
    """移送执法: what was violated, as cited."""

    violated: str = ""


class MergeIn(ActIn):
    """并入其他隐患: id or number of the hazard that stays."""

    into: str = ""


class LookBackIn(ActIn):
    """回头看: whether the hazard is back."""

    again: bool = False


class CriterionOut(Schema):
    """One criterion of a published standard; `verified`: its wording was compared with a print."""

    id: str
    citation: str
    decree: str
    text: str
    verified: bool


class CriteriaOut(Schema):
    """The criteria for one enterprise, and those ticked for the hazard."""

    items: list[CriterionOut]
    ticked: list[str]


class ExtensionOut(Schema):
    """One application for more time and its answer."""

    key: str
    state: str
    state_label: str
    days: int
    reason: str
    applied_at: datetime
    applicant: str
    decided_at: datetime | None = None
    decider: str
    answer: str
    due_before: datetime | None = None
    due_after: datetime | None = None


class ExtensionsOut(Schema):
    """The applications of one hazard, oldest first."""

    items: list[ExtensionOut]


class LookBackRowOut(Schema):
    """One town: closed in the period, seen again, found again."""

    key: str
    label: str
    closed: int
    looked_back: int
    again: int
    rate_ratio: float | None = None


class LookBacksOut(Schema):
    """回头看 by town."""

    since: date
    until: date
    rows: list[LookBackRowOut]
    total: LookBackRowOut


class LinkOut(Schema):
    """A linked hazard: merged_into, absorbed, reopened_from or reopened_as."""

    link: str
    id: str
    number: str
    state: str


class LinksOut(Schema):
    """The hazards linked with one."""

    items: list[LinkOut]
