"""Input and output of inspection tasks and reports."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from ninja import Field, Schema

from anlan.inspection.schemas.words import Identifier, Sha256

_Posts = Annotated[list[Identifier], Field(default_factory=list, max_length=20, description="任职编号")]


class CrewIn(Schema):
    """Who does it: posts named, or a team; and by which day."""

    due_on: date
    officers: _Posts
    team_id: str = ""


class TasksIn(CrewIn):
    """Tasks for these enterprises, all or none."""

    enterprises: Annotated[list[Identifier], Field(min_length=1, max_length=100)]
    plan_id: str = ""
    plan_line: str = ""
    campaign_id: str = ""
    checklist_id: str = ""
    kind: str = "routine"
    source: str = ""
    note: str = ""
    group_size: int = Field(default=0, ge=0, le=20, description="互学互查每组家数，0为不编组")


class ReassignIn(CrewIn):
    """A task given to others."""

    base: int = Field(ge=1, description="所见的版本号")
    note: str = ""


class TaskStepIn(Schema):
    """A step of a task; the reason stands in `note`."""

    base: int = Field(ge=1, description="所见的版本号")
    note: str = ""


class TaskOut(Schema):
    """Where a task stands."""

    id: str
    number: str
    state: str
    version: int


class TasksOut(Schema):
    """The tasks given out."""

    ids: list[str]


class ReasonOut(Schema):
    """One reason against it."""

    code: str
    message: str


class TaskLineOut(Schema):
    """What giving out one task would do."""

    enterprise_id: str
    enterprise: str
    batch: str
    guests: list[str]
    checklist_id: str
    reasons: list[ReasonOut]


class PreviewOut(Schema):
    """What giving these tasks out would do; nothing was written."""

    ready: int
    items: list[TaskLineOut]


class ReportIn(Schema):
    """Report files by their hashes."""

    files: Annotated[list[Sha256], Field(min_length=1, max_length=10)]
