"""Accidents as figures: what counts, sums of the dead, 同比 with the years before, and a year without any."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from accident.factories import BODY, FOUND, WHEN, filed
from anlan.accident.rules.report import Casualties
from anlan.accident.services.accidents import accident_judge, accident_revoke
from anlan.accident.services.reports import ReportInput, accident_record
from anlan.accident.services.taking import Pressed
from anlan.kernel.periods import read_period
from anlan.platform.catalogue import CATALOGUE
from anlan.platform.indicator.ask import asked_of, indicator_rows, indicator_values
from anlan.reporting import queries
from inspection.factories import NOW, World
from inspection.test_indicators_values import counted

pytestmark = pytest.mark.django_db
LATER = datetime(2026, 12, 31, 2, 0, tzinfo=UTC)


def recorded(world: World, **values: Any) -> str:
    """An accident of former times, its case closed."""
    happened = values["occurred_at"]
    item = ReportInput(
        **{n: v for n, v in BODY.items() if n not in {"deaths", "serious_injuries", "loss_yuan"}} | FOUND
        | {n: v for n, v in values.items() if n != "deaths"},
        casualties=Casualties(deaths=values["deaths"]), closed_on=(happened + timedelta(days=50)).date(),
        files=(world.photo("enforcement"),),
    )  # fmt: skip
    return accident_record(scope=world.scope["enforcement"], item=item, now=NOW)


def figure(world: World, name: str, period: str = "2026", against: str = "", **more: Any) -> Any:
    scope = world.scope["leader"]
    asked = queries.figure_asked(scope, name, "", read_period(period), LATER, **more)
    return queries.figure_table(scope, asked, LATER, against).total


@pytest.fixture
def year(world: World) -> World:
    """In 2026: two accidents on roads with two dead, one in a works with one; one more that is found to be none."""
    filed(world, deaths=1)
    filed(world, sector="road", category="", deaths=2, occurred_at=WHEN - timedelta(days=3))
    filed(world, sector="road", category="", deaths=0, minor_injuries=1, occurred_at=WHEN - timedelta(days=9))
    none = filed(world, sector="building", category="fall", deaths=1, occurred_at=WHEN - timedelta(days=20))
    scope = world.scope["enforcement"]
    accident_judge(scope=scope, accident_id=none, pressed=Pressed(), now=NOW, nature="other", note="公安认定为自身疾病死亡")
    return world


def test_numbers_of_a_year(year: World) -> None:
    names = (
        "起数", "死亡", "工矿起数", "工矿死亡", "道路起数", "道路死亡", "经营性起数", "较大以上起数", "亡人", "轻伤", "结案",
    )  # fmt: skip
    assert {name: int(figure(year, f"事故.{name}").number) for name in names} == {
        "起数": 3, "死亡": 3, "工矿起数": 1, "工矿死亡": 1, "道路起数": 2, "道路死亡": 2, "经营性起数": 3, "较大以上起数": 0,
        "亡人": 2, "轻伤": 1, "结案": 0,
    }  # fmt: skip
    assert figure(year, "事故.死亡").rows == 3  # the rows behind the sum of three


def test_an_accident_that_is_revoked_leaves_every_number(year: World) -> None:
    key = filed(year, deaths=3, place="三车间喷漆房", occurred_at=WHEN - timedelta(days=1))
    assert (figure(year, "事故.较大以上起数").number, figure(year, "事故.死亡").number) == (1, 6)
    accident_revoke(
        scope=year.scope["enforcement"], accident_id=key, pressed=Pressed(), now=NOW, kind="false", note="经现场核实没有发生"
    )
    assert (figure(year, "事故.较大以上起数").number, figure(year, "事故.死亡").number) == (0, 3)


def test_a_year_without_any_is_nought_where_the_ledger_is_kept(year: World) -> None:
    """The first row is of 9 February: January of that year is nought, the year before is not known."""
    assert figure(year, "事故.起数", "2026-01").number == 0
    assert figure(year, "事故.起数", "2025").number is None
    compared = figure(year, "事故.起数", "2026", "yoy").compared
    assert compared.words("起") == "上年同期无数据"


def test_accidents_of_former_years_give_the_years_their_base(year: World) -> None:
    for back, deaths in ((1, 2), (2, 4), (3, 6)):
        happened = WHEN.replace(year=2026 - back, month=2)
        recorded(year, deaths=deaths, place=f"{back}年前的车间", occurred_at=happened, received_at=happened)
    shown = figure(year, "事故.死亡", "2026", "yoy").compared
    assert (shown.base, shown.words("人")) == (2, "同比增长50%")
    mean = figure(year, "事故.死亡", "2026", "mean3").compared
    assert (mean.base, mean.words("人")) == (4, "较前三年同期平均值下降25%")


def test_every_number_of_accidents_is_that_of_its_rows(year: World) -> None:
    scope, found = year.scope["leader"], 0
    for indicator in CATALOGUE.indicators.values():
        if indicator.facts.id != "accident.accident" or indicator.percent:
            continue
        for by in ((), ("town",), ("month",), ("sector",), ("category", "grade")):
            asked = asked_of(scope, indicator, "", read_period("2026"), date(2026, 12, 31), by)
            answer = indicator_values(scope, asked)
            assert answer.total.number == counted(indicator, indicator_rows(scope, asked))
            for key, value in answer.lines.items():
                rows = indicator_rows(scope, asked, dict(zip(by, key, strict=True)))
                assert (value.number, value.rows) == (counted(indicator, rows), rows.count())
                found += value.rows
    assert found > 50


def test_an_enterprise_sees_no_accident_of_others(year: World) -> None:
    scope = year.scope["enterprise"]
    if scope.may("accident.view"):
        asked = queries.figure_asked(scope, "事故.起数", "", read_period("2026"), LATER)
        assert queries.figure_table(scope, asked, LATER).total.rows <= 1
    town = year.scope["other_town"]
    asked = queries.figure_asked(town, "事故.起数", "", read_period("2026"), LATER)
    assert queries.figure_table(town, asked, LATER).total.rows == 0
