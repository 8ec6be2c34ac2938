"""Every field that a refusal names has a Chinese name, and no rule takes characters that draw nothing for a text."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from anlan.kernel.messages import catalogue

SOURCE = Path(__file__).resolve().parents[2] / "src" / "anlan"


def fields() -> Iterator[tuple[str, str]]:
    """(field, module) of every Violation whose field stands in the source."""
    for path in sorted(SOURCE.rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "Violation":
                given = [*node.args[2:3], *(k.value for k in node.keywords if k.arg == "field")]
                for part in (c for value in given for c in ast.walk(value) if isinstance(c, ast.Constant)):
                    if isinstance(part.value, str) and re.fullmatch(r"[a-z_.]*[a-z0-9_]+", part.value):
                        yield part.value.rpartition(".")[2], str(path.relative_to(SOURCE))


def test_every_field_of_a_refusal_has_a_chinese_name() -> None:
    found = set(fields())
    assert ("reason", "registry/rules/change.py") in found
    partial = {"witness"}  # completed by a number
    unnamed = {(f, m) for f, m in found if f"kernel.field.{f}" not in catalogue() and f not in partial}
    assert sorted(unnamed) == []


def test_rules_ask_for_what_is_seen_of_a_text() -> None:
    bare = re.compile(r"\bnot [\w.]+\.strip\(\)|len\([\w.]+\.strip\(\)\) <")
    found = [
        f"{path.relative_to(SOURCE)}:{number}"
        for path in sorted(SOURCE.glob("*/rules/*.py"))
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if bare.search(line)
    ]
    assert found == []
