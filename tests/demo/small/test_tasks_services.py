"""The demo's plan of visits: a plan in force, three teams, tasks in every state."""

from __future__ import annotations

from collections import Counter
from typing import Any

import pytest

from anlan.inspection import queries
from anlan.inspection.models import Plan, Task, Team
from demo.demo_store import NOW, scope_of


def test_the_demo_has_a_plan_with_progress_teams_and_tasks_in_every_state(built: dict[str, Any]) -> None:
    plan = Plan.objects.get()
    assert (plan.state, plan.version, Team.objects.count()) == ("approved", 1, 3)
    states = Counter(Task.objects.values_list("state", flat=True))
    assert set(states) == {"assigned", "returned", "started", "done", "cancelled"}
    assert 18 <= sum(states.values()) <= 20
    total = queries.plan_total(queries.plan_progress(scope_of("supervision"), plan, NOW))
    assert total.done > 0 and total.late > 0
    assert queries.tasks_mine(scope_of("enforcement"), "assigned").count() > 0


@pytest.mark.parametrize("username", ["enterprise", "town2"])
def test_tasks_of_the_demo_are_nobody_elses_business(built: dict[str, Any], username: str) -> None:
    firms = set(queries.task_list(scope_of(username)).values_list("region9", flat=True))
    assert firms <= {"331003002"}
