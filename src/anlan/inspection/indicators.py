"""Indicators over hazards, inspections, listings and self-checks."""

from __future__ import annotations

from django.db.models import Q

from anlan.accounts.queries import office_values
from anlan.inspection.models import Hazard, Inspection, Listing, SelfCheck
from anlan.inspection.queries.campaigns import campaign_values
from anlan.inspection.rules.ending import ENDED
from anlan.inspection.rules.hazard import GRADES, SOURCES
from anlan.inspection.rules.inspection import KINDS
from anlan.inspection.rules.listing import LEVELS
from anlan.kernel.conditions import AtLeast, Before, Both, By, Condition, Every, Filled, Is, Not
from anlan.platform.indicator.declare import (
    Day,
    Definition,
    Distinct,
    Facts,
    Indicator,
    Many,
    Number,
    Percent,
    Sum,
    Text,
    Through,
    codes,
)  # fmt: skip
from anlan.registry.queries import code_values

_SOURCE = "安全生产法（2021）第四十一条；事故隐患排查治理情况统计（口径为本系统规定）"
_FIRM = {
    "class": Through(
        "enterprise", "registry.enterprise", "class", "enterprise__classes__key", "企业类别", code_values("classes")
    ),
    "industry": Through("enterprise", "registry.enterprise", "industry", "enterprise__industry", "行业代码"),
    "scale": Through(
        "enterprise", "registry.enterprise", "scale", "enterprise__scale", "企业规模", code_values("scale")
    ),
}  # fmt: skip

HAZARDS = Facts(
    id="inspection.hazard",
    label="隐患",
    model=Hazard,
    columns={
        "found_at": Day("found_at", "发现日期"),
        "closed_at": Day("closed_at", "销号日期"),
        "ordered_at": Day("ordered_at", "责令日期"),
        "submitted_at": Day("submitted_at", "提交日期"),
        "due_at": Day("due_at", "整改期限"),
        "grade": Text("grade", "隐患级别", codes(GRADES)),
        "source": Text("source", "隐患来源", codes(SOURCES)),
        "state": Text("state", "状态"),
        "basis": Text("basis", "依据条款"),
        "enterprise": Text("enterprise_id", "企业"),
        "office": Text("office_id", "监管科室", office_values),
        "returned_count": Number("returned_count", "退回次数"),
        "looked_back_at": Day("looked_back_at", "回头看日期"),
        "look_back_result": Text("look_back_result", "回头看结果"),
        "campaign": Many("tags__key", "专项行动", campaign_values),
        **_FIRM,
    },
    right="inspection.view",
    page="/inspection/hazards/{id}",
    titles=(("number", "隐患编号"), ("description", "隐患描述"), ("found_at", "发现时间"), ("closed_at", "销号时间")),
    counted=~Q(state__in=sorted(ENDED)),
)
_HAZARD_BY = ("grade", "source", "campaign", "office", "class", "industry", "scale", "basis")

INSPECTIONS = Facts(
    id="inspection.inspection",
    label="检查",
    model=Inspection,
    columns={
        "started_at": Day("started_at", "检查日期"),
        "finished_at": Day("finished_at", "完成日期"),
        "kind": Text("kind", "检查类型", codes(KINDS)),
        "source": Text("source", "检查来源", codes(SOURCES)),
        "enterprise": Text("enterprise_id", "企业"),
        "office": Text("office_id", "监管科室", office_values),
        "campaign": Many("tags__key", "专项行动", campaign_values),
        **_FIRM,
    },
    right="inspection.view",
    page="/inspection/inspections/{id}",
    titles=(("number", "检查编号"), ("started_at", "检查时间"), ("conclusion", "检查结论")),
    counted=Q(state="finished"),
)
_INSPECTION_BY = ("kind", "source", "campaign", "office", "class", "industry", "scale")

LISTINGS = Facts(
    id="inspection.listing",
    label="挂牌督办",
    model=Listing,
    columns={
        "listed_at": Day("listed_at", "挂牌日期"),
        "ended_at": Day("ended_at", "办结日期"),
        "level": Text("level", "挂牌级别", codes(LEVELS)),
        "state": Text("state", "状态"),
        "hazard": Text("hazard_id", "隐患"),
        "campaign": Through(
            "hazard", "inspection.hazard", "campaign", "hazard__tags__key", "专项行动", campaign_values
        ),
        "enterprise": Text("enterprise_id", "企业"),
        "office": Text("office_id", "监管科室", office_values),
        **_FIRM,
    },
    right="inspection.view",
    page="/inspection/listings/{id}",
    titles=(("number", "督办编号"), ("reason", "挂牌理由"), ("listed_at", "挂牌时间"), ("ended_at", "办结时间")),
    counted=Q(listed_at__isnull=False),
)
_LISTING_BY = ("level", "campaign", "office", "class", "industry")

SELF_CHECKS = Facts(
    id="inspection.self_check",
    label="企业自查",
    model=SelfCheck,
    columns={
        "counts_at": Day("counts_at", "首次上报日期"),
        "enterprise": Text("enterprise_id", "企业"),
        "office": Text("office_id", "监管科室", office_values),
        "mended": Number("mended", "自查自改数"),
        **_FIRM,
    },
    right="inspection.view",
    page="/inspection/self-checks/{id}",
    titles=(("number", "自查编号"), ("reported_at", "上报时间"), ("mended", "自查自改数")),
    counted=Q(state="reported", counts_at__isnull=False, corrected_as__isnull=True),
)
_SELF_BY = ("office", "class", "industry", "scale")


def _hazards(
    name: str, label: str, text: str, where: Condition = Every, *, at: str = "found_at", ends: str
) -> Indicator:
    definition = Definition(text, at, where)
    return Indicator(f"inspection.hazards_{ends}", name, label, "处", HAZARDS, (definition,), _HAZARD_BY, _SOURCE)


INDICATORS = [
    _hazards(
        "隐患.排查", "发现隐患数", "期间内发现的隐患，不含演练、误报和重复；一处隐患列入多个专项行动只计一次",
        ends="found",
    ),
    _hazards("隐患.整改", "已整改隐患数", "期间内发现的隐患中，至期末已复查销号的", By("closed_at"), ends="closed"),
    _hazards("隐患.销号", "销号隐患数", "期间内复查销号的隐患，不论何时发现", at="closed_at", ends="closed_within"),
    _hazards(
        "隐患.逾期", "逾期未整改隐患数", "期间内发现、责令整改后至期末已过期限，企业仍未提交整改的隐患",
        Both(Is("state", "ordered"), Before("due_at"), Not(By("closed_at"))), ends="overdue",
    ),
    _hazards("隐患.重大", "发现重大隐患数", "期间内发现的隐患中判定为重大隐患的", Is("grade", "major"), ends="major"),
    _hazards(
        "隐患.重大整改", "重大隐患已整改数", "期间内发现的重大隐患中，至期末已复查销号的",
        Both(Is("grade", "major"), By("closed_at")), ends="major_closed",
    ),
    _hazards("隐患.责令", "责令整改隐患数", "期间内责令限期整改的隐患", at="ordered_at", ends="ordered"),
    _hazards("隐患.提交", "企业已提交整改数", "期间内发现的隐患中企业提交过整改的", Filled("submitted_at"), ends="submitted"),
    _hazards("隐患.退回", "复查退回隐患数", "期间内发现的隐患中复查退回过的", AtLeast("returned_count", 1), ends="returned"),
    _hazards(
        "隐患.回头看", "回头看隐患数", "期间内发现、已销号的隐患中，至期末已回头看的",
        Both(Is("state", "closed"), By("looked_back_at")), ends="looked_back",
    ),
    _hazards(
        "隐患.反弹", "反弹隐患数", "期间内发现、已销号的隐患中，回头看时反弹的",
        Both(Is("state", "closed"), Is("look_back_result", "again")), ends="again",
    ),
    Indicator(
        "inspection.hazards_rate", "隐患.整改率", "隐患整改率", "%", HAZARDS, by=_HAZARD_BY, source=_SOURCE,
        percent=Percent("inspection.hazards_closed", "inspection.hazards_found"),
    ),
    Indicator(
        "inspection.hazards_major_rate", "隐患.重大整改率", "重大隐患整改率", "%", HAZARDS, by=_HAZARD_BY, source=_SOURCE,
        percent=Percent("inspection.hazards_major_closed", "inspection.hazards_major"),
    ),
    Indicator(
        "inspection.hazards_firms", "隐患.企业", "存在隐患企业数", "家", HAZARDS,
        (Definition("期间内发现隐患的企业，每家只计一次", "found_at", counted=Distinct("enterprise")),), _HAZARD_BY, _SOURCE,
    ),
    Indicator(
        "inspection.inspections_count", "检查.家次", "检查企业家次", "家次", INSPECTIONS,
        (Definition("期间内开始、已完成的检查，同一企业检查几次计几家次，不含演练", "started_at"),), _INSPECTION_BY, _SOURCE,
    ),
    Indicator(
        "inspection.inspections_firms", "检查.企业", "检查企业数", "家", INSPECTIONS,
        (Definition("期间内检查过的企业（检查已完成），每家只计一次，不含演练", "started_at", counted=Distinct("enterprise")),),
        _INSPECTION_BY, _SOURCE,
    ),
    Indicator(
        "inspection.listings_listed", "挂牌.督办", "挂牌督办数", "处", LISTINGS,
        (Definition("期间内挂牌督办的重大隐患，各级挂牌分别计算", "listed_at"),), _LISTING_BY, _SOURCE,
    ),
    Indicator(
        "inspection.listings_ended", "挂牌.办结", "挂牌督办办结数", "处", LISTINGS,
        (Definition("期间内挂牌的督办中，至期末已办结的", "listed_at", By("ended_at")),), _LISTING_BY, _SOURCE,
    ),
    Indicator(
        "inspection.listings_rate", "挂牌.办结率", "挂牌督办办结率", "%", LISTINGS, by=_LISTING_BY, source=_SOURCE,
        percent=Percent("inspection.listings_ended", "inspection.listings_listed"),
    ),
    Indicator(
        "inspection.self_check_reports", "自查.上报", "企业自查上报数", "次", SELF_CHECKS,
        (Definition("期间内企业上报的自查（含零报告），更正只计一次，不含演练", "counts_at"),), _SELF_BY, _SOURCE,
    ),
    Indicator(
        "inspection.self_check_firms", "自查.企业", "上报自查企业数", "家", SELF_CHECKS,
        (Definition("期间内上报过自查的企业，每家只计一次", "counts_at", counted=Distinct("enterprise")),), _SELF_BY, _SOURCE,
    ),
    Indicator(
        "inspection.self_check_mended", "自查.自改", "企业自查自改隐患数", "处", SELF_CHECKS,
        (Definition("期间内企业上报的自查中，自查自改的隐患数", "counts_at", counted=Sum("mended")),), _SELF_BY, _SOURCE,
    ),
]  # fmt: skip
