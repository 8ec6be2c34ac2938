"""Single sentences, honest and not: each rule says what it should, and nothing is said of what is right."""

from __future__ import annotations

import pytest
from planted import VECTORS

from anlan.reporting.drafts.check import check

LINES = [
    line for line in (VECTORS / "sentences.txt").read_text(encoding="utf-8").splitlines() if line and line[0] in "+-"
]
WRONG = [tuple(line[1:].split(" ", 1)) for line in LINES if line[0] == "+"]
RIGHT = [line[1:].strip() for line in LINES if line[0] == "-"]


@pytest.mark.parametrize(("rule", "sentence"), WRONG, ids=[f"{rule}-{s[:24]}" for rule, s in WRONG])
def test_a_contradiction_is_found_by_its_rule(rule: str, sentence: str) -> None:
    assert int(rule) in {f.rule for f in check(sentence)}


@pytest.mark.parametrize("sentence", RIGHT, ids=[s[:24] for s in RIGHT])
def test_nothing_is_said_of_an_honest_sentence(sentence: str) -> None:
    assert [(f.rule, f.why) for f in check(sentence)] == []
