"""The loop from the command line: commands made of the API's routes, called as a named user."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner

from anlan.cli import boot, main
from anlan.inspection.models import Hazard
from anlan.inspection.rules.hazard import HAZARD_LOOP
from anlan.platform import clock
from inspection.factories import World, make_world
from pictures import jpeg, scene

pytestmark = pytest.mark.django_db


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Any) -> World:
    """The county of the services' tests; the commands run in this process, on its database."""
    monkeypatch.setattr(boot, "ready", lambda: None)
    monkeypatch.setattr(boot, "choose", lambda folder: None)
    settings.MEDIA_ROOT = tmp_path / "attachments"
    return make_world()


@pytest.fixture
def run(world: World) -> Callable[..., tuple[int, Any, str]]:
    """`run(role, "hazard", "order", …)` -> (exit code, JSON, standard error), as that role's person."""

    def call(role: str, *arguments: object) -> tuple[int, Any, str]:
        who = ("--as", world.county.account[role].username)
        done = CliRunner().invoke(main, [*map(str, arguments), *who, "--json"])
        lines = done.stdout.splitlines()
        return done.exit_code, json.loads(lines[-1]) if lines else None, done.stderr

    return call


@pytest.fixture
def photo(tmp_path: Path) -> Callable[[], Path]:
    """A new picture file each time."""
    made: list[Path] = []

    def new() -> Path:
        path = tmp_path / f"{len(made)}.jpg"
        path.write_bytes(jpeg(scene(len(made), (320, 240))))
        made.append(path)
        return path

    return new


def commands(group: str) -> dict[str, click.Command]:
    context = click.Context(main)
    found = main.get_command(context, group)
    assert isinstance(found, click.Group)
    return {name: c for name in found.list_commands(context) if (c := found.get_command(context, name))}


def test_every_action_of_the_loop_has_its_command() -> None:
    pressed = {a.id.replace("_", "-") for a in HAZARD_LOOP.actions} - {"doubt"}
    assert pressed <= commands("hazard").keys()
    assert {"list", "show", "withdraw", "extend", "grant", "refuse", "transfer", "look-back", "tag"} <= commands(
        "hazard"
    ).keys()
    assert {"list", "show", "begin", "sheet", "answer", "finish"} <= commands("inspect").keys()


def test_options_come_from_the_schemas() -> None:
    options = {o for p in commands("hazard")["order"].params for o in p.opts}
    assert {"--days", "--due-on", "--working-days", "--funds-yuan", "--note", "--base", "--as", "--post"} <= options


def test_a_hazard_goes_through_the_loop(
    world: World, run: Callable[..., Any], photo: Callable[[], Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    code, found, _ = run(
        "town", "hazard", "report", "--enterprise-id", world.enterprise, "--description", "安全出口堆放杂物",
        "--photos", photo(),
    )  # fmt: skip
    assert (code, found["ok"], found["state"]) == (0, True, "found")
    number = found["number"]
    code, answer, _ = run("town", "hazard", "order", number, "--days", 5, "--note", "限期清理")
    assert (code, answer["state"], answer["version"]) == (0, "ordered", 2)
    code, answer, told = run("enterprise", "hazard", "submit", number, "--note", "已清理")
    assert (code, answer["ok"]) == (1, False)
    assert answer["violations"] and "照片" in told
    code, answer, _ = run("enterprise", "hazard", "submit", number, "--note", "已清理", "--photos", photo())
    assert (code, answer["state"]) == (0, "submitted")
    code, answer, _ = run("town", "hazard", "return", number, "--note", "通道仍被占用", "--photos", photo())
    assert (code, answer["state"]) == (0, "ordered")
    run("enterprise", "hazard", "submit", number, "--note", "已全部清理", "--photos", photo())
    second = world.county.person["town_second"]
    code, answer, _ = run(
        "town", "hazard", "close", number, "--note", "复查合格", "--photos", photo(), "--co-reviewer", second
    )
    assert code == 0
    hazard = Hazard.objects.get(pk=found["id"])
    assert (hazard.state, hazard.ordered_by) == (answer["state"], world.scope["town"].person)


def test_the_second_officer_answers_by_command(world: World, run: Callable[..., Any], photo: Callable[[], Path]) -> None:
    def closed() -> str:
        found = run("town", "hazard", "report", "--enterprise-id", world.enterprise, "--description", "堆放杂物")[1]
        number = str(found["number"])
        run("town", "hazard", "order", number, "--days", 5, "--note", "限期清理")
        run("enterprise", "hazard", "submit", number, "--note", "已清理", "--photos", photo())
        second = world.county.person["town_second"]
        code, answer, _ = run(
            "town", "hazard", "close", number, "--note", "合格", "--photos", photo(), "--co-reviewer", second
        )
        assert (code, answer["state"]) == (0, "closed")
        return number

    first, other = closed(), closed()
    code, answer, told = run("town", "hazard", "co-confirm", first)
    assert (code, answer["ok"], "同行复查人" in told) == (1, False, True)
    code, answer, _ = run("town_second", "hazard", "co-confirm", first)
    assert (code, answer["ok"], answer["state"]) == (0, True, "closed")
    code, answer, told = run("town_second", "hazard", "dispute", other)
    assert (code, answer["ok"], "异议理由" in told) == (1, False, True)
    code, answer, _ = run("town_second", "hazard", "dispute", other, "--note", "当日未到现场")
    assert (code, answer["state"]) == (0, "doubted")
    said = {row.number: row.co_review for row in Hazard.objects.all()}
    assert said == {first: "confirmed", other: "disputed"}


def test_what_others_may_not_see_or_do_is_refused_in_chinese(world: World, run: Callable[..., Any]) -> None:
    key = world.found(now=clock.now())
    code, answer, told = run("other_town", "hazard", "order", key, "--days", 5)
    assert (code, answer["ok"]) == (1, False) and told.strip()
    code, answer, _ = run("auditor", "hazard", "order", key, "--days", 5)
    assert (code, answer["code"]) == (1, "platform.not_allowed")
    code, answer, told = run("town", "hazard", "order", key, "--days", "五")
    assert (code, answer["code"]) == (1, "api.invalid") and "days" not in told
    code, answer, _ = run("town", "hazard", "order", key, "--days", 5, "--base", 9)
    assert (code, answer["code"]) == (1, "inspection.stale")
    assert Hazard.objects.get(pk=key).state == "found"


def test_a_post_is_named_or_refused(world: World, run: Callable[..., Any]) -> None:
    code, answer, _ = run("town", "hazard", "list", "--post", "没有的任职")
    assert (code, answer["code"]) == (1, "cli.user.post_unknown")
    assert run("town", "hazard", "list", "--post", world.scope["town"].post)[0] == 0


def test_lists_show_only_what_the_person_sees(world: World, run: Callable[..., Any]) -> None:
    key = world.ordered(now=clock.now())
    code, answer, _ = run("town", "hazard", "list", "--where", "state=ordered")
    assert (code, answer["total"], [i["id"] for i in answer["items"]]) == (0, 1, [key])
    assert run("other_town", "hazard", "list")[1]["total"] == 0
    number = answer["items"][0]["number"]
    assert run("town", "hazard", "show", number)[1]["id"] == key
    assert run("other_town", "hazard", "show", number)[0] == 1
    actions = {a["id"]: a["allowed"] for a in run("enterprise", "hazard", "actions", number)[1]["actions"]}
    assert (actions["submit"], actions["close"]) == (True, False)


def test_an_inspection_is_begun_answered_and_finished(
    world: World, run: Callable[..., Any], photo: Callable[[], Path]
) -> None:
    code, visit, told = run(
        "town", "inspect", "begin", "--enterprise-id", world.enterprise, "--checklist-id", world.checklist(),
        "--officers", world.mate,
    )  # fmt: skip
    assert (code, visit.get("state")) == (0, "draft"), told
    items = run("town", "inspect", "sheet", visit["id"])[1]["items"]
    assert run("town", "inspect", "answer", visit["id"], "--answers", "{")[1]["code"] == "cli.route.not_json"
    answers = [{"key": item["key"], "result": "pass"} for item in items]
    code, answer, told = run("town", "inspect", "answer", visit["id"], "--answers", json.dumps(answers))
    assert code == 0, told
    code, answer, told = run("town", "inspect", "finish", visit["id"], "--conclusion", "未发现隐患")
    assert (code, answer["hazards"]) == (0, []), told


def test_the_same_once_is_one_hazard(world: World, run: Callable[..., Any]) -> None:
    asked = ("hazard", "report", "--enterprise-id", world.enterprise, "--description", "电线老化", "--once", "a1")
    first, again = run("town", *asked), run("town", *asked)
    assert (first[0], first[1]["id"]) == (0, again[1]["id"])
    assert Hazard.objects.count() == 1


def test_a_ledger_that_takes_no_import_says_so(world: World, tmp_path: Path) -> None:
    file = tmp_path / "a.csv"
    file.write_text("编号\n1\n", encoding="utf-8")
    done = CliRunner().invoke(main, ["import", "inspection.hazard", str(file), "--json"])
    assert done.exit_code == 1
    assert json.loads(done.stdout.splitlines()[-1])["code"] == "ledger.read_only"
    assert "不能直接填写或导入" in done.stderr
