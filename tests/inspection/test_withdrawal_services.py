"""Withdrawal: one's own last step, within ten minutes; afterwards the row is exactly the one before."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from anlan.inspection import queries
from anlan.inspection.errors import StalePage, StepRefused
from anlan.inspection.models import Hazard
from anlan.inspection.services.dismissals import hazard_dismiss
from anlan.inspection.services.extensions import ExtendInput, hazard_extend, hazard_grant
from anlan.inspection.services.hazards import (
    OrderInput,
    ReturnInput,
    StepInput,
    SubmitInput,
    hazard_close,
    hazard_order,
    hazard_return,
    hazard_submit,
)
from anlan.inspection.services.lookbacks import LookBackInput, hazard_look_back
from anlan.inspection.services.majors import JudgeInput, hazard_judge
from anlan.inspection.services.transfers import TransferInput, hazard_transfer
from anlan.inspection.services.withdrawals import hazard_withdraw
from anlan.platform.journal.rebuild import rebuild
from anlan.platform.journal.rows import load_rows
from inspection.factories import CRITERION, FIVE, NOW, World

pytestmark = pytest.mark.django_db
AT = NOW + timedelta(days=3)


def codes(error: Any) -> list[str]:
    return [v.code.removeprefix("inspection.hazard.withdraw.") for v in error.value.violations]


def held(key: str) -> dict[str, Any]:
    found = load_rows(Hazard.SUBJECT, [key])[key]
    return {name: value for name, value in found.items() if name != "changed_at"}


def order(world: World) -> tuple[str, str, Callable[[], Any]]:
    key = world.found(major_criteria=(CRITERION,))
    item = OrderInput(hazard_id=key, days=30, note="停用", **FIVE)
    return key, "town", lambda: hazard_order(scope=world.scope["town"], item=item, now=AT)


def submit(world: World) -> tuple[str, str, Callable[[], Any]]:
    key = world.submitted()
    hazard_return(scope=world.scope["town"], item=ReturnInput(hazard_id=key, note="不合格"), now=AT)
    item = SubmitInput(hazard_id=key, note="再次整改", photos=(world.photo("enterprise"),))
    return key, "enterprise", lambda: hazard_submit(scope=world.scope["enterprise"], item=item, now=AT)


def send_back(world: World) -> tuple[str, str, Callable[[], Any]]:
    key = world.submitted()
    item = ReturnInput(hazard_id=key, note="不合格", days=9, photos=(world.photo("town"),))
    return key, "town", lambda: hazard_return(scope=world.scope["town"], item=item, now=AT)


def close(world: World) -> tuple[str, str, Callable[[], Any]]:
    key = world.submitted()
    item = world.closing(key)
    return key, "town", lambda: hazard_close(scope=world.scope["town"], item=item, now=AT)


def dismiss(world: World) -> tuple[str, str, Callable[[], Any]]:
    key = world.found()
    item = StepInput(hazard_id=key, note="核实并非隐患")
    return key, "town", lambda: hazard_dismiss(scope=world.scope["town"], item=item, now=AT)


def judge(world: World) -> tuple[str, str, Callable[[], Any]]:
    key = world.found()
    item = JudgeInput(hazard_id=key, major_criteria=(CRITERION,))
    return key, "town", lambda: hazard_judge(scope=world.scope["town"], item=item, now=AT)


def transfer(world: World) -> tuple[str, str, Callable[[], Any]]:
    key = world.closed()
    item = TransferInput(hazard_id=key, violated="安全生产法第三十六条", note="拒不整改")
    return key, "town", lambda: hazard_transfer(scope=world.scope["town"], item=item, now=AT)


def look_back(world: World) -> tuple[str, str, Callable[[], Any]]:
    key = world.closed()
    item = LookBackInput(hazard_id=key, note="未反弹", photos=(world.photo("town"),))
    return key, "town", lambda: hazard_look_back(scope=world.scope["town"], item=item, now=AT)


def extend(world: World) -> tuple[str, str, Callable[[], Any]]:
    key = world.ordered()
    item = ExtendInput(hazard_id=key, days=5, note="到货延迟")
    return key, "enterprise", lambda: hazard_extend(scope=world.scope["enterprise"], item=item, now=AT)


def grant(world: World) -> tuple[str, str, Callable[[], Any]]:
    key, _, act = extend(world)
    act()
    item = ExtendInput(hazard_id=key, days=4, note="同意")
    return key, "town", lambda: hazard_grant(scope=world.scope["town"], item=item, now=AT)


STEPS = (order, submit, send_back, close, dismiss, judge, transfer, look_back, extend, grant)


@pytest.mark.parametrize("prepare", STEPS, ids=[s.__name__ for s in STEPS])
def test_a_withdrawn_step_leaves_exactly_the_row_before_it(world: World, prepare: Any) -> None:
    key, role, act = prepare(world)
    before, version = held(key), world.base(key)
    act()
    assert held(key) != before
    item = StepInput(hazard_id=key, base=version + 1, once="w1")
    hazard_withdraw(scope=world.scope[role], item=item, now=AT + timedelta(minutes=10))
    hazard_withdraw(scope=world.scope[role], item=item, now=AT + timedelta(minutes=10))
    assert held(key) == before
    assert world.base(key) == version + 2
    kinds = [line.kind for line in queries.hazard_history(world.scope["town"], key)]
    assert kinds[-1] == "withdrawn"
    assert rebuild(check=True).differences == 0


def test_the_step_may_be_taken_again_after_its_withdrawal(world: World) -> None:
    key, role, act = close(world)
    act()
    hazard_withdraw(scope=world.scope[role], item=StepInput(hazard_id=key), now=AT)
    hazard_close(scope=world.scope["town"], item=world.closing(key), now=AT)
    assert Hazard.objects.get(pk=key).state == "closed"
    assert Hazard.objects.get(pk=key).photos.filter(stage="review").count() == 1


@pytest.mark.parametrize(
    ("role", "later", "expected"),
    [
        ("enforcement", timedelta(0), ["not_yours"]),
        ("town", timedelta(minutes=10, seconds=1), ["too_late"]),
        ("leader", timedelta(minutes=11), ["not_yours", "too_late"]),
    ],
)
def test_whose_step_and_when(world: World, role: str, later: timedelta, expected: list[str]) -> None:
    key, _, act = close(world)
    act()
    with pytest.raises(StepRefused) as error:
        hazard_withdraw(scope=world.scope[role], item=StepInput(hazard_id=key), now=AT + later)
    assert (error.value.code, codes(error)) == ("inspection.hazard.withdraw.refused", expected)
    assert Hazard.objects.get(pk=key).state == "closed"


def test_a_filing_and_a_withdrawal_are_not_withdrawn(world: World) -> None:
    key = world.found(now=AT)
    with pytest.raises(StepRefused) as error:
        hazard_withdraw(scope=world.scope["town"], item=StepInput(hazard_id=key), now=AT)
    assert codes(error) == ["nothing"]
    hazard_order(scope=world.scope["town"], item=OrderInput(hazard_id=key, days=3), now=AT)
    hazard_withdraw(scope=world.scope["town"], item=StepInput(hazard_id=key), now=AT)
    with pytest.raises(StepRefused) as error:
        hazard_withdraw(scope=world.scope["town"], item=StepInput(hazard_id=key), now=AT)
    assert codes(error) == ["nothing"]


def test_a_stale_page_withdraws_nothing(world: World) -> None:
    key, role, act = close(world)
    version = world.base(key)
    act()
    with pytest.raises(StalePage):
        hazard_withdraw(scope=world.scope[role], item=StepInput(hazard_id=key, base=version), now=AT)


def test_a_step_stated_long_ago_is_withdrawn_by_when_it_was_recorded(world: World) -> None:
    key = world.found(now=NOW)
    stated: datetime = NOW + timedelta(hours=1)
    hazard_order(scope=world.scope["town"], item=OrderInput(hazard_id=key, days=3, at=stated), now=AT)
    hazard_withdraw(scope=world.scope["town"], item=StepInput(hazard_id=key), now=AT + timedelta(minutes=5))
    assert Hazard.objects.get(pk=key).state == "found"
