"""How often enterprises check themselves, what they owe, what a report needs, and which reports look odd."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from anlan.inspection.rules.cadence import Cadence, Firm, cadence_of, check_cadence, window_of, windows_in
from anlan.inspection.rules.duty import duty_of, owed
from anlan.inspection.rules.self_check import (
    AnswerFacts,
    SelfStartFacts,
    check_answer,
    check_report_of,
    check_self_start,
    is_own,
)
from anlan.inspection.rules.self_doubt import ReportFacts, doubt_rule_on, report_doubts, zeros_against

TODAY = date(2026, 3, 4)
LONG_AGO = date(2025, 1, 1)


def firm(classes: str = "", tags: str = "", scale: str = "medium", since: date = LONG_AGO) -> Firm:
    return Firm("e1", "331003001001", scale, since, frozenset(classes.split()), frozenset(tags.split()))


@pytest.mark.parametrize(
    ("held", "period"),
    [
        (firm("hazchem_trade"), "week"),
        (firm("hazchem_trade", scale="micro"), "week"),
        (firm("mine_noncoal"), "week"),
        (firm("fireworks_wholesale"), "week"),
        (firm("fireworks_retail"), "quarter"),
        (firm("metallurgy", tags="smelting"), "week"),
        (firm("machinery"), "month"),
        (firm("machinery", scale="small"), "quarter"),
        (firm("machinery", tags="dust", scale="small"), "week"),
        (firm("nine_small", scale="large"), "quarter"),
        (firm(scale=""), "month"),
    ],
)
def test_how_often_an_enterprise_reports_follows_from_class_tag_and_scale(held: Firm, period: str) -> None:
    assert cadence_of(held, TODAY).period == period


def test_the_office_s_newest_rule_goes_before_the_package_and_only_from_its_day_on() -> None:
    general = Cadence(date(2026, 1, 1), "half", "通知一", region="331003")
    special = Cadence(date(2026, 1, 1), "week", "通知一", classes=frozenset({"machinery"}), region="331003")
    later = Cadence(date(2026, 4, 1), "year", "通知二", region="331003")
    elsewhere = Cadence(date(2026, 2, 1), "year", "通知三", region="331004")
    own = [general, special, later, elsewhere]
    assert cadence_of(firm("machinery"), TODAY, own) == special
    assert cadence_of(firm("textile"), TODAY, own) == general
    assert cadence_of(firm("machinery"), date(2026, 4, 1), own) == later
    assert cadence_of(firm("machinery"), date(2025, 12, 31), own).period == "month"
    assert [v.code for v in check_cadence("day", None)] == [
        "inspection.self_check_rule.period_unknown", "inspection.self_check_rule.since_missing",
    ]  # fmt: skip
    assert check_cadence("week", TODAY) == []


@pytest.mark.parametrize(
    ("period", "first", "last"),
    [
        ("week", date(2026, 3, 2), date(2026, 3, 8)),
        ("month", date(2026, 3, 1), date(2026, 3, 31)),
        ("quarter", date(2026, 1, 1), date(2026, 3, 31)),
        ("half", date(2026, 1, 1), date(2026, 6, 30)),
        ("year", date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_windows_are_those_of_the_calendar(period: str, first: date, last: date) -> None:
    assert window_of(period, TODAY) == (first, last)


def test_windows_of_a_period_are_those_that_end_in_it() -> None:
    assert list(windows_in("month", date(2025, 12, 31), date(2026, 2, 28))) == [
        (date(2025, 12, 1), date(2025, 12, 31)), (date(2026, 1, 1), date(2026, 1, 31)),
        (date(2026, 2, 1), date(2026, 2, 28)),
    ]  # fmt: skip
    assert list(windows_in("quarter", date(2026, 1, 1), date(2026, 3, 30))) == []


@pytest.mark.parametrize(
    ("reported", "since", "due_on", "late"),
    [
        ([], LONG_AGO, date(2026, 2, 28), True),
        ([date(2026, 2, 28)], LONG_AGO, date(2026, 3, 31), False),
        ([date(2026, 1, 31)], LONG_AGO, date(2026, 2, 28), True),
        ([date(2026, 3, 1)], LONG_AGO, date(2026, 4, 30), False),
        ([], date(2026, 2, 1), date(2026, 2, 28), True),
        ([], date(2026, 2, 2), date(2026, 3, 31), False),
        ([], date(2026, 3, 2), date(2026, 4, 30), False),
    ],
)
def test_the_next_report_and_whether_it_is_late(reported: list[date], since: date, due_on: date, late: bool) -> None:
    duty = duty_of(firm(since=since), "month", reported, TODAY)
    assert (duty.due_on, duty.late) == (due_on, late)


def test_what_was_owed_and_missed_over_a_period() -> None:
    reported = [date(2026, 1, 15), date(2026, 3, 1)]
    asked, missed = owed(firm(since=date(2025, 12, 5)), "month", reported, date(2025, 12, 1), date(2026, 3, 31))
    assert [last for _, last in asked] == [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)]
    assert [last for _, last in missed] == [date(2026, 2, 28)]


def codes(problems: list[Any]) -> list[str]:
    return [p.code.removeprefix("inspection.self_check.item.") for p in problems]


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"result": "pass"}, []),
        ({"result": "na"}, []),
        ({"result": "pass", "known": False}, ["unknown"]),
        ({"result": "fine"}, ["result_unknown"]),
        ({"result": "mended", "note": "灭火器失压", "before": 1, "after": 1}, []),
        ({"result": "mended", "note": " ", "before": 1, "after": 1}, ["note_missing"]),
        ({"result": "mended", "note": "失压", "before": 1}, ["photos_missing"]),
        ({"result": "mended", "note": "失压", "after": 1}, ["photos_missing"]),
        ({"result": "mended", "note": "失压", "before": 1, "after": 1, "criterion": "某条"}, ["major_unanswered"]),
        (
            {"result": "mended", "note": "失压", "before": 1, "after": 1, "criterion": "某条", "major": "yes"},
            ["major_mended"],
        ),
        ({"result": "mended", "note": "失压", "before": 1, "after": 1, "criterion": "某条", "major": "no"}, []),
        ({"result": "hazard", "note": "配电箱缺门"}, ["measure_missing", "planned_missing"]),
        ({"result": "hazard", "note": "缺门", "measure": "换", "planned_on": date(2026, 3, 3)}, ["planned_past"]),
        ({"result": "hazard", "note": "缺门", "measure": "换", "planned_on": TODAY}, []),
        ({"result": "pass", "held": True}, ["hazard_kept"]),
        ({"result": "hazard", "note": "缺门", "measure": "换", "planned_on": date(2026, 1, 3), "held": True}, []),
    ],
)
def test_what_an_answer_needs(values: dict[str, Any], expected: list[str]) -> None:
    facts = AnswerFacts(**{"key": "ty-01", "known": True} | values)
    assert codes(check_answer(facts, TODAY)) == expected


def test_a_report_needs_every_item_and_nothing_found_is_a_report() -> None:
    keys = frozenset({"a", "b"})
    assert check_report_of("draft", keys, {"a": "pass", "b": "na"}, "") == []
    missing = check_report_of("draft", keys, {"b": "pass", "own-1": "mended"}, "")
    assert [(v.code, v.facts["first"]) for v in missing] == [("inspection.self_check.report.items_missing", "a")]
    assert [v.code for v in check_report_of("reported", keys, {"a": "pass", "b": "na"}, "")] == [
        "kernel.loop.not_from_here"
    ]
    assert (is_own("own-1"), is_own("own-6"), is_own("ty-01")) == (True, False, False)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, []),
        ({"seconds": 119}, ["too_fast"]),
        ({"seconds": 119, "answers": 9}, []),
        ({"problems": 2, "before": "d"}, ["same_answers"]),
        ({"problems": 0, "before": "d"}, []),
        ({"copied": 1, "seconds": 5}, ["same_photo", "too_fast"]),
    ],
)
def test_what_makes_a_report_doubtful(values: dict[str, Any], expected: list[str]) -> None:
    facts = ReportFacts(**{"seconds": 600, "answers": 20, "problems": 1, "digest": "d"} | values)
    assert report_doubts(facts, doubt_rule_on(TODAY)) == expected


def test_three_zero_reports_against_what_officers_found() -> None:
    now = datetime(2026, 3, 4, tzinfo=UTC)
    days = [now - timedelta(days=7 * n) for n in range(4)]
    rule = doubt_rule_on(TODAY)
    zeros = [(days[0], True), (days[1], True), (days[2], True), (days[3], False)]
    assert zeros_against(zeros, [days[1]], rule) == days[2]
    assert zeros_against(zeros, [days[3]], rule) is None
    assert zeros_against(zeros[:2], [days[0]], rule) is None
    assert zeros_against([(days[0], False), *zeros], [days[1]], rule) is None


START = SelfStartFacts(gone=False, checklist="通用检查表", checklist_retired=False, fits=True)
CORRECTING = replace(START, corrects="ZC-1", correctable=True)


@pytest.mark.parametrize(
    ("facts", "codes"),
    [
        (START, []),
        (CORRECTING, []),
        (replace(START, gone=True, draft="ZC-2"), ["start.enterprise_gone", "start.draft_open"]),
        (replace(START, fits=False), ["start.checklist_unfit"]),
        (replace(CORRECTING, correctable=False), ["start.nothing_to_correct"]),
        (replace(CORRECTING, corrected=True), ["start.corrected_already"]),
        (replace(CORRECTING, checklist_retired=True), []),
    ],
)
def test_why_a_self_check_cannot_begin(facts, codes):
    assert [v.code for v in check_self_start(facts)] == [f"inspection.self_check.{code}" for code in codes]


def test_a_retired_checklist_is_told_before_one_that_does_not_fit():
    found = check_self_start(replace(START, checklist_retired=True, fits=False))
    assert [(v.code, v.field) for v in found] == [("inspection.start.checklist_retired", "checklist")]
