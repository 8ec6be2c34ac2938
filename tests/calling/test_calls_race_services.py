"""Two workers and several answers at the same moment, each in a thread with its own connection."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from typing import Any

import pytest
from django.db import connection

from anlan.calling.models import Attempt, Call
from anlan.calling.services.answers import call_answer
from anlan.calling.services.calls import call_open
from anlan.calling.services.runs import calls_run
from calling.call_factory import NOON, Open, Wire, chain, matter, phones

pytestmark = pytest.mark.django_db(transaction=True)
CALLS = 8


@pytest.fixture
def ready(county: Any, open_matters: Open, wire: Wire) -> Any:
    """Town, grid worker and leader are called at once: three people a step."""
    place = SimpleNamespace(county=county, scope=county.scope)
    phones(place)
    chain(place, {"post": "town"}, {"post": "grid"})
    return place


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Run all from the same moment on; whatever one raises fails the test."""
    gate = threading.Barrier(len(works))

    def closing(work: Callable[[], Any]) -> Any:
        try:
            gate.wait()
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return [future.result() for future in [pool.submit(closing, work) for work in works]]


def test_two_workers_call_everybody_once(ready: Any, wire: Wire) -> None:
    for key in range(CALLS):
        call_open(matter=matter(str(key)), now=NOON)
    done = at_once(*[lambda n=n: calls_run(holder=f"w{n}", tick=lambda: NOON) for n in range(3)])
    assert sum(run.sent for run in done) == 2 * CALLS
    assert len(wire.sent) == len({m.attempt for m in wire.sent}) == CALLS
    assert Counter(Attempt.objects.values_list("state", flat=True)) == {"sent": 2 * CALLS}


def test_the_same_stage_opened_at_the_same_moment_is_one_call(ready: Any) -> None:
    made = at_once(*[lambda: call_open(matter=matter(), now=NOON) for _ in range(4)])
    assert (len(set(made)), Call.objects.count(), Attempt.objects.count()) == (1, 1, 2)


def test_of_two_answers_at_once_one_counts_and_both_are_kept(ready: Any) -> None:
    from datetime import timedelta

    call_id = call_open(matter=matter(), now=NOON)
    calls_run(holder="w", tick=lambda: NOON + timedelta(minutes=5))
    later = NOON + timedelta(minutes=6)
    done = at_once(*[
        lambda role=role: call_answer(scope=ready.scope[role], call_id=call_id, word="seen", now=later)
        for role in ("town", "grid", "town", "grid")
    ])  # fmt: skip
    call = Call.objects.get(pk=call_id)
    assert sorted(call.answers.values_list("repeated", flat=True)) == [0, 1]
    first = call.answers.get(repeated=0)
    assert call.answered_by == first.person_id
    assert {d.first for d in done} == {True, False}
