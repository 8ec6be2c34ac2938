"""Reporting rounds over the API: one round from opening to its end, and what is refused to whom."""

from __future__ import annotations

from typing import Any

import pytest

BASE = "/reporting"
ROUND = {
    "title": "每周工作情况", "kind": "week", "period": "2026-W09", "due_at": "2099-01-01T10:00:00+08:00",
    "towns": ["331003001", "331003002"],
    "items": [{"indicator": "隐患.排查"}, {"name": "出动检查人员", "unit": "人次"}],
}  # fmt: skip


@pytest.fixture
def office(api_as: Any) -> Any:
    return api_as("supervision")


def codes(answer: Any) -> list[str]:
    return [answer["code"], *(v["code"] for v in answer.get("violations", ()))]


def opened(office: Any, **changes: Any) -> str:
    status, made = office("post", f"{BASE}/rounds", ROUND | {"due_at": "2026-12-31T10:00:00+08:00"} | changes)
    assert (status, made["state"]) == (201, "open"), made
    return str(made["id"])


def test_a_round_from_opening_to_its_end(office: Any, api_as: Any) -> None:
    town, key = api_as("town"), opened(office)
    listed = town("get", f"{BASE}/rounds")[1]
    assert [(r["id"], r["coverage"]) for r in listed["items"]] == [(key, "0/1个乡镇（街道）")]
    seen = town("get", f"{BASE}/rounds/{key}")[1]
    assert ([t["region"] for t in seen["towns"]], seen["sums"]) == (["331003001000"], [])
    form = seen["towns"][0]["id"]
    lines = town("get", f"{BASE}/filings/{form}")[1]
    assert [line["kind"] for line in lines["lines"]] == ["ledger", "asked"]
    assert {b["id"] for b in lines["actions"] if b["allowed"]} == {"submit"}
    status, stood = town("post", f"{BASE}/filings/{form}/submit", {"base": lines["version"], "answers": {"2": {"value": "31"}}})
    assert (status, stood.get("state")) == (200, "submitted"), stood
    status, late = town("post", f"{BASE}/filings/{form}/submit", {"base": lines["version"], "answers": {"2": {"value": "9"}}})
    assert (status, codes(late)) == (409, ["reporting.round.stale"])
    status, stood = office("post", f"{BASE}/filings/{form}/return", {"note": "请核实人次。"})
    assert (status, stood["state"]) == (200, "returned")
    town("post", f"{BASE}/filings/{form}/submit", {"answers": {"2": {"value": "30"}}})
    assert office("post", f"{BASE}/filings/{form}/approve", {})[1]["state"] == "approved"
    status, chased = office("post", f"{BASE}/rounds/{key}/chase", {})
    assert (status, chased) == (200, {"chased": ["331003002000"]})
    whole = office("get", f"{BASE}/rounds/{key}")[1]
    assert (whole["coverage"], whole["missing"]) == ("1/2个乡镇（街道）", ["南城街道"])
    assert whole["sums"][1] == {
        "key": "2", "value": "30", "kind": "reported", "coverage": "1/2个乡镇（街道）", "missing": ["南城街道"], "why": "",
    }  # fmt: skip
    assert office("post", f"{BASE}/rounds/{key}/close", {"base": whole["version"]})[1]["state"] == "closed"
    assert office("post", f"{BASE}/rounds/{key}/reopen", {"note": "补报"})[1]["state"] == "open"


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"title": " "}, "reporting.round.title_missing"),
        ({"title": "长" * 81}, "reporting.round.long"),
        ({"kind": "daily"}, "reporting.round.kind_unknown"),
        ({"period": "2026计划"}, "reporting.round.plan"),
        ({"period": "2199"}, "reporting.round.future"),
        ({"due_at": "2020-01-01T00:00:00+08:00"}, "reporting.round.due_past"),
        ({"due_at": "2099-01-01T00:00:00+08:00"}, "reporting.round.due_far"),
        ({"note": "长" * 501}, "reporting.round.long"),
        ({"towns": ["330102001"]}, "reporting.round.town_unknown"),
        ({"items": []}, "reporting.round.items_missing"),
        ({"items": [{"name": "甲", "unit": "个"}] * 2}, "reporting.round.item_twice"),
        ({"items": [{"name": "", "unit": "个"}]}, "reporting.round.item_name"),
        ({"items": [{"name": "甲", "unit": "石"}]}, "kernel.amount.unit_unknown"),
        ({"items": [{"name": "甲", "unit": "个", "total": "avg"}]}, "reporting.round.total_unknown"),
        ({"items": [{"name": "整改率", "unit": "个", "total": "sum"}]}, "reporting.round.not_summable"),
        ({"items": [{"name": f"第{n}", "unit": "个"} for n in range(61)]}, "reporting.round.items_many"),
    ],
)
def test_a_round_that_can_not_be_opened(office: Any, changes: dict[str, Any], expected: str) -> None:
    status, refused = office("post", f"{BASE}/rounds", ROUND | {"due_at": "2026-12-31T10:00:00+08:00"} | changes)
    assert (status, codes(refused)) == (409, ["reporting.round.refused", expected])
    assert office("get", f"{BASE}/rounds")[1] == {"count": 0, "items": []}


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        ({"1": {"value": "3"}, "2": {"value": "1"}}, "reporting.round.not_asked"),
        ({}, "reporting.round.unanswered"),
        ({"2": {"value": "3", "none": True}}, "reporting.round.none_and_number"),
        ({"2": {"value": "3", "unit": "家"}}, "reporting.round.unit_differs"),
        ({"2": {"value": "3", "unit": "丈"}}, "kernel.amount.unit_unknown"),
        ({"2": {"value": "许多"}}, "kernel.amount.unreadable"),
        ({"2": {"value": "-1"}}, "reporting.value.negative"),
        ({"2": {"value": "1.5"}}, "reporting.value.broken"),
        ({"2": {"value": "9" * 16}}, "reporting.value.huge"),
        ({"2": {"value": "1"}, "9": {"value": "1"}}, "reporting.round.item_unknown"),
        ({"2": {"value": "1", "remark": "长" * 501}}, "reporting.round.long"),
    ],
)
def test_a_form_that_can_not_be_filed(office: Any, api_as: Any, answer: dict[str, Any], expected: str) -> None:
    town, key = api_as("town"), opened(office)
    form = town("get", f"{BASE}/rounds/{key}")[1]["towns"][0]["id"]
    status, refused = town("post", f"{BASE}/filings/{form}/submit", {"answers": answer})
    assert (status, codes(refused)) == (409, ["reporting.round.refused", expected])
    assert town("get", f"{BASE}/filings/{form}")[1]["state"] == "asked"


@pytest.mark.parametrize("role", ["other_town", "grid", "enterprise", "department", "auditor"])
def test_a_towns_form_is_nobody_elses(role: str, office: Any, api_as: Any) -> None:
    key = opened(office, towns=["331003001"])
    form = office("get", f"{BASE}/rounds/{key}")[1]["towns"][0]["id"]
    caller = api_as(role)
    for path in (f"rounds/{key}", f"filings/{form}"):
        status, refused = caller("get", f"{BASE}/{path}")
        assert (status, refused["code"].rpartition(".")[2]) == (404, "not_found")
    assert caller("get", f"{BASE}/rounds")[1]["items"] == []


def test_a_town_opens_no_round(api_as: Any) -> None:
    status, refused = api_as("town")("post", f"{BASE}/rounds", ROUND)
    assert (status, refused["code"]) == (403, "platform.not_allowed")
