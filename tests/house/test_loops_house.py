"""DESIGN section 7: every loop action has one service, a rule check behind it, one route and a test, all found by its name.

An action that nobody presses (`Action.automatic`) is taken along by the service it names and has no other of its own,
nor a route. Where that service is its own (`call_open`), contexts above or the worker call it: rule and test stay due.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from anlan.platform.catalogue import CATALOGUE

ROOT = Path(__file__).resolve().parents[2]
SOURCE = ROOT / "src" / "anlan"
TEST_APPS = {"wells", "things"}
ACTIONS = [
    pytest.param(loop, action, id=f"{loop.id}_{action.id}")
    for loop in CATALOGUE.loops.values()
    if loop.subject.partition(".")[0] not in TEST_APPS
    for action in loop.actions
]


@cache
def functions(context: str, part: str) -> dict[str, list[ast.FunctionDef]]:
    """Functions by name in `<context>/<part>.py` or the package of that name."""
    found: dict[str, list[ast.FunctionDef]] = {}
    folder = SOURCE / context
    for path in sorted(folder.rglob("*.py")):
        if part in {path.stem, *path.relative_to(folder).parts[:-1]}:
            for node in ast.parse(path.read_text(encoding="utf-8")).body:
                if isinstance(node, ast.FunctionDef):
                    found.setdefault(node.name, []).append(node)
    return found


@cache
def words_of_the_tests() -> str:
    return "\n".join(
        p.read_text(encoding="utf-8") for p in sorted((ROOT / "tests").rglob("*.py")) if "house" not in p.parts
    )


@cache
def words_about(loop_id: str) -> str:
    """The tests of one loop's subject, where a table of acts may name them by themselves."""
    return "\n".join(p.read_text(encoding="utf-8") for p in sorted((ROOT / "tests").rglob(f"test_{loop_id}*.py")))


def names(loop: Any, action: Any) -> tuple[str, str]:
    """`hazard_close`, and `hazards_close` for what is done to several at once; `false-alarm` is `alarm_false_alarm`."""
    word = action.id.replace("-", "_")
    return f"{loop.id}_{word}", f"{loop.id}s_{word}"


def reached(context: str, start: str) -> Iterator[str]:
    """Every name that a service mentions, and the functions of its context's services behind it."""
    known, waiting, seen = functions(context, "services"), [start], set()
    while waiting:
        name = waiting.pop()
        if name in seen:
            continue
        seen.add(name)
        yield name
        for node in (n for f in known.get(name, []) for n in ast.walk(f)):
            if isinstance(node, ast.Name):
                waiting.append(node.id)
            elif isinstance(node, ast.Attribute):
                waiting.append(node.attr)


@pytest.mark.parametrize(("loop", "action"), ACTIONS)
def test_every_action_has_one_service_a_check_one_route_and_a_test(loop: Any, action: Any) -> None:
    context = loop.subject.partition(".")[0]
    services, routes = functions(context, "services"), functions(context, "api")
    one, many = names(loop, action)
    if action.automatic:
        assert action.automatic in services, "taken along by a service that does not exist"
        assert not {one, many} & {*services, *routes} - {action.automatic}, "nobody presses it, but it has a service"
        assert not {one, many} & {*routes}, "an action that nobody presses has a route"
        if action.automatic not in {one, many}:
            return
    service = one if one in services else many
    assert len(services.get(service, [])) == 1, f"services named {one}: {len(services.get(service, []))}"
    checks = {name for name in reached(context, service) if name.startswith("check_")}
    assert checks & {*functions(context, "rules"), "check_step"}, f"{service} asks no rule"
    paths = [name for name in (one, many) if len(routes.get(name, [])) == 1]
    assert paths or action.automatic, f"no route named {one}"
    text = words_of_the_tests()
    assert one in text or many in text or f'"{action.id}"' in words_about(loop.id), f"no test of {one}"


def test_automatic_actions_are_few_and_known() -> None:
    found = {p.id: p.values[1].automatic for p in ACTIONS if p.values[1].automatic}  # type: ignore[attr-defined]
    assert found == {
        "hazard_doubt": "hazard_close",
        "filing_ask": "round_open",
        "task_start": "inspection_start",
        "task_complete": "inspection_finish",
        "call_open": "call_open",
        "call_escalate": "call_escalate",
        "call_exhaust": "call_escalate",
        "call_close": "call_close",
        "alarm_trigger": "alarms_raise",
        "alarm_subside": "alarms_raise",
    }
