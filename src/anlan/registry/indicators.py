"""Indicators over the enterprise files: how many there are, of which class, and how many closed."""

from __future__ import annotations

from anlan.accounts.queries import office_values
from anlan.kernel.conditions import Both, By, Filled, Is, Not
from anlan.platform.indicator.declare import Day, Definition, Facts, Indicator, Many, Text
from anlan.registry.models import Enterprise
from anlan.registry.queries import VIEW, code_values

_SOURCE = "安全生产法（2021）第四条；一企一档（口径为本系统规定）"

ENTERPRISES = Facts(
    id="registry.enterprise",
    label="企业",
    model=Enterprise,
    columns={
        "created_at": Day("created_at", "登记日期"),
        "retired_at": Day("retired_at", "移出台账日期"),
        "status_on": Day("status_on", "状态变更日期", date=True),
        "into": Text("merged_into_id", "并入"),
        "status": Text("status", "生产经营状态", code_values("status")),
        "class": Many("classes__key", "监管类别", code_values("classes")),
        "tag": Many("tags__key", "风险标签", code_values("tags")),
        "industry": Text("industry", "行业代码"),
        "scale": Text("scale", "企业规模", code_values("scale")),
        "office": Text("office_id", "责任科室", office_values),
        "level": Text("level", "监管层级", code_values("level")),
        "grade": Text("grade", "安全风险等级", code_values("grade")),
        "standardisation": Text("standardisation", "安全生产标准化", code_values("standardisation")),
    },
    right=VIEW,
    page="/registry/enterprises/{id}",
    titles=(("name", "企业名称"), ("uscc", "统一社会信用代码"), ("created_at", "登记时间")),
)
_BY = ("class", "tag", "industry", "office", "scale", "level", "grade", "standardisation", "status")
# Merged ones stay in the arrays: the hazards found there keep them, and are grouped by their class.
_OWN = Not(Filled("into"))
_HELD = Both(_OWN, By("created_at"), Not(By("retired_at")))

INDICATORS = [
    Indicator(
        "registry.enterprises_held", "企业.在册", "在册企业数", "家", ENTERPRISES,
        (Definition("期末在台账内的企业，不含并入其他企业的", "", _HELD),), _BY, _SOURCE,
    ),
    Indicator(
        "registry.enterprises_operating", "企业.在营", "生产经营企业数", "家", ENTERPRISES,
        (Definition("期末在台账内、现为在产状态的企业", "", Both(_HELD, Is("status", "operating"))),), _BY, _SOURCE,
    ),
    Indicator(
        "registry.enterprises_added", "企业.新增", "新登记企业数", "家", ENTERPRISES,
        (Definition("期间内登记入册的企业", "created_at", _OWN),), _BY, _SOURCE,
    ),
    Indicator(
        "registry.enterprises_closed", "企业.关闭", "关闭企业数", "家", ENTERPRISES,
        (Definition("期间内生产经营状态变为关闭的企业", "status_on", Both(_OWN, Is("status", "closed"))),), _BY, _SOURCE,
    ),
]  # fmt: skip
