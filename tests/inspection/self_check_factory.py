"""A self-check filled in through the services."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from anlan.inspection.queries import self_checks as views
from anlan.inspection.services.self_checks import (
    SelfAnswer,
    self_check_items_set,
    self_check_report,
    self_check_start,
)
from inspection.factories import NOW, World

PLANNED = date(2026, 3, 20)


def begun(world: World, now: datetime = NOW, role: str = "enterprise", **values: Any) -> str:
    full = {"enterprise_id": world.enterprise, "checklist_id": world.checklist()}
    return self_check_start(scope=world.scope[role], now=now, **full | values)


def answered(world: World, key: str, *problems: SelfAnswer, now: datetime = NOW, once: str | None = None) -> None:
    """Every item of the checklist passes, but for the given answers."""
    scope, said = world.scope["enterprise"], {a.key: a for a in problems}
    sheet = views.self_check_sheet(views.self_check_get(scope, key))
    answers = [said.pop(line.key, SelfAnswer(line.key, "pass")) for line in sheet if not line.own]
    self_check_items_set(scope=scope, self_check_id=key, answers=[*answers, *said.values()], now=now, once=once)


def reported(world: World, *problems: SelfAnswer, now: datetime = NOW, minutes: int = 20) -> str:
    """A self-check begun, answered and handed in; its id."""
    key = begun(world, now)
    answered(world, key, *problems, now=now)
    later = now + timedelta(minutes=minutes)
    self_check_report(scope=world.scope["enterprise"], self_check_id=key, now=later)
    return key


def mended(world: World, key: str = "ty-02", **values: Any) -> SelfAnswer:
    full = {
        "note": "灭火器压力不足，已更换",
        "before": (world.photo("enterprise"),),
        "after": (world.photo("enterprise"),),
    }
    return SelfAnswer(key, "mended", **full | values)


def hazard(world: World, key: str = "ty-03", **values: Any) -> SelfAnswer:
    full = {
        "note": "配电箱门缺失", "place": "一车间", "measure": "更换配电箱门", "planned_on": PLANNED,
        "before": (world.photo("enterprise"),),
    }  # fmt: skip
    return SelfAnswer(key, "hazard", **full | values)
