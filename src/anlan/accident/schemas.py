"""Input and output of the API of accident."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any

from ninja import Field, Schema
from pydantic import AwareDatetime

Files = Annotated[list[str], Field(default_factory=list, max_length=30, description="已上传文件的编号")]


class AccidentIn(Schema):
    """An accident to be filed."""

    sector: str
    category: str = ""
    region: str = Field("", description="乡镇（街道）或村（社区）的代码，9或12位；不填随企业")
    place: str
    summary: str
    occurred_at: AwareDatetime
    received_at: AwareDatetime | None = Field(None, description="不填为现在")
    learned_at: AwareDatetime | None = None
    enterprise_id: str = ""
    unit_name: str = ""
    lon: float | None = None
    lat: float | None = None
    deaths: int = 0
    serious_injuries: int = 0
    minor_injuries: int = 0
    loss_yuan: int | None = Field(None, description="直接经济损失，元")
    files: Files


class RecordIn(AccidentIn):
    """An accident of former times, its case closed already."""

    closed_on: date
    nature: str = "production"
    note: str = ""
    direct_cause: str = ""
    indirect_cause: str = ""
    liability: str = ""
    measures: str = ""


class VersionIn(Schema):
    """What every step names: the version seen."""

    base: int | None = Field(None, ge=1, description="所见的版本号")
    note: str = ""


class InvestigateIn(VersionIn):
    """Who investigates."""

    team: str = ""


class ReportUpIn(VersionIn):
    """When the level above was told; whom and how in `note`."""

    at: AwareDatetime | None = Field(None, description="不填为现在")


class CorrectIn(VersionIn):
    """Corrected numbers; what is null stays as it is."""

    kind: str
    deaths: int | None = None
    serious_injuries: int | None = None
    minor_injuries: int | None = None
    loss_yuan: int | None = None


class AmendIn(Schema):
    """Changed plain facts; what is not named stays as it is."""

    base: int | None = Field(None, ge=1, description="所见的版本号")
    sector: str = ""
    category: str = ""
    region: str = ""
    place: str = ""
    summary: str = ""
    occurred_at: AwareDatetime | None = None
    received_at: AwareDatetime | None = None
    learned_at: AwareDatetime | None = None
    enterprise_id: str = ""
    unit_name: str = ""
    lon: float | None = None
    lat: float | None = None


class JudgeIn(VersionIn):
    """What it was found to be: production or other."""

    nature: str


class ExtendIn(VersionIn):
    """Further days for the investigation."""

    days: int


class CloseIn(VersionIn):
    """The result of the investigation."""

    files: Files
    direct_cause: str = ""
    indirect_cause: str = ""
    liability: str = ""
    measures: str = ""
    nature: str = "production"


class RevokeIn(VersionIn):
    """Why the entry does not stand: false, or duplicate of another accident."""

    kind: str
    duplicate_of: str = ""


class StandingOut(Schema):
    """Where the accident stands."""

    id: str
    number: str
    state: str
    grade: str
    version: int


class ActionOut(Schema):
    """An action with the reasons against it."""

    id: str
    label: str
    allowed: bool
    reasons: list[dict[str, Any]]
    evidence: list[str]
    help: str


class ActionsOut(StandingOut):
    """What this person may do now."""

    actions: list[ActionOut]
