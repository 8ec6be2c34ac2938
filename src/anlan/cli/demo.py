"""`anlan demo build` and `anlan demo check`."""

from __future__ import annotations

import contextlib
import json
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import click

from anlan.cli import boot
from anlan.cli.output import Answer, command, help_of, note, say

ACCOUNTS = "demo-accounts.json"


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
        path = boot.data_dir() / ACCOUNTS
        path.write_text(json.dumps(accounts, ensure_ascii=False), encoding="utf-8")
    return Answer(data, say("demo.built", **data))


@command("check", group=demo_command)
@click.option("--port", type=click.IntRange(0, 65535), default=0, show_default=True, help=help_of("port"))
def demo_check(port: int, as_json: bool) -> Answer:
    """Serve the demo county, walk the main job once through HTTP, stop; the answer says what was done."""
    boot.ready()
    from anlan.demo.check import walk

    accounts = json.loads((boot.data_dir() / ACCOUNTS).read_text(encoding="utf-8"))
    with _served(port) as address:
        data = walk(address, accounts, None if as_json else note)
    return Answer(data, json.dumps(data, ensure_ascii=False))


@contextlib.contextmanager
def _served(port: int) -> Iterator[str]:
    """The address of a server of its own process on this data folder, stopped as an operator would stop it."""
    from anlan.kernel.errors import Unavailable

    arguments = [sys.executable, "-m", "anlan.cli", "serve", "--json", "--port", str(port)]
    server = subprocess.Popen([*arguments, "--data", str(boot.data_dir())], stdout=subprocess.PIPE, text=True)
    try:
        announced = json.loads(server.stdout.readline() or "{}")
        if "address" not in announced:
            raise Unavailable("cli.demo.not_served", reason=announced.get("message", ""))
        yield announced["address"]
        server.terminate()
        if code := server.wait(60):
            raise Unavailable("cli.demo.stopped_badly", code=code)
    finally:
        server.kill()
        server.wait()
