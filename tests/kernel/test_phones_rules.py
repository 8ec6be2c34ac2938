"""One way of writing each phone number."""

from __future__ import annotations

import pytest

from anlan.kernel.phones import looks_like_phone, normalise_phone, phone_forms


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("138-0013-8000", "13800138000"),
        ("138 0013 8000", "13800138000"),
        ("＋86 138－0013－8000", "13800138000"),
        ("0086-13800138000", "13800138000"),
        ("8613800138000", "13800138000"),
        (13800138000.0, "13800138000"),
        ("0576-8412 3456", "057684123456"),
        ("（0576）8412-3456", "057684123456"),
        ("+86 576 8412 3456", "057684123456"),
        ("+86-10-84123456", "01084123456"),
        ("010-8412-3456", "01084123456"),
        ("0576-84123456-801", "057684123456-801"),
        ("0576-8412 3456 转 801", "057684123456-801"),
        ("+86 576-84123456-801", "057684123456-801"),
        ("84123456-801", "84123456-801"),
        ("8412-3456", "84123456"),
        ("400-123-4567", "4001234567"),
        ("138****8000", "138****8000"),
        ("0576-****3456", "0576-****3456"),
        ("", ""),
        (None, ""),
    ],
)
def test_a_number_has_one_form(typed: object, stored: str) -> None:
    assert normalise_phone(typed) == stored
    assert normalise_phone(stored) == stored


def test_what_may_be_a_number_is_looked_for() -> None:
    told = ["138-0013-8000", "0576-8412 3456", "84123456", "400 123 4567", "0576-84123456-801"]
    other = ["", "1234567", "YH-331003a-2026-000001", "91331003MA2XXXXX1X", "测试甲"]
    assert [t for t in told if not looks_like_phone(t)] == []
    assert [t for t in other if looks_like_phone(t)] == []


def test_an_index_of_an_earlier_release_is_found_too() -> None:
    assert phone_forms("0576 8412 3456") == ("057684123456", "057-684123456", "0576-84123456")
    assert phone_forms("138-0013-8000") == ("13800138000",)
