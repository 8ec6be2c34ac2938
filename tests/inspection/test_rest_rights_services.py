"""The actions that no other matrix holds, by every role; and that every action of inspection stands in some matrix."""

from __future__ import annotations

import importlib
import inspect
import pkgutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import anlan.inspection.services as home
from anlan.inspection import queries
from anlan.inspection.services import checklist_sheets
from anlan.inspection.services.campaigns import campaign_change, campaign_retire
from anlan.inspection.services.checklists import checklist_change, checklist_create, checklist_retire
from anlan.inspection.services.hazards import hazard_tag, hazard_untag
from anlan.inspection.services.inspections import (
    ItemAnswer,
    inspection_finish,
    inspection_item_set,
    inspection_items_set,
    inspection_start,
)
from anlan.inspection.services.plans import plan_edit, plan_input
from anlan.inspection.services.reports import inspection_report_add
from anlan.inspection.services.stepping import Pressed
from anlan.kernel.errors import AnlanError
from anlan.platform import attachments
from anlan.platform.journal.models import JournalEntry
from inspection.factories import NOW, World
from inspection.task_samples import CAPACITY, LINE, drafted
from inspection.test_rights_services import FIRE, INSPECTORS, ROLES

pytestmark = pytest.mark.django_db
CAMPAIGNS = {"leader", "supervision", "other_office"}
CHECKLISTS = {"supervision", "other_office"}


def untag(world: World, role: str) -> Any:
    key, campaign = world.found(), world.campaign("春雷行动")
    hazard_tag(scope=world.scope["town"], hazard_ids=[key], campaign_id=campaign, now=NOW)
    return lambda: hazard_untag(scope=world.scope[role], hazard_ids=[key], campaign_id=campaign, now=NOW)


def begun(world: World) -> tuple[str, list[ItemAnswer]]:
    """An inspection that the town's officer has begun with the grid worker, and answers to all of it."""
    key = inspection_start(
        scope=world.scope["town"], enterprise_id=world.enterprise, checklist_id=world.checklist(),
        officers=[world.mate], now=NOW,
    )  # fmt: skip
    return key, [ItemAnswer(i.item_key, "pass") for i in queries.checklist_items(world.checklist(), 1)]


def item(world: World, role: str) -> Any:
    key, answers = begun(world)
    return lambda: inspection_item_set(scope=world.scope[role], inspection_id=key, answer=answers[0], now=NOW)


def items(world: World, role: str) -> Any:
    key, answers = begun(world)
    return lambda: inspection_items_set(scope=world.scope[role], inspection_id=key, answers=answers, now=NOW)


def finish(world: World, role: str) -> Any:
    key, answers = begun(world)
    inspection_items_set(scope=world.scope["town"], inspection_id=key, answers=answers, now=NOW)
    return lambda: inspection_finish(scope=world.scope[role], inspection_id=key, conclusion="已检查", now=NOW)


def report_file(world: World, role: str) -> Any:
    key, _ = begun(world)
    sha256 = attachments.store(b"%PDF-1.4\n%%EOF\n", "报告.pdf", scope=world.scope[role], now=NOW).sha256
    return lambda: inspection_report_add(scope=world.scope[role], inspection_id=key, files=[sha256], now=NOW)


def campaign_edit(world: World, role: str) -> Any:
    key, values = world.campaign("春雷行动"), {"summary": "突出粉尘涉爆企业"}
    return lambda: campaign_change(scope=world.scope[role], campaign_id=key, values=values, base=1, now=NOW)


def campaign_end(world: World, role: str) -> Any:
    key = world.campaign("春雷行动")
    return lambda: campaign_retire(scope=world.scope[role], campaign_id=key, reason="行动结束", base=1, now=NOW)


def own_list(world: World) -> str:
    return checklist_create(scope=world.scope["supervision"], code="zj", name="自建表", items=[FIRE], now=NOW)


def checklist_edit(world: World, role: str) -> Any:
    key = own_list(world)
    return lambda: checklist_change(
        scope=world.scope[role], checklist_id=key, name="自建消防表", items=[FIRE], base=1, now=NOW
    )


def checklist_end(world: World, role: str) -> Any:
    key = own_list(world)
    return lambda: checklist_retire(scope=world.scope[role], checklist_id=key, reason="已并入新表", base=1, now=NOW)


def checklist_read(world: World, role: str) -> Any:
    content = checklist_sheets.checklist_sheet(world.scope["supervision"], own_list(world))
    return lambda: checklist_sheets.checklist_import(
        scope=world.scope[role], content=content, filename="表.xlsx", now=NOW, dry_run=False, code="zj2", name="导入表"
    )


def plan_change(world: World, role: str) -> Any:
    key, values = drafted(world), plan_input(2026, "2026年度检查计划（修订）", CAPACITY, [LINE])
    return lambda: plan_edit(scope=world.scope[role], plan_id=key, values=values, pressed=Pressed(), now=NOW)


MATRIX: tuple[tuple[Callable[[World, str], Any], set[str]], ...] = (
    (untag, INSPECTORS),
    (item, {"town", "grid"}),
    (items, {"town", "grid"}),
    (finish, {"town", "grid"}),
    (report_file, {"town", "grid"}),
    (campaign_edit, CAMPAIGNS),
    (campaign_end, CAMPAIGNS),
    (checklist_edit, CHECKLISTS),
    (checklist_end, CHECKLISTS),
    (checklist_read, CHECKLISTS),
    (plan_change, {"supervision"}),
)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("prepare", "allowed"), MATRIX, ids=[m[0].__name__ for m in MATRIX])
def test_every_action_by_every_role(world: World, prepare: Any, allowed: set[str], role: str) -> None:
    act = prepare(world, role)
    before = JournalEntry.objects.count()
    if role in allowed:
        act()
        assert JournalEntry.objects.count() == before + 1
        return
    with pytest.raises(AnlanError) as error:
        act()
    assert error.value.status in (403, 404)
    assert JournalEntry.objects.count() == before


# What the system does by itself, and what only judges.
_NO_PERSON = {"checklists_install", "deadline_recompute", "enterprise_rescope", "tasks_judge"}
_INSIDE = {"hazard_drafts", "self_hazard_drafts", "report_data", "take", "step_take", "task_begun", "key_for"}


def actions() -> set[str]:
    """The public functions of the services that take a person's scope and a moment, and so may write."""
    found = set()
    for module in pkgutil.iter_modules(home.__path__, f"{home.__name__}."):
        for name, act in vars(importlib.import_module(module.name)).items():
            if inspect.isfunction(act) and act.__module__ == module.name and not name.startswith("_"):
                found |= {name} if {"scope", "now"} <= set(inspect.signature(act).parameters) else set()
    return found - _NO_PERSON - _INSIDE


def test_every_action_stands_in_a_matrix_of_roles() -> None:
    folder = Path(__file__).parent
    files = [p.read_text(encoding="utf-8") for p in sorted(folder.glob("test_*.py"))]
    texts = [t for t in files if 'parametrize("role", ROLES)' in t or "in ROLES" in t]
    # The plural of an action is the same service: a batch of one is tried by its singular.
    assert any("world.found(role=role)" in text for text in texts)  # files a hazard: hazard_report
    asked = "\n".join(["hazard_report(", *texts, (folder / "listing_samples.py").read_text(encoding="utf-8")])
    acts = {line.removeprefix("listing_") for line in actions() if line.startswith("listing_")}
    held = {
        name
        for name in actions()
        if f"{name}(" in asked or f"{name.replace('hazards_', 'hazard_')}(" in asked
        or (name.startswith("listing_") and name.removeprefix("listing_") in acts and f'"{name[8:]}"' in asked)
    }  # fmt: skip
    assert actions() - held == set()
