"""Random walks of deadlines set, moved, finished and taken up again, with runs, restarts and clocks that jump."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from anlan.accounts import queries as accounts
from anlan.calling.models import Notice
from anlan.calling.services.reminders import matter_refresh, reminders_run
from anlan.kernel.deadlines import end_of_day, local_date
from anlan.kernel.reminders import Matter
from anlan.platform.catalogue import CATALOGUE
from calling.matters import PLACES, POSTS, TOPIC, Store, standing

pytestmark = pytest.mark.django_db
START = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
SUBJECTS = ("test.matter/a", "test.matter/b")

ACT = st.one_of(
    st.tuples(st.just("order"), st.sampled_from(SUBJECTS), st.integers(0, 20), st.booleans()),
    st.tuples(st.just("move"), st.sampled_from(SUBJECTS), st.integers(-3, 20), st.booleans()),
    st.tuples(st.just("finish"), st.sampled_from(SUBJECTS), st.just(0), st.booleans()),
    st.tuples(st.just("pass"), st.just(""), st.integers(1, 24 * 9), st.booleans()),
    st.tuples(st.just("jump"), st.just(""), st.integers(-24 * 40, 24 * 40), st.booleans()),
    st.tuples(st.just("run"), st.just(""), st.just(0), st.booleans()),
)


class Walk:
    """The matters, the clock, and what must hold after every act."""

    def __init__(self) -> None:
        self.store, self.now = Store(), START

    def act(self, what: str, subject: str, number: int, told: bool) -> None:
        """One act; `told`: the bus delivered it (a process may have died before)."""
        if what == "run":
            self.run()
        elif what in {"pass", "jump"}:
            self.now += timedelta(hours=number)
        else:
            held = self.store.open.get(subject)
            if what == "finish":
                self.store.open.pop(subject, None)
            elif what == "order" or held:
                due = end_of_day(local_date(self.now) + timedelta(days=number))
                major = held.major if held else told
                self.store.open[subject] = Matter(subject, "331003001001", due, self.now, major, "e", "o")
            if told:
                matter_refresh(subject=subject, now=self.now)
                self.holds_of(subject)

    def run(self) -> None:
        """A run, and a second one that must find nothing to do."""
        reminders_run(now=self.now)
        for subject in SUBJECTS:
            self.holds_of(subject)
        self.leader_knows()
        again = reminders_run(now=self.now)
        assert (again.sent, again.withdrawn, again.digests) == (0, 0, 0)

    def holds_of(self, subject: str) -> None:
        """Nothing stands of what is finished or of an older deadline; at most one notice for a post."""
        held = self.store.open.get(subject)
        mine = [n for n in standing() if n.subject == subject]
        assert {n.due_at for n in mine} <= ({held.due_at} if held else set())
        assert len({n.post_id for n in mine}) == len(mine)

    def leader_knows(self) -> None:
        """Every overdue grave matter is with the leader."""
        leader = {n.subject for n in standing() if str(n.post_id) == POSTS["leader"]}
        assert {m.subject for m in self.store.open.values() if m.major and self.now > m.due_at} <= leader


@given(st.lists(ACT, min_size=4, max_size=24))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_none_after_finishing_none_twice_and_every_overdue_grave_matter_at_the_leader(db, monkeypatch, acts) -> None:
    walk = Walk()
    with monkeypatch.context() as patch, transaction.atomic():
        patch.setattr(CATALOGUE, "reminders", {TOPIC: walk.store.reminder()})
        patch.setattr(accounts, "posts_placed", lambda rights, now: PLACES)
        for each in acts:
            walk.act(*each)
        walk.run()
        keys = Notice.objects.values_list("subject", "topic", "step", "post_id")
        assert len(set(keys)) == len(keys)
        # An item is carried by one digest, and a digest is made once a day for a post.
        digests = Notice.objects.filter(form="digest").values_list("subject", "post_id")
        assert len(set(digests)) == len(digests)
        transaction.set_rollback(True)
