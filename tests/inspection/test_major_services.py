"""Major hazards: judged by ticking criteria, ordered with 五落实, reviewed by somebody who did not find them."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from anlan.inspection import queries
from anlan.inspection.errors import StepRefused
from anlan.inspection.models import Hazard
from anlan.inspection.services.hazards import OrderInput, hazard_close, hazard_order
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


def test_a_major_hazard_is_not_closed_by_the_officers_of_its_inspection(world: World) -> None:
    from anlan.inspection.services.hazards import SubmitInput, hazard_submit
    from anlan.inspection.services.inspections import (
        ItemAnswer,
        inspection_finish,
        inspection_items_set,
        inspection_start,
    )

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
