"""Plans, teams and tasks of the inspection tests, made through the services."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from anlan.inspection.services.plans import plan_approve, plan_draft, plan_input, plan_submit
from anlan.inspection.services.stepping import Pressed
from anlan.inspection.services.tasks import AssignInput, Crew, tasks_assign
from anlan.platform.ledger.services import plain_create
from inspection.factories import NOW, World

DUE = date(2026, 3, 20)
CAPACITY = {"officers": 10, "legal_days": 248, "other_days": 600, "idle_days": 800}
LINE: dict[str, Any] = {
    "line": "", "target_class": "machinery", "target_tag": "", "importance": "key", "enterprises": 20, "times": 2,
    "person_days": 1,
}  # fmt: skip


def posts(world: World, *roles: str) -> tuple[str, ...]:
    return tuple(world.county.post[r] for r in roles)


def crew(world: World, *roles: str, due_on: date | None = DUE, team: str = "") -> Crew:
    return Crew(due_on, posts(world, *roles), team)


def assigned(world: World, role: str = "town", now: datetime = NOW, **values: Any) -> str:
    """A task at the first enterprise for the town's two officers, given out by this role's person; its id."""
    full = {"enterprise_id": world.enterprise, "crew": crew(world, "town", "town_second")} | values
    return tasks_assign(scope=world.scope[role], items=[AssignInput(**full)], now=now)[0]


def team(world: World, *roles: str, role: str = "town", **values: Any) -> str:
    """A standing team of these roles' posts; its id."""
    region = "331003001000" if role == "town" else "331003000000"
    full = {"name": "东城一组", "kind": "inspect", "region": region, "members": list(posts(world, *roles))}
    return plain_create(scope=world.scope[role], ledger="inspection.team", values=full | values, now=NOW)


def drafted(world: World, *lines: dict[str, Any], year: int = 2026, role: str = "supervision", **capacity: int) -> str:
    """A plan drafted by the supervision office; its id."""
    values = plan_input(year, f"{year}年度检查计划", CAPACITY | capacity, lines or (LINE,))
    return plan_draft(scope=world.scope[role], values=values, now=NOW)


def approved(world: World, *lines: dict[str, Any]) -> str:
    """A plan in force; its id."""
    key = drafted(world, *lines)
    plan_submit(scope=world.scope["supervision"], plan_id=key, pressed=Pressed(), now=NOW)
    plan_approve(scope=world.scope["leader"], plan_id=key, pressed=Pressed(), now=NOW)
    return key
