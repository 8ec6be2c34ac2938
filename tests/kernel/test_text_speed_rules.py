"""Short cuts for text that needs no work must never decide otherwise than the long way."""

import sys

import pytest

from anlan.kernel import text
from anlan.kernel.canonical import json_violations
from anlan.kernel.text import clean_cell, hidden, normalise_width


@pytest.mark.parametrize("char", [c for c in map(chr, range(0x10000)) if text._UNCLEAN.search(c)])
def test_a_character_that_cleaning_may_change_is_looked_at(char):
    assert clean_cell(f"甲{char}乙") in {"甲 乙", "甲乙", f"甲{normalise_width(char)}乙"}


def test_no_other_character_is_changed_by_the_long_way():
    for char in map(chr, range(sys.maxunicode + 1)):
        if not text._UNCLEAN.search(char):
            typed = f"甲{char}乙"
            cleaned = normalise_width(typed.translate(text._INVISIBLE)).replace("\u3000", " ")
            assert " ".join(cleaned.split()) == typed, hex(ord(char))


def test_printable_text_hides_nothing_and_is_never_refused():
    for char in map(chr, range(sys.maxunicode + 1)):
        if char.isprintable():
            assert text._HIDDEN.search(char) is None
            assert text._HIDDEN_IN_NAME.search(char) is None
            assert hidden(char, name=True) is None
    assert json_violations({"甲": ["乙", 1, 1.5, None, True, {"丙": "\n"}]}, "data") == []
