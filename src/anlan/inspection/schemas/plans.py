"""Input and output of annual plans."""

from __future__ import annotations

from typing import Annotated

from ninja import Field, Schema

_Number = Annotated[int, Field(ge=0, le=99_999)]


class LineIn(Schema):
    """A line of a plan; `line` as answered before, "" for a new one."""

    line: str = ""
    target_class: str = ""
    target_tag: str = ""
    importance: str = "general"
    enterprises: _Number
    times: _Number = 1
    person_days: _Number = 1
    note: str = ""


class PlanIn(Schema):
    """A plan as written."""

    year: int
    name: str
    officers: _Number = 0
    legal_days: _Number = 0
    other_days: _Number = 0
    idle_days: _Number = 0
    lines: Annotated[list[LineIn], Field(default_factory=list, max_length=100)]


class PlanEditIn(PlanIn):
    """A plan written anew."""

    base: int = Field(ge=1, description="所见的版本号")


class PlanStepIn(Schema):
    """A step of a plan; the reason or opinion stands in `note`."""

    base: int = Field(ge=1, description="所见的版本号")
    note: str = ""


class PlanOut(Schema):
    """Where a plan stands; `version_in_force` 0: none yet."""

    id: str
    state: str
    version: int
    version_in_force: int


class LineOut(Schema):
    """A line in force with its progress, of what the reader may see."""

    line: str
    label: str
    importance: str
    fitting: int
    planned: int
    assigned: int
    done: int
    late: int
    rate_ratio: float | None = None


class ProgressOut(Schema):
    """The lines in force."""

    items: list[LineOut]
