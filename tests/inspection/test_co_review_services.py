"""The second officer named at a closing answers for himself: he confirms, or he objects and somebody else decides."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from anlan.calling.models import Notice
from anlan.calling.services.reminders import reminders_run
from anlan.inspection import queries
from anlan.inspection.errors import StalePage, StepRefused
from anlan.inspection.models import Hazard
from anlan.inspection.queries.co_reviews import co_review_lines
from anlan.inspection.services.co_reviews import hazard_co_confirm, hazard_dispute
from anlan.inspection.services.doubts import ConfirmInput, RejectInput, hazard_confirm, hazard_reject
from anlan.inspection.services.hazards import StepInput, SubmitInput, hazard_close, hazard_submit
from anlan.inspection.services.lookbacks import LookBackInput, hazard_look_back
from anlan.inspection.services.withdrawals import hazard_withdraw
from anlan.inspection.todos import TODOS
from anlan.platform import clock
from anlan.platform.journal.rebuild import rebuild
from anlan.platform.scope import Scope
from inspection.factories import NOW, World

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
CLOSED = NOW + 2 * DAY
REASON = "当日未到现场，不了解整改情况"


@pytest.fixture
def second(world: World) -> Scope:
    """The scope of the town's second officer, whom world.closing names."""
    return world.scope["town_second"]


def codes(error: Any) -> list[str]:
    return [v.code.removeprefix("inspection.hazard.co_review.") for v in error.value.violations]


def row(key: str) -> Hazard:
    return Hazard.objects.get(pk=key)


def todo(scope: Scope, now: Any) -> int:
    items = next(t for t in TODOS if t.id == "inspection.to_co_confirm").items
    return int(items(scope, now, 5)[1])


def test_the_second_officer_confirms_and_it_is_shown(world: World, second: Scope) -> None:
    key = world.closed()
    assert (todo(second, CLOSED), todo(world.scope["town"], CLOSED)) == (1, 0)
    assert queries.co_reviews_unconfirmed(world.scope["leader"], NOW.date())[0] == 1
    client = world.client("town_second")
    with clock.frozen(CLOSED + DAY):
        page = client.get(f"/inspection/hazards/{key}").content.decode()
        assert ("（待确认）" in page, "step-co_confirm" in page, "step-dispute" in page) == (True, True, True)
        other = world.client("town").get(f"/inspection/hazards/{key}").content.decode()
        assert ("step-co_confirm" in other, "step-dispute" in other) == (False, False)
    hazard_co_confirm(scope=second, item=StepInput(hazard_id=key, base=4, once="c"), now=CLOSED + DAY)
    hazard_co_confirm(scope=second, item=StepInput(hazard_id=key, base=4, once="c"), now=CLOSED + DAY)
    assert (row(key).state, row(key).co_confirmed_at, world.base(key)) == ("closed", CLOSED + DAY, 5)
    assert (todo(second, CLOSED + DAY), queries.co_reviews_unconfirmed(world.scope["leader"], NOW.date())[0]) == (0, 0)
    with clock.frozen(CLOSED + 2 * DAY):
        shown = client.get(f"/inspection/hazards/{key}").content.decode()
    assert "孔达（已确认 2026-03-05 10:00）" in shown
    assert queries.history_of(row(key))[1][-1].label == "确认参加复查"
    assert rebuild(check=True).differences == 0


@pytest.mark.parametrize("service", [hazard_co_confirm, hazard_dispute])
def test_only_the_named_officer_answers_once_and_within_a_week(world: World, second: Scope, service: Any) -> None:
    key = world.closed()
    item = StepInput(hazard_id=key, note=REASON)
    with pytest.raises(StepRefused) as error:
        service(scope=world.scope["town"], item=item, now=CLOSED + DAY)
    assert codes(error) == ["not_named"]
    with pytest.raises(StepRefused) as error:
        service(scope=second, item=item, now=CLOSED + 7 * DAY + timedelta(seconds=1))
    assert codes(error) == ["too_late"]
    with pytest.raises(StalePage):
        service(scope=second, item=StepInput(hazard_id=key, note=REASON, base=3), now=CLOSED + DAY)
    hazard_co_confirm(scope=second, item=item, now=CLOSED + 7 * DAY)
    with pytest.raises(StepRefused) as error:
        service(scope=second, item=item, now=CLOSED + 7 * DAY)
    assert codes(error) == ["answered"]


def test_an_objection_puts_the_closing_in_doubt_and_somebody_else_decides(world: World, second: Scope) -> None:
    key = world.closed()
    with pytest.raises(StepRefused) as error:
        hazard_dispute(scope=second, item=StepInput(hazard_id=key), now=CLOSED + DAY)
    assert codes(error) == ["reason_missing"]
    hazard_dispute(scope=second, item=StepInput(hazard_id=key, note=REASON), now=CLOSED + DAY)
    held = row(key)
    assert (held.state, held.closed_at, held.doubted_by) == ("doubted", None, world.county.person["town"])
    assert (held.disputed_at, held.dispute_reason) == (CLOSED + DAY, REASON)
    assert REASON in world.client("supervision").get(f"/inspection/hazards/{key}").content.decode()
    for scope in (second, world.scope["town"]):
        with pytest.raises(StepRefused) as error:
            hazard_confirm(scope=scope, item=ConfirmInput(hazard_id=key, note="属实"), now=CLOSED + 2 * DAY)
        assert codes(error) == ["inspection.hazard.doubt.own_review"]
    other = world.scope["supervision"]
    hazard_confirm(scope=other, item=ConfirmInput(hazard_id=key, note="到现场核实，整改到位"), now=CLOSED + 2 * DAY)
    held = row(key)
    assert (held.state, held.closed_by) == ("closed", world.county.person["town"])
    # Decided is decided: the same officer does not begin anew.
    with pytest.raises(StepRefused) as error:
        hazard_dispute(scope=second, item=StepInput(hazard_id=key, note=REASON), now=CLOSED + 3 * DAY)
    assert codes(error) == ["answered"]
    assert rebuild(check=True).differences == 0


def test_after_a_rejected_objection_the_next_closing_is_answered_anew(world: World, second: Scope) -> None:
    key = world.closed()
    hazard_dispute(scope=second, item=StepInput(hazard_id=key, note=REASON), now=CLOSED + DAY)
    reject = RejectInput(hazard_id=key, note="整改不到位")
    hazard_reject(scope=world.scope["supervision"], item=reject, now=CLOSED + DAY)
    done = SubmitInput(hazard_id=key, note="已重新整改", photos=(world.photo("enterprise"),))
    hazard_submit(scope=world.scope["enterprise"], item=done, now=CLOSED + 2 * DAY)
    hazard_close(scope=world.scope["town"], item=world.closing(key), now=CLOSED + 3 * DAY)
    held = row(key)
    assert (held.state, held.disputed_at, held.dispute_reason, held.co_confirmed_at) == ("closed", None, "", None)
    hazard_co_confirm(scope=second, item=StepInput(hazard_id=key), now=CLOSED + 3 * DAY)
    assert row(key).co_confirmed_at == CLOSED + 3 * DAY


def test_a_hazard_that_came_back_is_not_objected_to_and_a_slip_is_withdrawn(world: World, second: Scope) -> None:
    key = world.closed()
    hazard_co_confirm(scope=second, item=StepInput(hazard_id=key), now=CLOSED + DAY)
    hazard_withdraw(scope=second, item=StepInput(hazard_id=key), now=CLOSED + DAY)
    assert row(key).co_confirmed_at is None
    again = LookBackInput(hazard_id=key, note="又被堵塞", photos=(world.photo("town"),), again=True)
    hazard_look_back(scope=world.scope["town"], item=again, now=CLOSED + 2 * DAY)
    with pytest.raises(StepRefused) as error:
        hazard_dispute(scope=second, item=StepInput(hazard_id=key, note=REASON), now=CLOSED + 2 * DAY)
    assert codes(error) == ["reopened"]


def test_the_named_officer_hears_of_it_at_once_and_no_longer_once_answered(world: World, second: Scope) -> None:
    key = world.closed()
    reminders_run(now=CLOSED)
    notices = Notice.objects.filter(topic="inspection.co_review", withdrawn_at__isnull=True)
    assert [(n.subject, str(n.post_id), n.step.partition("@")[0], n.form) for n in notices] == [
        (f"inspection.hazard/{key}", second.post, "named", "single")
    ]
    lines = co_review_lines(second, [f"inspection.hazard/{key}"])
    assert [line.title for line in lines.values()] == ["测试甲机械有限公司：被列为复查人员，请确认"]
    hazard_co_confirm(scope=second, item=StepInput(hazard_id=key), now=CLOSED + DAY)
    reminders_run(now=CLOSED + DAY)
    assert notices.all().count() == 0
