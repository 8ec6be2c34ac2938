"""`anlan demo build` and `anlan demo check`."""

from __future__ import annotations

import json
from typing import Any

import click

from anlan.cli import boot
from anlan.cli.output import Answer, command, help_of, note, say


@click.group("demo", help=help_of("demo"))
def demo_command() -> None:
    """Commands about the demo county."""


@command("build", group=demo_command)
@click.option(
    "--scale", type=click.Choice(["small", "luohu"]), default="small", show_default=True, help=help_of("scale")
)
def demo_build(scale: str, as_json: bool) -> Answer:
    """The demo county, made through the services. On an empty folder it initialises first."""
    from anlan.cli.setup import DEFAULT_REGION, initialise

    if not (boot.data_dir() / "anlan.sqlite3").is_file():
        initialise(DEFAULT_REGION)
    boot.ready()
    from anlan.demo.build import build

    shown = -1

    def progress(done: int, total: int) -> None:
        nonlocal shown
        percent = done * 100 // max(total, 1)
        if percent // 5 != shown // 5 and not as_json:
            shown = percent
            note(say("demo.progress", percent=percent, done=done, total=total))

    data: dict[str, Any] = build(scale, progress)
    accounts = data.pop("accounts", None)
    if accounts:
        path = boot.data_dir() / "demo-accounts.json"
        path.write_text(json.dumps(accounts, ensure_ascii=False), encoding="utf-8")
    return Answer(data, say("demo.built", **data))


@command("check", group=demo_command)
@click.argument("address")
def demo_check(address: str, as_json: bool) -> Answer:
    """Walk the main job once through HTTP against a running server with the demo county."""
    boot.ready()
    from anlan.demo.check import walk

    accounts = json.loads((boot.data_dir() / "demo-accounts.json").read_text(encoding="utf-8"))
    data = walk(address, accounts, None if as_json else note)
    return Answer(data, json.dumps(data, ensure_ascii=False), bool(data["ok"]))
