"""填报数据: what may be stated, how a correction stands in the history, and how it is set beside what the ledgers count."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from accident.factories import filed
from anlan.kernel.errors import AnlanError
from anlan.kernel.periods import read_period
from anlan.platform import regions
from anlan.platform.catalogue import CATALOGUE
from anlan.platform.journal.record import version_of
from anlan.platform.ledger.services import ledger_change, ledger_create, ledger_retire
from anlan.reporting import queries
from anlan.reporting.models import ReportedValue
from anlan.reporting.rules.value import check_value, derive_value
from inspection.factories import NOW, World

LATER = datetime(2026, 12, 31, 2, 0, tzinfo=UTC)
BASE: dict[str, Any] = {
    "name": "事故.起数", "value": "8", "unit": "起", "period": "2025年", "region": "331003000000",
    "source_title": "2025年度安全生产统计年报", "source_office": "区统计局",
}  # fmt: skip


def stated(world: World, role: str = "supervision", **values: Any) -> str:
    ledger = CATALOGUE.ledgers["reporting.value"]
    return ledger_create(scope=world.scope[role], ledger=ledger, values=BASE | values, now=NOW)


def table(world: World, name: str, period: str, against: str = "", by: tuple[str, ...] = ()) -> Any:
    scope = world.scope["leader"]
    asked = queries.figure_asked(scope, name, "", read_period(period), LATER, by)
    return queries.figure_table(scope, asked, LATER, against)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"value": "633.745", "unit": "万元"}, ("6337450", "元")),
        ({"value": "10", "unit": "万份"}, ("100000", "份")),
        ({"value": "-25", "unit": "%"}, ("-25", "%")),
        ({"value": "0", "unit": "起"}, ("0", "起")),
        ({"value": "9.60", "unit": "吨"}, ("9.6", "吨")),
    ],
)
def test_numbers_and_units_are_taken_together(values: dict[str, str], expected: tuple[str, str]) -> None:
    found = derive_value(BASE | values, None)
    assert (found["amount"], found["measure"]) == expected
    assert check_value(BASE | found) == []


@pytest.mark.parametrize(
    ("period", "first", "last", "planned"),
    [
        ("2019", "2019-01-01", "2019-12-31", 0),
        ("2019年1-11月", "2019-01-01", "2019-11-30", 0),
        ("2022(至8月15日)", "2022-01-01", "2022-08-15", 0),
        ("2025计划", "2025-01-01", "2025-12-31", 1),
    ],
)
def test_periods_are_read_as_reports_write_them(period: str, first: str, last: str, planned: int) -> None:
    found = derive_value(BASE | {"period": period}, None)
    assert (str(found["first_on"]), str(found["last_on"]), found["planned"]) == (first, last, planned)


@pytest.mark.parametrize(
    ("values", "problem"),
    [
        ({"value": "八"}, ("kernel.amount.unreadable", "value")),
        ({"value": "NaN"}, ("kernel.amount.unreadable", "value")),
        ({"value": "-3"}, ("reporting.value.negative", "value")),
        ({"value": "1.5"}, ("reporting.value.broken", "value")),
        ({"value": "9" * 17, "unit": "元"}, ("reporting.value.huge", "value")),
        ({"unit": "只猫"}, ("kernel.amount.unit_unknown", "unit")),
        ({"period": "前年"}, ("kernel.period.unreadable", "period")),
        ({"name": " "}, ("reporting.value.missing", "name")),
        ({"source_title": "\u3000"}, ("reporting.value.missing", "source_title")),
        ({"quote": "长" * 501}, ("reporting.value.long", "quote")),
    ],
)
def test_what_is_no_figure_is_refused_with_its_field(values: dict[str, str], problem: tuple[str, str]) -> None:
    assert [(v.code, v.field) for v in check_value(BASE | values)] == [problem]


@pytest.mark.django_db
def test_a_year_before_the_ledger_has_what_was_stated_of_it(world: World) -> None:
    filed(world, deaths=0)
    assert table(world, "事故.起数", "2026", "yoy").total.compared.words("起") == "上年同期无数据"
    stated(world)
    assert table(world, "事故.起数", "2026", "yoy").total.compared.words("起") == "同比下降87.5%"
    year = table(world, "事故.起数", "2025")
    assert (year.total.kind, year.total.number, [r.text for r in year.reported]) == ("reported", 8, ["8起"])
    answer = world.client("leader").get(
        "/api/v1/reporting/indicators/accident.all_count", {"period": "2025"}
    ).json()
    assert (answer["kind"], answer["total"]["value"], answer["total"]["rows"]) == ("reported", 8, 0)
    assert world.client("leader").get(answer["reported"][0]["url"]).status_code == 200
    page = world.client("leader").get("/reporting/indicators/accident.all_count", {"period": "2025"}).content.decode()
    assert "2025年度安全生产统计年报" in page and "合计（填报）" in page


@pytest.mark.django_db
def test_two_sources_stand_side_by_side_and_are_never_added(world: World) -> None:
    stated(world)
    stated(world, value="9", source_office="市应急管理局")
    both = table(world, "事故.起数", "2025")
    assert (both.total.number, both.differ, [int(r.number) for r in both.reported]) == (None, True, [8, 9])
    filed(world, deaths=0)
    stated(world, period="2026年", value="1")
    agreed = table(world, "事故.起数", "2026")
    assert (agreed.total.number, agreed.total.kind, agreed.differ) == (1, "ledger", False)
    stated(world, period="2026年", value="3", source_office="市应急管理局")
    assert table(world, "事故.起数", "2026").total.number == 1
    assert table(world, "事故.起数", "2026").differ
    page = world.client("leader").get("/reporting/indicators/accident.all_count", {"period": "2026"}).content.decode()
    assert "不同来源的数据不一致" in page


@pytest.mark.django_db
def test_a_correction_is_a_new_version_and_a_withdrawn_value_says_nothing(world: World) -> None:
    key, ledger = stated(world), CATALOGUE.ledgers["reporting.value"]
    subject, scope = f"reporting.value/{key}", world.scope["supervision"]
    ledger_change(
        scope=scope, ledger=ledger, id=key, values={"value": "1.2", "unit": "千起"}, base=version_of(subject), now=NOW
    )
    row = ReportedValue.objects.get(pk=key)
    assert (row.value, row.amount, row.measure, version_of(subject)) == ("1.2", "1200", "起", 2)
    assert table(world, "事故.起数", "2025").total.number == 1200
    ledger_retire(scope=scope, ledger=ledger, id=key, reason="统计局已更正", base=2, now=NOW)
    assert table(world, "事故.起数", "2025").total.number is None


@pytest.mark.django_db
def test_values_of_all_towns_make_the_county_s_and_of_fewer_none(world: World) -> None:
    """History of earlier years, entered town by town."""
    filed(world, deaths=0)
    towns = [code for code, _ in regions.choices("331003", "town")]
    for n, code in enumerate(towns[:-1]):
        stated(world, region=code, value=str(n % 2))
    some = table(world, "事故.起数", "2025", by=("town",))
    assert some.total.number is None
    assert [(line.number, line.kind) for line in some.lines][:2] == [(0, "reported"), (1, "reported")]
    assert (some.lines[-1].number, some.lines[-1].kind) == (None, "ledger")
    assert table(world, "事故.起数", "2026", "yoy").total.compared.base is None
    stated(world, region=towns[-1], value="2")
    assert (table(world, "事故.起数", "2025").total.number, len(towns)) == (11, 19)
    whole = table(world, "事故.起数", "2026", "yoy", by=("town",))
    assert whole.total.compared.words("起") == "同比下降90.9%"
    assert [line.compared.base for line in whole.lines][-2:] == [1, 2]


@pytest.mark.django_db
def test_a_unit_that_is_not_the_indicator_s_is_refused(world: World) -> None:
    with pytest.raises(AnlanError) as refused:
        stated(world, unit="人")
    assert [v.code for v in refused.value.violations] == ["reporting.value.unit_differs"]
    assert not ReportedValue.objects.exists()


@pytest.mark.django_db
def test_a_figure_without_a_ledger_is_kept_under_its_own_name(world: World) -> None:
    key = stated(world, name="管火人员", value="4600", unit="人", approximate="over", period="2019年")
    row = ReportedValue.objects.get(pk=key)
    assert (row.indicator, row.amount, row.approximate) == ("", "4600", "over")


@pytest.mark.django_db
@pytest.mark.parametrize(("role", "sees", "enters"), [
    ("leader", True, False), ("supervision", True, True), ("town", True, True), ("enterprise", False, False),
    ("other_town", True, True),
])  # fmt: skip
def test_who_reads_and_who_states(world: World, role: str, sees: bool, enters: bool) -> None:
    stated(world, role="town", region="331003001000")
    answer = world.client(role).get("/api/v1/reporting/values")
    assert (answer.status_code == 200) == sees
    if sees:
        assert len(answer.json()["items"]) == (0 if role == "other_town" else 1)
    posted = world.client(role).post(
        "/api/v1/reporting/values", BASE | {"region": "331003002000" if role == "other_town" else "331003001000",
                                            "source_office": "镇派出所"}, content_type="application/json",
    )  # fmt: skip
    assert (posted.status_code in (200, 201)) == enters, posted.content
    elsewhere = BASE | {"region": "330282001000"}
    foreign = world.client(role).post("/api/v1/reporting/values", elsewhere, content_type="application/json")
    assert foreign.status_code in (403, 422)
