"""Indicators over accidents: how many, how many died, of which line of business and grade."""

from __future__ import annotations

from django.db.models import Q

from anlan.accident.models import Accident
from anlan.accident.rules.codes import CATEGORIES, GROUPS, SECTORS
from anlan.accident.rules.grade import GRADES
from anlan.kernel.conditions import AtLeast, Both, By, Condition, Every, Is
from anlan.platform.indicator.declare import (
    Counted,
    Day,
    Definition,
    Facts,
    Indicator,
    Number,
    Percent,
    Rows,
    Sum,
    Text,
    codes,
)  # fmt: skip

_SOURCE = "生产安全事故报告和调查处理条例（国务院令第493号）第三条；生产安全事故统计（口径为本系统规定）"
_SCOPE = "，非生产安全事故、误报和重复登记的不计，不含演练"

ACCIDENTS = Facts(
    id="accident.accident",
    label="事故",
    model=Accident,
    columns={
        "occurred_at": Day("occurred_at", "发生日期"),
        "closed_on": Day("closed_on", "结案日期", date=True),
        "sector": Text("sector", "行业领域", codes(SECTORS)),
        "category": Text("category", "事故类别", codes(CATEGORIES)),
        "grade": Text("grade", "事故等级", codes(GRADES)),
        "enterprise": Text("enterprise_id", "企业"),
        "deaths": Number("deaths", "死亡人数"),
        "serious_injuries": Number("serious_injuries", "重伤人数"),
        "minor_injuries": Number("minor_injuries", "轻伤人数"),
        "loss_yuan": Number("loss_yuan", "直接经济损失（元）"),
    },
    right="accident.view",
    page="/accident/accidents/{id}",
    titles=(("number", "事故编号"), ("occurred_at", "发生时间"), ("place", "事故地点"), ("deaths", "死亡人数")),
    counted=Q(counted=1),
    # A county with no accident in a spring has kept its ledger nevertheless.
    sparse=True,
)
_BY = ("sector", "category", "grade")
_INDUSTRIAL = Is("sector", *sorted(GROUPS["industrial"][1]))
_ROAD = Is("sector", "road")
_LARGER = Is("grade", *(code for code, _ in GRADES if code != "general"))


_EACH = Rows()


def _accidents(
    ends: str, name: str, label: str, text: str, where: Condition = Every, counted: Counted = _EACH, unit: str = "起"
) -> Indicator:
    definition = Definition(f"{text}{_SCOPE}", "occurred_at", where, counted)
    return Indicator(f"accident.{ends}", name, label, unit, ACCIDENTS, (definition,), _BY, _SOURCE)


def _both(ends: str, name: str, label: str, text: str, where: Condition) -> list[Indicator]:
    """Accidents of some kind, and who died in them."""
    died = f"期间内{text}的死亡人数"
    return [
        _accidents(f"{ends}_count", f"事故.{name}起数", f"{label}起数", f"期间内发生的{text}", where),
        _accidents(f"{ends}_deaths", f"事故.{name}死亡", f"{label}死亡人数", died, where, Sum("deaths"), "人"),
    ]


INDICATORS = [
    *_both("all", "", "生产安全事故", "生产安全事故", Every),
    _accidents("serious", "事故.重伤", "事故重伤人数", "期间内事故的重伤人数", counted=Sum("serious_injuries"), unit="人"),
    _accidents("minor", "事故.轻伤", "事故轻伤人数", "期间内事故的轻伤人数", counted=Sum("minor_injuries"), unit="人"),
    _accidents("loss", "事故.损失", "事故直接经济损失", "期间内事故的直接经济损失", counted=Sum("loss_yuan"), unit="元"),
    *_both("industrial", "工矿", "工矿商贸事故", "工矿商贸事故", _INDUSTRIAL),
    *_both("road", "道路", "道路交通事故", "道路交通事故", _ROAD),
    *_both(
        "operating", "经营性", "生产经营性事故", "工矿商贸和道路交通事故",
        Is("sector", *sorted({*GROUPS["industrial"][1], "road"})),
    ),
    *_both("construction", "建设", "建设领域事故", "建设领域事故", Is("sector", *sorted(GROUPS["construction"][1]))),
    *_both("fire", "火灾", "火灾事故", "火灾事故", Is("sector", "fire")),
    *_both("larger", "较大以上", "较大及以上事故", "较大、重大和特别重大事故", _LARGER),
    _accidents("fatal", "事故.亡人", "亡人事故起数", "期间内发生的有人死亡的事故", AtLeast("deaths", 1)),
    _accidents("closed", "事故.结案", "已结案事故起数", "期间内发生、至期末已结案的事故", Both(By("closed_on"))),
    Indicator(
        "accident.closed_rate", "事故.结案率", "事故结案率", "%", ACCIDENTS, by=_BY, source=_SOURCE,
        percent=Percent("accident.closed", "accident.all_count"),
    ),
]  # fmt: skip
