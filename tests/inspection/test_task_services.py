"""Inspection tasks: given out to two officers, done by the visit, given back, to others, off the list."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from anlan.accounts.services.bootstrap import SETUP
from anlan.accounts.services.posts import post_end
from anlan.inspection import queries
from anlan.inspection.errors import StalePage, StepRefused, TaskNotFound
from anlan.inspection.models import Hazard, Inspection, Task
from anlan.inspection.services.inspections import ItemAnswer, inspection_finish, inspection_items_set, inspection_start
from anlan.inspection.services.plans import plan_revise
from anlan.inspection.services.stepping import Pressed
from anlan.inspection.services.tasks import (
    AssignInput,
    Crew,
    task_cancel,
    task_reassign,
    task_return,
    tasks_assign,
    tasks_judge,
)
from anlan.inspection.services.upkeep import enterprise_rescope
from anlan.inspection.todos import TODOS
from anlan.kernel.errors import BadInput, NotAllowed
from anlan.platform.journal.rebuild import rebuild
from anlan.platform.ledger.services import plain_retire
from anlan.registry.services.enterprises import enterprise_office_assign
from inspection.factories import NOW, REGISTRAR, World
from inspection.task_samples import DUE, LINE, approved, assigned, crew, posts, team

pytestmark = pytest.mark.django_db


def codes(error: Any) -> list[str]:
    return [v.code.removeprefix("inspection.") for v in error.value.violations]


def row(task_id: str) -> Task:
    return Task.objects.get(pk=task_id)


def todo(world: World, role: str, word: str, now: Any = NOW) -> int:
    items = next(t for t in TODOS if t.id == f"inspection.{word}").items
    return int(items(world.scope[role], now, 5)[1])


def start(world: World, task_id: str, role: str = "town", second: str = "town_second", **values: Any) -> str:
    full = {
        "enterprise_id": world.enterprise,
        "checklist_id": world.checklist(),
        "officers": [world.county.person[second]],
    }
    return inspection_start(scope=world.scope[role], now=NOW, task_id=task_id, **full | values)


def finish(world: World, visit: str, role: str = "town", found: str = "") -> list[str]:
    sheet = queries.inspection_sheet(queries.inspection_get(world.scope[role], visit))
    answers = [ItemAnswer(item.key, "pass") for item in sheet]
    if found:
        answers[0] = replace(answers[0], result="hazard", note=found)
    inspection_items_set(scope=world.scope[role], inspection_id=visit, answers=answers, now=NOW)
    return inspection_finish(scope=world.scope[role], inspection_id=visit, conclusion="已检查", now=NOW)


def test_a_task_is_done_by_the_visit_that_begins_from_it(world: World) -> None:
    campaign = world.campaign("有限空间整治")
    key = assigned(world, kind="campaign", campaign_id=campaign, note="重点看配电间")
    task = row(key)
    assert (task.state, task.kind, task.source, task.note) == ("assigned", "campaign", "town", "重点看配电间")
    assert task.number.startswith("RW-") and task.checklist_id is not None
    assert (todo(world, "town", "tasks"), todo(world, "town_second", "tasks"), todo(world, "grid", "tasks")) == (
        1,
        1,
        0,
    )
    visit = start(world, key, kind="routine")
    begun = Inspection.objects.get(pk=visit)
    assert (begun.kind, begun.source, str(begun.task_id)) == ("campaign", "town", key)
    assert [t.key for t in begun.tags.all()] == [campaign]
    assert (row(key).state, str(row(key).inspection_id)) == ("started", visit)
    assert todo(world, "town", "tasks") == 0
    hazards = finish(world, visit, found="配电间堆物")
    assert (row(key).state, row(key).ended_at) == ("done", NOW)
    assert Hazard.objects.get(pk=hazards[0]).source == "town"


def test_a_task_is_begun_once_and_only_by_those_named_for_its_enterprise(world: World) -> None:
    key = assigned(world)
    with pytest.raises(StepRefused) as error:
        start(world, key, role="enforcement", second="town")
    assert codes(error) == ["start.task_not_yours"]
    other = world.scope["enforcement"]
    with pytest.raises(StepRefused) as error:
        inspection_start(
            scope=other, now=NOW, task_id=key, enterprise_id=world.other_enterprise, checklist_id=world.checklist(),
            officers=[world.county.person["other_town"]],
        )  # fmt: skip
    assert codes(error) == ["start.task_not_yours", "start.task_elsewhere"]
    start(world, key, once="phone-1")
    assert start(world, key, once="phone-1") == str(row(key).inspection_id)
    with pytest.raises(StepRefused) as error:
        start(world, key, role="town_second", second="town")
    assert [v.code for v in error.value.violations] == ["kernel.loop.not_from_here"]
    with pytest.raises(TaskNotFound):
        start(world, "01900000-0000-7000-8000-00000000ffff")


def test_two_officers_begin_a_visit_and_an_expert_is_none(world: World) -> None:
    key = assigned(world, role="supervision", crew=crew(world, "supervision", "enforcement", "expert"))
    with pytest.raises(StepRefused) as error:
        start(world, key, role="supervision", second="expert")
    assert codes(error) == ["start.two_officers"]
    start(world, key, role="supervision", second="enforcement")


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        pytest.param({"officers": ("town",)}, ["task.two_officers"], id="xzcf-42-one"),
        pytest.param({"officers": ("town", "grid")}, [], id="grid-worker-counts"),
        pytest.param({"officers": ()}, ["task.officers_missing"], id="nobody"),
        pytest.param({"officers": ("town", "town_second"), "due_on": None}, ["task.due_missing"], id="no-day"),
        pytest.param({"officers": ("town", "town_second"), "due_on": date(2026, 3, 1)}, ["task.due_past"], id="past"),
        pytest.param({"officers": ("town", "town_second"), "due_on": date(2028, 3, 1)}, ["task.due_far"], id="far"),
        pytest.param({"officers": ("town", "other_town")}, ["task.officer_unknown"], id="other-town"),
        pytest.param({"officers": ("town", "enterprise")}, ["task.officer_unknown"], id="enterprise"),
        pytest.param({"officers": ("town", "town_second"), "kind": "x"}, ["start.kind_unknown"], id="kind"),
        pytest.param({"officers": ("town", "town_second"), "source": "x"}, ["start.source_unknown"], id="source"),
        pytest.param(
            {"officers": ("town", "town_second"), "source": "county"}, ["start.source_not_yours"], id="county"
        ),
        pytest.param({"officers": ("town", "town_second"), "kind": "peer"}, ["task.guests_missing"], id="no-guests"),
        pytest.param({"officers": ("town", "town_second"), "plan_line": "7"}, ["task.line_unknown"], id="line"),
        pytest.param({"officers": ("grid",), "source": "village"}, [], id="patrol-alone"),
    ],
)
def test_what_an_assignment_must_name(world: World, values: dict[str, Any], expected: list[str]) -> None:
    people = Crew(values.pop("due_on", DUE), posts(world, *values.pop("officers")))
    line = tasks_judge(world.scope["town"], [AssignInput(world.enterprise, people, **values)], NOW)[0]
    assert [v.code.removeprefix("inspection.") for v in line.reasons] == expected


def test_an_officer_of_another_office_cannot_be_sent(world: World) -> None:
    item = AssignInput(world.enterprise, crew(world, "supervision", "other_office"))
    line = tasks_judge(world.scope["supervision"], [item], NOW)[0]
    assert [v.code for v in line.reasons] == ["inspection.task.officer_elsewhere"]


def test_a_batch_is_given_out_whole_or_not_at_all(world: World) -> None:
    scope, both = world.scope["enforcement"], crew(world, "enforcement", "supervision")
    scope = replace(scope, rights=scope.rights | {"inspection.task.assign"})
    items = [AssignInput(k, both, once=f"b-{k}") for k in (world.enterprise, world.other_enterprise)]
    with pytest.raises(StepRefused) as error:  # the supervision office does not supervise the second enterprise
        tasks_assign(scope=scope, items=items, now=NOW)
    assert (error.value.code, codes(error)) == ("inspection.task.refused", ["task.officer_elsewhere"])
    assert Task.objects.count() == 0
    world.county.add("squad_second", role="enforcement", organisation="综合行政执法队", name="孔武")
    items = [replace(i, crew=crew(world, "enforcement", "squad_second")) for i in items]
    keys = tasks_assign(scope=scope, items=items, now=NOW)
    assert tasks_assign(scope=scope, items=items, now=NOW) == keys
    assert Task.objects.count() == 2
    with pytest.raises(StepRefused) as error:
        tasks_assign(scope=scope, items=[replace(items[0], once=None)], now=NOW)
    assert codes(error) == ["task.open_already"]
    with pytest.raises(BadInput) as none:
        tasks_judge(scope, [], NOW)
    assert none.value.code == "inspection.task.none_chosen"
    with pytest.raises(BadInput) as many:
        tasks_judge(scope, [items[0]] * 101, NOW)
    assert many.value.code == "inspection.task.too_many"


def test_the_same_enterprise_twice_in_a_batch_is_refused(world: World) -> None:
    item = AssignInput(world.enterprise, crew(world, "town", "town_second"))
    lines = tasks_judge(world.scope["town"], [item, item], NOW)
    assert [[v.code for v in x.reasons] for x in lines] == [[], ["inspection.task.open_already"]]


def test_a_team_does_a_task_while_it_stands(world: World) -> None:
    key = team(world, "town", "town_second", leader=world.county.post["town"])
    task = assigned(world, crew=Crew(DUE, (), key))
    assert (todo(world, "town_second", "tasks"), str(row(task).team_id)) == (1, key)
    start(world, task, role="town_second", second="town")
    plain_retire(scope=world.scope["town"], ledger="inspection.team", id=key, reason="任务结束", base=None, now=NOW)
    with pytest.raises(StepRefused) as error:
        assigned(world, crew=Crew(DUE, (), key), kind="campaign")
    assert codes(error) == ["task.open_already", "task.team_ended"]


def test_a_team_without_people_for_the_enterprise_is_refused(world: World) -> None:
    key = team(world, "supervision", "expert", role="supervision", name="专家组", kind="expert")
    with pytest.raises(StepRefused) as error:
        assigned(world, role="supervision", crew=Crew(DUE, (), key))
    assert codes(error) == ["task.two_officers"]
    other = team(world, "other_office", "other_town", role="supervision", name="二组")
    with pytest.raises(StepRefused) as error:
        assigned(world, role="supervision", crew=Crew(DUE, (), other))
    assert codes(error) == ["task.team_elsewhere"]


def test_a_task_given_back_is_given_to_others_or_cancelled(world: World) -> None:
    key, scope = assigned(world), world.scope["town"]
    with pytest.raises(StepRefused) as error:
        task_return(scope=scope, task_id=key, pressed=Pressed(1), now=NOW)
    assert (error.value.code, codes(error)) == ("inspection.task.step_refused", ["task.note_missing"])
    with pytest.raises(NotAllowed) as refused:
        task_return(scope=world.scope["enforcement"], task_id=key, pressed=Pressed(1, note="x"), now=NOW)
    assert refused.value.code == "inspection.task.not_yours"
    press = Pressed(1, "k1", "企业停产检修")
    task_return(scope=scope, task_id=key, pressed=press, now=NOW)
    task_return(scope=scope, task_id=key, pressed=press, now=NOW)
    assert (row(key).state, row(key).reason, world.version("inspection.task", key)) == ("returned", "企业停产检修", 2)
    assert (todo(world, "town", "tasks_returned"), todo(world, "town", "tasks")) == (1, 0)
    with pytest.raises(StalePage):
        task_cancel(scope=scope, task_id=key, pressed=Pressed(1, note="不再检查"), now=NOW)
    with pytest.raises(StepRefused) as error:
        task_reassign(scope=scope, task_id=key, crew=crew(world, "town"), pressed=Pressed(2), now=NOW)
    assert codes(error) == ["task.two_officers"]
    people = crew(world, "town_second", "grid", due_on=date(2026, 4, 1))
    task_reassign(scope=scope, task_id=key, crew=people, pressed=Pressed(2), now=NOW)
    assert (row(key).state, row(key).reason, queries.task_posts(row(key))) == (
        "assigned", "", list(posts(world, "town_second", "grid")),
    )  # fmt: skip
    assert (todo(world, "town", "tasks"), todo(world, "grid", "tasks")) == (0, 1)
    task_cancel(scope=scope, task_id=key, pressed=Pressed(3, note="企业搬迁"), now=NOW)
    assert (row(key).state, row(key).reason, row(key).ended_at) == ("cancelled", "企业搬迁", NOW)
    with pytest.raises(StepRefused) as error:
        task_cancel(scope=scope, task_id=key, pressed=Pressed(4, note="再取消"), now=NOW)
    assert [v.code for v in error.value.violations] == ["kernel.loop.not_from_here"]


def test_work_handed_over_goes_with_the_post(world: World) -> None:
    key = assigned(world)
    heir = world.county.add(
        "town_third", role="town", organisation="东城街道应急办", region=world.county.town, name="曹安"
    )
    post_end(
        scope=SETUP, id=world.county.post["town"], reason="调离", base=None, now=NOW,
        successor_id=world.county.post["town_third"],
    )  # fmt: skip
    world.scope["town_third"] = heir
    assert todo(world, "town_third", "tasks") == 1
    assert [c.name for c in queries.task_people(row(key), NOW)] == ["曹安", "孔达"]
    start(world, key, role="town_third")
    assert row(key).state == "started"


def test_a_late_task_is_shown_to_those_who_gave_it_out(world: World) -> None:
    assigned(world)
    later = NOW + timedelta(days=30)
    assert (todo(world, "town", "tasks_late"), todo(world, "town", "tasks_late", later)) == (0, 1)
    assert (todo(world, "other_town", "tasks_late", later), todo(world, "grid", "tasks_late", later)) == (0, 0)


def test_other_towns_and_enterprises_see_no_task(world: World) -> None:
    key = assigned(world)
    for role in ("other_town", "enterprise"):
        with pytest.raises(TaskNotFound):
            queries.task_get(world.scope[role], key)
    assert queries.task_get(world.scope["leader"], key).number == row(key).number


@pytest.mark.parametrize(
    ("target", "expected"),
    [
        pytest.param({"target_class": "hazchem_trade"}, ["task.line_elsewhere"], id="class"),
        pytest.param({"target_class": "machinery", "target_tag": "confined_space"}, ["task.line_elsewhere"], id="tag"),
        pytest.param({"target_class": "machinery"}, [], id="its-own"),
        pytest.param({"target_class": ""}, [], id="everyone"),
    ],
)
def test_a_plan_line_takes_the_enterprises_it_is_for(world: World, target: dict[str, str], expected: list[str]) -> None:
    plan = approved(world, LINE | target)
    item = AssignInput(world.enterprise, crew(world, "town", "town_second"), plan_id=plan, plan_line="1")
    (line,) = tasks_judge(world.scope["town"], [item], NOW)
    assert [v.code.removeprefix("inspection.") for v in line.reasons] == expected


def test_a_plan_line_moves_with_its_tasks(world: World) -> None:
    plan = approved(world)
    key = assigned(
        world, role="supervision", crew=crew(world, "supervision", "enforcement"), plan_id=plan, plan_line="1"
    )
    held = queries.plan_get(world.scope["supervision"], plan)

    def line() -> tuple[int, int, int, int]:
        p = queries.plan_progress(world.scope["supervision"], held, NOW + timedelta(days=60))[0]
        return p.planned, p.assigned, p.done, p.late

    assert line() == (40, 1, 0, 1)
    finish(world, start(world, key, role="supervision", second="enforcement"), role="supervision")
    assert line() == (40, 1, 1, 0)


@pytest.mark.parametrize("seed", [None, 3])
def test_plans_teams_and_tasks_equal_the_folded_journal_in_any_order_of_arrival(world: World, seed: int | None) -> None:
    plan = approved(world)
    plan_revise(scope=world.scope["supervision"], plan_id=plan, pressed=Pressed(note="增加任务"), now=NOW)
    squad = team(world, "town", "town_second")
    done = assigned(world, crew=Crew(DUE, (), squad), plan_id=plan, plan_line="1")
    visit = start(world, done, participants="测试乙公司朱工")
    finish(world, visit)
    key = assigned(world)
    task_return(scope=world.scope["town"], task_id=key, pressed=Pressed(note="企业停产"), now=NOW)
    task_reassign(scope=world.scope["town"], task_id=key, crew=crew(world, "town", "grid"), pressed=Pressed(), now=NOW)
    found = rebuild(check=True, shuffle=seed)
    assert (found.differences, found.different) == (0, [])


def test_a_task_follows_its_enterprise_to_another_office(world: World) -> None:
    key = assigned(world)
    enterprise_office_assign(
        scope=REGISTRAR, enterprise_id=world.enterprise, office_id=world.county.other_office, base=None, now=NOW
    )
    enterprise_rescope(enterprise_id=world.enterprise, now=NOW)
    assert str(row(key).office_id) == world.county.other_office
