"""Random walks of a listing and its hazard together: what the services accept keeps the law, whatever the order."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anlan.inspection.services.dismissals import hazard_dismiss
from anlan.inspection.services.extensions import ExtendInput, hazard_extend, hazard_grant
from anlan.inspection.services.hazards import (
    ReturnInput,
    StepInput,
    SubmitInput,
    hazard_close,
    hazard_return,
    hazard_submit,
)
from anlan.inspection.services.listing_steps import ListingInput
from anlan.inspection.services.listing_withdrawals import listing_withdraw
from anlan.inspection.services.lookbacks import LookBackInput, hazard_look_back
from anlan.inspection.services.withdrawals import hazard_withdraw
from anlan.kernel.errors import AnlanError
from anlan.platform.journal.rebuild import rebuild
from inspection.factories import World
from inspection.listing_samples import Listed, major

pytestmark = pytest.mark.django_db

_LISTING = ("sign", "decline", "follow", "apply", "unlist", "return", "receive_end", "cancel", "notice")
_TAKE_BACK = "take_back"
_HAZARD = ("submit", "send_back", "close", "extend", "grant", "dismiss", "withdraw", "look_back")
steps = st.lists(
    st.tuples(
        st.sampled_from(
            [
                "propose",
                "receive",
                *_LISTING,
                *_HAZARD,
                _TAKE_BACK,
                _TAKE_BACK,
                "sign",
                "submit",
                "close",
                "apply",
                "unlist",
                "follow",
            ]
        ),
        st.booleans(),
        st.sampled_from([1, 5, 1500, 9000]),
    ),
    min_size=6,
    max_size=16,
)


def _hazard_step(case: Listed, name: str, odd: bool) -> Any:
    world, key, now = case.world, case.hazard, case.now
    if name == "submit":
        item = SubmitInput(hazard_id=key, note="已更换", photos=(world.photo("enterprise"),))
        return hazard_submit(scope=world.scope["enterprise"], item=item, now=now)
    if name == "send_back":
        back = ReturnInput(hazard_id=key, note="不合格", days=9 if odd else None)
        return hazard_return(scope=world.scope["town"], item=back, now=now)
    if name == "close":
        return hazard_close(scope=world.scope["enforcement"], item=world.closing(key, "enforcement"), now=now)
    if name == "extend":
        asked = ExtendInput(hazard_id=key, days=5, note="到货延迟")
        return hazard_extend(scope=world.scope["enterprise"], item=asked, now=now)
    if name == "grant":
        role = "town" if odd else "leader"
        return hazard_grant(scope=world.scope[role], item=ExtendInput(hazard_id=key), now=now)
    if name == "look_back":
        look = LookBackInput(hazard_id=key, note="回访", photos=(world.photo("town"),), again=odd)
        return hazard_look_back(scope=world.scope["town"], item=look, now=now)
    role = "leader" if odd else "enforcement"
    slip = StepInput(hazard_id=key, note="核实并非隐患")
    service = hazard_dismiss if name == "dismiss" else hazard_withdraw
    return service(scope=world.scope[role], item=slip, now=now)


def _step(case: Listed, name: str, odd: bool) -> Any:
    held = case.key
    try:
        if name == "propose":
            return case.propose(due_on=date(2026, 3, 20) if not odd else date(2026, 5, 1))
        if name == "receive":
            return case.receive(level="city" if odd else "province", due_on=date(2026, 3, 20))
    except AnlanError:
        case.key = held
        raise
    if name in _HAZARD:
        return _hazard_step(case, name, odd)
    if name == _TAKE_BACK:
        item = ListingInput(listing_id=case.key)
        return listing_withdraw(scope=case.world.scope["leader" if odd else "supervision"], item=item, now=case.now)
    photos = (case.world.photo("supervision"),)
    role = {"sign": "leader", "decline": "leader", "cancel": "leader", "apply": "enterprise"}.get(name, "supervision")
    values: dict[str, Any] = {"note": "" if odd else "已研究"}
    if name in {"follow", "unlist", "receive_end"}:
        values["photos"] = photos
    if name == "unlist":
        values["co_reviewer"] = case.world.county.person["town_second" if odd else "enforcement"]
    if name == "receive_end":
        values |= {"notice_number": "台1号", "notice_on": date(2026, 3, 2)}
    return case.act(name, role, **values)


def walk(world: World, taken: list[tuple[str, bool, int]]) -> list[str]:
    """Try every step; what is accepted must leave hazard and listings lawful. The names of the steps accepted."""
    case, accepted = major(world), []
    for name, odd, minutes in taken:
        case.now += timedelta(minutes=minutes)
        try:
            with transaction.atomic():
                _step(case, name, odd)
        except AnlanError:
            continue
        accepted.append(name)
        lawful(case)
    assert rebuild(check=True, shuffle=11).differences == 0
    return accepted


def lawful(case: Listed) -> None:
    hazard = case.hazard_row
    rows = list(hazard.listings.all())
    open_levels = sorted(row.level for row in rows if row.ended_at is None)
    assert hazard.listed == " ".join(open_levels)
    assert len(open_levels) == len(set(open_levels))
    if open_levels:
        assert hazard.state not in {"found", "dismissed", "merged"}
    for row in rows:
        if row.state == "unlisted":
            assert hazard.state == "closed"
            if row.level == "county":
                assert row.co_reviewer not in {"", row.ended_by}
                assert [p.stage for p in row.photos.all()].count("review") == 1
                assert row.applied_at is not None
            else:
                assert (row.end_number, [p.stage for p in row.photos.all()].count("end")) == ("台1号", 1)
        if row.ended_at is None and hazard.due_at is not None:
            assert row.due_at <= hazard.due_at
        assert (row.follow_due_at is not None) == (row.state == "listed")
        assert row.listed_at is not None or row.state in {"proposed", "refused", "cancelled"}


@settings(
    max_examples=20,
    deadline=None,
    derandomize=True,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(steps)
def test_random_walks_keep_listing_and_hazard_together(world: World, taken: list[tuple[str, bool, int]]) -> None:
    with transaction.atomic():
        walk(world, taken)
        transaction.set_rollback(True)


def test_a_long_life_is_accepted_step_by_step(world: World) -> None:
    life = [
        ("propose", True, 1), ("propose", False, 1), ("dismiss", False, 1), ("take_back", False, 5), ("propose", False, 1),
        ("sign", False, 1), ("take_back", False, 1), ("take_back", True, 1), ("sign", False, 1), ("notice", False, 1),
        ("take_back", False, 1),
        ("extend", False, 1), ("grant", True, 1), ("grant", False, 1), ("follow", False, 1500), ("apply", False, 1),
        ("submit", False, 1), ("send_back", True, 1), ("send_back", False, 1), ("submit", False, 1), ("close", False, 1),
        ("unlist", False, 1), ("apply", False, 1), ("return", True, 1), ("return", False, 1), ("apply", False, 1),
        ("withdraw", False, 1), ("unlist", False, 1), ("close", False, 1), ("unlist", False, 1), ("take_back", False, 9),
        ("unlist", False, 1), ("withdraw", False, 1),
        ("notice", False, 1), ("look_back", True, 1), ("propose", False, 1),
    ]  # fmt: skip
    assert walk(world, life) == [
        "propose", "take_back", "propose", "sign", "take_back", "sign", "notice", "extend", "grant", "follow",
        "submit", "send_back", "submit", "close", "apply", "return", "apply", "withdraw", "close", "unlist",
        "take_back", "unlist", "notice", "look_back",
    ]  # fmt: skip
