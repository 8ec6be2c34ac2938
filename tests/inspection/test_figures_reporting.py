"""指标 through the API, the pages and the command line: comparisons, coverage, rows, refusals."""

from __future__ import annotations

import io
import re
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Any

import openpyxl
import pytest
from django.test import Client

from anlan.kernel.errors import BadInput
from anlan.kernel.periods import read_period
from anlan.platform import clock
from anlan.platform.exchange.models import PeerLink
from anlan.platform.indicator.coverage import coverage_of
from anlan.reporting import queries
from inspection.factories import NOW, World

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
LATER = datetime(2027, 6, 1, 2, 0, tzinfo=UTC)
API = "/api/v1/reporting/indicators"


@pytest.fixture
def years(world: World, monkeypatch: pytest.MonkeyPatch) -> World:
    """Three hazards in spring 2026 (two closed), two in spring 2027 (none), and it is June 2027."""
    world.closed()
    world.closed(now=NOW + 3 * DAY)
    world.found(role="other_town", enterprise_id=world.other_enterprise, now=NOW + 40 * DAY)
    world.found(now=datetime(2027, 3, 5, 2, 0, tzinfo=UTC))
    world.found(now=datetime(2027, 4, 5, 2, 0, tzinfo=UTC))
    monkeypatch.setattr(clock, "now", lambda: LATER)
    return world


def table(world: World, name: str, period: str, against: str = "yoy", role: str = "leader", **more: Any) -> Any:
    scope = world.scope[role]
    asked = queries.figure_asked(scope, name, more.pop("region", ""), read_period(period), LATER, **more)
    return queries.figure_table(scope, asked, LATER, against)


def said(line: Any, unit: str = "处") -> str:
    return line.compared.words(unit)


def test_a_year_against_the_one_before(years: World) -> None:
    whole = table(years, "隐患.排查", "2027-03-02..2027-05-31")
    assert (whole.total.number, whole.total.compared.base, said(whole.total)) == (2, 3, "同比下降33.3%")
    towns = table(years, "隐患.排查", "2027-03-02..2027-05-31", by=("town",))
    lines = {line.labels[0]: (line.number, said(line)) for line in towns.lines}
    assert (lines["东城街道"], lines["南城街道"]) == ((2, "同比持平"), (0, "同比下降100%"))
    assert len(towns.lines) == 19  # a town without any is nought, and stands there
    months = table(years, "隐患.排查", "2027-03-02..2027-05-31", by=("month",))
    assert {line.labels[0]: said(line) for line in months.lines} == {"2027年3月": "同比下降50%", "2027年4月": "同比持平"}


def test_the_month_before_and_the_mean_of_three_years(years: World) -> None:
    assert said(table(years, "隐患.排查", "2027-04", "chain").total) == "环比持平"
    assert said(table(years, "隐患.排查", "2027-05", "chain").total) == "环比下降100%"
    assert said(table(years, "隐患.排查", "2027-03", "mean3").total) == "前三年同期平均数据不全"
    assert said(table(years, "隐患.排查", "2026", "yoy").total) == "上年同期无数据"


def test_records_of_part_of_the_earlier_period_are_no_base(years: World) -> None:
    """The ledger begins on 2 March 2026: what was found in that year's spring says nothing of its first quarter."""
    shown = table(years, "隐患.排查", "2027-Q1").total
    assert (shown.compared.base, said(shown)) == (None, "上年同期数据不全")
    assert said(table(years, "隐患.排查", "2027-03-02..2027-06-30").total) == "同比下降33.3%"


def test_a_rate_moves_by_points(years: World, client: Client) -> None:
    client = years.client("leader")
    answer = client.get(f"{API}/inspection.hazards_rate", {"period": "2027-03-02..2027-05-31", "compare": "yoy"}).json()
    assert (answer["total"]["value"], answer["total"]["part"], answer["total"]["whole"]) == (0, 0, 2)
    assert answer["total"]["comparison"]["text"] == "同比下降66.7个百分点"
    assert answer["total"]["comparison"]["percent"] is None


def test_the_api_says_what_it_counts_and_on_what_it_rests(years: World) -> None:
    client = years.client("leader")
    catalogue = {each["name"]: each for each in client.get(API).json()["items"]}
    assert catalogue["隐患.排查"]["unit"] == "处"
    assert {d["id"] for d in catalogue["隐患.排查"]["dimensions"]} >= {"town", "month", "campaign", "class"}
    asked = {"period": "2026", "by": "town,source", "region": "331003"}
    answer = client.get(f"{API}/inspection.hazards_found", asked).json()
    assert {(line["key"]["town"], line["key"]["source"]): line["value"] for line in answer["lines"]} == {
        ("331003001", "town"): 2, ("331003002", "town"): 1,
    }  # fmt: skip
    assert (answer["kind"], answer["coverage"]["label"], answer["coverage"]["final"]) == ("ledger", "19/19个乡镇（街道）", True)
    assert (answer["begins"], answer["partly"], answer["region_name"]) == ("2026-03-02", True, "黄岩区")
    rows = client.get(
        f"{API}/inspection.hazards_found/rows", asked | {"cell": ["town=331003001", "source=town"]}
    ).json()
    assert (rows["count"], len(rows["items"])) == (2, 2)
    assert client.get(rows["items"][0]["url"]).status_code == 200


def test_towns_are_ranked_and_have_their_share(years: World) -> None:
    client = years.client("leader")
    answer = client.get(f"{API}/inspection.hazards_found", {"period": "2026", "by": "town"}).json()
    lines = {line["label"]: (line["value"], line["rank"], line["share_text"]) for line in answer["lines"]}
    assert (lines["东城街道"], lines["南城街道"]) == ((2, 1, "66.7%"), (1, 2, "33.3%"))
    assert lines["西城街道"][:2] == (0, 3)
    for name, by in (("inspection.hazards_found", "campaign"), ("inspection.hazards_rate", "town")):
        answer = client.get(f"{API}/{name}", {"period": "2026", "by": by}).json()
        assert {line["share"] for line in answer["lines"]} == {None}, name
    page = client.get("/reporting/indicators/inspection.hazards_found", {"period": "2026", "by": "town"})
    assert "位次" in page.content.decode() and "占比" in page.content.decode()


def test_a_hazard_is_counted_at_the_office_in_charge(years: World) -> None:
    answer = years.client("leader").get(f"{API}/inspection.hazards_found", {"period": "2026", "by": "office"}).json()
    assert sum(line["value"] for line in answer["lines"]) == 3
    named = {line["label"] for line in answer["lines"]}
    assert not any(re.fullmatch("[0-9a-f-]{36}", label) for label in named), named


@pytest.mark.parametrize(
    ("path", "query", "status", "code"),
    [
        ("/inspection.nothing", {"period": "2026"}, 422, "platform.indicator.unknown"),
        ("/inspection.hazards_found", {"period": "去年"}, 422, "kernel.period.unreadable"),
        ("/inspection.hazards_found", {"period": "2028"}, 422, "platform.indicator.future"),
        ("/inspection.hazards_found", {"period": "2026计划"}, 422, "platform.indicator.plan"),
        ("/inspection.hazards_found", {"period": "2026", "compare": "mom"}, 422, "platform.indicator.compare_unknown"),
        (
            "/inspection.hazards_found", {"period": "2026", "by": "month", "compare": "chain"}, 422,
            "platform.indicator.compare_times",
        ),
        ("/inspection.hazards_found", {"period": "2026", "where": "grade"}, 422, "platform.indicator.pair"),
        ("/inspection.hazards_found", {"period": "2026", "region": "330282"}, 403, "platform.region_outside"),
        (
            "/inspection.hazards_found/rows", {"period": "2026", "cell": "town=331003001"}, 422,
            "platform.indicator.cell_unknown",
        ),
    ],
)  # fmt: skip
def test_what_can_not_be_asked_is_said(years: World, path: str, query: dict[str, str], status: int, code: str) -> None:
    answer = years.client("leader").get(API + path, query)
    assert (answer.status_code, answer.json()["code"]) == (status, code)


def test_an_officer_of_a_town_and_an_enterprise_see_their_own(years: World) -> None:
    for role, expected in (("town", 2), ("other_town", 1), ("enterprise", 2)):
        answer = years.client(role).get(f"{API}/inspection.hazards_found", {"period": "2026", "by": "town"}).json()
        assert answer["total"]["value"] == expected, role
        assert sum(line["value"] for line in answer["lines"]) == expected
    refused = years.client("town").get(f"{API}/inspection.hazards_found", {"period": "2026", "region": "331003002"})
    assert refused.status_code == 403


def test_the_pages_show_the_same_and_lead_to_the_rows(years: World) -> None:
    client = years.client("leader")
    page = client.get("/reporting/indicators", {"period": "2027-03-02..2027-05-31"}).content.decode()
    assert "发现隐患数" in page and "同比下降33.3%" in page and "19/19个乡镇（街道）" in page
    one = client.get("/reporting/indicators/inspection.hazards_found", {"period": "2026", "by": "town"}).content.decode()
    links = [link.replace("&amp;", "&") for link in re.findall(r'href="(/reporting/indicators/[^"]+/rows[^"]+)"', one)]
    assert len(links) == 20
    counts = [int(re.findall(r"共 (\d+) 行", client.get(link).content.decode())[0]) for link in links]
    assert (counts[-1], sum(counts[:-1])) == (3, 3)
    book = openpyxl.load_workbook(
        io.BytesIO(client.get("/reporting/indicators/inspection.hazards_rate", {"period": "2026", "format": "xlsx"}).content)
    )
    lines = [[cell.value for cell in row] for row in book.active.iter_rows()]
    assert lines[-1][:4] == ["合计", 66.6667, 2, 3]
    assert any("19/19个乡镇（街道）" in str(line[0]) for line in lines)


def silent(region: str, heard: datetime | None, owing: bool = False) -> None:
    """A town's node, heard last at that moment."""
    at = None if heard is None else int(heard.timestamp() * 1000)
    vector = '{"n": "5:aa"}' if owing else "{}"
    PeerLink.objects.create(
        key=f"k{region}", box_key="b", node=f"{region}a", region=region.ljust(12, "0"), role="child", turn_at=at, entry_at=at,
        vector=vector,
    )  # fmt: skip


def test_a_town_that_was_not_heard_is_missing_and_its_number_is_not_final(years: World) -> None:
    silent("331003001", NOW + 5 * DAY)
    silent("331003002", None)
    march = coverage_of("331003", read_period("2026-03"), LATER)
    assert (march.label, [u.name for u in march.missing], march.final) == (
        "17/19个乡镇（街道）", ["东城街道", "南城街道"], False,
    )  # fmt: skip
    assert march.oldest is None
    days = coverage_of("331003", read_period("2026-03-01..2026-03-05"), LATER)
    assert (days.label, days.final) == ("18/19个乡镇（街道）", False)
    shown = table(years, "隐患.排查", "2026-03", by=("town",))
    assert {line.labels[0] for line in shown.lines if not line.told} == {"东城街道", "南城街道"}
    assert not shown.total.told
    page = years.client("leader").get("/reporting/indicators", {"period": "2026-03"}).content.decode()
    assert "17/19个乡镇（街道）" in page and "从未收到" in page


def test_a_running_period_counts_who_is_not_silent(world: World) -> None:
    silent("331003001", NOW - timedelta(seconds=60))
    silent("331003002", NOW - timedelta(hours=2))
    silent("331003003", NOW - timedelta(seconds=60), owing=True)
    running = coverage_of("331003", read_period("2026"), NOW)
    assert [u.name for u in running.missing][0] == "南城街道" and len(running.missing) == 2
    assert not running.final
    own = coverage_of("331003001", read_period("2026"), NOW)
    assert own.measure == "个村（社区）" and own.told == len(own.units)


def test_definitions_have_a_day_from_which_they_hold(years: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was counted in an old report is counted again by the words of its day."""
    from dataclasses import replace

    from anlan.kernel.conditions import Is
    from anlan.platform.catalogue import CATALOGUE
    from anlan.platform.indicator.declare import Definition

    held = CATALOGUE.indicators["inspection.hazards_found"]
    narrower = Definition("只计县级检查发现的", "found_at", Is("source", "county"), since=date(2027, 1, 1))
    monkeypatch.setitem(CATALOGUE.indicators, held.id, replace(held, definitions=(*held.definitions, narrower)))
    assert table(years, "隐患.排查", "2026", "", on=date(2026, 12, 31)).total.number == 3
    now = table(years, "隐患.排查", "2026", "")
    assert (now.total.number, now.definition) == (0, "只计县级检查发现的")


def test_numbers_in_print() -> None:
    assert queries.number_text(Fraction(1234567), "处") == "1,234,567"
    assert queries.number_text(Fraction(2, 3) * 100, "%") == "66.7%"
    assert queries.number_text(None, "处") == "无数据"
    assert [queries.plain_number(n) for n in (Fraction(7), Fraction(1, 3), None)] == [7, 0.3333, None]
    with pytest.raises(BadInput):
        queries.pairs_read(["x"])
