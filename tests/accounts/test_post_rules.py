"""The pure rules of posts and deputies."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from anlan.accounts.rules.posts import PostFacts, check_deputy, check_post, check_post_end

GOOD = PostFacts(
    prefix="331003",
    organisation_open=True,
    role_found=True,
    by_office=False,
    by_enterprise=False,
    office_given=False,
    office_supervises=False,
    enterprise_given=False,
    starts_on=date(2026, 1, 1),
    until_on=None,
    held_already=False,
    for_oneself=False,
)


def test_a_complete_post_is_fine():
    assert check_post(GOOD) == []
    assert check_post(replace(GOOD, by_office=True, office_given=True, office_supervises=True)) == []
    assert check_post(replace(GOOD, by_enterprise=True, enterprise_given=True)) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"prefix": ""}, "kernel.region.empty"),
        ({"prefix": "33100"}, "kernel.region.format"),
        ({"organisation_open": False}, "accounts.post.organisation_missing"),
        ({"role_found": False}, "accounts.post.role_missing"),
        ({"by_office": True}, "accounts.post.office_missing"),
        ({"office_given": True}, "accounts.post.office_not_supervising"),
        ({"by_enterprise": True}, "accounts.post.enterprise_missing"),
        ({"starts_on": None}, "accounts.post.start_missing"),
        ({"until_on": date(2025, 12, 31)}, "accounts.post.until_before_start"),
        ({"held_already": True}, "accounts.post.held_already"),
        ({"for_oneself": True}, "accounts.post.for_oneself"),
    ],
)
def test_each_fault_of_a_post_is_named(change, code):
    assert [p.code for p in check_post(replace(GOOD, **change))] == [code]


def test_every_fault_is_named_at_once():
    problems = check_post(replace(GOOD, role_found=False, organisation_open=False, prefix=""))
    assert {p.field for p in problems} == {"prefix", "organisation_id", "role_id"}


@pytest.mark.parametrize(
    ("ended", "open_items", "colleagues", "successor", "codes"),
    [
        (False, 0, 0, False, []),
        (False, 3, 0, True, []),
        (False, 3, 1, False, []),
        (False, 3, 0, False, ["accounts.post.open_work"]),
        (True, 0, 0, False, ["accounts.post.ended_already"]),
    ],
)
def test_open_work_never_becomes_nobodys(ended, open_items, colleagues, successor, codes):
    problems = check_post_end(ended=ended, open_items=open_items, colleagues=colleagues, has_successor=successor)
    assert [p.code for p in problems] == codes


DEPUTY = {
    "starts_on": date(2026, 3, 2),
    "until_on": date(2026, 3, 10),
    "today": date(2026, 3, 2),
    "same_person": False,
    "post_active": True,
    "by_oneself": False,
}


def test_a_deputy_for_a_leave_is_fine():
    assert check_deputy(**DEPUTY) == []


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"post_active": False}, "accounts.deputy.post_inactive"),
        ({"same_person": True}, "accounts.deputy.same_person"),
        ({"by_oneself": True}, "accounts.deputy.by_oneself"),
        ({"starts_on": None}, "accounts.deputy.start_missing"),
        ({"until_on": None}, "accounts.deputy.until_missing"),
        ({"until_on": date(2026, 3, 1)}, "accounts.deputy.until_before_start"),
        ({"starts_on": date(2026, 2, 1), "until_on": date(2026, 3, 1)}, "accounts.deputy.past"),
        ({"until_on": date(2027, 3, 3)}, "accounts.deputy.too_long"),
    ],
)
def test_each_fault_of_a_deputy_is_named(change, code):
    assert [p.code for p in check_deputy(**{**DEPUTY, **change})] == [code]
