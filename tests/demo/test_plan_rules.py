"""The plan of the demo county: exact figures, every step lawful in its order, nothing after the end. No database."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from anlan.demo.firms import FIRST_TOWN, firms, town_names
from anlan.demo.plan import SCALES, Plan, make_plan
from anlan.kernel.codes import check_uscc
from anlan.kernel.deadlines import SHANGHAI

END = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
# After a long holiday the last working day but one lies a week back.
AFTER_HOLIDAY = datetime(2025, 10, 9, 1, 0, tzinfo=UTC)
MOVES = {
    "report": ("", "found"),
    "finish": ("", "found"),
    "order": ("found", "ordered"),
    "submit": ("ordered", "submitted"),
    "return": ("submitted", "ordered"),
    "close": ("submitted", "closed"),
}


@pytest.fixture(scope="module")
def plans() -> dict[str, Plan]:
    return {name: make_plan(scale, END) for name, scale in SCALES.items()}


def played(plan: Plan) -> dict[int, str]:
    """The state each hazard ends in, going through the steps as they are planned."""
    states: dict[int, str] = {}
    last: dict[int, datetime] = {}
    for step in plan.steps:
        if step.act not in MOVES:
            continue
        before, after = MOVES[step.act]
        for hazard in step.hazards or [h.index for h in plan.visits[step.visit].hazards]:
            assert (states.get(hazard, ""), last.get(hazard, step.at) <= step.at) == (before, True)
            states[hazard], last[hazard] = after, step.at
    return states


@pytest.mark.parametrize(
    ("scale", "found", "closed", "enterprises"), [("small", 120, 92, 60), ("luohu", 23_708, 19_955, 679)]
)
def test_the_plan_ends_with_exactly_the_announced_figures(
    plans: dict[str, Plan], scale: str, found: int, closed: int, enterprises: int
) -> None:
    states = played(plans[scale])
    assert (len(states), Counter(states.values())["closed"], len(plans[scale].firms)) == (found, closed, enterprises)


def test_figures_are_exact_after_a_long_holiday_too() -> None:
    assert Counter(played(make_plan(SCALES["small"], AFTER_HOLIDAY)).values())["closed"] == 92


@pytest.mark.parametrize("scale", ["small", "luohu"])
def test_steps_are_in_order_of_time_and_end_before_now(plans: dict[str, Plan], scale: str) -> None:
    moments = [step.at for step in plans[scale].steps]
    assert moments == sorted(moments)
    assert END - timedelta(days=366) < moments[0] < moments[-1] < END


def test_visits_are_made_in_office_hours(plans: dict[str, Plan]) -> None:
    hours = {visit.at.astimezone(SHANGHAI).hour for visit in plans["luohu"].visits}
    assert hours == {9, 10, 11, 12, 13, 14, 15, 16}


def test_the_demo_enterprise_shows_every_stage_and_a_major_hazard(plans: dict[str, Plan]) -> None:
    last = plans["small"].visits[-1]
    assert last.firm.index == 0
    assert sorted(h.end for h in last.hazards) == ["found", "ordered", "ordered", "submitted"]
    assert [h.fault.major for h in last.hazards if h.grade == "major"] == [True]


def test_the_same_end_gives_the_same_plan() -> None:
    assert make_plan(SCALES["small"], END).steps == make_plan(SCALES["small"], END).steps


def test_one_town_of_the_small_county_is_silent(plans: dict[str, Plan]) -> None:
    heard = {visit.firm.town for visit in plans["small"].visits}
    assert "331003204" not in heard
    assert {firm.town for firm in plans["small"].firms} == set(town_names())


def test_enterprises_are_marked_as_invented_and_have_valid_codes() -> None:
    made = firms(679)
    assert len({f.uscc for f in made}) == len({f.name for f in made}) == 679
    assert [f.name for f in made if not f.name.endswith("（演示）")] == []
    assert [f.address for f in made if "位置为虚构" not in f.address] == []
    assert [f.uscc for f in made if check_uscc(f.uscc) or f.uscc[8:10] != "XW"] == []


def test_every_scale_begins_with_the_same_enterprise() -> None:
    assert firms(1)[0].name == firms(60)[0].name == firms(679)[0].name
    assert firms(1)[0].town == FIRST_TOWN


def test_enterprises_stand_inside_the_cell_of_their_town() -> None:
    from shapely.geometry import Point, shape

    from anlan.data import places

    cells = {f["properties"]["code"][:9]: shape(f["geometry"]) for f in places.town_cells()["features"]}
    assert [f.name for f in firms(60) if not cells[f.town].contains(Point(f.lon, f.lat))] == []
