"""What import-linter can't say: who may touch the tables, how large things may grow, what names they may have."""

from __future__ import annotations

import ast
import re
import statistics
from pathlib import Path

import grimp
import pytest

SOURCE = Path(__file__).resolve().parents[2] / "src" / "anlan"
SHARED = ("kernel", "platform")
MODULES = sorted(p for p in SOURCE.rglob("*.py") if "migrations" not in p.parts)
TREES = {path: ast.parse(path.read_text(encoding="utf-8")) for path in MODULES}
# The only places where a defect of somebody else's code may be caught whole: the edges of a process (ADR 0001).
EDGES = {
    "platform/scheduler/runner.py",
    "platform/ledger/runs.py",  # the background task of an import: whoever waits for it must see that it ended
    "platform/bus.py",
    "platform/exchange/carrier.py",  # one part that can't be taken must neither end the thread nor be lost
    "calling/services/errands.py",  # a thread of its own around a provider's program: what breaks there is its refusal
    "platform/exchange/http.py",  # the thread that keeps the line to the node above: one turn that fails must not end it
    "config/asgi.py",
    "config/stream_feed.py",
    "config/api.py",
    "gateways/tcp.py",
    "sensing/parcels.py",  # the consumer of a stream: one parcel of ours that fails must not hold up those behind it
}


def inside(path: Path) -> str:
    return path.relative_to(SOURCE).as_posix()


def test_models_and_rules_belong_to_their_context() -> None:
    graph = grimp.build_graph("anlan")
    bad = []
    for importer in graph.modules:
        for imported in graph.find_modules_directly_imported_by(importer):
            a, b = importer.split("."), imported.split(".")
            foreign = len(b) > 2 and b[2] in ("models", "rules") and b[1] != a[1] and b[1] not in SHARED
            if foreign and a[1] not in ("config", "cli"):
                bad.append(f"{importer} -> {imported}")
    assert bad == []


def test_doors_do_not_touch_the_orm() -> None:
    bad = [
        f"{inside(path)}:{node.lineno}"
        for path, tree in TREES.items()
        if path.stem in {"api", "screens", "desk"} or path.parent.name in {"api", "screens", "desk"}
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and node.attr in {"objects", "_default_manager"}
    ]
    assert bad == []


def test_services_never_save_a_projection() -> None:
    """Only `platform.journal` writes projections; `.save(` in a service is allowed on LOCAL tables of accounts alone."""
    bad = [
        f"{inside(path)}:{node.lineno}"
        for path, tree in TREES.items()
        if "services" in path.parts and "accounts" not in path.parts
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "save"
    ]
    assert bad == []


def test_no_module_is_longer_than_400_lines() -> None:
    lines = {inside(p): len(p.read_text(encoding="utf-8").splitlines()) for p in MODULES}
    assert {name: n for name, n in lines.items() if n > 400} == {}
    assert statistics.median(lines.values()) <= 90
    assert statistics.quantiles(lines.values(), n=10)[-1] <= 350


def test_no_function_is_longer_than_60_lines() -> None:
    bad = {
        f"{inside(path)}:{node.name}": node.end_lineno - node.lineno + 1
        for path, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.end_lineno - node.lineno + 1 > 60
    }
    assert bad == {}


def test_public_functions_say_what_they_do_and_return() -> None:
    bad = []
    for path, tree in TREES.items():
        if not {"kernel", "protocols", "rules", "queries", "services"} & {*path.relative_to(SOURCE).parts, path.stem}:
            continue
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                if ast.get_docstring(node) is None:
                    bad.append(f"{inside(path)}:{node.name} has no docstring")
                if node.returns is None:
                    bad.append(f"{inside(path)}:{node.name} has no return type")
    assert bad == []


def test_rules_and_codecs_name_their_source() -> None:
    """DESIGN section 10: the standard and clause, or "house rule", in the function's docstring or for its whole module."""
    bad, seen = [], 0
    for path, tree in TREES.items():
        folders = path.relative_to(SOURCE).parts[:-1]
        # `services/rules.py` keeps the alarm rules as records; what it judges by stands in `rules/rule.py`.
        if "services" in folders or not {"protocols", "rules"} & {*folders, path.stem}:
            continue
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                seen += 1
                said = f"{ast.get_docstring(tree) or ''}\n{ast.get_docstring(node) or ''}"
                if not re.search(r"\bSource:|\b[Hh]ouse rule\b", said):
                    bad.append(f"{inside(path)}:{node.name} names no source")
    assert bad == []
    assert seen > 150


def test_everything_is_caught_whole_only_at_the_edges_of_a_process() -> None:
    bad = [
        f"{inside(path)}:{node.lineno}"
        for path, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, ast.ExceptHandler)
        and (node.type is None or (isinstance(node.type, ast.Name) and node.type.id in {"Exception", "BaseException"}))
        and inside(path) not in EDGES
    ]
    assert bad == []


def test_file_names_say_what_is_in_them() -> None:
    assert [inside(p) for p in MODULES if p.stem in {"utils", "helpers", "common", "manager", "misc"}] == []


def test_test_folders_never_hide_a_module_of_python() -> None:
    """tests/platform must stay a folder without __init__.py: as a package it would shadow Python's own `platform`."""
    tests = SOURCE.parents[1] / "tests"
    assert [p.name for p in tests.iterdir() if (p / "__init__.py").exists() and not p.name.endswith("_app")] == []


@pytest.mark.parametrize("what", [r"\bTODO\b", r"\bFIXME\b", r"\bXXX\b", r"/work/", r"/tmp/w"])
def test_nothing_unfinished_or_of_one_machine_is_left(what: str) -> None:
    bad = [inside(p) for p in MODULES if re.search(what, p.read_text(encoding="utf-8"))]
    assert bad == []
