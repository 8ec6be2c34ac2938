"""What may be called for, when a message may go out, what an answer must say: tables of cases."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.calling.rules.call import CALL_LOOP, check_proxy, link_runs, may_call, word_of_key
from anlan.calling.rules.limits import MOST_PER_HOUR, free_at, loud_at, next_try, step_over
from anlan.calling.rules.matter import Matter, check_matter
from anlan.kernel.deadlines import SHANGHAI

GOOD = Matter("test.matter/1", "test.matter", "raised", "331003001000", "氨气超高", "", "urgent", "/x")


def at(hour: int, minute: int = 0, day: int = 2) -> datetime:
    return datetime(2026, 3, day, hour, minute, tzinfo=SHANGHAI)


@pytest.mark.parametrize(
    ("changed", "codes"),
    [
        ({}, []),
        ({"subject": "other.matter/1"}, ["subject_malformed"]),
        ({"subject": "test.matter/"}, ["subject_malformed"]),
        ({"stage": " "}, ["stage_malformed"]),
        ({"region": "331003"}, ["region_malformed"]),
        ({"urgency": "soon"}, ["urgency_unknown"]),
        ({"title": ""}, ["words_malformed"]),
        ({"title": "长" * 201}, ["words_malformed"]),
        ({"text": "长" * 2001}, ["words_malformed"]),
        ({"address": "https://elsewhere.example"}, ["address_malformed"]),
        ({"address": "//elsewhere.example"}, ["address_malformed"]),
        ({"drill": True}, ["drill_nobody"]),
        ({"drill": True, "participants": ("p",)}, []),
    ],
)
def test_matters(changed: dict, codes: list[str]) -> None:
    assert [v.code for v in check_matter(replace(GOOD, **changed), True)] == [f"calling.matter.{c}" for c in codes]


def test_a_kind_that_nobody_declares() -> None:
    assert [v.code for v in check_matter(GOOD, False)] == ["calling.matter.kind_unknown"]


def test_a_text_with_hidden_characters_is_refused() -> None:
    assert [v.code for v in check_matter(replace(GOOD, title="氨气\u202e超高"), True)] == ["kernel.text.hidden"]


@pytest.mark.parametrize(
    ("urgency", "channel", "moment", "expected"),
    [
        ("routine", "sms", at(21, 59), at(21, 59)),
        ("routine", "sms", at(22), at(7, day=3)),
        ("routine", "sms", at(6, 59), at(7)),
        ("routine", "sms", at(7), at(7)),
        ("routine", "inapp", at(23), at(23)),
        ("urgent", "sms", at(23), at(23)),
        ("critical", "sms", at(3), at(3)),
    ],
)
def test_only_what_is_routine_keeps_quiet_at_night(urgency, channel, moment, expected) -> None:
    assert loud_at(urgency, channel, moment) == expected


@pytest.mark.parametrize(
    ("urgency", "channel", "count", "expected"),
    [
        ("routine", "sms", 5, at(12)),
        ("routine", "sms", 6, at(12, 1)),
        ("routine", "inapp", 60, at(12)),
        ("urgent", "sms", 19, at(12)),
        ("urgent", "sms", 20, at(12, 1)),
        ("critical", "sms", 500, at(12)),
    ],
)
def test_how_often_one_person_is_called(urgency: str, channel: str, count: int, expected: datetime) -> None:
    before = [at(11, 1) + timedelta(seconds=n) for n in range(count)]
    assert free_at(urgency, channel, at(12), before) == expected


@given(st.lists(st.integers(-7200, 0), max_size=40), st.sampled_from(sorted(MOST_PER_HOUR)))
def test_no_hour_holds_more_than_the_limit(seconds: list[int], urgency: str) -> None:
    now = at(12)
    before = [now + timedelta(seconds=s) for s in seconds]
    free = free_at(urgency, "sms", now, before)
    within = [b for b in before if b > free - timedelta(hours=1)]
    assert free >= now
    assert len(within) < MOST_PER_HOUR[urgency] or free == now


def test_an_end_that_only_a_clock_that_ran_ahead_can_have_set_is_over() -> None:
    longest = at(12) + timedelta(hours=24 + 9)
    assert [step_over(until, at(12)) for until in (at(11), at(12), at(12, 1), longest)] == [True, True, False, False]
    assert step_over(at(12).replace(year=2090), at(12))


def test_tries_end() -> None:
    assert [next_try(n, at(12)) for n in (1, 2, 3)] == [
        at(12) + timedelta(seconds=20), at(12) + timedelta(seconds=60), None,
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("1", "on_my_way"),
        (" １ ", "on_my_way"),
        ("1。", "on_my_way"),
        ("2 收到", "seen"),
        ("3", "false_alarm"),
        ("11", ""),
        ("4", ""),
        ("", ""),
        ("已收到", "seen"),
        ("正在赶赴现场", "on_my_way"),
        ("误报", "false_alarm"),
        ("谁啊", ""),
        ("回复1", "on_my_way"),
        ("【２】", "seen"),
        ("①", "on_my_way"),
        ("1，马上到", "on_my_way"),
        ("3.误报", "false_alarm"),
        ("1号", "on_my_way"),
        ("收到，误报", "false_alarm"),
        ("收到，不是误报", "seen"),
        ("3人被困", ""),
        ("3 人被困", ""),
        ("3号车间着火", ""),
        ("3.5米水深", ""),
        ("1小时后到", ""),
        ("2分钟后再说", ""),
        ("1，误报", ""),
        ("没有收到", ""),
        ("未收到短信", ""),
        ("不是误报", ""),
        ("是不是误报", ""),
        ("是误报吗", ""),
        ("误报？", ""),
        ("无法赶赴", ""),
        ("不能及时赶赴", ""),
        ("误报，赶赴", ""),
    ],
)
def test_keys_and_words(text: str, word: str) -> None:
    assert word_of_key(text) == word


OPENED, NOW = at(10), at(12)


@pytest.mark.parametrize(
    ("changed", "codes"),
    [
        ({}, []),
        ({"word": "x"}, ["word_unknown"]),
        ({"reason": " "}, ["reason_missing"]),
        ({"reason": "长" * 501}, ["reason_missing"]),
        ({"called": False}, ["person_missing"]),
        ({"at": None}, ["at_missing"]),
        ({"at": at(12, 1)}, ["at_future"]),
        ({"at": at(9, 58)}, ["at_early"]),
    ],
)
def test_an_answer_on_behalf_says_how_and_when(changed: dict, codes: list[str]) -> None:
    full = {"word": "seen", "reason": "回电", "at": at(11), "called": True} | changed
    found = check_proxy(opened_at=OPENED, now=NOW, **full)
    assert [v.code for v in found] == [f"calling.answer.{c}" for c in codes]


@pytest.mark.parametrize(
    ("state", "step", "stands", "is_open", "expected"),
    [
        ("calling", 1, 1, True, True),
        ("calling", 0, 1, True, False),
        ("calling", 1, 1, False, False),
        ("answered", 1, 1, True, False),
        ("exhausted", 1, 1, True, False),
        ("closed", 1, 1, True, False),
    ],
)
def test_when_an_attempt_may_go_out(state, step, stands, is_open, expected) -> None:
    assert may_call(state, step, stands, is_open) is expected


def test_a_link_ends_after_two_days() -> None:
    assert link_runs(at(12), at(12, day=4) - timedelta(seconds=1))
    assert not link_runs(at(12), at(12, day=4))


def test_no_action_leads_back_into_calling_after_an_answer() -> None:
    after = {a.to for a in CALL_LOOP.actions if "answered" in a.from_ or "closed" in a.from_}
    assert after == {"closed"}
