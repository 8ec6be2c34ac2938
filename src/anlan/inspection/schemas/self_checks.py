"""Input and output of self-checks."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from ninja import Field, Schema

from anlan.inspection.schemas.words import Identifier, Photos


class SelfCheckIn(Schema):
    """A self-check to begin, of one's own enterprise; `corrects`: the report that it shall correct."""

    enterprise_id: Identifier
    checklist_id: str = ""
    corrects: str = ""


class SelfAnswerIn(Schema):
    """One answer: pass, na, mended (on the spot) or hazard; "" takes an own item away."""

    key: str
    result: str
    note: str = ""
    place: str = ""
    major: str = ""
    measure: str = ""
    planned_on: date | None = None
    before: Photos
    after: Photos


class SelfAnswersIn(Schema):
    """Answers saved together."""

    answers: Annotated[list[SelfAnswerIn], Field(min_length=1, max_length=600)]


class SelfReportIn(Schema):
    """Handing a self-check in."""

    base: int = Field(ge=1, description="所见的版本号")
    note: str = ""


class SelfStepOut(Schema):
    """A self-check after a step."""

    id: str
    number: str
    state: str
    version: int


class SelfReportOut(SelfStepOut):
    """A report with the hazards it filed."""

    mended: int
    hazards: list[str]


class SelfLineOut(Schema):
    """One item of the sheet."""

    key: str
    position: int
    category: str
    text: str
    basis: str
    criterion: str
    own: bool
    result: str
    note: str
    place: str
    major: str
    measure: str
    planned_on: date | None
    hazard_ref: str
    before: list[str]
    after: list[str]


class SelfSheetOut(SelfStepOut):
    """The sheet with the version that handing in must name."""

    items: list[SelfLineOut]


class DutyOut(Schema):
    """What one enterprise owes."""

    enterprise_id: str
    name: str
    period: str
    due_on: date
    late: bool
    last_at: datetime | None


class RateOut(Schema):
    """The rate of a group of enterprises."""

    key: str
    label: str
    firms: int
    asked: int
    reported: int
    behind: int
    rate_ratio: float | None


class RatesOut(Schema):
    """The rate of a period, in all, by town and by class."""

    since: date
    until: date
    total: RateOut
    towns: list[RateOut]
    classes: list[RateOut]
