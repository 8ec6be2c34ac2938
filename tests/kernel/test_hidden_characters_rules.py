"""Characters that nobody sees are refused, with their place; what people type is not."""

from __future__ import annotations

import pytest

from anlan.kernel.entry import Draft, check_draft
from anlan.kernel.text import check_hidden, hidden

REFUSED = [*range(9), 0x0B, 0x0C, *range(0x0E, 0x20), *range(0x7F, 0xA0)]
REFUSED += [*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0xD800, 0xDBFF, 0xDC00, 0xDFFF]


@pytest.mark.parametrize("code", REFUSED, ids=[f"U+{c:04X}" for c in REFUSED])
def test_every_hidden_character_is_found_with_its_place(code):
    assert hidden(f"阀门{chr(code)}渗漏") == (3, f"U+{code:04X}")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "第一行\r\n第二行\t列",
        "1号阀门（东）",
        "𠮷田👨\u200d👩\u200d👧",
        "ｆｕｌｌ　width",
        "a\u00a0b",
        "\U0010ffff",
    ],
)
def test_what_people_type_passes(text):
    assert hidden(text) is None


@pytest.mark.parametrize("char", ["\u200b", "\u200d", "\u200f", "\u2060", "\ufeff", "\u00ad"])
def test_zero_width_characters_are_refused_in_names_alone(char):
    assert hidden(f"张{char}三") is None
    assert hidden(f"张{char}三", name=True) == (2, f"U+{ord(char):04X}")


def test_the_sentence_names_field_place_and_character():
    found = check_hidden("阀门\u202e渗漏", "description")
    assert [(v.code, v.field, v.message) for v in found] == [
        ("kernel.text.hidden", "description", "“隐患描述”第3个字符是看不见的控制字符（U+202E），请删除后重新填写。")
    ]
    assert check_hidden("甲\u2066", "x", "井名")[0].message.startswith("“井名”第2个字符")
    assert check_hidden(12.5, "x") == []


def test_no_draft_with_a_hidden_character_is_recorded():
    draft = Draft("things.thing.opened", "things.thing/1", "331003001000", {"name": "甲\u202e乙"}, {"note": "a\x07"})
    assert [(v.code, v.field, v.facts.get("char")) for v in check_draft(draft)] == [
        ("journal.draft.hidden", "data.name", "U+202E"),
        ("journal.draft.hidden", "text.note", "U+0007"),
    ]
