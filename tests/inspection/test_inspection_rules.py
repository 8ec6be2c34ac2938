from __future__ import annotations

import os
import re
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from anlan.inspection.rules.campaign import CampaignFacts, check_campaign, check_tag
from anlan.inspection.rules.checklist import (
    ChecklistItem,
    check_checklist,
    item_changes,
    items_at,
    packaged_checklists,
)
from anlan.inspection.rules.inspection import FinishFacts, ItemFacts, StartFacts, check_finish, check_item, check_start

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
SHARED = Path(os.environ.get("ANLAN_SHARED", Path(__file__).parents[3] / "shared")) / "standards" / "laws"


def codes(violations: list[Any]) -> list[str]:
    return [v.code.removeprefix("inspection.") for v in violations]


ALONE = frozenset("a")


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({}, [], id="aqscf-67-complete"),
        pytest.param({"kind": "enforcement", "officers": ALONE}, ["start.two_officers"], id="xzcf-42-one-officer"),
        pytest.param({"kind": "enforcement", "officers": frozenset("ab")}, [], id="xzcf-42-two-officers"),
        pytest.param({"officers": ALONE}, ["start.two_officers"], id="xzcf-42-any-visit"),
        pytest.param({"source": "village", "officers": ALONE}, [], id="house-patrol-alone"),
        pytest.param(
            {"supervises_chemicals": True, "officers": ALONE}, ["start.two_officers_chemicals"], id="whp-7-2-alone"
        ),
        pytest.param(
            {"supervises_chemicals": True, "source": "village", "officers": ALONE}, [], id="whp-7-2-grid-visit"
        ),
        pytest.param({"officers": frozenset({""})}, ["start.officer_missing"], id="aqscf-67-nobody"),
        pytest.param({"kind": "raid"}, ["start.kind_unknown"], id="house-kind"),
        pytest.param({"source": "hearsay"}, ["start.source_unknown"], id="house-source"),
        pytest.param({"at": NOW + timedelta(hours=1)}, ["start.at_in_future"], id="house-future"),
    ],
)
def test_check_start(changes: dict[str, Any], expected: list[str]) -> None:
    values = {"kind": "routine", "source": "county", "officers": frozenset("ab"), "at": NOW, "now": NOW} | changes
    assert codes(check_start(StartFacts(**values))) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"result": "pass"}, []),
        ({"result": "fine"}, ["item.result_unknown"]),
        ({"known": False, "result": "na"}, ["item.unknown"]),
        ({"result": "hazard"}, ["item.description_missing"]),
        ({"result": "hazard", "description": "无标志", "grade": "major"}, ["item.major_without_basis"]),
        ({"result": "hazard", "description": "无标志", "grade": "vast"}, ["item.grade_unknown"]),
        ({"result": "hazard", "description": "无标志", "place": "部" * 101}, ["text_too_long"]),
        ({"result": "hazard", "description": "无标志"}, []),
    ],
)
def test_check_item(changes: dict[str, Any], expected: list[str]) -> None:
    assert codes(check_item(ItemFacts(**{"key": "ty-01", "known": True} | changes))) == expected


def test_check_finish_names_the_first_missing_item() -> None:
    facts = FinishFacts("draft", {"ty-01": "pass"}, frozenset({"ty-01", "ty-02", "ty-03"}), "")
    found = check_finish(facts)
    assert codes(found) == ["finish.items_missing", "finish.conclusion_missing"]
    assert found[0].facts == {"count": 2, "first": "ty-02"}
    assert check_finish(FinishFacts("draft", {"ty-01": "na"}, frozenset({"ty-01"}), "未发现隐患")) == []
    again = check_finish(FinishFacts("finished", {"ty-01": "na"}, frozenset({"ty-01"}), "未发现隐患"))
    assert [v.code for v in again] == ["kernel.loop.not_from_here"]


def item(key: str = "a-1", **values: str) -> ChecklistItem:
    full = {"category": "现场", "text": "通道畅通", "law": "中华人民共和国消防法", "article": "第二十八条"} | values
    return ChecklistItem(key, **full)


@pytest.mark.parametrize(
    ("items", "expected"),
    [
        ([item()], []),
        ([], ["checklist.empty"]),
        ([item("A 1")], ["checklist.key_invalid"]),
        ([item(text=" ")], ["checklist.text_missing"]),
        ([item(article="28")], ["checklist.clause_missing"]),
        ([item(article="第十六条第一款第（二）项")], []),
        ([item(), item()], ["checklist.key_twice"]),
    ],
)
def test_check_checklist(items: list[ChecklistItem], expected: list[str]) -> None:
    assert codes(check_checklist("消防", items)) == expected


def test_items_at_answers_with_the_wording_of_its_day() -> None:
    rows = [
        {"item_key": "a", "text": "旧", "position": 2, "since_version": 1, "until_version": 3},
        {"item_key": "a", "text": "新", "position": 2, "since_version": 3, "until_version": None},
        {"item_key": "b", "text": "乙", "position": 1, "since_version": 2, "until_version": None},
    ]
    assert [[r["text"] for r in items_at(rows, v)] for v in (1, 2, 3)] == [["旧"], ["乙", "旧"], ["乙", "新"]]


def test_item_changes_are_only_what_differs() -> None:
    wording = {"category": "现场", "law": "中华人民共和国消防法", "article": "第二十八条", "major": ""}
    standing = [
        {"item_key": "a-1", "text": "通道畅通", "position": 1} | wording,
        {"item_key": "a-2", "text": "灭火器有效", "position": 2} | wording,
    ]
    changes = item_changes(standing, [item("a-1"), item("a-3", text="门未上锁")])
    assert (changes["drop"], [i["key"] for i in changes["put"]]) == (["a-2"], ["a-3"])
    assert item_changes(standing[:1], [item("a-1")]) == {"put": [], "drop": []}


@pytest.mark.parametrize(
    ("name", "since", "until", "expected"),
    [
        ("春雷", date(2026, 1, 1), date(2026, 3, 1), []),
        (" ", date(2026, 1, 1), date(2026, 1, 1), ["campaign.name_missing"]),
        ("春雷", None, date(2026, 1, 1), ["campaign.period_missing"]),
        ("春雷", date(2026, 2, 1), date(2026, 1, 1), ["campaign.period_reversed"]),
    ],
)
def test_check_campaign(name: str, since: date | None, until: date | None, expected: list[str]) -> None:
    assert codes(check_campaign(CampaignFacts(name, since, until))) == expected


def test_nothing_is_put_under_a_retired_campaign() -> None:
    assert (codes(check_tag(True)), check_tag(False)) == (["campaign.retired"], [])


def test_packaged_checklists_are_sound_and_cover_the_classes() -> None:
    found = packaged_checklists()
    assert [(p.code, len(p.items)) for p in found] == [
        ("ty", 20),
        ("whjy", 16),
        ("whsy", 14),
        ("yxkj", 12),
        ("fcsb", 13),
        ("saly", 13),
        ("jx", 14),
        ("jyz", 15),
    ]
    assert [check_checklist(p.name, p.items) for p in found] == [[]] * 8
    keys = [i.key for p in found for i in p.items]
    assert len(keys) == len(set(keys))


@pytest.mark.skipif(not SHARED.is_dir(), reason="../shared absent")
def test_every_clause_cited_exists_in_the_law() -> None:
    texts = {f.name.partition("(")[0]: f.read_text(encoding="utf-8") for f in SHARED.glob("*.md")}
    missing = []
    for listed in packaged_checklists():
        for each in listed.items:
            text = texts.get(each.law.removeprefix("中华人民共和国"), "")
            article = re.match("第[一二三四五六七八九十百]+条", each.article)
            if article is None or not _has(text, article.group(), each.article):
                missing.append((each.key, each.basis))
    assert missing == []


_DIGITS = "零一二三四五六七八九十"


def _has(law: str, article: str, cited: str) -> bool:
    """Whether the law has the article, and the article the paragraph and item that are cited."""
    found = re.search(rf"^{article}[ \u3000](.+?)(?=^第[一二三四五六七八九十百]+条[ \u3000]|^## |\Z)", law, re.M | re.S)
    if found is None:
        return False
    lines = [line for line in found.group(1).splitlines() if line.strip()]
    paragraphs = [line for line in lines if not re.match(r"[（(]", line)]
    paragraph = re.search(r"第([一二三四五六七八九十]+)款", cited)
    entry = re.search(r"第（([一二三四五六七八九十]+)）项", cited)
    enough = paragraph is None or _DIGITS.index(paragraph.group(1)) <= len(paragraphs)
    return enough and (entry is None or any(re.match(rf"[（(]{entry.group(1)}[）)]", line) for line in lines))
