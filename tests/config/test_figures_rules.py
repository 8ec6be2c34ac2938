from datetime import date

import pytest

from anlan.config import figures
from anlan.inspection.queries import CountRow


@pytest.mark.parametrize(
    ("most", "top"),
    [(0, 4), (4, 4), (5, 8), (8, 8), (9, 20), (20, 20), (21, 40), (41, 80), (81, 200), (1203, 2000), (23708, 40000)],
)
def test_top_of_the_axis_is_four_whole_steps(most, top):
    assert figures._nice(most) == top
    assert top % 4 == 0


def test_bars_stand_on_the_floor_and_never_leave_the_box():
    rows = [CountRow("2025-12", "2025-12", 40, 10), CountRow("2026-01", "2026-01", 0, 0)]
    chart = figures.bars(rows)
    first, second = chart["bars"]
    assert (first["found"]["y"], first["found"]["h"], first["found"]["n"]) == (10.0, 162.0, 40)
    assert first["closed"]["h"] == 40.5
    assert second["found"]["h"] == 0
    assert [bar["year"] for bar in chart["bars"]] == ["2025", "2026"]
    assert [bar["label"] for bar in chart["bars"]] == ["12月", "1月"]
    assert [tick["label"] for tick in chart["ticks"]] == [0, 10, 20, 30, 40]
    assert all(0 <= bar["closed"]["x"] + chart["bar"] <= figures.WIDTH for bar in chart["bars"])


def test_bars_of_no_month_at_all():
    assert figures.bars([])["bars"] == []


@pytest.mark.parametrize(
    ("day", "count", "first"),
    [
        (date(2026, 11, 22), 0, date(2026, 11, 1)),
        (date(2026, 11, 22), 11, date(2025, 12, 1)),
        (date(2026, 1, 31), 1, date(2025, 12, 1)),
        (date(2026, 12, 31), -1, date(2027, 1, 1)),
    ],
)
def test_months_back(day, count, first):
    assert figures.months_back(day, count) == first


@pytest.mark.parametrize(
    ("day", "last"),
    [
        (date(2026, 2, 1), date(2026, 2, 28)),
        (date(2028, 2, 1), date(2028, 2, 29)),
        (date(2026, 12, 9), date(2026, 12, 31)),
    ],
)
def test_month_end(day, last):
    assert figures.month_end(day) == last


def test_rows_url_leaves_out_what_is_not_asked():
    assert figures.rows_url() == "/desk/inspection/hazard/?"
    assert (
        figures.rows_url(date(2026, 11, 1), date(2026, 11, 22), "331003001")
        == "/desk/inspection/hazard/?found_at_from=2026-11-01&found_at_to=2026-11-22&region=331003001"
    )
