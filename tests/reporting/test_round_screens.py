"""The pages of reporting rounds: what they show to whom, and that a refused form keeps what was typed."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import pytest
from django.test import RequestFactory
from openpyxl import load_workbook
from round_cases import ASKED, OTHER, TOWN, filed, form, opened

from anlan.kernel.errors import BadInput
from anlan.kernel.messages import render
from anlan.platform import clock
from anlan.reporting.models import Filing, Round
from anlan.reporting.screens.round_forms import read_pressed

URL, FOUND = "/reporting/rounds", "inspection.hazards_found"


@pytest.fixture
def key(scope_of: Any) -> str:
    """A round whose first town has filed."""
    moment = clock.now()
    made = opened(scope_of("supervision"), now=moment, due_at=moment + timedelta(days=3), items=ASKED, towns=[TOWN, OTHER])
    filed(scope_of("town"), made, now=moment)
    return made


def read_code(posted: dict[str, str]) -> str:
    """How a form without its version is refused."""
    with pytest.raises(BadInput) as refused:
        read_pressed(RequestFactory().post("/", posted))
    return refused.value.code


def text(answer: Any) -> str:
    return answer.content.decode()


def test_the_county_sees_all_and_a_town_its_own(key: str, client_as: Any, scope_of: Any) -> None:
    office, town = client_as("supervision"), client_as("town")
    page = text(office.get(f"{URL}/{key}"))
    assert "1/2个乡镇（街道）" in page and "未报：南城街道" in page and "未报的不按零计" in page
    assert "1/2个乡镇（街道）" in text(office.get(URL))
    own = form(scope_of("town"), key)
    led = town.get(f"{URL}/{key}")
    assert (led.status_code, led["Location"]) == (302, f"/reporting/filings/{own.pk}")
    assert "南城街道" not in text(town.get(led["Location"]))
    neighbour = Filing.objects.get(round_id=key, region=OTHER)
    assert town.get(f"/reporting/filings/{neighbour.pk}").status_code == 404
    assert client_as("grid").get(URL).status_code == 403
    assert client_as("enterprise").get(f"{URL}/{key}").status_code == 404


def test_a_round_is_opened_on_the_page_and_like_an_earlier_one(client_as: Any, scope_of: Any) -> None:
    office = client_as("supervision")
    due = (clock.now() + timedelta(days=2)).strftime("%Y-%m-%dT%H:%M")
    typed = {
        "title": "月度情况", "kind": "month", "period": "2026-02", "due_at": due, "once": "k",
        "items": "甲\n乙，个\n丙，家，大约",
    }  # fmt: skip
    page = office.post(f"{URL}/new", typed)
    assert page.status_code == 422
    assert "报送项目第 1 行" in text(page) and "报送项目第 3 行" in text(page) and "月度情况" in text(page)
    page = office.post(f"{URL}/new", typed | {"due_at": "", "items": "乙，个"})
    assert (page.status_code, render("reporting.round.due_missing", {}) in text(page)) == (422, True)
    page = office.post(f"{URL}/new", typed | {"items": "乙，个\n丙率，%\n丁，家，不加总", "indicator": [FOUND]})
    row = Round.objects.get()
    assert (page.status_code, page["Location"]) == (302, f"{URL}/{row.pk}")
    asked = [(i.name, i.unit, i.total) for i in row.items.all() if not i.indicator]
    assert asked == [("乙", "个", "sum"), ("丙率", "%", "none"), ("丁", "家", "none")]
    again = text(office.get(f"{URL}/new?like={row.pk}"))
    assert "乙，个\n丙率，%，不加总\n丁，家，不加总" in again


def test_what_is_refused_on_a_form_keeps_what_was_typed(key: str, client_as: Any, scope_of: Any) -> None:
    own = Filing.objects.get(round_id=key, region=OTHER)
    town, url = client_as("other_town"), f"/reporting/filings/{own.pk}"
    typed = {"base": "1", "once": "a", "value_2": "7", "none_3": "1", "remark_2": "含街道", "value_4": ""}
    page = town.post(f"{url}/submit", typed)
    assert page.status_code == 409
    assert "没有填写；确无此项的" in text(page) and 'value="7"' in text(page) and "含街道" in text(page)
    assert "reporting.round.base_missing" not in text(page)
    assert read_code({}) == "reporting.round.base_missing"
    page = town.post(f"{url}/submit", {"value_2": "7"})
    assert (page.status_code, "请从报送页面提交" in text(page)) == (422, True)
    page = town.post(f"{url}/submit", {"base": "1", "once": "a", "value_2": "7", "none_3": "1", "value_4": "2"})
    assert (page.status_code, Filing.objects.get(pk=own.pk).state) == (302, "submitted")


def test_steps_on_the_pages(key: str, client_as: Any) -> None:
    office = client_as("leader")
    done = office.post(f"{URL}/{key}/chase", {"once": "a"}, follow=True)
    assert "已催报 1 个乡镇（街道）" in text(done) and "已催1次" in text(done)
    assert "刚刚已经催报过" in text(office.post(f"{URL}/{key}/chase", {"once": "b", "town": OTHER}, follow=True))
    own = Filing.objects.get(round_id=key, region=TOWN)
    page = office.post(f"/reporting/filings/{own.pk}/return", {"base": "2", "note": ""})
    assert (page.status_code, "请写明原因" in text(page)) == (409, True)
    assert office.post(f"/reporting/filings/{own.pk}/approve", {"base": "2"}).status_code == 302
    assert office.post(f"/reporting/filings/{own.pk}/return", {"base": "3", "note": "再核"}).status_code == 302
    assert Filing.objects.get(pk=own.pk).state == "returned"
    page = office.post(f"{URL}/{key}/close", {"base": "9"})
    assert (page.status_code, "已有变动" in text(page)) == (409, True)
    assert office.post(f"{URL}/{key}/close", {"base": "1"}).status_code == 302
    assert office.post(f"{URL}/{key}/reopen", {"base": "2", "note": "补报"}).status_code == 302
    assert office.post(f"{URL}/{key}/drop", {"base": "3"}).status_code == 404


def test_the_workbook_says_what_its_sums_rest_on(key: str, client_as: Any) -> None:
    answer = client_as("supervision").get(f"{URL}/{key}?format=xlsx")
    rows = [[cell.value for cell in row] for row in load_workbook(io.BytesIO(answer.content)).active.iter_rows()]
    assert rows[2][0] == "已报 1/2个乡镇（街道），未报：南城街道（未计入合计）"
    head = rows[3]
    assert head[4:7] == ["开展宣传活动（场）", "安全培训覆盖率（%）", "投入资金（万元）"]
    assert [row[4:7] for row in rows[4:8]] == [
        ["12", "96.5", "3.5"], ["未报", "未报", "未报"], ["12", "不加总", "3.5"], ["1/2个乡镇（街道）"] * 3,
    ]  # fmt: skip
