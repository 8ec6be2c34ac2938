"""The pure rules of people, organisations, user names, tokens and passwords."""

from __future__ import annotations

import pytest

from anlan.accounts.passwords import character_classes, initial_password
from anlan.accounts.rules.organisations import check_organisation
from anlan.accounts.rules.people import check_person, check_phone, check_username
from anlan.accounts.rules.tokens import check_token
from anlan.kernel.phones import normalise_phone


def codes(problems):
    return [p.code for p in problems]


@pytest.mark.parametrize("phone", ["", None, "13800138000", "138 0013 8000", "１３８００１３８０００", "+86 13800138000",
                                   "0576-84111111", "0576-84111111-201", "138****8000"])  # fmt: skip
def test_phone_numbers_that_are_taken(phone):
    assert check_phone(phone) == []


@pytest.mark.parametrize("phone", ["1380013800", "23800138000", "12345678901", "84111111", "abc"])
def test_phone_numbers_that_are_refused(phone):
    assert codes(check_phone(phone)) == ["accounts.person.phone_malformed"]


def test_a_phone_number_is_kept_without_prefix_and_spaces():
    assert normalise_phone("＋86 138 0013 8000") == "13800138000"


def test_a_person_needs_a_name():
    assert codes(check_person({"name": "  ", "phone": "1"})) == [
        "accounts.person.name_missing",
        "accounts.person.phone_malformed",
    ]


@pytest.mark.parametrize("name", ["zhang.san", "a12", "wang-wu_2"])
def test_user_names_that_are_taken(name):
    assert check_username(name, taken=False) == []


@pytest.mark.parametrize("name", ["", "ab", "1abc", "Zhang", "张三", "a b c", "x" * 41])
def test_user_names_that_are_refused(name):
    assert codes(check_username(name, taken=False)) == ["accounts.account.username_malformed"]


def test_a_user_name_is_given_once():
    assert codes(check_username("zhang.san", taken=True)) == ["accounts.account.username_taken"]


def test_faults_of_an_organisation():
    assert check_organisation({"name": "基础科", "kind": "office", "region": "331003"}, taken=False) == []
    assert codes(check_organisation({"name": "", "kind": "club", "region": "1"}, taken=False)) == [
        "accounts.organisation.name_missing",
        "accounts.organisation.kind_unknown",
        "kernel.region.format",
    ]
    assert codes(check_organisation({"name": "基础科", "kind": "office", "region": "331003"}, taken=True)) == [
        "accounts.organisation.duplicate"
    ]


@pytest.mark.parametrize(
    ("name", "days", "own", "expected"),
    [
        ("报表", 90, True, []),
        ("报表", 365, True, []),
        (" ", 90, True, ["accounts.token.name_missing"]),
        ("报表", 0, True, ["accounts.token.days"]),
        ("报表", 366, True, ["accounts.token.days"]),
        ("报表", 90, False, ["accounts.token.not_own"]),
    ],
)
def test_when_a_token_is_issued(name, days, own, expected):
    assert codes(check_token(name, days, own=own)) == expected


@pytest.mark.parametrize(
    ("password", "classes"), [("", 0), ("abc", 1), ("abc1", 2), ("Abc1", 3), ("Abc1#", 4), ("中文1", 2)]
)
def test_classes_of_characters(password, classes):
    assert character_classes(password) == classes


def test_initial_passwords_have_all_classes_and_differ():
    made = {initial_password() for _ in range(50)}
    assert len(made) == 50
    assert {(len(p), character_classes(p)) for p in made} == {(12, 4)}
