"""The law of 挂牌督办 as tables: which act from which state, at which level; how often it is followed up."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from anlan.inspection.rules.extension import extended_due
from anlan.inspection.rules.listing import (
    FOLLOW_LIMITS,
    LISTING_ACTS,
    LISTING_LOOP,
    FollowLimit,
    find_listing_action,
    follow_days,
    follow_due,
)
from anlan.inspection.rules.listing_checks import ListingStep, UnlistFacts, check_due_given, check_listing, check_unlist
from anlan.kernel.errors import BadInput

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
ALL = frozenset({a.right for a in (*LISTING_LOOP.actions, *LISTING_ACTS)})
LAST_DAY = datetime(9999, 12, 31, 12, 0, tzinfo=UTC)
STEP = ListingStep("listed", "county", ALL, "p1", "closed", NOW, NOW, proposed_by="p2")

FROM = {
    "sign": {"proposed"},
    "decline": {"proposed"},
    "follow": {"listed"},
    "apply": {"listed"},
    "unlist": {"unlisting_applied"},
    "return": {"unlisting_applied"},
    "receive_end": {"listed", "unlisting_applied"},
    "cancel": {"proposed", "listed", "unlisting_applied"},
    "reassign": {"proposed", "listed", "unlisting_applied"},
    "notice": {"listed", "unlisting_applied", "unlisted"},
    "propose": {""},
    "receive": {""},
}


@pytest.mark.parametrize("state", ["", *(s.id for s in LISTING_LOOP.states)])
@pytest.mark.parametrize("action", sorted(FROM))
def test_which_act_follows_in_which_state(action: str, state: str) -> None:
    level = "city" if action in {"receive_end", "receive"} else "county"
    found = check_listing(action, replace(STEP, state=state, level=level))
    assert [v.code for v in found] == ([] if state in FROM[action] else ["kernel.loop.not_from_here"])


@pytest.mark.parametrize("action", sorted(FROM))
def test_every_act_needs_its_own_right(action: str) -> None:
    level = "city" if action in {"receive_end", "receive"} else "county"
    step = replace(STEP, state=min(FROM[action]), level=level, rights=ALL - {find_listing_action(action).right})
    assert [v.code for v in check_listing(action, step)] == ["inspection.listing.right_missing"]


@pytest.mark.parametrize(
    ("action", "step", "expected"),
    [
        ("apply", replace(STEP, hazard_state="submitted"), ["hazard_open"]),
        ("unlist", replace(STEP, state="unlisting_applied", hazard_state="ordered"), ["hazard_open"]),
        ("receive_end", replace(STEP, level="city", hazard_state="doubted"), ["hazard_open"]),
        ("apply", replace(STEP, reopened=True), ["hazard_reopened"]),
        ("cancel", replace(STEP, hazard_state="ordered", reopened=True), []),
        ("unlist", replace(STEP, state="unlisting_applied", level="province"), ["upper_only"]),
        ("notice", replace(STEP, level="city"), ["upper_only"]),
        ("receive_end", STEP, ["county_only"]),
        ("sign", replace(STEP, state="proposed", person="p2"), ["sign_own"]),
    ],
)
def test_what_level_hazard_and_person_forbid(action: str, step: ListingStep, expected: list[str]) -> None:
    assert [v.code.removeprefix("inspection.listing.") for v in check_listing(action, step)] == expected


def test_the_rhythm_of_follow_ups_is_dated_data() -> None:
    assert [follow_days(level, date(2026, 3, 2)) for level in ("county", "city", "province")] == [15, 10, 7]
    later = (*FOLLOW_LIMITS, FollowLimit("county", date(2027, 1, 1), 10, "house rule"))
    assert [follow_days("county", day, later) for day in (date(2026, 12, 31), date(2027, 1, 1))] == [15, 10]
    with pytest.raises(LookupError):
        follow_days("town", date(2026, 3, 2))
    # 2 March 23:30 in Shanghai is still the second.
    late = datetime(2026, 3, 2, 15, 30, tzinfo=UTC)
    assert follow_due("county", late) == datetime(2026, 3, 17, 15, 59, 59, tzinfo=UTC)


def test_a_listing_never_outlasts_the_hazard_s_deadline() -> None:
    due = datetime(2026, 3, 12, 15, 59, 59, tzinfo=UTC)
    assert check_due_given(due, due, date(2026, 3, 12)) == []
    assert [v.code for v in check_due_given(due, due.replace(day=11), date(2026, 3, 2))] == [
        "inspection.listing.due_after_hazard"
    ]
    assert [v.code for v in check_due_given(due, None, date(2026, 3, 13))] == ["inspection.listing.due_early"]


def test_one_of_two_reviewers_did_not_follow_it_up() -> None:
    step = replace(STEP, state="unlisting_applied")
    facts = UnlistFacts(step, "合格", 1, frozenset({"a", "b"}), frozenset({"a", "b", "c"}))
    assert [v.code for v in check_unlist(facts)] == ["inspection.listing.all_followed"]
    assert check_unlist(replace(facts, followers=frozenset({"a"}))) == []
    assert [v.code for v in check_unlist(replace(facts, followers=frozenset(), applied_by="a"))] == [
        "inspection.listing.applicant_reviews"
    ]
    assert [v.code for v in check_unlist(replace(facts, officers=frozenset({"a", ""})))] == [
        "inspection.hazard.close.two_officers"
    ]


def test_a_follow_up_beyond_the_calendar_is_refused_with_a_code() -> None:
    with pytest.raises(BadInput) as error:
        follow_due("county", LAST_DAY)
    assert error.value.code == "kernel.deadline.out_of_range"
    with pytest.raises(BadInput) as error:
        extended_due(LAST_DAY, 1)
    assert error.value.code == "kernel.deadline.out_of_range"
