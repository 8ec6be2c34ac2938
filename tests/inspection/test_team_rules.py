"""What a team, a round of peer visits and the people of a task must be."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from anlan.inspection.rules.inspection import StartFacts, check_start
from anlan.inspection.rules.peer import check_round, groups_of, pairs_of
from anlan.inspection.rules.plan import Capacity, LineFacts, capacity_days, days_needed
from anlan.inspection.rules.task import OfficerFacts, TaskFacts, check_assign
from anlan.inspection.rules.team import TeamFacts, check_team
from inspection.factories import NOW

TEAM = TeamFacts("inspect", date(2026, 3, 1), date(2026, 3, 31), "p1", frozenset({"p1", "p2"}), "")
ONE, TWO = OfficerFacts("p1", "甲", True, True), OfficerFacts("p2", "乙", True, True)
TASK = TaskFacts(
    "routine", "county", date(2026, 3, 9), date(2026, 3, 2), (ONE, TWO), None, frozenset({"county", "village"})
)
START = StartFacts("peer", "county", frozenset({"p1", "p2"}), NOW, NOW)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (TEAM, []),
        (replace(TEAM, until_on=date(2026, 2, 1)), ["inspection.team.period_reversed"]),
        (replace(TEAM, kind="third_party"), ["inspection.team.organisation_missing"]),
        (replace(TEAM, members=frozenset(), leader=""), ["inspection.team.members_missing"]),
        (replace(TEAM, leader="p3"), ["inspection.team.leader_outside"]),
        (replace(TEAM, members=None, leader="p3"), []),
    ],
)
def test_what_a_team_must_say(facts: TeamFacts, expected: list[str]) -> None:
    assert [v.code for v in check_team(facts)] == expected


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (TASK, []),
        (replace(TASK, officers=(ONE, replace(TWO, expert=True))), ["inspection.task.two_officers"]),
        (replace(TASK, officers=(ONE,), source="village"), []),
        (replace(TASK, officers=(), team=(ONE, TWO)), []),
        (replace(TASK, officers=(), team=(ONE, replace(TWO, covers=False))), ["inspection.task.two_officers"]),
        (replace(TASK, officers=(), team=(ONE, TWO), team_ended=True), ["inspection.task.team_ended"]),
        (replace(TASK, gone=True), ["inspection.task.enterprise_gone"]),
        (replace(TASK, checklist_retired=True), ["inspection.task.checklist_retired"]),
    ],
)
def test_who_does_a_task(facts: TaskFacts, expected: list[str]) -> None:
    assert [v.code for v in check_assign(facts)] == expected


def test_firms_visit_each_other_in_a_ring_within_their_group() -> None:
    groups = groups_of(["a", "b", "c", "d", "e", "f", "g"], 3)
    assert groups == [("a", "b", "c"), ("d", "e", "f", "g")]
    assert pairs_of(groups[0]) == [("a", "c"), ("b", "a"), ("c", "b")]
    assert [v.code for v in check_round(["a", "a"], 1)] == [
        "inspection.peer.firms_missing",
        "inspection.peer.size_invalid",
    ]


def test_others_who_take_part_are_named() -> None:
    assert [v.code for v in check_start(START)] == ["inspection.start.participants_missing"]
    assert check_start(replace(START, participants="测试乙公司朱工")) == []
    alone = replace(START, kind="routine", officers=frozenset({"p1", "e"}), experts=frozenset({"e"}))
    assert [v.code for v in check_start(alone)] == ["inspection.start.two_officers"]
    assert check_start(replace(alone, source="expert", officers=frozenset({"e"}))) == []


def test_the_officers_days_are_what_is_left_of_the_years() -> None:
    assert capacity_days(Capacity(10, 248, 600, 800)) == 1080
    assert days_needed([LineFacts("1", "", "", "key", 20, 2, 3), LineFacts("2", "", "", "general", 5, 1, 1)]) == 125
