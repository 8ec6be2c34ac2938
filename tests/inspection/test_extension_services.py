"""More time (延期): applied for before the deadline, granted within the limits or refused; the clock runs meanwhile."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from anlan.inspection import queries
from anlan.inspection.errors import StalePage, StepRefused
from anlan.inspection.models import Hazard
from anlan.inspection.services.extensions import ExtendInput, hazard_extend, hazard_grant, hazard_refuse
from anlan.inspection.services.hazards import (
    OrderInput,
    ReturnInput,
    StepInput,
    SubmitInput,
    hazard_order,
    hazard_return,
    hazard_submit,
)
from anlan.inspection.todos import TODOS
from inspection.factories import NOW, World

pytestmark = pytest.mark.django_db


def codes(error: Any) -> list[str]:
    return [v.code.removeprefix("inspection.hazard.extension.") for v in error.value.violations]


def row(hazard_id: str) -> Hazard:
    return Hazard.objects.get(pk=hazard_id)


def apply(world: World, key: str, days: int | None = 10, now: datetime = NOW, **values: Any) -> None:
    item = ExtendInput(hazard_id=key, **{"days": days, "note": "设备到货延迟"} | values)
    hazard_extend(scope=world.scope["enterprise"], item=item, now=now)


def grant(world: World, key: str, now: datetime = NOW, **values: Any) -> None:
    hazard_grant(scope=world.scope["town"], item=ExtendInput(hazard_id=key, **values), now=now)


def todo(world: World, role: str, word: str) -> int:
    items = next(t for t in TODOS if t.id == f"inspection.{word}").items
    return int(items(world.scope[role], NOW, 5)[1])


def test_an_application_leaves_the_deadline_and_its_granting_moves_it(world: World) -> None:
    key = world.ordered(days=10)
    apply(world, key, days=10)
    hazard = row(key)
    assert hazard.due_at == datetime(2026, 3, 12, 15, 59, 59, tzinfo=UTC)
    assert (todo(world, "town", "to_extend"), todo(world, "enterprise", "to_extend")) == (1, 0)
    grant(world, key, days=7, note="同意")
    hazard = row(key)
    assert hazard.due_at == datetime(2026, 3, 19, 15, 59, 59, tzinfo=UTC)
    assert (hazard.state, hazard.extended_count, todo(world, "town", "to_extend")) == ("ordered", 1, 0)
    assert (todo(world, "enterprise", "extension_answered"), todo(world, "town", "extension_answered")) == (1, 0)
    view = queries.extension_views(hazard)[0]
    assert (view.state, view.days, view.reason, view.answer) == ("granted", 7, "设备到货延迟", "同意")
    assert view.decider == world.scope["town"].name
    assert (view.due_before, view.due_after) == (datetime(2026, 3, 12, 15, 59, 59, tzinfo=UTC), hazard.due_at)


def test_a_refused_application_leaves_the_deadline_and_another_may_follow(world: World) -> None:
    key = world.ordered(days=10)
    apply(world, key)
    with pytest.raises(StepRefused) as error:
        hazard_refuse(scope=world.scope["town"], item=StepInput(hazard_id=key), now=NOW)
    assert codes(error) == ["reason_missing"]
    hazard_refuse(scope=world.scope["town"], item=StepInput(hazard_id=key, note="理由不充分"), now=NOW)
    assert (row(key).due_at, row(key).extended_count) == (datetime(2026, 3, 12, 15, 59, 59, tzinfo=UTC), 0)
    apply(world, key)
    assert [(v.key, v.state) for v in queries.extension_views(row(key))] == [("1", "refused"), ("2", "applied")]
    with pytest.raises(StepRefused) as error:
        hazard_refuse(scope=world.scope["town"], item=StepInput(hazard_id=world.ordered(), note="不同意"), now=NOW)
    assert codes(error) == ["none_pending"]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"days": None}, ["days_invalid"]),
        ({"days": 0}, ["days_invalid"]),
        ({"days": 16}, ["days_invalid"]),
        ({"note": " "}, ["reason_missing"]),
        ({"now": NOW + timedelta(days=11)}, ["too_late"]),
        ({"now": NOW + timedelta(days=11), "at": NOW + timedelta(days=9)}, ["too_late"]),
        ({"now": datetime(2026, 3, 12, 15, 59, 59, tzinfo=UTC)}, []),
    ],
)
def test_what_an_application_needs(world: World, values: dict[str, Any], expected: list[str]) -> None:
    key = world.ordered(days=10)
    if not expected:
        apply(world, key, **values)
        assert queries.extension_views(row(key))[0].state == "applied"
        return
    with pytest.raises(StepRefused) as error:
        apply(world, key, **values)
    assert codes(error) == expected
    assert error.value.code == "inspection.hazard.extend.refused"
    assert queries.extension_views(row(key)) == []


def test_one_application_at_a_time_and_two_extensions_in_all(world: World) -> None:
    key = world.ordered(days=10)
    apply(world, key, days=5)
    with pytest.raises(StepRefused) as error:
        apply(world, key, days=5)
    assert codes(error) == ["pending"]
    grant(world, key)
    apply(world, key, days=5)
    grant(world, key)
    assert row(key).due_at == datetime(2026, 3, 22, 15, 59, 59, tzinfo=UTC)
    with pytest.raises(StepRefused) as error:
        apply(world, key, days=5)
    assert codes(error) == ["too_often"]


def test_the_whole_period_stays_within_the_grade_s_limit(world: World) -> None:
    key = world.ordered(days=50)
    with pytest.raises(StepRefused) as error:
        apply(world, key, days=11)
    assert codes(error) == ["beyond_limit"]
    apply(world, key, days=10)
    with pytest.raises(StepRefused) as error:
        grant(world, key, days=11)
    assert codes(error) == ["beyond_limit", "more_than_asked"]
    assert error.value.code == "inspection.hazard.grant.refused"


def test_only_the_office_grants_and_a_stale_page_grants_nothing(world: World) -> None:
    key = world.ordered(days=10)
    apply(world, key)
    with pytest.raises(StalePage):
        grant(world, key, base=2)
    grant(world, key, base=3, once="g1")
    grant(world, key, base=3, once="g1")
    assert (row(key).extended_count, world.base(key)) == (1, 4)


def test_an_application_does_not_hinder_the_report_of_mending(world: World) -> None:
    key = world.ordered(days=10)
    apply(world, key)
    item = SubmitInput(hazard_id=key, note="提前完成", photos=(world.photo("enterprise"),))
    hazard_submit(scope=world.scope["enterprise"], item=item, now=NOW)
    assert (row(key).state, todo(world, "town", "to_extend")) == ("submitted", 0)
    with pytest.raises(StepRefused) as error:
        grant(world, key)
    assert [v.code for v in error.value.violations] == ["kernel.loop.not_from_here"]


def test_returning_a_mending_does_not_move_the_deadline_past_the_limit_of_the_order(world: World) -> None:
    key, day = world.submitted(days=50), timedelta(days=1)
    with pytest.raises(StepRefused) as error:
        hazard_return(scope=world.scope["town"], item=ReturnInput(hazard_id=key, note="未整改", days=60), now=NOW + day)
    assert [v.code for v in error.value.violations] == ["inspection.hazard.return.beyond_limit"]
    assert error.value.violations[0].facts == {"longest": 60, "last": "2026-05-01"}
    hazard_return(scope=world.scope["town"], item=ReturnInput(hazard_id=key, note="未整改", days=58), now=NOW + day)
    assert row(key).due_at == datetime(2026, 4, 30, 15, 59, 59, tzinfo=UTC)
    # What the return has given away can't be had again by an extension.
    with pytest.raises(StepRefused) as error:
        apply(world, key, days=2, now=NOW + 2 * day)
    assert codes(error) == ["beyond_limit"]
    apply(world, key, days=1, now=NOW + 2 * day)
    grant(world, key, now=NOW + 3 * day)
    assert row(key).due_at == datetime(2026, 5, 1, 15, 59, 59, tzinfo=UTC)


def test_an_order_that_arrives_after_its_own_deadline_is_refused(world: World) -> None:
    found = world.found(now=NOW)
    late = NOW + timedelta(hours=60)
    with pytest.raises(StepRefused) as error:
        hazard_order(scope=world.scope["town"], item=OrderInput(hazard_id=found, days=1, at=NOW, note="限期"), now=late)
    assert [v.code for v in error.value.violations] == ["inspection.hazard.order.deadline_passed"]
    hazard_order(scope=world.scope["town"], item=OrderInput(hazard_id=found, days=2, at=NOW, note="限期"), now=late)
    assert row(found).due_at == datetime(2026, 3, 4, 15, 59, 59, tzinfo=UTC)


def test_a_return_that_names_a_day_that_has_passed_is_refused(world: World) -> None:
    handed = world.submitted(days=10)
    back = ReturnInput(hazard_id=handed, note="未整改", due_on=date(2026, 3, 3), at=NOW + timedelta(days=1))
    with pytest.raises(StepRefused) as error:
        hazard_return(scope=world.scope["town"], item=back, now=NOW + timedelta(days=2))
    assert [v.code for v in error.value.violations] == ["inspection.hazard.order.deadline_passed"]
