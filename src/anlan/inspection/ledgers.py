"""Ledgers of inspection: hazards, inspections and checklists are read only (services write them), campaigns are entered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from anlan.accounts import queries as accounts
from anlan.inspection import queries
from anlan.inspection.listing_ledger import LISTINGS
from anlan.inspection.rules.campaign import CampaignFacts, check_campaign
from anlan.inspection.rules.co_review import ANSWER_WITHIN, CO_REVIEW_LAPSED
from anlan.inspection.self_ledgers import SELF_CHECK_RULES, SELF_CHECKS
from anlan.inspection.work_ledgers import WORK_LEDGERS
from anlan.kernel.errors import Violation
from anlan.platform.ledger.declare import Column, Lapse, Ledger
from anlan.platform.scope import Scope
from anlan.registry import queries as registry

_VIEW = "inspection.view"
_CLASSES, _TAGS = queries.target_choices()
_CO_REVIEW_LAPSE = Lapse("waiting", "closed_at", ANSWER_WITHIN, CO_REVIEW_LAPSED)
_SCALES = [(c.id, c.label) for c in registry.codes("scale")]


def _campaigns(scope: Scope) -> list[tuple[str, str]]:
    return queries.campaign_choices(scope)


def _applies(value: Any) -> str:
    words = {code: label for table in registry.code_tables() for code, label in table.choices}
    return "、".join(words.get(code, code) for code in str(value or "").split())


def _check_campaign(values: Mapping[str, Any], held: Mapping[str, Any] | None) -> list[Violation]:
    row = {**(held or {}), **values}
    return check_campaign(CampaignFacts(row.get("name") or "", _day(row.get("since_on")), _day(row.get("until_on"))))


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) and value else value or None


HAZARDS = Ledger(
    id="inspection.hazard",
    model="inspection.Hazard",
    label="隐患",
    plural="hazards",
    columns=(
        Column("number", search=True, entered=False, width=26),
        Column("enterprise.name", label="企业", search=True, entered=False, width=32),
        Column("description", search=True, entered=False, width=48),
        Column("grade", filter=True, entered=False, width=12),
        Column("state", filter=True, entered=False, width=12),
        Column("due_at", filter=True, entered=False, width=18),
        Column("transferred", filter=True, show=False, entered=False, kind="bool", width=12),
        Column("found_at", filter=True, entered=False, width=18),
        Column("region", label="所在区划", filter=True, entered=False, width=20),
        Column("office", filter=True, show=False, entered=False, choices=accounts.office_choices, width=20),
        Column("source", filter=True, show=False, entered=False, width=16),
        Column("tags", label="专项行动", filter=True, show=False, entered=False, choices=_campaigns, width=30),
        Column("enterprise", label="企业编号", filter=True, show=False, entered=False, width=38),
        Column("place", show=False, entered=False, width=20),
        Column("basis", show=False, entered=False, width=40),
        Column("major_basis", show=False, entered=False, width=40),
        Column("ordered_at", filter=True, show=False, entered=False, width=18),
        Column("requirement", show=False, entered=False, width=40),
        Column("submitted_at", filter=True, show=False, entered=False, width=18),
        Column("rectification", show=False, entered=False, width=40),
        Column("returned_count", filter=True, show=False, entered=False, width=10),
        Column("closed_at", filter=True, show=False, entered=False, width=18),
        Column("co_review", filter=True, show=False, exported=True, entered=False, width=16, lapse=_CO_REVIEW_LAPSE),
        Column("review_note", show=False, entered=False, width=40),
        Column("extended_count", show=False, entered=False, width=10),
        Column("five_funds_yuan", show=False, entered=False, width=16),
        Column("dismiss_reason", show=False, entered=False, width=40),
        Column("look_back_result", filter=True, show=False, entered=False, width=12),
        Column("looked_back_at", filter=True, show=False, entered=False, width=18),
    ),
    order=("-found_at",),
    sets=("tags",),
    point=("lon", "lat"),
    view=_VIEW,
    page="/inspection/hazards/{}".format,
    retirable=False,
    batch=("批量责令整改", "/inspection/hazards/order", "inspection.hazard.order"),
    batches=(
        ("批量出具指令书", "/inspection/hazards/issue", "inspection.hazard.order"),
        ("打印隐患档案", "/inspection/hazards/print", _VIEW),
    ),
)

INSPECTIONS = Ledger(
    id="inspection.inspection",
    model="inspection.Inspection",
    label="检查",
    plural="inspections",
    columns=(
        Column("number", search=True, entered=False, width=26),
        Column("enterprise.name", label="企业", search=True, entered=False, width=32),
        Column("checklist.name", label="检查表", entered=False, width=24),
        Column("kind", filter=True, entered=False, width=12),
        Column("source", filter=True, entered=False, width=16),
        Column("state", filter=True, entered=False, width=12),
        Column("started_at", filter=True, entered=False, width=18),
        Column("finished_at", show=False, entered=False, width=18),
        Column("region", label="所在区划", filter=True, entered=False, width=20),
        Column("office", filter=True, show=False, entered=False, choices=accounts.office_choices, width=20),
        Column("tags", label="专项行动", filter=True, show=False, entered=False, choices=_campaigns, width=30),
        Column("enterprise", label="企业编号", filter=True, show=False, entered=False, width=38),
        Column("conclusion", show=False, entered=False, width=40),
    ),
    order=("-started_at",),
    sets=("tags",),
    view=_VIEW,
    page="/inspection/inspections/{}".format,
    retirable=False,
)

CAMPAIGNS = Ledger(
    id="inspection.campaign",
    model="inspection.Campaign",
    label="专项行动",
    plural="campaigns",
    columns=(
        Column("name", required=True, search=True, width=32, help="全称，如“2026年有限空间专项整治”"),
        Column("kind", filter=True, width=14, help="不填为专项检查"),
        Column("since_on", required=True, filter=True, width=14),
        Column("until_on", required=True, filter=True, width=14),
        Column("region", label="覆盖区划", required=True, filter=True, width=20, help="县（市、区）或乡镇（街道）"),
        Column("target_class", show=False, choices=_CLASSES, width=20, help="对象的监管类别，不填为全部"),
        Column("target_tag", show=False, choices=_TAGS, width=20, help="对象的风险标签，不填为全部"),
        Column("target_scale", show=False, choices=_SCALES, width=12, help="对象的企业规模，不填为全部"),
        Column(
            "blanket", show=False, filter=True, kind="bool", width=12, help="逐户检查小微企业、按网格统计进度的填“是”"
        ),
        Column("summary", show=False, width=48),
    ),
    natural_key=("name",),
    order=("-since_on",),
    view=_VIEW,
    change="inspection.campaign.change",
    check=_check_campaign,
    page="/inspection/campaigns/{}".format,
)

CHECKLISTS = Ledger(
    id="inspection.checklist",
    model="inspection.Checklist",
    label="检查表",
    plural="checklists",
    columns=(
        Column("code", search=True, entered=False, width=12),
        Column("name", search=True, entered=False, width=32),
        Column("version", entered=False, width=8),
        Column("applies", show=False, entered=False, format=_applies, width=32),
        Column("changed_at", entered=False, width=18),
    ),
    order=("code",),
    view=_VIEW,
    page="/inspection/checklists/{}".format,
    retirable=False,
)

LEDGERS = [HAZARDS, LISTINGS, INSPECTIONS, CAMPAIGNS, CHECKLISTS, SELF_CHECKS, SELF_CHECK_RULES, *WORK_LEDGERS]
