from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from anlan.inspection.rules.deadline import Granted, check_due, last_due_on, limit_on, rectify_deadline
from anlan.inspection.rules.hazard import (
    HAZARD_LOOP,
    CloseFacts,
    OrderFacts,
    ReportFacts,
    ReturnFacts,
    StepFacts,
    SubmitFacts,
    check_close,
    check_entry,
    check_order,
    check_report,
    check_return,
    check_submit,
    grade_hazard,
    is_overdue,
)
from anlan.kernel.deadlines import Deadline, WorkCalendar, end_of_day

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
EVERY = frozenset({a.right for a in HAZARD_LOOP.actions})


def step(state: str, **facts: Any) -> StepFacts:
    full = {"rights": EVERY, "person": "p1", "is_enterprise": False, "of_this_enterprise": False, "at": NOW, "now": NOW}
    return StepFacts(state=state, **full | facts)


def firm(state: str, **facts: Any) -> StepFacts:
    return step(state, **{"is_enterprise": True, "of_this_enterprise": True} | facts)


def codes(violations: list[Any]) -> list[str]:
    return [v.code.removeprefix("inspection.hazard.") for v in violations]


def test_states_of_the_loop_carry_the_statutory_words() -> None:
    assert [(s.id, s.label) for s in HAZARD_LOOP.states] == [
        ("found", "已发现"),
        ("ordered", "责令整改"),
        ("submitted", "已提交"),
        ("doubted", "存疑复核"),
        ("closed", "已销号"),
        ("dismissed", "误报"),
        ("merged", "重复"),
    ]
    assert HAZARD_LOOP.open_states == ("found", "ordered", "submitted", "doubted")


@pytest.mark.parametrize(
    ("action", "state", "to"),
    [
        ("report", "", "found"),
        ("order", "found", "ordered"),
        ("submit", "ordered", "submitted"),
        ("return", "submitted", "ordered"),
        ("close", "submitted", "closed"),
    ],
)
def test_every_action_has_one_way(action: str, state: str, to: str) -> None:
    facts = firm(state) if action == "submit" else step(state)
    assert check_entry(action, facts) == []
    assert HAZARD_LOOP.action(action).to == to
    for other in ("", "found", "ordered", "submitted", "closed"):
        if other != state:
            facts = firm(other) if action == "submit" else step(other)
            assert [v.code for v in check_entry(action, facts)] == ["kernel.loop.not_from_here"]


@pytest.mark.parametrize(
    ("action", "facts", "expected"),
    [
        pytest.param("order", step("found", rights=frozenset()), ["right_missing"], id="house-right"),
        pytest.param("submit", step("ordered"), ["enterprise_only"], id="aqscf-41-2-officer-submits"),
        pytest.param(
            "submit", firm("ordered", of_this_enterprise=False), ["enterprise_only"], id="aqscf-41-2-another-enterprise"
        ),
        pytest.param("close", firm("submitted"), ["enterprise_never_reviews"], id="aqscf-65-enterprise-reviews"),
        pytest.param("order", firm("found"), ["enterprise_never_reviews"], id="aqscf-65-enterprise-orders"),
        pytest.param(
            "order", step("found", stated=True, at=NOW + timedelta(seconds=1)), ["at_in_future"], id="house-future"
        ),
        pytest.param(
            "order",
            step("found", stated=True, at=NOW - timedelta(days=1), last_at=NOW),
            ["at_too_early"],
            id="house-before-the-last-step",
        ),
        pytest.param("order", step("found", last_at=NOW + timedelta(minutes=9)), [], id="house-clock-ran-ahead"),
    ],
)
def test_who_may_step(action: str, facts: StepFacts, expected: list[str]) -> None:
    assert codes(check_entry(action, facts)) == expected


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({}, [], id="aqscf-68-complete"),
        pytest.param({"description": " "}, ["report.description_missing"], id="aqscf-68-what"),
        pytest.param({"grade": "huge"}, ["report.grade_unknown"], id="house-grade"),
        pytest.param({"grade": "major"}, ["report.major_without_basis"], id="aqscf-118-2-major"),
        pytest.param({"grade": "major", "major_basis": "第三条第（二）项"}, [], id="aqscf-118-2-major-ticked"),
        pytest.param({"source": "hearsay"}, ["report.source_unknown"], id="house-source"),
        pytest.param({"place": "部" * 101}, ["inspection.text_too_long"], id="house-length"),
    ],
)
def test_check_report(changes: dict[str, str], expected: list[str]) -> None:
    values = {"description": "通道堵塞", "grade": "general", "major_basis": "", "source": "town"} | changes
    assert codes(check_report(ReportFacts(step(""), **values))) == expected


@pytest.mark.parametrize(
    ("grade", "due", "expected"),
    [
        pytest.param("general", None, ["order.deadline_missing"], id="aqscf-65-1.2-none"),
        pytest.param("general", date(2026, 3, 1), ["order.deadline_before_order"], id="house-past"),
        pytest.param("general", date(2026, 3, 2), [], id="aqscf-65-1.3-at-once"),
        pytest.param("general", date(2026, 5, 1), [], id="house-60-days"),
        pytest.param("general", date(2026, 5, 2), ["order.deadline_too_long"], id="house-61-days"),
        pytest.param("major", date(2026, 8, 29), [], id="house-180-days"),
        pytest.param("major", date(2026, 8, 30), ["order.deadline_too_long"], id="house-181-days"),
    ],
)
def test_check_order(grade: str, due: date | None, expected: list[str]) -> None:
    moment = end_of_day(due) if due else None
    assert codes(check_order(OrderFacts(step("found"), grade, moment))) == expected


@pytest.mark.parametrize(
    ("note", "photos", "expected"),
    [
        pytest.param("已整改", 1, [], id="aqscf-41-2-complete"),
        pytest.param(" ", 1, ["submit.note_missing"], id="house-note"),
        pytest.param("已整改", 0, ["submit.photo_missing"], id="house-photo"),
        pytest.param("", 0, ["submit.note_missing", "submit.photo_missing"], id="house-both"),
    ],
)
def test_check_submit(note: str, photos: int, expected: list[str]) -> None:
    assert codes(check_submit(SubmitFacts(firm("ordered"), note, photos))) == expected


@pytest.mark.parametrize(
    ("reason", "due", "expected"),
    [
        pytest.param("不合格", None, [], id="house-old-deadline-stands"),
        pytest.param("", None, ["return.reason_missing"], id="house-reason"),
        pytest.param("不合格", date(2026, 3, 1), ["order.deadline_before_order"], id="house-new-deadline-past"),
        pytest.param("不合格", date(2026, 3, 2), [], id="house-new-deadline-today"),
        pytest.param("不合格", date(2026, 4, 11), [], id="house-sixtieth-day-of-the-order"),
        pytest.param("不合格", date(2026, 4, 12), ["return.beyond_limit"], id="house-new-deadline-too-long"),
    ],
)
def test_check_return(reason: str, due: date | None, expected: list[str]) -> None:
    moment = end_of_day(due) if due else None
    given = Granted(NOW - timedelta(days=20), end_of_day(date(2026, 3, 4)), NOW - timedelta(days=3))
    facts = ReturnFacts(step("submitted"), reason, "general", given, moment, new_deadline=due is not None)
    assert codes(check_return(facts)) == expected


@pytest.mark.parametrize(
    ("held", "handed_in", "last"),
    [
        pytest.param(date(2026, 3, 1), date(2026, 2, 20), date(2026, 3, 11), id="given-back-beyond-the-limit"),
        pytest.param(date(2026, 2, 15), date(2026, 2, 20), date(2026, 3, 1), id="handed-in-late-gets-no-more"),
        pytest.param(date(2026, 3, 1), date(2026, 3, 2), date(2026, 3, 1), id="reviewed-at-once"),
        pytest.param(date(2026, 3, 1), None, date(2026, 3, 1), id="never-handed-in"),
    ],
)
def test_the_limit_counts_from_the_order_and_waiting_for_the_review_is_given_back(
    held: date, handed_in: date | None, last: date
) -> None:
    ordered = datetime(2025, 12, 31, 2, 0, tzinfo=UTC)
    handed = end_of_day(handed_in) if handed_in else None
    assert last_due_on("general", NOW, Granted(ordered, end_of_day(held), handed)) == last


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        pytest.param({}, [], id="xzcf-42-two-officers"),
        pytest.param({"officers": frozenset({"p1"})}, ["close.two_officers"], id="xzcf-42-one-officer"),
        pytest.param({"officers": frozenset({"p1", ""})}, ["close.two_officers"], id="xzcf-42-nobody-named"),
        pytest.param({"photos": 0}, ["close.review_photo_missing"], id="house-review-photo"),
        pytest.param({"note": ""}, ["close.note_missing"], id="house-note"),
        pytest.param({"submitted_by": "p2"}, ["close.submitter_reviews"], id="house-submitter"),
    ],
)
def test_check_close(changes: dict[str, Any], expected: list[str]) -> None:
    values = {"note": "合格", "photos": 1, "officers": frozenset({"p1", "p2"}), "submitted_by": "p9"} | changes
    assert codes(check_close(CloseFacts(step("submitted"), **values))) == expected


def test_limits_are_dated_and_name_their_source() -> None:
    assert (limit_on("general", date(2026, 3, 2)).longest, limit_on("major", date(2020, 1, 1)).longest) == (60, 180)
    assert "安全生产法(2014)" in limit_on("general", date(2021, 8, 31)).source
    assert "安全生产法(2021)" in limit_on("general", date(2021, 9, 1)).source
    with pytest.raises(LookupError):
        limit_on("unheard", date(2026, 1, 1))


@pytest.mark.parametrize(
    ("rule", "calendar", "due", "provisional"),
    [
        pytest.param(Deadline(days=10), WorkCalendar(), date(2026, 3, 12), False, id="mfd-201-natural"),
        pytest.param(Deadline(days=0), WorkCalendar(), date(2026, 3, 2), False, id="house-tonight"),
        pytest.param(
            Deadline(working_days=5), WorkCalendar.of([2026], []), date(2026, 3, 9), False, id="xzcf-85-working"
        ),
        pytest.param(
            Deadline(working_days=5),
            WorkCalendar.of([2026], [date(2026, 3, 3)]),
            date(2026, 3, 10),
            False,
            id="xzcf-85-holiday",
        ),
        pytest.param(Deadline(working_days=5), WorkCalendar(), date(2026, 3, 9), True, id="xzcf-85-unpublished"),
    ],
)
def test_rectify_deadline(rule: Deadline, calendar: WorkCalendar, due: date, provisional: bool) -> None:
    found = rectify_deadline(NOW, rule, calendar)
    assert (found.at, found.provisional) == (end_of_day(due), provisional)


def test_check_due_counts_local_days_not_hours() -> None:
    late_evening = datetime(2026, 3, 2, 15, 59, 0, tzinfo=UTC)
    assert check_due("general", late_evening, end_of_day(date(2026, 3, 2)), late_evening) == []


def test_a_deadline_that_has_passed_when_it_is_recorded_is_none() -> None:
    due = end_of_day(date(2026, 3, 4))
    assert check_due("general", NOW, due, due - timedelta(seconds=1)) == []
    late = check_due("general", NOW, due, due)
    assert [(v.code, v.facts, v.field) for v in late] == [
        ("inspection.hazard.order.deadline_passed", {"due": "2026-03-04"}, "due_on")
    ]


@pytest.mark.parametrize(
    ("due", "state", "late"),
    [
        (NOW - timedelta(seconds=1), "ordered", True),
        (NOW, "ordered", False),
        (NOW - timedelta(days=9), "submitted", False),
        (NOW - timedelta(days=9), "closed", False),
        (None, "ordered", False),
    ],
)
def test_is_overdue(due: datetime | None, state: str, late: bool) -> None:
    assert is_overdue(due, state, NOW) is late


@pytest.mark.parametrize(
    ("ticked", "grade"), [((), "general"), (("", " "), "general"), (("第三条第（二）项",), "major")]
)
def test_grade_hazard(ticked: tuple[str, ...], grade: str) -> None:
    assert grade_hazard(ticked) == grade
