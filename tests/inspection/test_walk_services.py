"""Random walks through the whole loop with the services and the database: what may never happen does not."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anlan.inspection import queries
from anlan.inspection.models import Hazard
from anlan.inspection.rules.acts import find_action
from anlan.inspection.rules.hazard import HAZARD_LOOP
from anlan.inspection.services.dismissals import MergeInput, hazard_dismiss, hazard_merge
from anlan.inspection.services.extensions import ExtendInput, hazard_extend, hazard_grant, hazard_refuse
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
from anlan.kernel.errors import AnlanError
from anlan.platform.journal.rebuild import rebuild
from anlan.platform.journal.rows import load_rows
from inspection.factories import CRITERION, FIVE, NOW, World

pytestmark = pytest.mark.django_db

Act = Callable[[World, str, str, Any, bool], Any]


def _sub(world: World, key: str, role: str, now: Any, odd: bool) -> Any:
    item = SubmitInput(hazard_id=key, note="已整改", photos=() if odd else (world.photo(role),))
    return hazard_submit(scope=world.scope[role], item=item, now=now)


def _close(world: World, key: str, role: str, now: Any, odd: bool) -> Any:
    item = world.closing(key, role, **({"photos": ()} if odd else {}))
    return hazard_close(scope=world.scope[role], item=item, now=now)


def _plain(service: Any, make: Callable[[str, bool], Any]) -> Act:
    return lambda world, key, role, now, odd: service(scope=world.scope[role], item=make(key, odd), now=now)


def _look(world: World, key: str, role: str, now: Any, odd: bool) -> Any:
    item = LookBackInput(hazard_id=key, note="回访", photos=(world.photo(role),), again=odd)
    return hazard_look_back(scope=world.scope[role], item=item, now=now)


ACTS: dict[str, Act] = {
    "order": _plain(hazard_order, lambda k, odd: OrderInput(hazard_id=k, days=0 if odd else 20, note="整改", **FIVE)),
    "submit": _sub,
    "return": _plain(hazard_return, lambda k, odd: ReturnInput(hazard_id=k, note="不合格", days=5 if odd else None)),
    "close": _close,
    "judge": _plain(hazard_judge, lambda k, odd: JudgeInput(hazard_id=k, major_criteria=() if odd else (CRITERION,))),
    "extend": _plain(hazard_extend, lambda k, odd: ExtendInput(hazard_id=k, days=30 if odd else 6, note="到货延迟")),
    "grant": _plain(hazard_grant, lambda k, odd: ExtendInput(hazard_id=k, days=2 if odd else None)),
    "refuse": _plain(hazard_refuse, lambda k, odd: StepInput(hazard_id=k, note="" if odd else "理由不足")),
    "transfer": _plain(hazard_transfer, lambda k, _: TransferInput(hazard_id=k, violated="消防法", note="拒不整改")),
    "dismiss": _plain(hazard_dismiss, lambda k, odd: StepInput(hazard_id=k, note="短" if odd else "核实并非隐患")),
    "look_back": _look,
    "withdraw": _plain(hazard_withdraw, lambda k, _: StepInput(hazard_id=k)),
}
KINDS = {action: find_action(action).kind.rpartition(".")[2] for action in ACTS}

# Mostly in the order of a real life, so that walks get far; roles and odd inputs at random.
tries = st.lists(
    st.tuples(
        st.sampled_from(sorted(ACTS) + ["order", "submit", "close", "return", "withdraw", "merge"]),
        st.sampled_from(["town", "enterprise", "enforcement", "town", "enterprise", "grid"]),
        st.booleans(),
        st.sampled_from([1, 5, 9, 11, 1500, 30000]),
    ),
    min_size=5,
    max_size=14,
)


def held(key: str) -> dict[str, Any]:
    return {n: v for n, v in load_rows(Hazard.SUBJECT, [key])[key].items() if n != "changed_at"}


def _merge(world: World, key: str, role: str, now: Any) -> None:
    into = Hazard.objects.exclude(pk=key).order_by("id").values_list("id", flat=True).first()
    item = MergeInput(hazard_id=key, into=str(into or ""), note="同一处重复登记")
    hazard_merge(scope=world.scope[role], item=item, now=now)


def walk(world: World, steps: list[tuple[str, str, bool, int]]) -> None:
    """Try every step; what is accepted must be permitted and leave the row lawful."""
    world.found()
    key, now = world.found(), NOW
    rows = [held(key)]
    for action, role, odd, minutes in steps:
        now += timedelta(minutes=minutes)
        before, version = held(key), world.base(key)
        try:
            with transaction.atomic():
                if action == "merge":
                    _merge(world, key, role, now)
                else:
                    ACTS[action](world, key, role, now, odd)
        except AnlanError:
            assert held(key) == before
            assert world.base(key) == version
            continue
        after = held(key)
        assert world.base(key) == version + 1
        loop = {a.id: a for a in HAZARD_LOOP.actions}
        if action == "withdraw":
            assert after == rows.pop()
        else:
            rows.append(before)
            assert before["state"] in find_action(action).from_
            assert after["state"] == (loop[action].to if action in loop else before["state"])
        if after["due_at"] and after["due_from"]:
            assert after["due_at"] >= after["due_from"]
        if after["state"] == "closed":
            assert after["co_reviewer"] not in {"", after["closed_by"], after["submitted_by"]}
            assert [p["stage"] for p in after["photos"].values()].count("review") >= 1
        if after["grade"] == "major" and after["state"] in {"ordered", "submitted", "closed"}:
            assert after["five_funds_yuan"] is not None
        assert after["extended_count"] == [e["state"] for e in after["extensions"].values()].count("granted")
        assert (after["closed_at"] is None) == (after["state"] in HAZARD_LOOP.open_states)
    kinds = [line.kind for line in queries.hazard_history(world.scope["town"], key)]
    assert kinds.count("found") == 1
    assert kinds.count("withdrawn") <= len(kinds) // 2
    assert rebuild(check=True, shuffle=7).differences == 0


@settings(
    max_examples=25,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(tries)
def test_random_walks_through_the_services_keep_the_law(world: World, steps: list[tuple[str, str, bool, int]]) -> None:
    with transaction.atomic():
        walk(world, steps)
        transaction.set_rollback(True)


def test_a_long_life_passes_every_kind_of_entry(world: World) -> None:
    life = [
        ("judge", "town", False, 1), ("withdraw", "town", False, 1), ("judge", "town", False, 1),
        ("order", "town", False, 1), ("withdraw", "town", False, 5), ("order", "town", False, 1),
        ("extend", "enterprise", False, 1), ("refuse", "town", False, 1), ("extend", "enterprise", False, 1),
        ("grant", "town", False, 1), ("withdraw", "town", False, 1), ("grant", "town", True, 1),
        ("transfer", "enforcement", False, 1), ("submit", "enterprise", False, 1), ("return", "town", True, 1),
        ("submit", "enterprise", False, 1), ("withdraw", "enterprise", False, 1), ("submit", "enterprise", False, 1),
        ("close", "town", True, 1), ("close", "town", False, 1), ("look_back", "town", False, 1),
        ("withdraw", "town", False, 1), ("look_back", "town", True, 1),
    ]  # fmt: skip
    walk(world, life)
    hazard = Hazard.objects.exclude(reopened_as=None).get()
    kinds = {line.kind for line in queries.hazard_history(world.scope["town"], hazard.id)}
    assert kinds == {"found", "withdrawn"} | {KINDS[action] for action, *_ in life if action != "withdraw"}
