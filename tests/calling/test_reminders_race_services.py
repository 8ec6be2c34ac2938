"""Two workers at once, and a matter that is finished while a run is writing (PostgreSQL; SQLite has a single writer)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime

import pytest
from django.db import connection

from anlan.accounts import queries as accounts
from anlan.calling.models import Notice
from anlan.calling.services.reminders import matter_refresh, reminders_run
from anlan.kernel.deadlines import end_of_day
from anlan.kernel.reminders import Matter
from anlan.platform.catalogue import CATALOGUE
from anlan.platform.database import is_sqlite
from calling.matters import PLACES, TOPIC, Store, standing

pytestmark = pytest.mark.django_db(transaction=True)
NOW = datetime(2026, 3, 21, 1, 0, tzinfo=UTC)
DUE = end_of_day(datetime(2026, 3, 20).date())
SET = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


@pytest.fixture
def store(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """Forty overdue grave matters, each of four posts."""
    if is_sqlite():
        pytest.skip("SQLite has a single writer")
    keys = [f"test.matter/{n}" for n in range(40)]
    held = Store({key: Matter(key, "331003001001", DUE, SET, True, "e", "o") for key in keys})
    monkeypatch.setattr(CATALOGUE, "reminders", {TOPIC: held.reminder()})
    monkeypatch.setattr(accounts, "posts_placed", lambda rights, now: PLACES)
    yield held


def threads(*works: Callable[[], object]) -> None:
    """Run all at once; whatever one raises fails the test."""

    def closing(work: Callable[[], object]) -> None:
        try:
            work()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        for future in [pool.submit(closing, work) for work in works]:
            future.result()


def test_two_workers_say_everything_once(store: Store) -> None:
    gate = threading.Barrier(2)

    def worker() -> None:
        gate.wait()
        reminders_run(now=NOW)

    threads(worker, worker)
    assert len(standing()) == 160
    assert Notice.objects.filter(form="digest").count() == 3  # the leader's are urgent and need none


def test_what_is_finished_while_a_run_writes_does_not_stand(store: Store) -> None:
    reading, finished = threading.Event(), threading.Event()

    def pause() -> None:
        # The run has read that all are open, and has written nothing yet.
        if not reading.is_set():
            reading.set()
            finished.wait(5)

    store.pause = pause

    def finishing() -> None:
        reading.wait(5)
        del store.open["test.matter/7"]
        finished.set()
        matter_refresh(subject="test.matter/7", now=NOW)

    threads(lambda: reminders_run(now=NOW), finishing)
    assert len(standing()) == 156
    assert {n.subject for n in standing() if n.subject == "test.matter/7"} == set()
