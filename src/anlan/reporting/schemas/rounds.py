"""Input and output of the routes of reporting rounds."""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated

from ninja import Field, Schema
from pydantic import AwareDatetime


class ItemIn(Schema):
    """One line to be asked: an indicator by id or name, or a name with its unit."""

    name: str = ""
    unit: str = ""
    indicator: str = ""
    total: str = Field("", description="sum 加总、none 不加总，不填按名称和单位判断")


class RoundIn(Schema):
    """A round to be opened."""

    title: str
    kind: str = Field(description="week、month、quarter、meeting、drive、other")
    period: str = Field(description="如 2026-02、2026年2月")
    due_at: AwareDatetime
    items: Annotated[list[ItemIn], Field(max_length=200)]
    towns: Annotated[list[str], Field(default_factory=list, max_length=200, description="乡镇（街道）代码，不填为全部")]
    region: str = Field("", description="县级区划代码，不填为本人的区划")
    note: str = ""


class StepIn(Schema):
    """What a step names: the version seen, and why."""

    base: int | None = Field(None, ge=1, description="所见的版本号")
    note: str = ""


class ChaseIn(Schema):
    """Whom to chase: codes; none: all that owe their form."""

    towns: Annotated[list[str], Field(default_factory=list, max_length=200)]


class ChasedOut(Schema):
    """Who was chased now; a second click within the minute chases nobody."""

    chased: list[str]


class AnswerIn(Schema):
    """What a town says to one line. `unit`: "" for the line's own; `none`: 无此项; `remark`: 说明."""

    value: str = ""
    unit: str = ""
    none: bool = False
    remark: str = ""


class SubmitIn(Schema):
    """A form as it is filed: answers by the line's key."""

    base: int | None = Field(None, ge=1, description="所见的版本号")
    answers: dict[str, AnswerIn]
    remark: str = ""


class StandingOut(Schema):
    """Where a round or form stands."""

    id: str
    state: str
    version: int


class RoundLineOut(Schema):
    """One round of the list. `coverage`: how many of the towns asked have filed."""

    id: str
    title: str
    kind: str
    period: str
    due_at: datetime
    state: str
    coverage: str
    filed: int
    should: int
    overdue: int


class RoundsOut(Schema):
    """The rounds that the person may see, the newest first."""

    count: int
    items: list[RoundLineOut]


class ItemOut(Schema):
    """One line of the form; `indicator` "" where the town is asked."""

    key: str
    name: str
    unit: str
    indicator: str
    total: str


class CellOut(Schema):
    """What a town says to one line; `kind`: ledger, known (another document), asked, none (无此项)."""

    key: str
    value: str
    kind: str
    remark: str


class TownOut(Schema):
    """One town's form. `counts`: it is in the sums."""

    id: str
    region: str
    name: str
    state: str
    label: str
    counts: bool
    overdue: bool
    late: bool
    chased: int
    turns: int
    submitted_at: datetime | None
    reason: str
    values: list[CellOut]


class SumOut(Schema):
    """A line over all towns. `value` "" where there is no sum; `why`: rate, nobody, hidden. `missing`: who has not told."""

    key: str
    value: str
    kind: str
    coverage: str
    missing: list[str]
    why: str


class RoundOut(Schema):
    """A round with its towns, as far as the person may see them; `sums` for those who opened it only."""

    id: str
    title: str
    kind: str
    period: str
    first_on: date
    last_on: date
    due_at: datetime
    state: str
    note: str
    told: int
    should: int
    coverage: str
    missing: list[str]
    items: list[ItemOut]
    towns: list[TownOut]
    sums: list[SumOut]
    version: int


class FormLineOut(Schema):
    """One line of a form; `kind` asked: the town fills it in, else `value` is known from `source`."""

    key: str
    name: str
    unit: str
    kind: str
    value: str
    text: str
    source: str
    url: str
    coverage: str
    before: str
    before_period: str


class ReasonOut(Schema):
    """A reason against an act."""

    code: str
    message: str


class ButtonOut(Schema):
    """What a person may do with the form, or why not."""

    id: str
    label: str
    allowed: bool
    reasons: list[ReasonOut]


class FilingOut(Schema):
    """A town's form."""

    id: str
    round: str
    title: str
    period: str
    region: str
    state: str
    due_at: datetime
    overdue: bool
    reason: str
    remark: str
    turns: int
    version: int
    lines: list[FormLineOut]
    actions: list[ButtonOut]
