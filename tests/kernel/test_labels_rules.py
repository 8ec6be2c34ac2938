"""Fields are called by their Chinese names, with their place in a list; what draws nothing is no text."""

from __future__ import annotations

import pytest

from anlan.kernel.canonical import json_violations
from anlan.kernel.labels import field_label
from anlan.kernel.text import blank, shown_length


@pytest.mark.parametrize(
    ("path", "label"),
    [
        ("reason", "理由"),
        ("text.reason", "理由"),
        ("items.2.photos", "第3条的照片"),
        ("text.photos.1", "照片"),
        ("nothing.heard_of", "该项"),
        ("", "该项"),
    ],
)
def test_a_field_is_named_by_the_last_word_of_its_path(path: str, label: str) -> None:
    assert field_label(path) == label


def test_a_field_without_a_name_may_keep_its_own() -> None:
    assert field_label("site", unknown="site") == "site"


def test_a_draft_s_refusal_names_the_field_in_chinese() -> None:
    found = json_violations({"reason": "a\u202e"}, "text")
    assert [v.message for v in found] == ["“理由”第 2 个字符是看不见的控制字符（U+202E），请删除后重新填写。"]


@pytest.mark.parametrize("text", ["", " \n", "\u200b", "\u3164", "\u2800\ufe0f", "\U000e0041", "\u00ad\u2060 \u115f"])
def test_what_draws_nothing_is_blank(text: str) -> None:
    assert blank(text)


@pytest.mark.parametrize(("text", "length"), [("甲", 1), (" 已\u200b清理 ", 3), ("👨\u200d👩", 2), ("。", 1)])
def test_what_is_seen_is_counted(text: str, length: int) -> None:
    assert (blank(text), shown_length(text)) == (False, length)
