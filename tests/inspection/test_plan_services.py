"""Annual plans: drafted by the office, approved by the leader, changed by a new version; who sees what of them."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from anlan.inspection import queries
from anlan.inspection.errors import PlanNotFound, StalePage, StepRefused
from anlan.inspection.models import Plan
from anlan.inspection.services.plans import (
    plan_approve,
    plan_draft,
    plan_edit,
    plan_input,
    plan_revise,
    plan_send_back,
    plan_submit,
)
from anlan.inspection.services.stepping import Pressed
from anlan.inspection.todos import TODOS
from anlan.kernel.errors import NotAllowed
from inspection.factories import NOW, World
from inspection.task_samples import CAPACITY, LINE, approved, drafted

pytestmark = pytest.mark.django_db
OTHER = LINE | {"target_class": "", "importance": "general", "enterprises": 30, "times": 1}


def codes(error: Any) -> list[str]:
    return [v.code.removeprefix("inspection.plan.") for v in error.value.violations]


def row(plan_id: str) -> Plan:
    return Plan.objects.get(pk=plan_id)


def press(world: World, act: Any, role: str, key: str, **values: Any) -> None:
    act(scope=world.scope[role], plan_id=key, pressed=Pressed(**values), now=NOW)


def words(plan_id: str, version: int) -> list[tuple[str, int]]:
    return [(x.line, x.enterprises) for x in queries.plan_lines(row(plan_id), version)]


def edit(world: World, key: str, *lines: dict[str, Any], role: str = "supervision", **values: Any) -> None:
    plan = plan_input(2026, "2026年度检查计划", CAPACITY, lines)
    plan_edit(scope=world.scope[role], plan_id=key, values=plan, pressed=Pressed(**values), now=NOW)


def test_a_plan_is_approved_by_the_leader_and_then_published(world: World) -> None:
    key = drafted(world, LINE, OTHER)
    assert (row(key).state, row(key).version, words(key, 1)) == ("draft", 0, [("1", 20), ("2", 30)])
    for role in ("town", "enterprise"):
        with pytest.raises(PlanNotFound):
            queries.plan_get(world.scope[role], key)
    press(world, plan_submit, "supervision", key, base=1)
    todo = next(t for t in TODOS if t.id == "inspection.plans_to_approve").items
    assert (todo(world.scope["leader"], NOW, 5)[1], todo(world.scope["supervision"], NOW, 5)[1]) == (1, 0)
    press(world, plan_approve, "leader", key, base=2, once="a1", note="同意")
    press(world, plan_approve, "leader", key, base=2, once="a1", note="同意")
    plan = queries.plan_get(world.scope["town"], key)
    assert (plan.state, plan.version, plan.opinion, plan.approved_by) == (
        "approved",
        1,
        "同意",
        world.county.person["leader"],
    )
    assert world.version("inspection.plan", key) == 3
    with pytest.raises(PlanNotFound):
        queries.plan_get(world.scope["enterprise"], key)


def test_a_new_version_says_why_and_the_old_one_holds_until_it_is_approved(world: World) -> None:
    key = approved(world, LINE, OTHER)
    with pytest.raises(StepRefused) as error:
        edit(world, key, LINE)
    assert codes(error) == ["kernel.loop.not_from_here"]
    with pytest.raises(StepRefused) as error:
        press(world, plan_revise, "supervision", key)
    assert codes(error) == ["reason_missing"]
    press(world, plan_revise, "supervision", key, note="上级增加任务")
    assert (row(key).state, row(key).version, row(key).working, row(key).reason) == ("draft", 1, 2, "上级增加任务")
    edit(world, key, LINE | {"line": "2", "enterprises": 40}, OTHER | {"enterprises": 5})
    assert words(key, 1) == [("1", 20), ("2", 30)]
    assert words(key, 2) == [("2", 40), ("3", 5)]
    assert [p.line.line for p in queries.plan_progress(world.scope["town"], row(key), NOW)] == ["1", "2"]
    press(world, plan_submit, "supervision", key)
    press(world, plan_approve, "leader", key)
    assert [(p.line.line, p.planned) for p in queries.plan_progress(world.scope["leader"], row(key), NOW)] == [
        ("2", 80), ("3", 5),
    ]  # fmt: skip


def test_the_leader_sends_a_plan_back_and_nobody_approves_his_own(world: World) -> None:
    key = drafted(world)
    press(world, plan_submit, "supervision", key)
    with pytest.raises(StepRefused) as error:
        press(world, plan_send_back, "leader", key)
    assert codes(error) == ["reason_missing"]
    with pytest.raises(StalePage):
        press(world, plan_send_back, "leader", key, base=1, note="次数太少")
    press(world, plan_send_back, "leader", key, base=2, note="次数太少")
    assert (row(key).state, row(key).opinion) == ("draft", "次数太少")
    press(world, plan_submit, "supervision", key)
    both = replace(world.scope["supervision"], rights=world.scope["supervision"].rights | {"inspection.plan.approve"})
    with pytest.raises(StepRefused) as error:
        plan_approve(scope=both, plan_id=key, pressed=Pressed(), now=NOW)
    assert codes(error) == ["same_person"]


def test_a_plan_beyond_the_officers_days_or_without_lines_is_not_handed_in(world: World) -> None:
    key = drafted(world, other_days=1000, idle_days=1450)  # 2480 less 2450: 30 person-days for 40 visits
    assert queries.plan_budget(row(key)) == (40, 30)
    with pytest.raises(StepRefused) as error:
        press(world, plan_submit, "supervision", key)
    assert codes(error) == ["over_capacity"]
    edit(world, key)
    with pytest.raises(StepRefused) as error:
        press(world, plan_submit, "supervision", key)
    assert codes(error) == ["lines_missing"]


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        pytest.param([LINE | {"target_class": "x"}], ["line.target_unknown"], id="class"),
        pytest.param([LINE | {"importance": "x"}], ["line.importance_unknown"], id="importance"),
        pytest.param([LINE | {"enterprises": 0}], ["line.count_invalid"], id="none"),
        pytest.param([LINE | {"times": 53}], ["line.times_invalid"], id="weekly-at-most"),
        pytest.param([LINE, LINE], ["line.repeated"], id="twice"),
        pytest.param(
            [LINE | {"enterprises": n} for n in range(1, 62)], ["lines_too_many"] + ["line.repeated"] * 60, id="many"
        ),
    ],
)
def test_what_the_lines_must_say(world: World, lines: list[dict[str, Any]], expected: list[str]) -> None:
    with pytest.raises(StepRefused) as error:
        drafted(world, *lines)
    assert (error.value.code, codes(error)) == ("inspection.plan.refused", expected)


def test_a_plan_has_a_name_a_year_of_its_own_and_sound_numbers(world: World) -> None:
    first = drafted(world)
    values = plan_input(1999, " ", CAPACITY | {"officers": -1}, [])
    with pytest.raises(StepRefused) as error:
        plan_draft(scope=world.scope["supervision"], values=values, now=NOW)
    assert codes(error) == ["name_missing", "year_invalid", "capacity_invalid"]
    with pytest.raises(StepRefused) as error:
        drafted(world)
    assert codes(error) == ["year_taken"]
    drafted(world, role="other_office")
    again = plan_input(2027, "2027年度检查计划", CAPACITY, [])
    made = [plan_draft(scope=world.scope["supervision"], values=again, now=NOW, once="p") for _ in range(2)]
    assert made[0] == made[1] != first


def test_another_office_reads_a_plan_and_does_not_change_it(world: World) -> None:
    key = drafted(world)
    with pytest.raises(NotAllowed) as refused:
        edit(world, key, LINE, role="other_office")
    assert refused.value.code == "inspection.plan.not_yours"
    for role in ("town", "enforcement", "leader", "auditor", "expert", "grid", "department", "enterprise", "admin"):
        with pytest.raises(NotAllowed):
            press(world, plan_submit, role, key)
    with pytest.raises(PlanNotFound) as missing:
        press(world, plan_submit, "supervision", "x")
    assert missing.value.code == "inspection.plan.not_found"


def test_every_line_of_a_draft_has_a_word_of_its_own(world: World) -> None:
    key = drafted(world, LINE | {"line": "3"}, OTHER | {"line": "3"})
    assert words(key, 1) == [("1", 20), ("2", 30)]
    edit(world, key, LINE | {"line": "2"}, OTHER | {"line": "2"})
    assert words(key, 1) == [("2", 20), ("3", 30)]


@pytest.mark.parametrize("word", ["9" * 5000, "<script>", "²", "-1", "٣", "1 "])
def test_the_word_of_a_line_is_a_number_that_was_answered_before(world: World, word: str) -> None:
    with pytest.raises(StepRefused) as error:
        drafted(world, LINE, OTHER | {"line": word})
    assert [(v.code, v.facts, v.field) for v in error.value.violations] == [
        ("inspection.plan.line.word_unknown", {"line": 2}, "line-2")
    ]
    key = drafted(world)
    with pytest.raises(StepRefused) as error:
        edit(world, key, LINE | {"line": word})
    assert codes(error) == ["line.word_unknown"]


@pytest.mark.parametrize("name", ["\u200b\u200b", "\u3164", "\u2800 "])
def test_a_name_that_nobody_sees_is_none(world: World, name: str) -> None:
    with pytest.raises(StepRefused) as error:
        plan_draft(scope=world.scope["supervision"], values=plan_input(2026, name, CAPACITY, [LINE]), now=NOW)
    assert "name_missing" in codes(error)
