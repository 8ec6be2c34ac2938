"""指标分析: medians and ratios by every dimension, totals that count once, and the rows behind each number."""

from __future__ import annotations

import io
import re
from datetime import date, datetime, timedelta
from typing import Any

import openpyxl
import pytest

from anlan.inspection.queries import measured, measures
from anlan.inspection.services.hazards import OrderInput, ReturnInput, hazard_order, hazard_return, hazard_tag
from anlan.inspection.services.lookbacks import LookBackInput, hazard_look_back
from anlan.kernel.errors import BadInput, NotAllowed
from anlan.platform import clock
from inspection.factories import CRITERION, NOW, REGISTRAR, World
from registry.factories import make_enterprise

pytestmark = pytest.mark.django_db
YEAR = (date(2026, 1, 1), date(2026, 12, 31))
LATER = NOW + timedelta(days=40)
URL = "/inspection/indicators"


def table(world: World, measure: str, by: str = "town", role: str = "leader", **more: Any) -> measured.MeasureTable:
    asked = measures.asked_of(world.scope[role], measure, by, more.pop("region", ""), *more.pop("span", YEAR), **more)
    return measured.measure_table(world.scope[role], asked, LATER)


def parts(found: measured.MeasureTable) -> dict[str, tuple[int, int]]:
    return {line.label: (line.part, line.whole) for line in found.lines}


def days(found: measured.MeasureTable) -> dict[str, tuple[int, float, float]]:
    return {n.label: (n.whole, round(n.median_days or 0, 3), round(n.mean_days or 0, 3)) for n in found.lines}


def busy(world: World) -> list[str]:
    """Three of the first town (closed and seen again, sent back, a major one overdue), one of the second."""
    closed = world.closed(basis="甲法第一条")
    back = world.submitted(now=NOW + timedelta(days=3), basis="甲法第一条", source="public")
    item = ReturnInput(hazard_id=back, note="整改不彻底", days=7)
    hazard_return(scope=world.scope["town"], item=item, now=NOW + timedelta(days=5))
    late = world.ordered(days=20, major_criteria=(CRITERION,))
    other = world.found(role="other_town", enterprise_id=world.other_enterprise, now=NOW + timedelta(days=31))
    shown = (world.photo("town"),)
    look = LookBackInput(hazard_id=closed, note="未反弹", photos=shown)
    hazard_look_back(scope=world.scope["town"], item=look, now=NOW + timedelta(days=9))
    return [closed, back, late, other]


def test_ratios_by_town(world: World) -> None:
    busy(world)
    assert parts(table(world, "found")) == {"东城街道": (3, 3), "南城街道": (1, 1)}
    assert parts(table(world, "major")) == {"东城街道": (1, 3), "南城街道": (0, 1)}
    assert parts(table(world, "closed")) == {"东城街道": (1, 3), "南城街道": (0, 1)}
    assert parts(table(world, "overdue")) == {"东城街道": (2, 3), "南城街道": (0, 1)}
    assert parts(table(world, "returned")) == {"东城街道": (1, 2)}
    assert parts(table(world, "looked_back")) == {"东城街道": (1, 1)}
    assert parts(table(world, "again")) == {"东城街道": (0, 1)}
    total = table(world, "overdue").total
    assert (total.part, total.whole, total.ratio) == (2, 4, 0.5)


def test_spans_are_medians_and_means_in_days(world: World) -> None:
    keys = [world.found() for _ in range(3)]
    for key, gap in zip(keys, (0, 0, 3), strict=True):
        item = OrderInput(hazard_id=key, days=10)
        hazard_order(scope=world.scope["town"], item=item, now=NOW + timedelta(days=gap, hours=6))
    assert days(table(world, "order_days")) == {"东城街道": (3, 0.25, 1.25)}
    world.closed(now=NOW + timedelta(days=5))
    assert days(table(world, "submit_days")) == {"东城街道": (1, 1.0, 1.0)}
    assert days(table(world, "close_days")) == {"东城街道": (1, 2.0, 2.0)}
    assert table(world, "close_days", span=(date(2025, 1, 1), date(2025, 12, 31))).total.median_days is None


def test_other_dimensions(world: World) -> None:
    busy(world)
    assert parts(table(world, "found", "source")) == {"乡镇（街道）检查": (3, 3), "群众举报": (1, 1)}
    assert parts(table(world, "closed", "clause")) == {"甲法第一条": (1, 2), "未填写依据": (0, 2)}
    months = table(world, "found", "month", span=(date(2026, 3, 1), date(2026, 4, 30)))
    assert parts(months) == {"2026-03": (3, 3), "2026-04": (1, 1)}
    assert parts(table(world, "found", role="other_town")) == {"南城街道": (1, 1)}
    assert parts(table(world, "found", region="331003001")) == {"东城街道": (3, 3)}


def test_an_enterprise_of_several_classes_counts_in_each_and_once_in_the_total(world: World) -> None:
    two = make_enterprise(REGISTRAR, 3, region="331003001001", classes=["机械", "有色"])
    world.found(role="enforcement", enterprise_id=two)
    world.found()
    found = table(world, "found", "class")
    assert (parts(found), found.total.whole) == ({"机械": (2, 2), "有色": (1, 1)}, 2)


def test_a_hazard_of_three_campaigns_counts_once_in_the_union(world: World) -> None:
    first, *_ = busy(world)
    campaigns = [world.campaign(f"第{n}次专项行动") for n in range(3)]
    for campaign in campaigns:
        hazard_tag(scope=world.scope["town"], hazard_ids=[first], campaign_id=campaign, now=NOW + timedelta(days=10))
    found = table(world, "found", "campaign")
    assert parts(found) == {f"第{n}次专项行动": (1, 1) for n in range(3)}
    assert found.total.whole == 1
    two = table(world, "found", "campaign", campaigns=campaigns[:2])
    assert (parts(two), two.total.whole) == ({"第0次专项行动": (1, 1), "第1次专项行动": (1, 1)}, 1)
    assert table(world, "found", "town", campaigns=campaigns).total.whole == 1
    assert round(table(world, "close_days", "campaign").total.median_days or 0, 6) == 2.0


@pytest.mark.parametrize("measure", [m.id for m in measures.MEASURES])
@pytest.mark.parametrize("by", [name for name, _ in measures.DIMENSIONS])
def test_every_number_leads_to_exactly_its_rows(world: World, measure: str, by: str) -> None:
    first, *_ = busy(world)
    hazard_tag(scope=world.scope["town"], hazard_ids=[first], campaign_id=world.campaign("专项行动"), now=LATER)
    scope = world.scope["leader"]
    asked = measures.asked_of(scope, measure, by, "", *YEAR)
    found = measured.measure_table(scope, asked, LATER)
    for line in (*found.lines, found.total):
        key = None if line is found.total else line.key
        assert measures.rows_of(scope, asked, key, LATER).count() == line.whole, line
        if asked.measure.kind == "ratio":
            assert measures.rows_of(scope, asked, key, LATER, part=True).count() == line.part, line


def test_the_page_shows_the_table_and_its_links_lead_to_their_rows(world: World) -> None:
    busy(world)
    with clock.frozen(LATER):
        leader = world.client("leader")
        for measure in measures.MEASURES:
            page = leader.get(URL, {"indicator": measure.id}).content.decode()
            assert measure.definition in page
            for url, number in re.findall(r'href="(indicators/rows\?[^"]+)">(\d+)<', page):
                rows = leader.get(f"/inspection/{url}".replace("&amp;", "&")).content.decode()
                assert f"共 {number} 条" in rows
        assert "50.0%" in leader.get(URL, {"indicator": "overdue"}).content.decode()


def test_the_workbook_holds_numbers(world: World) -> None:
    busy(world)
    with clock.frozen(LATER):
        answer = world.client("leader").get(URL, {"indicator": "overdue", "format": "xlsx"})
    sheet = openpyxl.load_workbook(io.BytesIO(answer.content)).active
    rows = [[c.value for c in row] for row in sheet.iter_rows()]  # type: ignore[union-attr]
    assert rows[0][0] == "逾期率：期间内发现的隐患中责令整改后已过期限、企业至今未提交整改的。"
    assert rows[1][0] == "2026-01-01 至 2026-04-11"
    assert rows[2:] == [
        ["乡镇（街道）", "逾期数", "发现数", "逾期率（0至1）"],
        ["东城街道", 2, 3, pytest.approx(2 / 3)],
        ["南城街道", 0, 1, 0],
        ["合计", 2, 4, 0.5],
    ]


def test_the_api_answers_the_same_table(world: World) -> None:
    busy(world)
    with clock.frozen(LATER):
        client = world.client("leader")
        assert [m["id"] for m in client.get("/api/v1/inspection/indicators").json()["items"]][:3] == [
            "found", "major", "closed",
        ]  # fmt: skip
        asked = {"since": "2026-01-01", "until": "2026-12-31"}
        held = client.get("/api/v1/inspection/indicators/overdue", asked).json()
    assert (held["total"]["part"], held["total"]["whole"], held["total"]["ratio"]) == (2, 4, 0.5)
    assert [line["label"] for line in held["lines"]] == ["东城街道", "南城街道"]


def test_what_cannot_be_asked_is_refused(world: World) -> None:
    scope = world.scope["town"]
    for words, code in (
        (("nothing", "town", ""), "inspection.measure.unknown"),
        (("found", "weather", ""), "inspection.measure.by_unknown"),
    ):
        with pytest.raises(BadInput) as refused:
            measures.asked_of(scope, *words, *YEAR)
        assert refused.value.code == code
    with pytest.raises(NotAllowed):
        measures.asked_of(scope, "found", "town", "331003002", *YEAR)
    with pytest.raises(BadInput) as refused:
        measures.asked_of(scope, "found", "month", "", date(2020, 1, 1), date(2026, 1, 1))
    assert refused.value.code == "inspection.counts.period"
    asked = measures.asked_of(scope, "found", "month", "", *YEAR)
    for key in ("2025-01", "nonsense"):
        with pytest.raises(BadInput) as refused:
            measures.rows_of(scope, asked, key, datetime(2026, 4, 1, tzinfo=NOW.tzinfo))
        assert refused.value.code == "inspection.measure.key"
    assert world.client("town").get(URL, {"indicator": "nothing"}).status_code == 422
