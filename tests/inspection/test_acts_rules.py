"""The law of the acts beside the loop, as tables: criteria, five settlements, extensions, endings, look-backs, withdrawal."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from anlan.inspection.rules.acts import ACTS, check_act, check_look_back, check_transfer, find_action
from anlan.inspection.rules.ending import MergeFacts, check_dismiss, check_merge
from anlan.inspection.rules.extension import (
    ExtendFacts,
    check_extend,
    check_extend_open,
    check_grant,
    extended_due,
    extension_limit_on,
)
from anlan.inspection.rules.hazard import HAZARD_LOOP, StepFacts, check_person
from anlan.inspection.rules.major import (
    Five,
    check_five,
    check_major_review,
    check_not_major,
    check_ticked,
    cite,
    cited,
    criteria,
    criteria_for,
)
from anlan.inspection.rules.withdrawal import WithdrawFacts, check_withdraw, restoration
from anlan.kernel.deadlines import end_of_day

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
EVERY = frozenset(
    {
        "inspection.view",
        "inspection.hazard.dismiss",
        "inspection.hazard.extend",
        "inspection.hazard.order",
        "inspection.hazard.review",
        "inspection.hazard.submit",
        "inspection.hazard.transfer",
    }
)


def step(state: str, **facts: Any) -> StepFacts:
    full = {"rights": EVERY, "person": "p1", "is_enterprise": False, "of_this_enterprise": False, "at": NOW, "now": NOW}
    return StepFacts(state=state, **full | facts)


def firm(state: str, **facts: Any) -> StepFacts:
    return step(state, **{"is_enterprise": True, "of_this_enterprise": True} | facts)


def codes(violations: list[Any]) -> list[str]:
    return [v.code.removeprefix("inspection.hazard.") for v in violations]


def test_every_criterion_names_its_standard_and_article() -> None:
    held = criteria()
    assert (len(held), len({c.id for c in held}), len({c.citation for c in held})) == (84, 84, 84)
    assert {c.decree for c in held} == {"应急管理部令第10号（2023）", "安监总管三〔2017〕121号"}
    assert [c.id for c in held if not c.text or "(" in c.text or not c.article.startswith("第")] == []
    counts = {d: sum(c.decree == d for c in held) for d in {c.decree for c in held}}
    assert counts == {"应急管理部令第10号（2023）": 64, "安监总管三〔2017〕121号": 20}


@pytest.mark.parametrize(
    ("classes", "tags", "sectors"),
    [
        pytest.param(["machinery"], [], {"gongmao", "machinery"}, id="mem10-2-machinery"),
        pytest.param(["light_industry"], ["dust"], {"gongmao", "light_industry", "dust"}, id="mem10-11-dust"),
        pytest.param(["commerce"], ["ammonia"], {"gongmao", "ammonia"}, id="mem10-12-ammonia"),
        pytest.param(["gas_station"], [], {"hazchem"}, id="aj121-gas-station"),
        pytest.param(["chemical", "textile"], [], {"hazchem", "gongmao", "textile"}, id="both"),
        pytest.param(["construction"], ["confined_space"], set(), id="mem10-2-not-gongmao"),
        pytest.param([], [], set(), id="house-nothing-known"),
    ],
)
def test_class_and_risk_decide_which_criteria_are_offered(
    classes: list[str], tags: list[str], sectors: set[str]
) -> None:
    assert {c.sector for c in criteria_for(classes, tags)} == sectors


def test_a_citation_names_each_standard_once_and_stays_short() -> None:
    assert cite(["gm13-01", "gm03-02"]) == "《工贸企业重大事故隐患判定标准》第三条第（二）项、第十三条第（一）项"
    assert cite([]) == ""
    long = cite(c.id for c in criteria())
    assert len(long) <= 200
    assert long.endswith("等")


@pytest.mark.parametrize(
    ("grade", "ticked", "ids", "offered", "also", "before", "expected"),
    [
        pytest.param("general", (), (), {"a"}, (), False, [], id="general"),
        pytest.param("major", ("a",), ("a",), {"a", "b"}, (), False, [], id="ticked"),
        pytest.param("major", (), (), {"a"}, (), False, ["major.criteria_missing"], id="none-ticked"),
        pytest.param("major", (), ("a",), {"a"}, (), False, [], id="cited-in-words"),
        pytest.param("major", (), ("c",), {"a"}, (), False, ["major.criterion_unknown"], id="cited-for-others"),
        pytest.param("major", (), ("c",), {"a"}, ("c",), False, [], id="the-item-s-own"),
        pytest.param("major", (), (), set(), (), False, [], id="no-standard-fits"),
        pytest.param("major", (), ("c",), set(), (), False, [], id="no-standard-fits-cited"),
        pytest.param("major", (), (), {"a"}, (), True, [], id="found-again"),
        pytest.param("major", ("c",), ("c",), {"a"}, (), False, ["major.criterion_unknown"], id="of-others"),
        pytest.param("major", ("c",), ("c",), set(), (), False, ["major.criterion_unknown"], id="ticked-where-none"),
    ],
)
def test_what_is_ticked(
    grade: str, ticked: Any, ids: Any, offered: Any, also: Any, before: bool, expected: list[str]
) -> None:
    assert codes(check_ticked(grade, ticked, ids, offered, also=also, judged_before=before)) == expected


def test_words_that_are_citations_tick_their_criteria() -> None:
    both = "《工贸企业重大事故隐患判定标准》第三条第（二）项、第十三条第（一）项"
    assert cited(both) == ("gm03-02", "gm13-01")
    assert cited(f" {both}；《化工和危险化学品生产经营单位重大生产安全事故隐患判定标准（试行）》第一项") == (
        "gm03-02", "gm13-01", "hg2017-01",
    )  # fmt: skip
    assert [cited(words) for words in ("", "情况严重", f"{both}，情况严重", "《工贸企业重大事故隐患判定标准》")] == [()] * 4
    assert all(cited(c.citation) == (c.id,) for c in criteria())


@pytest.mark.parametrize(
    ("grade", "criterion", "reason", "expected"),
    [
        ("general", "", "", []),
        ("major", "《标准》第一条", "", []),
        ("general", "《标准》第一条", "临时停用", ["inspection.item.general_reason_missing"]),
        ("general", "《标准》第一条", "设备已停用拆除", []),
        ("general", "《标准》第一条", "由" * 201, ["inspection.text_too_long"]),
    ],
)
def test_who_departs_from_a_criterion_says_why(grade: str, criterion: str, reason: str, expected: list[str]) -> None:
    found = check_not_major(grade, criterion, reason, "ty-07")
    assert codes(found) == expected
    assert {v.field for v in found} <= {"ty-07"}


@pytest.mark.parametrize(
    ("five", "expected"),
    [
        (Five("停用", "厂长", 0, "撤离"), []),
        (Five(" ", "厂长", 1, "撤离"), ["order.measures_missing"]),
        (Five("停用", "", 1, "撤离"), ["order.responsible_missing"]),
        (Five("停用", "厂长", None, "撤离"), ["order.funds_missing"]),
        (Five("停用", "厂长", -1, "撤离"), ["order.funds_missing"]),
        (Five("停用", "厂长", 1, ""), ["order.plan_missing"]),
        (Five("停用", "厂" * 81, 1, "撤离"), ["inspection.text_too_long"]),
    ],
)
def test_five_settlements_of_a_major_hazard(five: Five, expected: list[str]) -> None:
    assert codes(check_five("major", five)) == expected
    assert check_five("general", five) == []


@pytest.mark.parametrize(
    ("grade", "officers", "finders", "expected"),
    [
        ("major", {"a", "b"}, {"a", "b"}, ["close.major_finders"]),
        ("major", {"a", "b"}, {"a"}, []),
        ("general", {"a", "b"}, {"a", "b"}, []),
        ("major", {"a", ""}, {"a"}, []),
    ],
)
def test_one_reviewer_of_a_major_hazard_is_no_finder(grade: str, officers: Any, finders: Any, expected: Any) -> None:
    assert codes(check_major_review(grade, officers, finders)) == expected


DUE = end_of_day(date(2026, 3, 12))


def asked(state: str = "ordered", who: Any = firm, **values: Any) -> ExtendFacts:
    at = values.pop("at", NOW)
    full: dict[str, Any] = {
        "grade": "general",
        "due_at": DUE,
        "ordered_at": NOW,
        "granted": 0,
        "pending": False,
        "days": 5,
        "reason": "到货延迟",
    }
    return ExtendFacts(who(state, at=at, now=at), **full | values)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (asked(), []),
        (asked("submitted"), ["kernel.loop.not_from_here"]),
        (asked(who=step), ["enterprise_only"]),
        (asked(at=DUE), []),
        (asked(at=DUE + timedelta(seconds=1)), ["extension.too_late"]),
        (asked(pending=True), ["extension.pending"]),
        (asked(granted=2), ["extension.too_often"]),
        (asked(days=15), []),
        (asked(days=16), ["extension.days_invalid"]),
        (asked(grade="major", days=60), []),
        (asked(grade="major", days=61), ["extension.days_invalid"]),
        (asked(due_at=end_of_day(date(2026, 4, 30)), days=2), ["extension.beyond_limit"]),
        (asked(due_at=end_of_day(date(2026, 4, 30)), days=1), []),
        (asked(reason=""), ["extension.reason_missing"]),
    ],
)
def test_applications_for_more_time(facts: ExtendFacts, expected: list[str]) -> None:
    assert codes(check_extend(facts)) == expected


def test_a_grant_needs_an_application_and_may_come_late() -> None:
    assert codes(check_grant(asked(who=step))) == ["extension.none_pending"]
    assert check_grant(asked(who=step, pending=True, at=DUE + timedelta(days=3))) == []
    assert check_grant(asked(who=step, pending=True, at=DUE + timedelta(days=5, seconds=-1))) == []
    assert codes(check_grant(asked(who=step, pending=True, at=DUE + timedelta(days=5)))) == ["order.deadline_passed"]
    assert codes(check_grant(asked(pending=True))) == ["enterprise_never_reviews"]
    assert codes(check_extend_open(asked(pending=True, granted=2))) == ["extension.pending", "extension.too_often"]


def test_limits_are_dated_and_days_are_natural_days() -> None:
    assert (
        extension_limit_on("general", date(2026, 3, 2)).days,
        extension_limit_on("major", date(2026, 3, 2)).days,
    ) == (
        15,
        60,
    )
    assert extended_due(DUE, 20) == end_of_day(date(2026, 4, 1))
    with pytest.raises(LookupError):
        extension_limit_on("huge", date(2026, 3, 2))


@pytest.mark.parametrize(
    ("state", "grade", "person", "reason", "expected"),
    [
        ("found", "general", "f", "并非隐患已核", []),
        ("found", "general", "f", "不是隐患", ["reason_short"]),
        ("found", "major", "f", "并非隐患已核", ["dismiss.finder_alone"]),
        ("ordered", "general", "f", "并非隐患已核", ["dismiss.finder_alone"]),
        ("ordered", "major", "p1", "并非隐患已核", []),
        ("closed", "general", "p1", "并非隐患已核", ["kernel.loop.not_from_here"]),
        ("merged", "general", "p1", "并非隐患已核", ["kernel.loop.not_from_here"]),
    ],
)
def test_dismissals(state: str, grade: str, person: str, reason: str, expected: list[str]) -> None:
    assert codes(check_dismiss(step(state, person=person), grade, reason, "f")) == expected


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({}, []),
        ({"target_state": ""}, ["merge.target_missing"]),
        ({"same": True}, ["merge.target_self"]),
        ({"target_state": "closed"}, ["merge.target_ended"]),
        ({"target_state": "dismissed"}, ["merge.target_ended"]),
        ({"same_enterprise": False}, ["merge.other_enterprise"]),
        ({"target_drill": True}, ["merge.drill_mixed"]),
        ({"grade": "major"}, ["merge.major_into_general"]),
        ({"grade": "major", "target_grade": "major"}, []),
        ({"reason": "重复"}, ["reason_short"]),
    ],
)
def test_mergers(values: dict[str, Any], expected: list[str]) -> None:
    full = {"reason": "同一处重复登记", "grade": "general", "drill": False, "target_state": "ordered"}
    assert codes(check_merge(MergeFacts(step("found"), **full | values))) == expected


def test_transfers_and_look_backs() -> None:
    assert check_transfer(step("closed"), "消防法第二十八条", "拒不整改", False) == []
    missing = ["kernel.loop.not_from_here", "transfer.violated_missing", "transfer.reason_missing"]
    assert codes(check_transfer(step("found"), "", "", False)) == missing
    assert check_look_back(step("closed"), "正常", 1, False) == []
    assert codes(check_look_back(firm("closed"), "正常", 1, False)) == ["enterprise_never_reviews"]


@pytest.mark.parametrize("act", [a.id for a in ACTS])
def test_no_act_without_its_right(act: str) -> None:
    action = next(a for a in ACTS if a.id == act)
    who = firm if action.right == "inspection.hazard.submit" else step
    assert check_act(act, who(action.from_[0])) == []
    assert "right_missing" in codes(check_act(act, who(action.from_[0], rights=frozenset())))
    assert [v.code for v in check_act(act, who("merged"))] == ["kernel.loop.not_from_here"]


@pytest.mark.parametrize(
    ("kind", "actor", "minutes", "expected"),
    [
        ("closed", "p1", 10, []),
        ("closed", "p1", 10.1, ["withdraw.too_late"]),
        ("closed", "p2", 1, ["withdraw.not_yours"]),
        ("found", "p1", 1, ["withdraw.nothing"]),
        ("merged", "p1", 1, ["withdraw.nothing"]),
        ("withdrawn", "p1", 1, ["withdraw.nothing"]),
        ("due_recomputed", "system", 1, ["withdraw.nothing"]),
    ],
)
def test_withdrawals(kind: str, actor: str, minutes: float, expected: list[str]) -> None:
    facts = WithdrawFacts(step("closed"), kind, actor, NOW - timedelta(minutes=minutes))
    assert codes(check_withdraw(facts)) == expected


def test_what_is_restored_keeps_free_text_out_of_the_data() -> None:
    before = {"state": "ordered", "rectification": "第一次", "photos": {"a": {"round": 1}}, "due_at": NOW}
    now = {"state": "submitted", "rectification": "第二次", "submitted_by": "p", "photos": {"a": {"round": 1}, "b": {}}}
    data, text = restoration(before, now)
    assert data == {
        "columns": {"state": "ordered", "due_at": NOW.isoformat()},
        "words": ["rectification"],
        "unset": ["submitted_by"],
        "dropped": {"photos": ["b"]},
    }
    assert text == {"restored": {"rectification": "第一次"}}


@pytest.mark.parametrize("action", [a.id for a in (*HAZARD_LOOP.actions, *ACTS)])
def test_whoever_works_for_the_enterprise_takes_no_officer_s_step(action: str) -> None:
    """Every action of the hazard: only the enterprise's own, what anybody may take back, and an objection are left."""
    found = [v.code for v in check_person(find_action(action), step("found", own_firm=True))]
    free = {"submit", "extend", "withdraw", "dispute"}
    assert ("inspection.hazard.own_firm" in found) is (action not in free)
