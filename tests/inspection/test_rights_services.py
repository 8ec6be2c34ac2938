"""Every action of inspection by every role: what each may do, and that a refusal leaves nothing behind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from anlan.inspection import queries
from anlan.inspection.services import checklists, inspections
from anlan.inspection.services.campaigns import campaign_create
from anlan.inspection.services.checklists import ChecklistItem
from anlan.inspection.services.doubts import ConfirmInput, RejectInput, hazard_confirm, hazard_reject
from anlan.inspection.services.hazards import (
    OrderInput,
    ReturnInput,
    SubmitInput,
    hazard_close,
    hazard_order,
    hazard_return,
    hazard_submit,
    hazard_tag,
)
from anlan.kernel.errors import AnlanError
from anlan.platform.journal.models import JournalEntry
from inspection.factories import NOW, World

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(days=2)
ROLES = (
    "leader", "supervision", "other_office", "enforcement", "department", "town", "other_town", "grid", "enterprise",
    "other_enterprise", "expert", "auditor", "admin",
)  # fmt: skip
OFFICERS = {"supervision", "enforcement", "town"}
INSPECTORS = OFFICERS | {"grid", "expert"}
FIRE = ChecklistItem("zj-01", "消防", "通道畅通", "中华人民共和国消防法", "第二十八条")


def report(world: World, role: str) -> Any:
    return lambda: world.found(role=role)


def order(world: World, role: str) -> Any:
    item = OrderInput(hazard_id=world.found(), days=5)
    return lambda: hazard_order(scope=world.scope[role], item=item, now=NOW)


def submit(world: World, role: str) -> Any:
    item = SubmitInput(hazard_id=world.ordered(), note="已整改", photos=(world.photo(role),))
    return lambda: hazard_submit(scope=world.scope[role], item=item, now=LATER)


def send_back(world: World, role: str) -> Any:
    item = ReturnInput(hazard_id=world.submitted(), note="不合格")
    return lambda: hazard_return(scope=world.scope[role], item=item, now=LATER)


def close(world: World, role: str) -> Any:
    item = world.closing(world.submitted(), role)
    return lambda: hazard_close(scope=world.scope[role], item=item, now=LATER)


def doubted(world: World) -> str:
    """Tried to be closed by the town's two officers with the photo of its own finding."""
    before = world.photo("town")
    key = world.submitted(photos=(before,))
    hazard_close(scope=world.scope["town"], item=world.closing(key, photos=(before,)), now=LATER)
    return key


def confirm(world: World, role: str) -> Any:
    item = ConfirmInput(hazard_id=doubted(world), note="已到现场核实")
    return lambda: hazard_confirm(scope=world.scope[role], item=item, now=LATER)


def reject(world: World, role: str) -> Any:
    item = RejectInput(hazard_id=doubted(world), note="照片不实")
    return lambda: hazard_reject(scope=world.scope[role], item=item, now=LATER)


def tag(world: World, role: str) -> Any:
    key, campaign = world.found(), world.campaign("春雷行动")
    return lambda: hazard_tag(scope=world.scope[role], hazard_ids=[key], campaign_id=campaign, now=NOW)


def start(world: World, role: str) -> Any:
    listed = world.checklist()
    return lambda: inspections.inspection_start(
        scope=world.scope[role], enterprise_id=world.enterprise, checklist_id=listed, officers=[world.mate],
        now=NOW,
    )


def campaign(world: World, role: str) -> Any:
    values = {"name": "百日攻坚", "region": "331003001000", "since_on": "2026-03-01", "until_on": "2026-06-08"}
    return lambda: campaign_create(scope=world.scope[role], values=values, now=NOW)


def checklist(world: World, role: str) -> Any:
    scope = world.scope[role]
    return lambda: checklists.checklist_create(scope=scope, code="zj", name="自建表", items=[FIRE], now=NOW)


# The offices of another part of the bureau and of the departments supervise other enterprises: to them it is not there.
MATRIX: tuple[tuple[str, Callable[[World, str], Any], set[str]], ...] = (
    ("report", report, INSPECTORS),
    ("order", order, OFFICERS),
    ("submit", submit, {"enterprise"}),
    ("return", send_back, OFFICERS),
    ("close", close, OFFICERS),
    # The town's officer tried to close it: the rule refuses him what his right allows (409).
    ("confirm", confirm, OFFICERS - {"town"}),
    ("reject", reject, OFFICERS - {"town"}),
    ("tag", tag, INSPECTORS),
    ("start", start, INSPECTORS),
    ("campaign", campaign, {"leader", "supervision", "other_office"}),
    ("checklist", checklist, {"supervision", "other_office"}),
)


OWN_REVIEW = {("confirm", "town"), ("reject", "town")}


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
    assert error.value.status in ((409,) if (action, role) in OWN_REVIEW else (403, 404))
    assert JournalEntry.objects.count() == before


@pytest.mark.parametrize("role", ROLES)
def test_what_every_role_sees_of_a_hazard(world: World, role: str) -> None:
    world.found()
    sees = role not in {"other_office", "department", "other_town", "other_enterprise"}
    assert queries.hazard_list(world.scope[role]).count() == int(sees)
