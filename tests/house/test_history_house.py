"""Every kind of entry, every subject of one and every state of a loop is called by a Chinese name on a page."""

from __future__ import annotations

import ast
import re
from pathlib import Path

from anlan.config.contexts import CONTEXTS
from anlan.platform.catalogue import CATALOGUE
from anlan.platform.ledger.history import label_of, subject_label

SOURCE = Path(__file__).resolve().parents[2] / "src" / "anlan"
_KIND = re.compile(r"(?:platform|accounts|registry|inspection|sensing|accident|reporting|demo)\.[a-z_]+\.[a-z_]+")
_CHINESE = re.compile(r"[\u4e00-\u9fff]")


def folded() -> set[str]:
    """Kinds that a context of the product folds, and the decision on each of its subjects."""
    kinds = {k for k in CATALOGUE.folds if k.partition(".")[0] in CONTEXTS}
    return kinds | {f"{k.rpartition('.')[0]}.decided" for k in kinds}


def drafted() -> set[str]:
    """Kinds written out in a call of Draft, its first argument or `kind=`, and the constants that name one."""
    found: set[str] = set()
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            values: list[ast.expr] = []
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") in {"Draft", "Action"}:
                values = [*node.args, *(k.value for k in node.keywords if k.arg == "kind")]
            elif (
                isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name) and node.targets[0].id.isupper()
            ):
                values = [node.value]
            words = (v.value for v in values if isinstance(v, ast.Constant) and isinstance(v.value, str))
            found |= {w for w in words if _KIND.fullmatch(w)}
    # Rights of actions look like kinds; what is recorded ends in a past participle and is no right.
    return found - set(CATALOGUE.rights)


def test_the_kinds_are_found() -> None:
    assert {"inspection.hazard.closed", "registry.enterprise.renamed", "accounts.post.handed_over"} <= folded()
    assert {"platform.vault.revealed", "platform.redaction.redacted", "platform.region.changed"} <= drafted()


def test_every_kind_of_entry_has_a_chinese_name() -> None:
    kinds = folded() | drafted() | {"demo.county.begun", "demo.county.built"}
    assert sorted(k for k in kinds if not _CHINESE.search(label_of(k))) == []


def test_every_subject_of_an_entry_has_a_chinese_name() -> None:
    subjects = {k.rpartition(".")[0] for k in folded() | drafted()} | {"demo.county"}
    assert sorted(s for s in subjects if not _CHINESE.search(subject_label(s))) == []


def test_every_state_and_action_of_a_loop_has_a_chinese_name() -> None:
    named = [(f"{loop.id}.{x.id}", x.label) for loop in CATALOGUE.loops.values() for x in (*loop.states, *loop.actions)]
    assert [key for key, label in named if not _CHINESE.search(label)] == []
