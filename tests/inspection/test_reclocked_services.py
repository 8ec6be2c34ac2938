"""Deadlines after a clock correction: counted anew at the home node, once, and only where they were counted at all."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from anlan.inspection.models import Hazard
from anlan.inspection.services.hazards import OrderInput, hazard_order
from anlan.inspection.services.upkeep import deadline_recompute
from anlan.kernel.deadlines import WorkCalendar, local_date
from anlan.platform.journal import corrections, node, rebuild, sequence
from anlan.platform.journal.models import Head, JournalEntry, JournalSeq, Node
from anlan.platform.scope import Scope
from inspection.factories import NOW, World

pytestmark = pytest.mark.django_db

OPERATOR = Scope("p", "q", "", frozenset({"platform.operate"}), "331003")
TWO_DAYS_MS = 2 * 86_400_000
LATER = NOW + timedelta(days=4)


def row(key: str) -> Hazard:
    return Hazard.objects.get(pk=key)


def ordered(world: World, **term: Any) -> str:
    key = world.found()
    hazard_order(scope=world.scope["town"], item=OrderInput(hazard_id=key, note="限期清理", **term), now=NOW)
    return key


def put_right(key: str, kind: str = "ordered") -> None:
    """The clock was two days slow when this step was recorded."""
    sequence.sequence_pending()
    sid = Head.objects.get(subject=f"inspection.hazard/{key}").sid
    entry = JournalEntry.objects.get(sid=sid, kind=f"inspection.hazard.{kind}").pk
    seq = JournalSeq.objects.get(entry=entry).seq
    corrections.clock_correct(
        scope=OPERATOR,
        node_id=node.own().id,
        first=seq,
        last=seq,
        offset_ms=TWO_DAYS_MS,
        reason="服务器时钟慢两天",
        basis="运维记录2026-1",
        now=LATER,
    )


def test_a_counted_deadline_moves_with_the_corrected_step_and_is_recorded_once(world: World) -> None:
    key, untouched = ordered(world, days=10), ordered(world, days=10)
    before, other = row(key).due_at, row(untouched).due_at
    put_right(key)
    assert row(key).due_at == before  # the fold never computes
    assert deadline_recompute(now=LATER) == 1
    assert (row(key).due_at, row(untouched).due_at) == (before + timedelta(days=2), other)
    assert deadline_recompute(now=LATER) == 0
    assert rebuild.rebuild(check=True, shuffle=6).ok


def test_working_days_are_counted_anew_too(world: World) -> None:
    calendar = WorkCalendar.of([2026], [])
    key = world.found()
    order = OrderInput(hazard_id=key, note="限期清理", working_days=3)
    hazard_order(scope=world.scope["town"], item=order, now=NOW, calendar=calendar)
    put_right(key)
    assert deadline_recompute(now=LATER, calendar=calendar) == 1
    assert local_date(row(key).due_at) == date(2026, 3, 9)


def test_a_day_that_was_named_stays(world: World) -> None:
    key = ordered(world, due_on=date(2026, 3, 12))
    put_right(key)
    assert deadline_recompute(now=LATER) == 0


def test_a_deadline_that_was_extended_since_stays(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from anlan.inspection.queries import due

    key = ordered(world, days=10)
    put_right(key)
    monkeypatch.setattr(due, "_last_set", lambda subject: "inspection.hazard.extended")
    assert deadline_recompute(now=LATER) == 0


def test_another_server_s_hazards_are_left_to_it(world: World) -> None:
    key = ordered(world, working_days=3)
    Hazard.objects.filter(pk=key).update(due_provisional=1, due_at=NOW)
    Node.objects.create(id="331003001a", region="331003001000")
    assert deadline_recompute(now=LATER) == 0
    Node.objects.filter(pk="331003001a").delete()
    assert deadline_recompute(now=LATER) == 1


def test_the_correction_itself_sets_the_counting_off(
    world: World, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = ordered(world, days=10)
    before: datetime | None = row(key).due_at
    assert before is not None
    monkeypatch.setattr("anlan.platform.clock.now", lambda: LATER)
    with django_capture_on_commit_callbacks(execute=True):
        put_right(key)
    assert row(key).due_at == before + timedelta(days=2)
