"""Input and output of inspections."""

from __future__ import annotations

from typing import Annotated

from ninja import Field, Schema
from pydantic import AwareDatetime

from anlan.inspection.schemas.hazards import StepOut
from anlan.inspection.schemas.words import Identifier, Photos, Sha256


class InspectionIn(Schema):
    """An inspection to begin."""

    enterprise_id: Identifier
    checklist_id: Identifier
    kind: str = "routine"
    source: str = ""
    officers: Annotated[list[str], Field(default_factory=list, max_length=20)]
    campaigns: Annotated[list[Identifier], Field(default_factory=list, max_length=20)]
    at: AwareDatetime | None = None
    task_id: str = ""
    participants: str = ""


class AnswerIn(Schema):
    """The answer to one item."""

    key: str
    result: str
    note: str = ""
    place: str = ""
    grade: str = "general"
    major_basis: str = ""
    major_criteria: Annotated[list[str], Field(default_factory=list, max_length=30, description="勾选的判定条款编号")]
    general_reason: str = Field("", max_length=400, description="检查项属于重大隐患判定标准而未判定为重大隐患的理由")
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
    major_criteria: list[str]
    photos: list[str]
    hazard_id: str
    general_reason: str


class SheetOut(Schema):
    """An inspection's sheet with the version that finishing must name."""

    id: str
    state: str
    version: int
    officers: list[tuple[str, str]]
    items: list[ItemOut]
