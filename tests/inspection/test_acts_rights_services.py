"""Every act beside the loop by every role: what each may do, and that a refusal leaves nothing behind."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from anlan.inspection.services.co_reviews import hazard_co_confirm, hazard_dispute
from anlan.inspection.services.dismissals import MergeInput, hazard_dismiss, hazard_merge
from anlan.inspection.services.extensions import ExtendInput, hazard_extend, hazard_grant, hazard_refuse
from anlan.inspection.services.hazards import OrderInput, StepInput, hazard_close, hazards_order
from anlan.inspection.services.lookbacks import LookBackInput, hazard_look_back
from anlan.inspection.services.majors import JudgeInput, hazard_judge
from anlan.inspection.services.transfers import TransferInput, hazard_transfer
from anlan.inspection.services.withdrawals import hazard_withdraw
from anlan.kernel.errors import AnlanError
from anlan.platform.journal.models import JournalEntry
from inspection.factories import CRITERION, NOW, World
from inspection.test_rights_services import OFFICERS, ROLES

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=2)
REASON = "现场核实情况如此"


def waiting(world: World) -> str:
    key = world.ordered()
    item = ExtendInput(hazard_id=key, days=5, note="到货延迟")
    hazard_extend(scope=world.scope["enterprise"], item=item, now=NOW)
    return key


def judge(world: World, role: str) -> Any:
    item = JudgeInput(hazard_id=world.found(), major_criteria=(CRITERION,))
    return lambda: hazard_judge(scope=world.scope[role], item=item, now=LATER)


def extend(world: World, role: str) -> Any:
    item = ExtendInput(hazard_id=world.ordered(), days=5, note="到货延迟")
    return lambda: hazard_extend(scope=world.scope[role], item=item, now=LATER)


def grant(world: World, role: str) -> Any:
    item = ExtendInput(hazard_id=waiting(world))
    return lambda: hazard_grant(scope=world.scope[role], item=item, now=LATER)


def refuse(world: World, role: str) -> Any:
    item = StepInput(hazard_id=waiting(world), note="理由不足")
    return lambda: hazard_refuse(scope=world.scope[role], item=item, now=LATER)


def transfer(world: World, role: str) -> Any:
    item = TransferInput(hazard_id=world.ordered(), violated="安全生产法第三十六条", note="拒不整改")
    return lambda: hazard_transfer(scope=world.scope[role], item=item, now=LATER)


def dismiss(world: World, role: str) -> Any:
    item = StepInput(hazard_id=world.found(), note=REASON)
    return lambda: hazard_dismiss(scope=world.scope[role], item=item, now=LATER)


def merge(world: World, role: str) -> Any:
    item = MergeInput(hazard_id=world.found(), into=world.found(), note=REASON)
    return lambda: hazard_merge(scope=world.scope[role], item=item, now=LATER)


def look_back(world: World, role: str) -> Any:
    item = LookBackInput(hazard_id=world.closed(), note="未反弹", photos=(world.photo(role),))
    return lambda: hazard_look_back(scope=world.scope[role], item=item, now=LATER)


def reopen(world: World, role: str) -> Any:
    item = LookBackInput(hazard_id=world.closed(), note="再次堵塞", photos=(world.photo(role),), again=True)
    return lambda: hazard_look_back(scope=world.scope[role], item=item, now=LATER)


def batch(world: World, role: str) -> Any:
    items = [OrderInput(hazard_id=world.found(), days=5) for _ in range(2)]
    return lambda: hazards_order(scope=world.scope[role], items=items, now=LATER)


def withdraw(world: World, role: str) -> Any:
    item = StepInput(hazard_id=world.ordered(now=NOW))
    return lambda: hazard_withdraw(scope=world.scope[role], item=item, now=NOW)


def closed_with(world: World, role: str) -> str:
    """A hazard that a colleague of the bureau closed, naming this role's person as second officer where that is one."""
    closer = "enforcement" if role == "supervision" else "supervision"
    named = world.county.person[role if role in OFFICERS else "town_second"]
    key = world.submitted()
    hazard_close(scope=world.scope[closer], item=world.closing(key, closer, co_reviewer=named), now=LATER)
    return key


def co_confirm(world: World, role: str) -> Any:
    item = StepInput(hazard_id=closed_with(world, role))
    return lambda: hazard_co_confirm(scope=world.scope[role], item=item, now=LATER)


def dispute(world: World, role: str) -> Any:
    item = StepInput(hazard_id=closed_with(world, role), note=REASON)
    return lambda: hazard_dispute(scope=world.scope[role], item=item, now=LATER)


# (who may, how many entries it makes)
MATRIX: tuple[tuple[Callable[[World, str], Any], set[str], int], ...] = (
    (judge, OFFICERS, 1),
    (extend, {"enterprise"}, 1),
    (grant, OFFICERS | {"leader"}, 1),
    (refuse, OFFICERS | {"leader"}, 1),
    (transfer, OFFICERS, 1),
    (dismiss, OFFICERS, 1),
    (merge, OFFICERS, 2),
    (look_back, OFFICERS, 1),
    (reopen, OFFICERS, 2),
    (co_confirm, OFFICERS, 1),
    (dispute, OFFICERS, 1),
    (batch, OFFICERS, 2),
    (withdraw, {"town"}, 1),
)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("prepare", "allowed", "entries"), MATRIX, ids=[m[0].__name__ for m in MATRIX])
def test_every_act_by_every_role(world: World, prepare: Any, allowed: set[str], entries: int, role: str) -> None:
    act = prepare(world, role)
    before = JournalEntry.objects.count()
    if role in allowed:
        act()
        assert JournalEntry.objects.count() == before + entries
        return
    with pytest.raises(AnlanError) as error:
        act()
    # Whoever sees the hazard may look at the button of a withdrawal; that it is another's step is a rule's refusal.
    assert error.value.status in ((403, 404, 409) if prepare is withdraw else (403, 404))
    assert JournalEntry.objects.count() == before
