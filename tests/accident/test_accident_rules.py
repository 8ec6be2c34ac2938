"""What the rules of accidents refuse, by the code and field they name; amounts as they are typed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from anlan.accident.rules.amounts import loss_text, loss_yuan
from anlan.accident.rules.loop import ACCIDENT_ACTS, ACCIDENT_LOOP, StepFacts, check_entry
from anlan.accident.rules.report import (
    Casualties,
    PlainFacts,
    RecordFacts,
    ReportFacts,
    check_casualties,
    check_plain,
    check_record,
    check_report,
)
from anlan.accident.rules.steps import (
    AmendFacts,
    CloseFacts,
    CorrectFacts,
    ExtendFacts,
    JudgeFacts,
    RevokeFacts,
    check_amend,
    check_close,
    check_correct,
    check_extend,
    check_investigate,
    check_judge,
    check_report_up,
    check_revoke,
)
from anlan.kernel.errors import BadInput, Violation

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
BUREAU = frozenset({"accident.report", "accident.investigate"})
TOWN = frozenset({"accident.report"})
GOOD = PlainFacts(
    category="machine", sector="manufacturing", region="331003001001", place="二车间", summary="操作时手部被卷入",
    occurred_at=NOW - timedelta(hours=2), received_at=NOW - timedelta(hours=1),
)  # fmt: skip


def told(found: list[Violation]) -> list[tuple[str, str | None]]:
    return [(v.code.removeprefix("accident."), v.field) for v in found]


def facts(state: str = "", rights: frozenset[str] = BUREAU, **more: Any) -> StepFacts:
    return StepFacts(state, rights, NOW, **more)


def test_good_facts_pass() -> None:
    assert check_plain(GOOD, NOW) == []
    assert check_report(ReportFacts(facts(), GOOD, Casualties(1, 2, 3, 0))) == []


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"category": ""}, ("category_missing", "category")),
        ({"category": "nonsense"}, ("category_unknown", "category")),
        ({"sector": "nonsense"}, ("sector_unknown", "sector")),
        ({"place": " \u200b"}, ("missing", "place")),
        ({"summary": ""}, ("missing", "summary")),
        ({"summary": "长" * 2001}, ("text_too_long", "summary")),
        ({"place": "长" * 101}, ("text_too_long", "place")),
        ({"unit_name": "外地公司", "firm": True}, ("unit_twice", "unit_name")),
        ({"region": "331003000000"}, ("region_not_town", "region")),
        ({"region": ""}, ("region_not_town", "region")),
        ({"occurred_at": datetime(1949, 9, 30, tzinfo=UTC)}, ("implausible", "occurred_at")),
        ({"received_at": NOW + timedelta(seconds=1)}, ("in_future", "received_at")),
        ({"received_at": NOW - timedelta(hours=3)}, ("received_too_early", "received_at")),
        ({"learned_at": NOW - timedelta(hours=3)}, ("learned_between", "learned_at")),
        ({"learned_at": NOW}, ("learned_between", "learned_at")),
        ({"lon": 121.2}, ("place_half", "lat")),
        ({"lat": 28.6}, ("place_half", "lon")),
        ({"lon": 10.0, "lat": 28.6}, ("kernel.geo.outside_china", "lon")),
        ({"lon": 121.2, "lat": 91.0}, ("kernel.geo.lat", "lat")),
        ({"lon": 28.6, "lat": 121.2}, ("kernel.geo.swapped", "lon")),
    ],
)
def test_each_bad_fact_is_named(change: dict[str, Any], expected: tuple[str, str]) -> None:
    assert told(check_plain(replace(GOOD, **change), NOW)) == [expected]


def test_the_future_is_refused_for_moment_and_receipt() -> None:
    late = replace(GOOD, occurred_at=NOW + timedelta(days=1), received_at=NOW + timedelta(days=1))
    assert told(check_plain(late, NOW)) == [("in_future", "occurred_at"), ("in_future", "received_at")]


def test_traffic_needs_no_category() -> None:
    assert check_plain(replace(GOOD, sector="road", category=""), NOW) == []


@pytest.mark.parametrize(
    ("held", "expected"),
    [
        (Casualties(100_000, 100_000, 100_000, 1_000_000_000_000), []),
        (Casualties(-1, 0, 0, None), [("negative", "deaths")]),
        (Casualties(0, -1, 0, -1), [("negative", "serious_injuries"), ("negative", "loss_yuan")]),
        (Casualties(100_001, 0, 0, None), [("too_many", "deaths")]),
        (Casualties(0, 0, 10**30, None), [("too_many", "minor_injuries")]),
        (Casualties(0, 0, 0, 1_000_000_000_001), [("too_many", "loss_yuan")]),
    ],
)
def test_numbers_that_cannot_be(held: Casualties, expected: list[tuple[str, str]]) -> None:
    assert told(check_casualties(held)) == expected


def test_the_same_accident_twice() -> None:
    found = check_report(ReportFacts(facts(), GOOD, Casualties(), twin="SG-331003a-2026-000001"))
    assert told(found) == [("entered_already", "place")]
    assert "SG-331003a-2026-000001" in found[0].message


def test_a_former_accident() -> None:
    base = RecordFacts(ReportFacts(facts(), GOOD, Casualties(1)), date(2026, 3, 2))
    assert check_record(base) == []
    assert told(check_record(replace(base, closed_on=date(2026, 3, 1)))) == [("closed_too_early", "closed_on")]
    assert told(check_record(replace(base, closed_on=date(2026, 3, 3)))) == [("in_future", "closed_on")]
    assert told(check_record(replace(base, nature="nonsense"))) == [("nature_unknown", "nature")]
    assert told(check_record(replace(base, nature="other"))) == [("missing", "note")]
    assert check_record(replace(base, nature="other", note="自身疾病")) == []


@pytest.mark.parametrize("action", [a.id for a in (*ACCIDENT_LOOP.actions, *ACCIDENT_ACTS)])
def test_the_door_of_every_action(action: str) -> None:
    from anlan.accident.rules.loop import find_action

    one = find_action(action)
    for state in ("", "reported", "investigating", "closed", "revoked"):
        open_ = state in one.from_ or (state == "" and not one.from_)
        assert (check_entry(action, facts(state)) == []) is open_, (action, state)
    state = one.from_[0] if one.from_ else ""
    assert told(check_entry(action, facts(state, frozenset()))) == [("right_missing", None)]
    assert told(check_entry(action, facts(state, is_enterprise=True))) == [("enterprise_never", None)]


OLD = Casualties(1, 2, 0, None)
UNTIL = NOW + timedelta(days=1)


def test_corrections_in_time_and_late() -> None:
    base = CorrectFacts(facts("reported", TOWN), OLD, Casualties(2, 1, 0, None), "change", "", UNTIL)
    assert check_correct(base) == []
    assert told(check_correct(replace(base, new=OLD))) == [("nothing_changed", "deaths")]
    assert told(check_correct(replace(base, kind="nonsense"))) == [("correction_unknown", "kind")]
    assert told(check_correct(replace(base, new=Casualties(-1)))) == [("negative", "deaths")]
    at_the_end = replace(base, until=NOW)
    assert not at_the_end.late
    over = replace(base, until=NOW - timedelta(seconds=1))
    assert told(check_correct(over)) == [("late_right_missing", None), ("late_reason_missing", "note")]
    bureau = replace(over, step=facts("closed"))
    assert told(check_correct(bureau)) == [("late_reason_missing", "note")]
    assert check_correct(replace(bureau, note="伤员于第35日死亡")) == []


def test_the_other_steps_name_what_is_missing() -> None:
    assert told(check_investigate(facts("reported"), " ")) == [("missing", "team")]
    assert told(check_investigate(facts("reported"), "长" * 201)) == [("text_too_long", "team")]
    early = NOW - timedelta(hours=1)
    assert told(check_report_up(facts("reported"), NOW, early, "")) == [("up_too_early", "at")]
    assert told(check_report_up(facts("reported"), early, NOW + timedelta(hours=1), "")) == [("in_future", "at")]
    assert told(check_amend(AmendFacts(facts("closed"), GOOD, False))) == [("nothing_changed", "place")]
    assert told(check_amend(AmendFacts(facts("closed"), GOOD, True, "SG-1"))) == [("entered_already", "place")]
    assert told(check_judge(JudgeFacts(facts("closed"), "production", "production", "理由"))) == [
        ("nature_same", "nature")
    ]
    assert told(check_judge(JudgeFacts(facts("closed"), "production", "x", "理由"))) == [("nature_unknown", "nature")]
    assert told(check_judge(JudgeFacts(facts("closed"), "production", "other", ""))) == [("missing", "note")]
    assert check_judge(JudgeFacts(facts("closed"), "other", "production", "复查认定")) == []


@pytest.mark.parametrize(("granted", "days", "allowed"), [(0, 1, True), (0, 60, True), (0, 61, False), (0, 0, False),
                                                          (30, 30, True), (30, 31, False), (60, 1, False)])  # fmt: skip
def test_extensions_reach_sixty_days_together(granted: int, days: int, allowed: bool) -> None:
    found = told(check_extend(ExtendFacts(facts("investigating"), granted, days, "市政府批准")))
    assert found == ([] if allowed else [("extension_days", "days")])
    assert told(check_extend(ExtendFacts(facts("investigating"), 0, 30, ""))) == [("missing", "note")]


def test_closing_needs_report_causes_and_liability() -> None:
    full = CloseFacts(facts("investigating"), 1, "违章操作", "培训不到位", "企业负主要责任", "", "production")
    assert check_close(full) == []
    bare = CloseFacts(facts("investigating"), 0, "", "", "", "", "other")
    assert told(check_close(bare)) == [
        ("report_missing", "files"), ("missing", "direct_cause"), ("missing", "indirect_cause"), ("missing", "liability"),
        ("missing", "note"),
    ]  # fmt: skip
    assert told(check_close(replace(full, nature="nonsense"))) == [("nature_unknown", "nature")]


def test_revoking_needs_kind_reason_and_the_one_that_stays() -> None:
    assert check_revoke(RevokeFacts(facts("reported"), "false", "系演习误报")) == []
    assert told(check_revoke(RevokeFacts(facts("reported"), "nonsense", ""))) == [
        ("revocation_unknown", "kind"), ("missing", "note"),
    ]  # fmt: skip
    assert told(check_revoke(RevokeFacts(facts("reported"), "duplicate", "重复"))) == [
        ("duplicate_unknown", "duplicate_of")
    ]
    assert check_revoke(RevokeFacts(facts("reported"), "duplicate", "重复", other=True)) == []


@pytest.mark.parametrize(
    ("typed", "yuan"),
    [("0", 0), ("120.5", 1_205_000), ("1,200", 12_000_000), ("999.9999", 9_999_999), ("10000 万元", 10**8), ("-1", -10_000)],
)  # fmt: skip
def test_a_loss_is_typed_in_wan(typed: str, yuan: int) -> None:
    assert loss_yuan(typed) == yuan


@pytest.mark.parametrize("typed", ["abc", "1e5", "0.00001", "１２", "nan", "1" * 12, "1e999999999", "", "--1"])
def test_what_is_no_amount(typed: str) -> None:
    with pytest.raises(BadInput, match="accident.loss_malformed") as refused:
        loss_yuan(typed)
    assert refused.value.code == "accident.loss_malformed"


@pytest.mark.parametrize(("yuan", "text"), [(0, "0"), (1_205_000, "120.5"), (100_000_000, "10000"), (1, "0.0001")])
def test_a_loss_is_shown_in_wan(yuan: int, text: str) -> None:
    assert loss_text(yuan) == text
