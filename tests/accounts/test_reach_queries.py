"""Whose number is this: the vault's blind index, however the number is written and whenever it was stored."""

from __future__ import annotations

import pytest

from accounts.factories import make_county
from anlan.accounts import queries
from anlan.accounts.services.people import person_ref
from anlan.platform import vault

pytestmark = pytest.mark.django_db


def test_a_person_is_found_by_a_number_of_any_writing() -> None:
    person = make_county().person["town"]
    vault.put(person_ref(person), "phone", "057684123456", 1 << 60)
    for typed in ("0576-8412 3456", "+86 576 84123456", "（0576）84123456"):
        assert queries.people_with_phone(typed) == [person], typed
    assert queries.people_with_phone("0576-84123457") == []


def test_a_number_stored_with_the_hyphen_of_an_earlier_release_is_found() -> None:
    person = make_county().person["town"]
    vault.put(person_ref(person), "phone", "0576-84123456", 1 << 60)
    assert queries.people_with_phone("0576 8412 3456") == [person]
    assert queries.people_with_phone("057684123456") == [person]
