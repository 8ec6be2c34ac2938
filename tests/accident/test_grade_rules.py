"""The grade of an accident and its deadlines, by the clauses of 国务院令第493号."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from anlan.accident.rules.codes import CATEGORIES, GROUPS, SECTORS, group_of, sectors_of
from anlan.accident.rules.grade import (
    grade_accident,
    investigation_due,
    investigator_of,
    is_short,
    leader_late,
    reported_to,
    supplement_until,
    upward_due,
)

WAN = 10_000


@pytest.mark.parametrize(
    ("deaths", "serious", "loss_wan", "grade"),
    [
        pytest.param(0, 0, None, "general", id="art3-4-nothing-estimated"),
        pytest.param(0, 0, 0, "general", id="art3-4-nothing"),
        pytest.param(2, 0, 0, "general", id="art3-4-2-dead"),
        pytest.param(3, 0, 0, "larger", id="art3-3-3-dead"),
        pytest.param(9, 0, 0, "larger", id="art3-3-9-dead"),
        pytest.param(10, 0, 0, "major", id="art3-2-10-dead"),
        pytest.param(29, 0, 0, "major", id="art3-2-29-dead"),
        pytest.param(30, 0, 0, "extraordinary", id="art3-1-30-dead"),
        pytest.param(0, 9, 0, "general", id="art3-4-9-serious"),
        pytest.param(0, 10, 0, "larger", id="art3-3-10-serious"),
        pytest.param(0, 49, 0, "larger", id="art3-3-49-serious"),
        pytest.param(0, 50, 0, "major", id="art3-2-50-serious"),
        pytest.param(0, 99, 0, "major", id="art3-2-99-serious"),
        pytest.param(0, 100, 0, "extraordinary", id="art3-1-100-serious"),
        pytest.param(0, 0, "999.9999", "general", id="art3-4-one-yuan-below-1000wan"),
        pytest.param(0, 0, 1000, "larger", id="art3-3-1000wan"),
        pytest.param(0, 0, "4999.9999", "larger", id="art3-3-one-yuan-below-5000wan"),
        pytest.param(0, 0, 5000, "major", id="art3-2-5000wan"),
        pytest.param(0, 0, "9999.9999", "major", id="art3-2-one-yuan-below-1yi"),
        pytest.param(0, 0, 10000, "extraordinary", id="art3-1-1yi"),
        pytest.param(2, 10, 0, "larger", id="art3-the-worst-serious"),
        pytest.param(3, 50, 0, "major", id="art3-the-worst-serious-over-deaths"),
        pytest.param(10, 9, 10000, "extraordinary", id="art3-the-worst-loss"),
    ],
)
def test_grade_by_whichever_is_worst(deaths: int, serious: int, loss_wan: object, grade: str) -> None:
    from anlan.accident.rules.amounts import loss_yuan

    assert grade_accident(deaths, serious, None if loss_wan is None else loss_yuan(str(loss_wan))) == grade


@pytest.mark.parametrize(
    ("sector", "category", "short"),
    [
        pytest.param("road", "", True, id="art13-road"),
        pytest.param("fire", "", True, id="art13-fire-line"),
        pytest.param("manufacturing", "fire", True, id="art13-fire-in-a-factory"),
        pytest.param("manufacturing", "burn", False, id="art13-burn"),
        pytest.param("water", "", False, id="art13-water"),
    ],
)
def test_seven_days_for_road_and_fire(sector: str, category: str, short: bool) -> None:
    assert is_short(sector, category) is short


def test_the_period_of_correction_ends_with_its_last_local_day() -> None:
    at = datetime(2026, 3, 1, 15, 59, tzinfo=UTC)  # 23:59 in Shanghai, still 1 March
    assert supplement_until(at, "manufacturing", "machine") == datetime(2026, 3, 31, 15, 59, 59, tzinfo=UTC)
    assert supplement_until(at, "road", "") == datetime(2026, 3, 8, 15, 59, 59, tzinfo=UTC)
    later = datetime(2026, 3, 1, 16, 0, tzinfo=UTC)  # midnight: 2 March
    assert supplement_until(later, "road", "") == datetime(2026, 3, 9, 15, 59, 59, tzinfo=UTC)


def test_the_investigation_has_sixty_days_and_what_was_granted() -> None:
    at = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
    assert investigation_due(at) == datetime(2026, 4, 30, 15, 59, 59, tzinfo=UTC)
    assert investigation_due(at, 60) == datetime(2026, 6, 29, 15, 59, 59, tzinfo=UTC)


def test_each_level_has_two_hours_and_the_leader_one() -> None:
    received = datetime(2026, 3, 1, 2, 0, tzinfo=UTC)
    assert upward_due(received) == datetime(2026, 3, 1, 4, 0, tzinfo=UTC)
    assert leader_late(datetime(2026, 3, 1, 1, 0, tzinfo=UTC), received) is False
    assert leader_late(datetime(2026, 3, 1, 0, 59, 59, tzinfo=UTC), received) is True
    assert leader_late(None, received) is False


@pytest.mark.parametrize(
    ("grade", "told", "investigates"),
    [
        pytest.param("general", "设区的市级", "县级", id="art10-3-art19-2-general"),
        pytest.param("larger", "省级", "设区的市级", id="art10-2-art19-2-larger"),
        pytest.param("major", "国务院", "省级", id="art10-1-art19-2-major"),
        pytest.param("extraordinary", "国务院", "国务院", id="art10-1-art19-1-extraordinary"),
    ],
)
def test_who_is_told_and_who_investigates(grade: str, told: str, investigates: str) -> None:
    assert (reported_to(grade), investigator_of(grade)) == (told, investigates)


def test_the_categories_are_the_twenty_of_the_standard() -> None:
    assert len(CATEGORIES) == len(dict(CATEGORIES)) == len({label for _, label in CATEGORIES}) == 20
    assert {"物体打击", "高处坠落", "触电", "火灾", "灼烫", "中毒和窒息"} <= {label for _, label in CATEGORIES}


def test_what_reports_take_together() -> None:
    lines = dict(SECTORS)
    assert all(members <= lines.keys() for _, members in GROUPS.values())
    assert {lines[s] for s in sectors_of("construction")} == {"建筑施工", "市政工程", "水利工程", "装修工程"}
    assert sectors_of("construction") < sectors_of("industrial")
    assert sectors_of("road") == {"road"}
    assert sectors_of("nonsense") == frozenset()
    assert (group_of("courier"), group_of("road")) == ("industrial", "road")
