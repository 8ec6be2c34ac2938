"""Every action on plans, teams and tasks by every role: what each may do, and that a refusal leaves nothing behind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from anlan.inspection.services.plans import (
    plan_approve,
    plan_draft,
    plan_input,
    plan_revise,
    plan_send_back,
    plan_submit,
)
from anlan.inspection.services.stepping import Pressed
from anlan.inspection.services.tasks import AssignInput, task_cancel, task_reassign, task_return, tasks_assign
from anlan.kernel.errors import AnlanError
from anlan.platform.journal.models import JournalEntry
from anlan.platform.ledger.services import plain_create
from inspection.factories import NOW, World
from inspection.task_samples import CAPACITY, LINE, approved, assigned, crew, drafted, posts
from inspection.test_rights_services import ROLES

pytestmark = pytest.mark.django_db
NOTE = Pressed(note="情况变化，需要调整")


def draft(world: World, role: str) -> Any:
    values = plan_input(2026, "2026年度检查计划", CAPACITY, [LINE])
    return lambda: plan_draft(scope=world.scope[role], values=values, now=NOW)


def submit(world: World, role: str) -> Any:
    key = drafted(world)
    return lambda: plan_submit(scope=world.scope[role], plan_id=key, pressed=NOTE, now=NOW)


def submitted(world: World) -> str:
    key = drafted(world)
    plan_submit(scope=world.scope["supervision"], plan_id=key, pressed=NOTE, now=NOW)
    return key


def approve(world: World, role: str) -> Any:
    key = submitted(world)
    return lambda: plan_approve(scope=world.scope[role], plan_id=key, pressed=NOTE, now=NOW)


def send_back(world: World, role: str) -> Any:
    key = submitted(world)
    return lambda: plan_send_back(scope=world.scope[role], plan_id=key, pressed=NOTE, now=NOW)


def revise(world: World, role: str) -> Any:
    key = approved(world)
    return lambda: plan_revise(scope=world.scope[role], plan_id=key, pressed=NOTE, now=NOW)


def make_team(world: World, role: str) -> Any:
    values = {
        "name": "一组",
        "kind": "inspect",
        "region": "331003001000",
        "members": list(posts(world, "town", "grid")),
    }
    return lambda: plain_create(scope=world.scope[role], ledger="inspection.team", values=values, now=NOW)


def assign(world: World, role: str) -> Any:
    item = AssignInput(world.enterprise, crew(world, "town", "town_second"))
    return lambda: tasks_assign(scope=world.scope[role], items=[item], now=NOW)


def reassign(world: World, role: str) -> Any:
    key, people = assigned(world), crew(world, "town", "grid")
    return lambda: task_reassign(scope=world.scope[role], task_id=key, crew=people, pressed=NOTE, now=NOW)


def give_back(world: World, role: str) -> Any:
    key = assigned(world)
    return lambda: task_return(scope=world.scope[role], task_id=key, pressed=NOTE, now=NOW)


def cancel(world: World, role: str) -> Any:
    key = assigned(world)
    return lambda: task_cancel(scope=world.scope[role], task_id=key, pressed=NOTE, now=NOW)


SENDERS = {"supervision", "town"}
MATRIX: tuple[tuple[str, Callable[[World, str], Any], set[str]], ...] = (
    ("draft", draft, {"supervision", "other_office"}),
    ("submit", submit, {"supervision"}),
    ("approve", approve, {"leader"}),
    ("send_back", send_back, {"leader"}),
    ("revise", revise, {"supervision"}),
    ("team", make_team, SENDERS | {"other_office", "department"}),
    ("assign", assign, SENDERS),
    ("reassign", reassign, SENDERS),
    ("return", give_back, {"town"}),
    ("cancel", cancel, SENDERS),
)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("action", "prepare", "allowed"), MATRIX, ids=[m[0] for m in MATRIX])
def test_every_action_by_every_role(
    world: World, action: str, prepare: Callable[[World, str], Any], allowed: set[str], role: str
) -> None:
    act = prepare(world, role)
    before = JournalEntry.objects.count()
    if role in allowed:
        act()
        assert JournalEntry.objects.count() == before + 1
        return
    with pytest.raises(AnlanError) as error:
        act()
    # Another town may give tasks out, but not to this one's people: its ledger refuses their posts as unknown.
    assert error.value.status in ((403, 404, 422) if action == "team" else (403, 404))
    assert JournalEntry.objects.count() == before
