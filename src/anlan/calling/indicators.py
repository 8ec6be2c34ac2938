"""Indicators over calls (叫应): how many were made, answered, and answered by nobody."""

from __future__ import annotations

from anlan.accounts.queries import office_values
from anlan.calling.models import Call
from anlan.calling.queries import VIEW
from anlan.calling.rules.matter import URGENCIES
from anlan.kernel.conditions import By, Condition, Every, Is
from anlan.platform.indicator.declare import Day, Definition, Facts, Indicator, Percent, Text, codes

_SOURCE = "预警叫应（口径为本系统规定）"

CALLS = Facts(
    id="calling.call",
    label="叫应",
    model=Call,
    columns={
        "opened_at": Day("opened_at", "发起日期"),
        "answered_at": Day("answered_at", "应答日期"),
        "urgency": Text("urgency", "紧急程度", codes(URGENCIES)),
        "state": Text("state", "叫应状态"),
        "office": Text("office_id", "监管科室", office_values),
    },
    right=VIEW,
    page="/calling/calls/{id}",
    titles=(("title", "叫应事由"), ("opened_at", "发起时间"), ("answered_at", "应答时间")),
)
_BY = ("urgency", "office")


def _calls(ends: str, name: str, label: str, text: str, where: Condition = Every) -> Indicator:
    definition = Definition(text, "opened_at", where)
    return Indicator(f"calling.calls_{ends}", name, label, "次", CALLS, (definition,), _BY, _SOURCE)


INDICATORS = [
    _calls("opened", "叫应.发起", "叫应次数", "期间内发起的叫应，逐级升级的仍计一次，不含演练"),
    _calls("answered", "叫应.应答", "已应答叫应次数", "期间内发起的叫应中，至期末有人应答的", By("answered_at")),
    _calls("exhausted", "叫应.无人应答", "无人应答叫应次数", "期间内发起的叫应中，各级都无人应答的", Is("state", "exhausted")),
    Indicator(
        "calling.calls_rate", "叫应.应答率", "叫应应答率", "%", CALLS, by=_BY, source=_SOURCE,
        percent=Percent("calling.calls_answered", "calling.calls_opened"),
    ),
]  # fmt: skip
