"""The figures of 工作台 and 统计 on a real county: what is counted, and that every number leads to exactly its rows."""

import re
from datetime import timedelta

import pytest

from anlan.config import figures
from anlan.inspection.models import Hazard
from anlan.inspection.queries import CountRow
from anlan.inspection.services.dismissals import MergeInput, hazard_dismiss, hazard_merge
from anlan.inspection.services.steps import StepInput
from anlan.platform import clock
from inspection.factories import NOW, make_world

TODAY = NOW + timedelta(days=12)  # 2026-03-14


@pytest.fixture
def world(db):
    made = make_world()
    made.found()
    made.ordered(days=5)
    made.closed()
    made.found(now=NOW - timedelta(days=20), at=NOW - timedelta(days=20))
    # Neither what was none nor what was filed twice is counted, and so neither is listed behind a number.
    none, twice, stays = (made.found(), made.found(), str(Hazard.objects.get(state="ordered").pk))
    scope = made.scope["supervision"]
    hazard_dismiss(scope=scope, item=StepInput(hazard_id=none, note="经核实不是隐患"), now=NOW)
    hazard_merge(scope=scope, item=MergeInput(hazard_id=twice, into=stays, note="与前一条重复登记"), now=NOW)
    return made


def _listed(client, url):
    page = client.get(url).content.decode()
    return int(re.search(r"共 (\d+) 条", page).group(1))


def test_overview_counts_month_year_and_overdue(world):
    seen = figures.overview(world.scope["supervision"], TODAY)
    line = next(each for each in seen.lines if each.label == "东城街道")
    assert line.month == CountRow("331003001", "东城街道", 3, 1)
    assert line.year == CountRow("331003001", "东城街道", 4, 1)
    assert (line.overdue, seen.total.overdue) == (1, 1)
    assert (seen.total.month.found, seen.total.month.closed, seen.total.month.rate_ratio) == (3, 1, 1 / 3)
    assert [row.key for row in seen.trend][-2:] == ["2026-02", "2026-03"]
    assert [(row.found, row.closed) for row in seen.trend][-2:] == [(1, 0), (3, 1)]
    assert len(seen.trend) == 12


def test_figures_change_with_the_next_entry(world):
    before = figures.overview(world.scope["supervision"], TODAY).total.year.found
    world.found()
    assert figures.overview(world.scope["supervision"], TODAY).total.year.found == before + 1


def test_town_sees_its_own_line_only(world):
    seen = figures.overview(world.scope["other_town"], TODAY)
    assert [line.label for line in seen.lines] == ["南城街道"]
    assert seen.total.year.found == 0


def test_every_number_leads_to_exactly_its_rows(world):
    with clock.frozen(TODAY):
        client = world.client("supervision")
        seen = figures.overview(world.scope["supervision"], TODAY)
        for line in (*seen.lines, seen.total):
            assert _listed(client, line.month_url) == line.month.found, line.label
            assert _listed(client, line.year_url) == line.year.found, line.label
            assert _listed(client, line.overdue_url) == line.overdue, line.label
        assert _listed(client, seen.total.month_closed_url) == seen.total.month.closed
        grid = figures.grid(world.scope["supervision"], 2026, TODAY)
        for label, cells, whole, _ in grid.rows:
            for cell in (*cells, whole):
                assert _listed(client, cell.url) == cell.found, label


def test_grid_adds_up(world):
    grid = figures.grid(world.scope["supervision"], 2026, TODAY)
    assert grid.months == ("1月", "2月", "3月")
    assert [(cell.found, cell.closed) for cell in grid.sums] == [(0, 0), (1, 0), (3, 1)]
    assert (grid.sum.found, grid.sum.closed) == (4, 1)
    assert sum(whole.found for _, _, whole, _ in grid.rows) == 4
