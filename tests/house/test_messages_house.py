"""Every sentence has a code, every code that is raised has its sentence, every page of reference is current."""

from __future__ import annotations

import ast
import re
import string
import sys
from pathlib import Path

import pytest

from anlan.kernel.messages import catalogue, render

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests" / "tools"))

import reference  # noqa: E402

_CODE = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z0-9_]+)+")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def literals() -> set[str]:
    """Every string of the product that looks like a code or, in an f-string, like the beginning of one."""
    found: set[str] = set()
    for path in reference.sources():
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                found.add(node.value)
    templates = [p.read_text(encoding="utf-8") for p in (ROOT / "src" / "anlan").rglob("*.html")]
    return found | {word for text in templates for word in re.findall(r"""["']([a-z][\w.]+)["']""", text)}


def test_every_code_that_is_raised_has_a_sentence() -> None:
    assert sorted(set(reference.raised()) - set(catalogue())) == []


def test_every_sentence_is_used() -> None:
    """A code is used when it stands in the source, whole or behind a prefix that the code completes: `cli.` + name."""
    used = literals()
    # A whole family is asked for by f-strings like f"history.{verb}"; the two largest are checked word by word instead.
    prefixes = tuple(u for u in used if re.fullmatch(r"(?:[a-z0-9_]+\.)+", u) and u not in {"cli.", "platform."})
    tails = {u for u in used if u and not u.endswith(".")}
    unused = [
        code
        for code in catalogue()
        if not code.startswith("cli.help.")  # named after the commands; tests/cli/test_help_cli.py reads them all
        and code not in used
        and not any(code.startswith(p) for p in prefixes)
        and not any(code[i + 1 :] in tails for i, c in enumerate(code) if c == ".")
    ]
    assert sorted(unused) == []


def test_sentences_are_chinese_and_their_facts_are_plain_names() -> None:
    bad = []
    for code, sentence in catalogue().items():
        if not _CODE.fullmatch(code):
            bad.append(f"{code}: not a code")
        if sentence and not _CHINESE.search(sentence):
            bad.append(f"{code}: not Chinese")
        for _, fact, form, _ in string.Formatter().parse(sentence):
            if fact is not None and not re.fullmatch(r"[a-z][a-z0-9_]*", fact):
                bad.append(f"{code}: fact {fact!r}")
            if form:
                bad.append(f"{code}: formatting belongs to the code, not to the sentence")
    assert bad == []


def test_a_missing_fact_never_breaks_a_sentence() -> None:
    assert [code for code, sentence in catalogue().items() if bool(render(code, {})) != bool(sentence)] == []


@pytest.mark.parametrize("page", ["env.md", "errors.md", "cli.md"])
def test_the_reference_pages_are_current(page: str) -> None:
    """Run `make docs` after changing a variable, an error or a command."""
    assert (reference.PAGES / page).read_text(encoding="utf-8") == reference.pages()[page]
