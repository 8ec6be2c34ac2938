"""Random walks of sends, answers, closings, dead workers and clock steps, with two workers: nobody is called in vain."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from anlan.calling import channels
from anlan.calling.channels import CHANNELS, Message, Refused
from anlan.calling.models import Attempt, Call
from anlan.calling.rules.limits import MOST_TRIES
from anlan.calling.services.answers import sms_answer
from anlan.calling.services.attempts import Taken, attempt_finish, attempt_message, attempt_take
from anlan.calling.services.calls import call_close, call_open
from anlan.calling.services.runs import calls_run
from anlan.kernel.errors import NotFound, RuleViolation
from calling.call_factory import NOON, PHONES, Wire, chain, matter, matters, phones
from inspection.factories import World

pytestmark = pytest.mark.django_db
KEYS = ("a", "b")
ROLES = ("town", "grid", "leader")
ACT = st.one_of(
    st.tuples(st.just("open"), st.sampled_from(KEYS), st.integers(0, 1)),
    st.tuples(st.just("take"), st.just(""), st.integers(0, 1)),
    st.tuples(st.just("send"), st.just(""), st.integers(0, 1)),
    st.tuples(st.just("kill"), st.just(""), st.integers(0, 1)),
    st.tuples(st.just("run"), st.just(""), st.integers(0, 1)),
    st.tuples(st.just("answer"), st.sampled_from(ROLES), st.integers(1, 3)),
    st.tuples(st.just("close"), st.sampled_from(KEYS), st.integers(0, 1)),
    st.tuples(st.just("solve"), st.sampled_from(KEYS), st.integers(0, 0)),
    st.tuples(st.just("pass"), st.just(""), st.integers(1, 400)),
    st.tuples(st.just("break"), st.just(""), st.integers(0, 2)),
)


class Walk:
    """Two workers, the calls, the clock, and what must hold after every act."""

    def __init__(self, held, wire: Wire) -> None:
        self.matters, self.wire, self.now = held, wire, NOON
        self.hands: list[Taken | None] = [None, None]
        self.broken = 0
        wire.refuse = self.judge

    def judge(self, message: Message) -> Refused | None:
        """The moment of calling somebody: the call waits, the matter is open. Then what the provider makes of it."""
        call = Call.objects.get(pk=Attempt.objects.get(pk=message.attempt).call_id)
        assert call.state == "calling"
        assert self.matters.is_open(call.matter.partition("/")[2])
        if self.broken:
            self.broken -= 1
            return Refused(permanent=self.broken % 2 == 1, why="unreachable")
        return None

    def act(self, what: str, word: str, number: int) -> None:
        """One act."""
        getattr(self, what)(word, number)
        self.holds()

    def open(self, key: str, stage: int) -> None:
        try:
            call_open(matter=matter(key, stage=str(stage), urgency=("critical", "urgent")[stage]), now=self.now)
        except RuleViolation as refused:
            assert refused.code == "calling.call.matter_closed"
            ended = Call.objects.filter(matter=f"test.matter/{key}", state="closed").exists()
            assert ended or not self.matters.is_open(key)

    def take(self, _: str, worker: int) -> None:
        if self.hands[worker] is None:
            taken = attempt_take(holder=f"w{worker}", now=self.now)
            other = self.hands[1 - worker]
            assert taken is None or other is None or taken.attempt.pk != other.attempt.pk
            self.hands[worker] = taken

    def send(self, _: str, worker: int) -> None:
        if (taken := self.hands[worker]) is not None:
            said = attempt_message(taken)
            result = CHANNELS[taken.attempt.channel].send(said) if isinstance(said, Message) else said
            attempt_finish(taken=taken, result=result, now=self.now)
            self.hands[worker] = None

    def kill(self, _: str, worker: int) -> None:
        self.hands[worker] = None

    def run(self, _: str, worker: int) -> None:
        calls_run(holder=f"r{worker}", tick=lambda: self.now)
        # Every unanswered call of an open matter has gone on by its minute.
        late = Call.objects.filter(state="calling", until__lte=self.now)
        assert [c.matter for c in late] == []

    def answer(self, role: str, key: int) -> None:
        before = {c.pk: c.state for c in Call.objects.all()}
        try:
            done = sms_answer(number=PHONES[role], text=str(key), now=self.now)
        except NotFound:
            return
        call = Call.objects.get(pk=done.call_id)
        assert done.first == (before[call.pk] in {"calling", "exhausted"}) or call.answers.count() >= 1

    def close(self, key: str, _: int) -> None:
        call_close(subject=f"test.matter/{key}", reason="", now=self.now)
        assert not Call.objects.filter(matter=f"test.matter/{key}").exclude(state="closed").exists()

    def solve(self, key: str, _: int) -> None:
        self.matters.closed.add(key)

    def pass_(self, _: str, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    def break_(self, _: str, times: int) -> None:
        self.broken = times

    def __getattr__(self, name: str):
        return {"pass": self.pass_, "break": self.break_}[name]

    def holds(self) -> None:
        """Nothing waits for a call that is over; nobody is tried more often than there are tries."""
        ended = Call.objects.exclude(state="calling").values("pk")
        assert not Attempt.objects.filter(state="queued", call_id__in=ended).exists()
        assert not Attempt.objects.filter(tries__gt=MOST_TRIES).exists()
        assert not Call.objects.filter(answers__repeated=0, state__in=("calling", "exhausted")).exists()

    def settle(self) -> None:
        """With workers alive and time passing, every call ends: answered, closed, or shown as unanswered."""
        for _ in range(12):
            self.run("", 0)
            self.now += timedelta(minutes=6)
        assert set(Call.objects.values_list("state", flat=True)) <= {"answered", "closed", "exhausted"}
        assert not Attempt.objects.filter(state__in=("queued", "sending")).exists()


@given(st.lists(ACT, min_size=6, max_size=40))
@example([("open", "a", 1), ("take", "", 0), ("take", "", 1), ("answer", "town", 1), ("send", "", 0), ("send", "", 1)])
@example([("open", "a", 1), ("run", "", 0), ("answer", "town", 1), ("pass", "", 400), ("run", "", 1)])
@example([("open", "a", 1), ("run", "", 0), ("pass", "", 301), ("run", "", 1)])
@example([("open", "a", 0), ("take", "", 0), ("kill", "", 0), ("pass", "", 61), ("run", "", 1), ("solve", "a", 0)])
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_never_after_an_answer_never_for_a_closed_matter_always_on_time(world: World, monkeypatch, acts) -> None:
    wire = Wire()
    with monkeypatch.context() as patch, transaction.atomic(), matters() as held:
        patch.setitem(channels.CHANNELS, "sms", wire)
        phones(world)
        chain(world, {"post": "town"}, {"post": "grid"}, {})
        walk = Walk(held, wire)
        for each in acts:
            walk.act(*each)
        walk.settle()
        transaction.set_rollback(True)
