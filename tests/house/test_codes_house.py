"""Every error code is raised in a test: written whole, or as a prefix that ends in a dot and the rest, in one file."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

TESTS = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(TESTS / "tools"))

import reference  # noqa: E402

# Codes without a test, with the reason. The list may only shrink: a code that gets its test must leave it.
UNTESTED: dict[str, str] = {
    "cli.demo.stopped_badly": "the walk's own server would have to crash while it stops",
}


def literals(path: Path) -> set[str]:
    """Every string of a test module, the constant parts of f-strings among them."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {n.value for n in ast.walk(tree) if isinstance(n, ast.Constant) and isinstance(n.value, str)}


def named(codes: set[str]) -> set[str]:
    """The codes among these that some test names."""
    found: set[str] = set()
    for path in TESTS.rglob("test_*.py"):
        if path.parent.name == "house":
            continue
        words = literals(path)
        prefixes = {w for w in words if w.endswith(".")}
        for code in codes - found:
            joined = any(code.startswith(p) and code[len(p) :] in words for p in prefixes)
            # `in`: a code may stand inside a longer string, the regular expression of a match or a line of output.
            if joined or any(code in word for word in words):
                found.add(code)
    return found


def test_every_error_code_is_raised_in_a_test() -> None:
    codes = set(reference.raised())
    assert sorted(codes - named(codes) - set(UNTESTED)) == []


def test_the_list_of_codes_without_a_test_only_shrinks() -> None:
    codes = set(reference.raised())
    assert sorted(set(UNTESTED) - codes) == []
    assert sorted(set(UNTESTED) & named(codes)) == []
    assert [code for code, reason in UNTESTED.items() if len(reason) < 10] == []
