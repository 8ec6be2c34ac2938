"""Ledgers of self-checks: the reports are read only (services write them), the office's rules on their rhythm are entered."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from anlan.accounts import queries as accounts
from anlan.inspection import queries
from anlan.inspection.rules.cadence import check_cadence
from anlan.kernel.errors import Violation
from anlan.platform.ledger.declare import Column, Ledger
from anlan.registry import queries as registry

_CLASSES, _TAGS = queries.target_choices()
_SCALES = [(c.id, c.label) for c in registry.codes("scale")]


def _check_rule(values: Mapping[str, Any], held: Mapping[str, Any] | None) -> list[Violation]:
    row = {**(held or {}), **values}
    since = row.get("since_on")
    return check_cadence(
        row.get("period") or "", date.fromisoformat(since) if isinstance(since, str) and since else since or None
    )


SELF_CHECKS = Ledger(
    id="inspection.self_check",
    model="inspection.SelfCheck",
    label="企业自查",
    plural="self-checks",
    columns=(
        Column("number", search=True, entered=False, width=26),
        Column("enterprise.name", label="企业", search=True, entered=False, width=32),
        Column("checklist.name", label="检查表", entered=False, width=24),
        Column("state", filter=True, entered=False, width=12),
        Column("mended", entered=False, width=10),
        Column("hazards", entered=False, width=10),
        Column("zero", filter=True, entered=False, kind="bool", width=10),
        Column("reported_at", filter=True, entered=False, width=18),
        Column("region", label="所在区划", filter=True, entered=False, width=20),
        Column("started_at", filter=True, show=False, entered=False, width=18),
        Column("office", filter=True, show=False, entered=False, choices=accounts.office_choices, width=20),
        Column("enterprise", label="企业编号", filter=True, show=False, entered=False, width=38),
        Column("note", show=False, entered=False, width=40),
    ),
    order=("-started_at",),
    view="inspection.view",
    page="/inspection/self-checks/{}".format,
    retirable=False,
)

SELF_CHECK_RULES = Ledger(
    id="inspection.self_check_rule",
    model="inspection.SelfCheckRule",
    label="自查周期",
    plural="self-check-rules",
    columns=(
        Column("region", label="适用区划", required=True, filter=True, width=20, help="县（市、区）或乡镇（街道）"),
        Column("target_class", choices=_CLASSES, width=20, help="适用的监管类别，不填为全部"),
        Column("target_tag", choices=_TAGS, width=20, help="适用的风险标签，不填为全部"),
        Column("target_scale", choices=_SCALES, width=12, help="适用的企业规模，不填为全部"),
        Column("period", required=True, filter=True, width=12, help="每个周期内至少上报一次"),
        Column("since_on", required=True, width=14, help="从这一天起执行"),
        Column("basis", width=40, help="文件名称和文号"),
    ),
    second_key=("region", "target_class", "target_tag", "target_scale", "since_on"),
    order=("-since_on",),
    view="inspection.view",
    change="inspection.self_check.rule",
    check=_check_rule,
)
