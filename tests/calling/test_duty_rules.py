"""Who is to be called at an instant: tables of cases over posts, rosters, leave and deputies."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from anlan.calling.rules.chain import (
    DEFAULT_CHAIN,
    ChainFacts,
    ChainStep,
    check_step,
    pick_chain,
    read_channels,
    show_channels,
)
from anlan.calling.rules.duty import Callee, Facts, PostFacts, next_turn, people_of
from anlan.calling.rules.roster import Duty, check_shift, duty_span, read_clock
from anlan.kernel.deadlines import SHANGHAI
from anlan.kernel.errors import BadInput

TOWN, COUNTY, OTHER = "331003001000", "331003000000", "331003002000"
VILLAGE = "331003001001"
DAY = date(2026, 3, 2)


def at(hour: int, minute: int = 0, day: int = 2, second: int = 0) -> datetime:
    return datetime(2026, 3, day, hour, minute, second, tzinfo=SHANGHAI)


def duty(post: str, starts: str, ends: str, region: str = TOWN, position: str = "duty", on: date = DAY) -> Duty:
    return Duty(region, position, on, starts, ends, post)


def facts(**values: object) -> Facts:
    posts = {p: PostFacts(p, p.upper()) for p in ("a", "b", "c", "d")}
    posts |= {"gone": PostFacts("gone", "G", runs=False)}
    posts |= values.pop("posts", {})  # type: ignore[arg-type]
    return Facts(posts, **values)  # type: ignore[arg-type]


ON_DUTY = ChainStep("position", 10, position="duty")
NIGHT, DAY_SHIFT = duty("a", "17:30", "08:30"), duty("b", "08:30", "17:30")


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        pytest.param(at(8, 29), (), id="before the first shift"),
        pytest.param(at(8, 30), ("B",), id="the day shift begins"),
        pytest.param(at(17, 29, second=59), ("B",), id="its last second"),
        pytest.param(at(17, 30), ("A",), id="the hand-over: the night shift has it"),
        pytest.param(at(23, 59), ("A",), id="before midnight"),
        pytest.param(at(0, 0, day=3), ("A",), id="midnight: the shift of the day before"),
        pytest.param(at(8, 29, day=3), ("A",), id="its last minute, on the next day"),
        pytest.param(at(8, 30, day=3), (), id="over, and nobody entered for the third"),
        pytest.param(at(23, 59).astimezone(UTC), ("A",), id="the same instant told in UTC"),
    ],
)
def test_a_shift_runs_over_midnight(moment: datetime, expected: tuple[str, ...]) -> None:
    found = people_of(ON_DUTY, TOWN, moment, facts(duties=(NIGHT, DAY_SHIFT)))
    assert tuple(c.person for c in found) == expected


@pytest.mark.parametrize(
    ("lines", "region", "expected"),
    [
        pytest.param([duty("a", "00:00", "24:00"), duty("b", "00:00", "24:00", COUNTY)], TOWN, ("A",), id="nearest first"),
        pytest.param([duty("b", "00:00", "24:00", COUNTY)], TOWN, ("B",), id="no roster in the town: the county's"),
        pytest.param([duty("a", "00:00", "24:00", OTHER)], TOWN, (), id="another town's never"),
        pytest.param([duty("a", "00:00", "24:00")], VILLAGE, ("A",), id="a village's matter is the town's"),
        pytest.param([duty("a", "00:00", "24:00")], COUNTY, (), id="a county's matter is not a town's"),
        pytest.param([duty("a", "00:00", "24:00", position="lead")], TOWN, (), id="another position"),
        pytest.param(
            [duty("a", "00:00", "24:00"), duty("c", "00:00", "24:00")], TOWN, ("A", "C"), id="two on duty: both"
        ),
        pytest.param(
            [duty("gone", "00:00", "24:00"), duty("b", "00:00", "24:00", COUNTY)], TOWN, ("B",), id="the post has ended"
        ),
        pytest.param([duty("unknown", "00:00", "24:00")], TOWN, (), id="a post that is not held here"),
    ],
)  # fmt: skip
def test_the_roster_of_the_nearest_region_counts(lines: list[Duty], region: str, expected: tuple[str, ...]) -> None:
    found = people_of(ON_DUTY, region, at(12), facts(duties=tuple(lines)))
    assert tuple(c.person for c in found) == expected


A_ON_LEAVE = {"a": PostFacts("a", "A", True, ("B",))}


@pytest.mark.parametrize(
    ("posts", "away", "expected"),
    [
        pytest.param({}, (), [Callee("A", "a")], id="there"),
        pytest.param(A_ON_LEAVE, ("A",), [Callee("B", "a", "A")], id="on leave: the deputy"),
        pytest.param(A_ON_LEAVE, ("A", "B"), [], id="the deputy on leave too: nobody"),
        pytest.param(
            {"a": PostFacts("a", "A", True, ("B", "C"))}, ("A", "B"), [Callee("C", "a", "A")], id="the other deputy"
        ),
        pytest.param({}, ("A",), [], id="on leave in another post of theirs"),
        pytest.param({"a": PostFacts("a", "A", runs=False)}, (), [], id="the post does not run"),
        pytest.param({"a": PostFacts("a", "")}, (), [], id="the post is vacant"),
    ],
)
def test_leave_and_deputies(posts: dict[str, PostFacts], away: tuple[str, ...], expected: list[Callee]) -> None:
    step = ChainStep("post", 10, post="a")
    assert list(people_of(step, TOWN, at(12), facts(posts=posts, away=frozenset(away)))) == expected


@pytest.mark.parametrize(
    ("away", "posts", "expected"),
    [
        ((), {}, [Callee("A", "a")]),
        (("A",), A_ON_LEAVE, [Callee("B", "a", "A")]),
        (("A",), {}, []),
    ],
)
def test_a_named_person_is_called_once_and_stood_in_for(away, posts, expected) -> None:
    step = ChainStep("person", 10, person="A")
    posts = {"d": PostFacts("d", "A"), **posts}
    held = {"A": ("a", "d")}
    assert list(people_of(step, TOWN, at(12), facts(posts=posts, held=held, away=frozenset(away)))) == expected


STEPS = (ON_DUTY, ChainStep("position", 5, position="lead"), ChainStep("leader", 15))
LEADERS = ((COUNTY, "c"), (COUNTY, "d"), (OTHER, "b"))


@pytest.mark.parametrize(
    ("start", "given", "expected"),
    [
        pytest.param(0, {"duties": (DAY_SHIFT,), "leaders": LEADERS}, (0, ("B",)), id="the first step has somebody"),
        pytest.param(0, {"leaders": LEADERS}, (2, ("C", "D")), id="nobody on duty: the superiors, both of them"),
        pytest.param(1, {"duties": (DAY_SHIFT,), "leaders": LEADERS}, (2, ("C", "D")), id="from the second on"),
        pytest.param(0, {}, None, id="nobody at all: exhausted"),
        pytest.param(3, {"duties": (DAY_SHIFT,), "leaders": LEADERS}, None, id="past the last step"),
        pytest.param(
            0, {"duties": (DAY_SHIFT,), "leaders": LEADERS, "participants": frozenset("D")}, (2, ("D",)),
            id="a drill: only its participants, wherever they stand",
        ),
        pytest.param(
            0, {"duties": (DAY_SHIFT,), "leaders": LEADERS, "participants": frozenset("Z")}, None,
            id="a drill whose participants are in no step",
        ),
    ],
)  # fmt: skip
def test_the_next_step_that_means_anybody(start: int, given: dict, expected: tuple | None) -> None:
    turn = next_turn(STEPS, start, TOWN, at(12), facts(**given))
    assert (turn and (turn[0], tuple(c.person for c in turn[1]))) == expected


@pytest.mark.parametrize(
    ("chains", "expected"),
    [
        ([], None),
        ([("1", COUNTY, "")], "1"),
        ([("1", COUNTY, ""), ("2", TOWN, "")], "2"),
        ([("1", TOWN, ""), ("2", TOWN, "k")], "2"),
        ([("1", TOWN, ""), ("2", COUNTY, "k")], "1"),
        ([("1", TOWN, "other"), ("2", OTHER, "k"), ("3", VILLAGE, "k")], None),
        ([("2", TOWN, "k"), ("1", TOWN, "k")], "1"),
    ],
)
def test_the_chain_of_the_nearest_region_and_kind(chains: list, expected: str | None) -> None:
    assert pick_chain([ChainFacts(*c) for c in chains], TOWN, "k") == expected


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("08:30", "08:30"), ("8:30", "08:30"), ("8：30", "08:30"), ("24:00", "24:00"), ("08:30:00", "08:30")],
)
def test_times_of_day(typed: str, kept: str) -> None:
    assert read_clock(typed) == kept


@pytest.mark.parametrize("typed", ["25:00", "24:01", "8", "08:60", "早上", "8:3"])
def test_what_is_no_time_of_day(typed: str) -> None:
    with pytest.raises(BadInput, match=r"calling.shift.clock_malformed"):
        read_clock(typed)


def test_a_shift_of_equal_times_is_a_whole_day() -> None:
    first, last = duty_span(DAY, "08:00", "08:00")
    assert (first, last) == (at(8), at(8, day=3))
    assert duty_span(DAY, "00:00", "24:00") == (at(0), at(0, day=3))


@pytest.mark.parametrize(
    ("values", "codes"),
    [
        ({"starts": "08:00", "ends": "17:00"}, []),
        ({"starts": "24:00", "ends": "08:00"}, ["calling.shift.starts_late"]),
        ({"starts": "", "ends": "08:00"}, ["calling.shift.clock_missing"]),
    ],
)
def test_shifts(values: dict, codes: list[str]) -> None:
    assert [v.code for v in check_shift(values)] == codes


WHOLE = {"holder": "position", "position": "duty", "minutes": 5, "place": 1, "urgent": "sms"}


@pytest.mark.parametrize(
    ("changed", "codes"),
    [
        ({}, []),
        ({"position": ""}, ["calling.chain.holder_missing"]),
        ({"holder": "post"}, ["calling.chain.holder_missing"]),
        ({"holder": "person"}, ["calling.chain.holder_missing"]),
        ({"holder": "leader", "position": ""}, []),
        ({"minutes": 0}, ["calling.chain.minutes_odd"]),
        ({"minutes": 1441}, ["calling.chain.minutes_odd"]),
        ({"place": 21}, ["calling.chain.place_odd"]),
        ({"urgent": ""}, ["calling.chain.channels_missing"]),
    ],
)
def test_steps_of_a_ledger(changed: dict, codes: list[str]) -> None:
    assert [v.code for v in check_step(WHOLE | changed)] == codes


def test_channels_are_typed_as_words_people_use() -> None:
    assert read_channels("短信，站内") == "inapp sms"
    assert show_channels("inapp sms") == "站内、短信"
    assert read_channels("sms") == "sms"
    with pytest.raises(BadInput, match=r"calling.chain.channel_unknown"):
        read_channels("电报")


def test_the_default_chain_goes_up_and_ends_with_the_leaders() -> None:
    assert [(s.holder, s.position, s.minutes) for s in DEFAULT_CHAIN] == [
        ("position", "duty", 10), ("position", "lead", 10), ("leader", "", 15),
    ]  # fmt: skip
    assert DEFAULT_CHAIN[0].channels("routine") == ("inapp", "sms")
    assert ChainStep.of(DEFAULT_CHAIN[0].as_dict()) == DEFAULT_CHAIN[0]
