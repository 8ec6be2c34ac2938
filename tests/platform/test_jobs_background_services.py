"""Background tasks are worked off by the runner, and those that a killed runner was at are done again."""

from __future__ import annotations

import pytest
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from anlan.platform.scheduler import Runner, background

pytestmark = pytest.mark.django_db(transaction=True)

DONE: list[int] = []


@task()
def count(number: int) -> int:
    DONE.append(number)
    return number * 2


@task()
def fail() -> None:
    raise ZeroDivisionError("坏了")


@pytest.fixture(autouse=True)
def _fresh() -> None:
    DONE.clear()


def test_waiting_tasks_are_worked_off_in_one_turn() -> None:
    count.enqueue(1)
    fail.enqueue()
    count.enqueue(2)
    Runner({}).turn()
    assert sorted(DONE) == [1, 2]
    assert sorted(DBTaskResult.objects.values_list("status", flat=True)) == ["FAILED", "SUCCESSFUL", "SUCCESSFUL"]


def test_a_task_that_a_killed_runner_was_at_is_done_again() -> None:
    waiting = count.enqueue(7)
    DBTaskResult.objects.get(pk=waiting.id).claim("dead-runner")
    background.work_off("other")
    assert DONE == []
    Runner({}).turn()
    assert DONE == [7]
