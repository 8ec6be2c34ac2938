"""Ledgers of plans, teams and tasks; teams are entered, the others are written by services."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from anlan.accounts import queries as accounts
from anlan.inspection import queries
from anlan.inspection.rules.team import TeamFacts, check_team
from anlan.kernel.errors import Violation
from anlan.platform import clock
from anlan.platform.ledger.declare import Column, Ledger
from anlan.platform.scope import Scope

_VIEW = "inspection.plan.view"


def _day(value: Any) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) and value else value or None


def _campaigns(scope: Scope) -> list[tuple[str, str]]:
    return queries.campaign_choices(scope)


def _members(scope: Scope) -> list[tuple[str, str]]:
    return queries.member_choices(scope, clock.now())


def _teams(scope: Scope) -> list[tuple[str, str]]:
    return queries.team_choices(scope, clock.now())


def _plans(scope: Scope) -> list[tuple[str, str]]:
    return [(str(plan.pk), plan.name) for plan in queries.plan_list(scope)]


def _leader(value: Any) -> str:
    card = accounts.post_cards([str(value or "")], clock.now()).get(str(value or ""))
    return card.label if card else ""


def _check_team(values: Mapping[str, Any], held: Mapping[str, Any] | None) -> list[Violation]:
    row = {**(held or {}), **values}
    members = row.get("members")
    facts = TeamFacts(
        row.get("kind") or "inspect", _day(row.get("since_on")), _day(row.get("until_on")), row.get("leader") or "",
        None if members is None and held else frozenset(members or ()), row.get("organisation") or "",
    )  # fmt: skip
    return check_team(facts)


PLANS = Ledger(
    id="inspection.plan",
    model="inspection.Plan",
    label="年度检查计划",
    plural="plans",
    columns=(
        Column("year", filter=True, entered=False, width=8),
        Column("name", search=True, entered=False, width=32),
        Column("office", filter=True, entered=False, choices=accounts.office_choices, width=20),
        Column("state", filter=True, entered=False, width=12),
        Column("version", entered=False, width=10),
        Column("approved_at", entered=False, width=18),
        Column("region", label="覆盖区划", filter=True, entered=False, width=20),
    ),
    order=("-year",),
    view=_VIEW,
    page="/inspection/plans/{}".format,
    retirable=False,
    new=("/inspection/plans/new", "inspection.plan.change"),
)

TEAMS = Ledger(
    id="inspection.team",
    model="inspection.Team",
    label="检查组",
    plural="teams",
    columns=(
        Column("name", required=True, search=True, width=28, help="如“有限空间专项检查一组”"),
        Column("kind", required=True, filter=True, width=14),
        Column("region", label="工作区划", required=True, filter=True, width=20, help="县（市、区）或乡镇（街道）"),
        Column("members", label="成员", show=False, choices=_members, width=48, help="有检查权限的在任人员，可多选"),
        Column("leader", choices=_members, format=_leader, width=24, help="从成员中选一人"),
        Column("organisation", show=False, width=28, help="第三方检查组填写机构全称"),
        Column("campaign", filter=True, show=False, choices=_campaigns, width=28, help="不填为常设"),
        Column("since_on", width=14, help="不填为即日起"),
        Column("until_on", width=14, help="不填为长期"),
        Column("summary", show=False, width=40),
    ),
    natural_key=("name",),
    order=("-created_at",),
    sets=("members",),
    view=_VIEW,
    change="inspection.team.change",
    check=_check_team,
)

TASKS = Ledger(
    id="inspection.task",
    model="inspection.Task",
    label="检查任务",
    plural="tasks",
    columns=(
        Column("number", search=True, entered=False, width=26),
        Column("enterprise.name", label="企业", search=True, entered=False, width=32),
        Column("kind", filter=True, entered=False, width=12),
        Column("state", filter=True, entered=False, width=12),
        Column("due_at", filter=True, entered=False, width=18),
        Column("team", filter=True, entered=False, choices=_teams, width=20),
        Column("region", label="所在区划", filter=True, entered=False, width=20),
        Column("source", filter=True, show=False, entered=False, width=16),
        Column("office", filter=True, show=False, entered=False, choices=accounts.office_choices, width=20),
        Column("plan", filter=True, show=False, entered=False, choices=_plans, width=28),
        Column("plan_line", filter=True, show=False, entered=False, choices=tuple((str(n), str(n)) for n in range(1, 100)),
               width=8),
        Column("campaign", filter=True, show=False, entered=False, choices=_campaigns, width=28),
        Column("batch", show=False, entered=False, width=12),
        Column("enterprise", label="企业编号", filter=True, show=False, entered=False, width=38),
        Column("assigned_at", filter=True, show=False, entered=False, width=18),
        Column("ended_at", filter=True, show=False, entered=False, width=18),
        Column("reason", show=False, entered=False, width=32),
    ),
    order=("-due_at",),
    view=_VIEW,
    page="/inspection/tasks/{}".format,
    retirable=False,
)  # fmt: skip

WORK_LEDGERS = [PLANS, TEAMS, TASKS]
