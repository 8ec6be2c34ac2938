"""The actions that no other matrix holds, by every role; and that every action of inspection stands in some matrix."""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import anlan.inspection.services as home
from anlan.accounts.models import Post
from anlan.accounts.rules.roles import ROLES as BUILTIN
from anlan.inspection import queries
from anlan.inspection.ledgers import LEDGERS
from anlan.inspection.rules.acts import ACTS as HAZARD_ACTS
from anlan.inspection.rules.hazard import HAZARD_LOOP
from anlan.inspection.rules.listing import LISTING_ACTS, LISTING_LOOP
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
from anlan.platform.ledger.services import plain_create
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


def rule(world: World, role: str) -> Any:
    values = {"region": "331003001000", "period": "month", "since_on": "2026-03-01"}
    scope = world.scope[role]
    return lambda: plain_create(scope=scope, ledger="inspection.self_check_rule", values=values, now=NOW)


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
    (rule, {"supervision", "other_office"}),
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


def _asked_as_any_role() -> set[str]:
    """The actions that a test asks for as whichever role it is given: what only prepares a case names its role."""
    asked = set()
    for path in sorted(Path(__file__).parent.glob("test_*.py")):
        text = path.read_text(encoding="utf-8")
        if 'parametrize("role", ROLES)' not in text:
            continue
        for call in (n for n in ast.walk(ast.parse(text)) if isinstance(n, ast.Call)):
            name = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
            scope = next((ast.unparse(k.value) for k in call.keywords if k.arg == "scope"), "")
            if scope == "scope" or scope.endswith("scope[role]"):
                asked.add(name)
            if ast.unparse(call) in _THROUGH:
                asked |= _THROUGH[ast.unparse(call)]
            if path.name == "test_listing_rights_services.py":
                asked |= _of_listing(name, [ast.unparse(a) for a in call.args])
    return asked


# Where a helper of the tests takes the role.
_THROUGH = {
    "world.found(role=role)": {"hazard_report"},
    "begun(world, role=role)": {"self_check_start"},
    "withdraw(case, role)": {"listing_withdraw"},
}


def _of_listing(name: str, args: list[str]) -> set[str]:
    if name in {"act", "proposed"} and args and (name == "proposed" or args[1:] == ["role"]):
        return {f"listing_{args[0].strip(chr(39))}"}
    return {f"listing_{name}"} if args == ["role"] else set()


def _unasked(names: set[str]) -> set[str]:
    """Those of these actions that no test asks for as every role; a batch is tried by its singular."""
    asked = _asked_as_any_role()
    return {n for n in names if n not in asked and n.replace("hazards_", "hazard_") not in asked}


def test_every_action_stands_in_a_matrix_of_roles() -> None:
    assert len(actions()) > 60
    assert _unasked(actions()) == set()


def test_an_action_without_a_row_is_noticed() -> None:
    assert _unasked({"hazard_close", "hazard_forget", "listing_sign", "listing_forget"}) == {
        "hazard_forget", "listing_forget",
    }  # fmt: skip


def test_every_action_of_a_loop_has_its_service() -> None:
    """So that the rows above, which are counted by services, are all that can be done to a hazard or a listing."""
    hazards = {a.id for a in (*HAZARD_LOOP.actions, *HAZARD_ACTS) if not a.automatic}
    listings = {a.id for a in (*LISTING_LOOP.actions, *LISTING_ACTS)}
    assert {f"hazard_{i}" for i in hazards} | {f"listing_{i}" for i in listings} <= actions()


def test_every_role_that_is_installed_stands_in_the_matrix(world: World) -> None:
    people = [Post.objects.select_related("role").get(pk=world.county.post[role]) for role in ROLES]
    assert {post.role.word for post in people} == {role.word for role in BUILTIN}


def test_every_ledger_that_is_entered_is_tried_by_every_role() -> None:
    """Some by services of their own, which stand above, the others by plain recording."""
    own = {"inspection.campaign"}
    plain = {
        ast.unparse(k.value).strip("'")
        for path in Path(__file__).parent.glob("test_*_rights_services.py")
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call)
        for k in call.keywords
        if k.arg == "ledger"
    }
    assert {ledger.id for ledger in LEDGERS if ledger.change} == own | plain
