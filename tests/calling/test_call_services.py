"""A call from its opening to its answer, and what never happens again after it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from anlan.calling import queries
from anlan.calling.models import Call
from anlan.calling.services import attempts
from anlan.calling.services.answers import call_answer
from anlan.calling.services.calls import call_close, call_escalate, call_open
from anlan.kernel.errors import BadInput, NotAllowed, NotFound, RuleViolation
from anlan.platform.journal.models import JournalEntry
from calling.call_factory import NOON, PHONES, Open, Wire, chain, matter, opened, phones, standing, tried, work
from inspection.factories import World

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


@pytest.fixture
def ready(world: World, open_matters: Open, wire: Wire) -> World:
    """A calls the town's officer, then the grid worker, then the leaders; five minutes each."""
    phones(world)
    chain(world, {"post": "town"}, {"post": "grid"}, {})
    return world


def test_an_answer_ends_the_calling(ready: World, wire: Wire) -> None:
    call = opened()
    town = ready.county.person["town"]
    assert (call.state, call.step, call.until) == ("calling", 0, NOON + 5 * MINUTE)
    assert work(NOON).sent == 2
    assert tried(call) == [(0, town, "inapp", "sent"), (0, town, "sms", "sent")]
    assert wire.numbers == [PHONES["town"]]
    done = call_answer(scope=ready.scope["town"], call_id=str(call.pk), word="on_my_way", now=NOON + MINUTE)
    assert (done.first, done.word) == (True, "on_my_way")
    for minutes in (5, 10, 60):
        work(NOON + minutes * MINUTE)
    now = standing(call)
    assert (now.state, now.answered_by, now.word, now.channel) == ("answered", town, "on_my_way", "inapp")
    assert now.answered_at == NOON + MINUTE
    assert wire.numbers == [PHONES["town"]]


def test_whoever_is_silent_is_followed_by_the_next_until_nobody_is_left(ready: World, wire: Wire) -> None:
    call = opened()
    work(NOON)
    assert work(NOON + 5 * MINUTE - timedelta(seconds=1)).escalated == 0
    assert work(NOON + 5 * MINUTE).escalated == 1
    assert wire.numbers == [PHONES["town"], PHONES["grid"]]
    work(NOON + 10 * MINUTE)
    assert wire.numbers == [PHONES["town"], PHONES["grid"], PHONES["leader"]]
    assert work(NOON + 15 * MINUTE).exhausted == 1
    assert (standing(call).state, standing(call).until) == ("exhausted", None)
    assert work(NOON + 60 * MINUTE) == work(NOON + 61 * MINUTE)
    assert len(wire.sent) == 3


def test_the_next_step_is_taken_once_and_only_when_the_time_is_over(ready: World) -> None:
    key = str(opened().pk)
    assert call_escalate(call_id=key, now=NOON + 5 * MINUTE - timedelta(seconds=1)) == ""
    assert [call_escalate(call_id=key, now=NOON + 5 * MINUTE) for _ in range(2)] == ["escalated", ""]
    assert [call_escalate(call_id=key, now=NOON + m * MINUTE) for m in (10, 15, 20)] == ["escalated", "exhausted", ""]


def test_opening_a_stage_twice_is_one_call_and_another_stage_is_another(ready: World) -> None:
    first = call_open(matter=matter(), now=NOON)
    assert call_open(matter=matter(), now=NOON + MINUTE) == first
    assert call_open(matter=matter(stage="worse"), now=NOON + MINUTE) != first
    assert Call.objects.count() == 2
    assert JournalEntry.objects.filter(kind="calling.call.opened").count() == 2


def test_a_closed_matter_is_never_called_for_again(ready: World, wire: Wire) -> None:
    call = opened()
    assert call_close(subject="test.matter/1", reason="已恢复", now=NOON) == 1
    assert call_close(subject="test.matter/1", reason="已恢复", now=NOON) == 0
    work(NOON + 60 * MINUTE)
    assert wire.sent == []
    assert (standing(call).state, standing(call).reason) == ("closed", "已恢复")
    for stage in ("raised", "worse"):
        if stage == "raised":
            assert call_open(matter=matter(), now=NOON + MINUTE) == str(call.pk)
        else:
            with pytest.raises(RuleViolation) as refused:
                call_open(matter=matter(stage=stage), now=NOON + MINUTE)
            assert refused.value.code == "calling.call.matter_closed"
    assert wire.sent == []


def test_the_matter_is_asked_before_every_attempt(ready: World, wire: Wire, open_matters: Open) -> None:
    call = opened()
    open_matters.closed.add("1")
    work(NOON)
    assert wire.sent == []
    assert {state for *_, state in tried(call)} == {"cancelled"}
    assert work(NOON + 5 * MINUTE).escalated == 0
    assert standing(call).state == "closed"
    with pytest.raises(RuleViolation, match="calling.call.matter_closed"):
        call_open(matter=matter("1", stage="again"), now=NOON)


def test_the_second_answer_is_kept_beside_the_first(ready: World) -> None:
    call = opened()
    work(NOON)
    work(NOON + 5 * MINUTE)
    first = call_answer(scope=ready.scope["grid"], call_id=str(call.pk), word="seen", now=NOON + 6 * MINUTE)
    second = call_answer(scope=ready.scope["town"], call_id=str(call.pk), word="on_my_way", now=NOON + 7 * MINUTE)
    again = call_answer(scope=ready.scope["town"], call_id=str(call.pk), word="on_my_way", now=NOON + 8 * MINUTE)
    assert (first.first, second.first, again.first) == (True, False, False)
    held = list(call.answers.order_by("at").values_list("person_id", "word", "repeated"))
    people = ready.county.person
    assert held == [(people["grid"], "seen", 0), (people["town"], "on_my_way", 1)]
    assert (standing(call).answered_by, standing(call).word) == (people["grid"], "seen")
    kinds = JournalEntry.objects.filter(kind__startswith="calling.call.").order_by("hlc").values_list("kind", flat=True)
    assert [k.rpartition(".")[2] for k in kinds] == ["opened", "escalated", "answered", "repeated"]


def test_only_those_who_were_called_answer_in_the_pages(ready: World) -> None:
    call = opened()
    with pytest.raises(NotAllowed, match="calling.answer.not_called"):
        call_answer(scope=ready.scope["leader"], call_id=str(call.pk), word="seen", now=NOON)
    with pytest.raises(NotFound, match="calling.call.not_found"):
        call_answer(scope=ready.scope["other_town"], call_id=str(call.pk), word="seen", now=NOON)
    with pytest.raises(BadInput, match="calling.answer.refused") as refused:
        call_answer(scope=ready.scope["town"], call_id=str(call.pk), word="x", now=NOON)
    assert [v.code for v in refused.value.violations] == ["calling.answer.word_unknown"]


def test_what_a_call_says_of_itself_is_its_folded_history(ready: World) -> None:
    from anlan.platform.journal.rebuild import rebuild

    call = opened()
    work(NOON)
    work(NOON + 5 * MINUTE)
    call_answer(scope=ready.scope["grid"], call_id=str(call.pk), word="seen", now=NOON + 6 * MINUTE)
    assert queries.called_people(standing(call)).keys() == {ready.county.person["town"], ready.county.person["grid"]}
    assert not rebuild(check=True).differences


def test_old_messages_of_ended_calls_are_forgotten_and_their_history_stays(
    ready: World, wire: Wire, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(attempts, "_AT_ONCE", 2)
    settings.CALLING = settings.CALLING | {"ANLAN_CALL_KEEP_DAYS": 400}
    answered, closed, waiting = opened(key="1"), opened(key="2"), opened(key="3")
    for minutes in (0, 5):
        work(NOON + timedelta(minutes=minutes))
    call_answer(scope=ready.scope["town"], call_id=str(answered.pk), word="seen", now=NOON + timedelta(minutes=6))
    call_close(subject=closed.matter, reason="", now=NOON + timedelta(minutes=6))
    for minutes in range(10, 60, 5):
        work(NOON + timedelta(minutes=minutes))
    before = {c.pk: tried(c) for c in (answered, closed, waiting)}
    ended = NOON + timedelta(minutes=6)
    assert attempts.attempts_tidy(now=ended + timedelta(days=400)) == 0
    assert attempts.attempts_tidy(now=ended + timedelta(days=400, seconds=1)) == len(before[answered.pk] + before[closed.pk])
    assert (tried(answered), tried(closed), tried(waiting)) == ([], [], before[waiting.pk])
    assert standing(waiting).state == "exhausted"
    # The record is still there for whoever was called, with its turns and its answer.
    shown = queries.call_rounds(queries.call_get(ready.scope["town"], answered.pk))
    assert [len(turn.people) > 0 for turn in shown] == [True] * len(shown)
    assert len(shown) >= 2
    assert standing(answered).answers.count() == 1
    assert attempts.attempts_tidy(now=ended + timedelta(days=900)) == 0
