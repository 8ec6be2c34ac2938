"""Major hazards: judged by ticking criteria, ordered with 五落实, reviewed by somebody who did not find them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from anlan.inspection import queries
from anlan.inspection.errors import StepRefused
from anlan.inspection.models import Hazard
from anlan.inspection.services.dismissals import MergeInput, hazard_merge
from anlan.inspection.services.hazards import OrderInput, SubmitInput, hazard_close, hazard_order, hazard_submit
from anlan.inspection.services.inspections import ItemAnswer, inspection_finish, inspection_items_set, inspection_start
from anlan.inspection.services.majors import JudgeInput, hazard_judge
from anlan.registry.services.enterprises import enterprise_change
from inspection.factories import CRITERION, FIVE, NOW, REGISTRAR, World

pytestmark = pytest.mark.django_db
CITED = "《工贸企业重大事故隐患判定标准》第三条第（二）项"


def codes(error: Any) -> list[str]:
    return [v.code.removeprefix("inspection.hazard.") for v in error.value.violations]


def row(hazard_id: str) -> Hazard:
    return Hazard.objects.get(pk=hazard_id)


def test_a_ticked_criterion_makes_a_hazard_major_and_is_cited(world: World) -> None:
    hazard = row(world.found(major_criteria=(CRITERION,)))
    assert (hazard.grade, hazard.major_criteria, hazard.major_unlisted) == ("major", "gm03-02", 0)
    assert hazard.major_basis == CITED
    assert [c.citation for c in queries.criteria_ticked(hazard)] == [CITED]


def test_an_exact_citation_ticks_its_criterion(world: World) -> None:
    hazard = row(world.found(grade="major", major_basis=CITED))
    assert (hazard.major_criteria, hazard.major_unlisted) == ("gm03-02", 0)


def test_major_in_free_words_is_refused_where_criteria_fit(world: World) -> None:
    with pytest.raises(StepRefused) as error:
        world.found(grade="major", major_basis="情况严重")
    assert codes(error) == ["major.criteria_missing"]
    with pytest.raises(StepRefused) as error:
        world.found(major_criteria=("hg2017-01",))
    assert codes(error) == ["major.criterion_unknown"]
    assert Hazard.objects.count() == 0


def test_major_in_free_words_is_marked_where_no_criteria_fit(world: World) -> None:
    values = {"classes": ["九小场所"]}
    enterprise_change(scope=REGISTRAR, enterprise_id=world.enterprise, values=values, base=None, now=NOW)
    hazard = row(world.found(grade="major", major_basis="消防部门认定"))
    assert (hazard.grade, hazard.major_criteria, hazard.major_unlisted) == ("major", "", 1)


def test_a_major_hazard_is_not_ordered_without_each_of_the_five(world: World) -> None:
    key = world.found(major_criteria=(CRITERION,))
    with pytest.raises(StepRefused) as error:
        hazard_order(scope=world.scope["town"], item=OrderInput(hazard_id=key), now=NOW)
    assert codes(error) == [
        "order.deadline_missing",
        "order.measures_missing",
        "order.responsible_missing",
        "order.funds_missing",
        "order.plan_missing",
    ]
    item = OrderInput(hazard_id=key, days=30, **FIVE | {"funds_yuan": -1})
    with pytest.raises(StepRefused) as error:
        hazard_order(scope=world.scope["town"], item=item, now=NOW)
    assert codes(error) == ["order.funds_missing"]
    hazard_order(
        scope=world.scope["town"], item=OrderInput(hazard_id=key, days=30, **FIVE | {"funds_yuan": 0}), now=NOW
    )
    hazard = row(key)
    held = (hazard.five_measures, hazard.five_responsible, hazard.five_funds_yuan, hazard.five_plan)
    assert held == (FIVE["measures"], FIVE["responsible"], 0, FIVE["plan"])
    assert hazard.state == "ordered"


def test_a_general_hazard_keeps_none_of_the_five(world: World) -> None:
    key = world.found()
    hazard_order(scope=world.scope["town"], item=OrderInput(hazard_id=key, days=3, **FIVE), now=NOW)
    assert row(key).five_funds_yuan is None
    assert row(key).five_measures == ""


def test_one_reviewer_of_a_major_hazard_did_not_find_it(world: World) -> None:
    key = world.submitted(major_criteria=(CRITERION,))
    later = NOW + timedelta(days=2)
    hazard_close(scope=world.scope["town"], item=world.closing(key), now=later)
    assert row(key).state == "closed"


def test_whoever_found_what_was_merged_into_a_major_hazard_found_it_too(world: World) -> None:
    key = world.ordered(major_criteria=(CRITERION,))
    twice = world.found("town_second", major_criteria=(CRITERION,))
    merged = MergeInput(hazard_id=twice, into=key, note="与前一条重复登记")
    hazard_merge(scope=world.scope["supervision"], item=merged, now=NOW)
    done = SubmitInput(hazard_id=key, note="已更换", photos=(world.photo("enterprise"),))
    hazard_submit(scope=world.scope["enterprise"], item=done, now=NOW)
    with pytest.raises(StepRefused) as error:
        hazard_close(scope=world.scope["town"], item=world.closing(key), now=NOW)
    assert codes(error) == ["close.major_finders"]
    hazard_close(scope=world.scope["enforcement"], item=world.closing(key, role="enforcement"), now=NOW)
    assert row(key).state == "closed"


def test_a_major_hazard_is_not_closed_by_the_officers_of_its_inspection(world: World) -> None:
    second = world.county.person["town_second"]
    town = world.scope["town"]
    visit = inspection_start(
        scope=town, enterprise_id=world.enterprise, checklist_id=world.checklist(), officers=[second], now=NOW
    )
    sheet = queries.inspection_sheet(queries.inspection_get(town, visit))
    answers = [ItemAnswer(item.key, "pass") for item in sheet if item.key != "ty-07"]
    answers.append(ItemAnswer("ty-07", "hazard", "焊工无证上岗", grade="major", major_basis=CITED))
    inspection_items_set(scope=town, inspection_id=visit, answers=answers, now=NOW)
    key = inspection_finish(scope=town, inspection_id=visit, conclusion="有重大隐患", now=NOW)[0]
    assert row(key).major_criteria == "gm03-02"
    hazard_order(scope=town, item=OrderInput(hazard_id=key, days=30, **FIVE), now=NOW)
    done = SubmitInput(hazard_id=key, note="已持证", photos=(world.photo("enterprise"),))
    hazard_submit(scope=world.scope["enterprise"], item=done, now=NOW)
    with pytest.raises(StepRefused) as error:
        hazard_close(scope=town, item=world.closing(key), now=NOW)
    assert codes(error) == ["close.major_finders"]
    third = world.closing(key, role="enforcement", co_reviewer=second)
    hazard_close(scope=world.scope["enforcement"], item=third, now=NOW)
    assert row(key).state == "closed"


def test_a_found_hazard_is_judged_anew_and_back(world: World) -> None:
    key = world.found()
    town = world.scope["town"]
    hazard_judge(scope=town, item=JudgeInput(hazard_id=key, base=1, major_criteria=(CRITERION,), once="j"), now=NOW)
    hazard_judge(scope=town, item=JudgeInput(hazard_id=key, base=1, major_criteria=(CRITERION,), once="j"), now=NOW)
    assert (row(key).grade, row(key).major_basis, world.base(key)) == ("major", CITED, 2)
    with pytest.raises(StepRefused) as error:
        hazard_judge(scope=town, item=JudgeInput(hazard_id=key, base=2), now=NOW)
    assert codes(error) == ["judge.finder_alone", "reason_short"]
    other = JudgeInput(hazard_id=key, base=2, note="现场复核不符合该条款")
    hazard_judge(scope=world.scope["supervision"], item=other, now=NOW)
    assert (row(key).grade, row(key).major_criteria, row(key).major_basis) == ("general", "", "")
    with pytest.raises(StepRefused) as error:
        hazard_judge(scope=town, item=JudgeInput(hazard_id=key, grade="major"), now=NOW)
    assert codes(error) == ["major.criteria_missing", "report.major_without_basis"]
    assert error.value.code == "inspection.hazard.judge.refused"


def test_an_ordered_hazard_is_not_judged(world: World) -> None:
    with pytest.raises(StepRefused) as error:
        hazard_judge(scope=world.scope["town"], item=JudgeInput(hazard_id=world.ordered()), now=NOW)
    assert [v.code for v in error.value.violations] == ["kernel.loop.not_from_here"]


def visit(world: World, *answers: ItemAnswer) -> str:
    """A visit of the town's officers whose other items pass; its id."""
    town = world.scope["town"]
    key = inspection_start(
        scope=town, enterprise_id=world.enterprise, checklist_id=world.checklist(), officers=[world.mate], now=NOW
    )
    said = {a.key for a in answers}
    sheet = queries.inspection_sheet(queries.inspection_get(town, key))
    passes = [ItemAnswer(item.key, "pass") for item in sheet if item.key not in said]
    inspection_items_set(scope=town, inspection_id=key, answers=[*passes, *answers], now=NOW)
    return key


def finished(world: World, key: str) -> list[Hazard]:
    done = inspection_finish(scope=world.scope["town"], inspection_id=key, conclusion="有隐患", now=NOW)
    return [row(hazard_id) for hazard_id in done]


@pytest.mark.parametrize(
    ("basis", "expected"),
    [
        pytest.param("情况严重", ("hazard.major.criteria_missing", "ty-01"), id="words"),
        pytest.param(
            "《化工和危险化学品生产经营单位重大生产安全事故隐患判定标准（试行）》第一项",
            ("hazard.major.criterion_unknown", "ty-01"), id="of-other-firms",
        ),
    ],
)  # fmt: skip
def test_an_item_is_no_major_hazard_by_words_alone(world: World, basis: str, expected: tuple[str, str]) -> None:
    with pytest.raises(StepRefused) as error:
        visit(world, ItemAnswer("ty-01", "hazard", "未建立责任制", grade="major", major_basis=basis))
    assert [(v.code.removeprefix("inspection."), v.field) for v in error.value.violations] == [expected]


def test_a_clause_chosen_on_the_sheet_is_a_ticked_one(world: World) -> None:
    (hazard,) = finished(world, visit(world, ItemAnswer("ty-01", "hazard", "无证", grade="major", major_basis=CITED)))
    assert (hazard.grade, hazard.major_criteria, hazard.major_unlisted) == ("major", CRITERION, 0)


def test_what_fails_a_criterion_is_general_only_with_a_reason_which_is_kept(world: World) -> None:
    with pytest.raises(StepRefused) as error:
        visit(world, ItemAnswer("ty-07", "hazard", "焊工证过期"))
    assert [(v.code, v.field) for v in error.value.violations] == [("inspection.item.general_reason_missing", "ty-07")]
    reason = "复审已受理，尚在办理期内"
    key = visit(world, ItemAnswer("ty-07", "hazard", "焊工证过期", general_reason=reason))
    (hazard,) = finished(world, key)
    assert (hazard.grade, hazard.general_reason) == ("general", reason)
    (item,) = [i for i in queries.inspection_sheet(queries.inspection_get(world.scope["town"], key)) if i.key == "ty-07"]
    assert (item.general_reason, item.hazard_id) == (reason, str(hazard.id))
    pages = [f"/inspection/hazards/{hazard.id}", f"/inspection/inspections/{key}"]
    shown = [world.client("town").get(page).content.decode() for page in pages]
    assert [reason in page for page in shown] == [True, True]


def test_a_major_hazard_of_words_alone_is_judged_before_it_is_ordered(world: World) -> None:
    without = {"classes": ["九小场所"]}
    enterprise_change(scope=REGISTRAR, enterprise_id=world.enterprise, values=without, base=None, now=NOW)
    key = world.found(grade="major", major_basis="消防部门认定")
    again = {"classes": ["机械"]}
    enterprise_change(scope=REGISTRAR, enterprise_id=world.enterprise, values=again, base=None, now=NOW)
    item = OrderInput(hazard_id=key, days=30, **FIVE)
    with pytest.raises(StepRefused) as error:
        hazard_order(scope=world.scope["town"], item=item, now=NOW)
    assert codes(error) == ["order.criteria_missing"]
    ticks = JudgeInput(hazard_id=key, major_criteria=(CRITERION,))
    hazard_judge(scope=world.scope["town"], item=ticks, now=NOW)
    hazard_order(scope=world.scope["town"], item=item, now=NOW)
    assert (row(key).state, row(key).major_criteria) == ("ordered", CRITERION)
