"""`anlan demo build`, `anlan demo serve` and `anlan demo check`."""

from __future__ import annotations

import contextlib
import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
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
@click.option("--figures", type=click.Path(exists=True, dir_okay=False, path_type=Path), help=help_of("demo_figures"))
@click.option("--region", default=None, help=help_of("demo_region"))
def demo_build(scale: str, figures: Path | None, region: str | None, as_json: bool) -> Answer:
    """The demo county, made through the services; with --figures the county that a file of figures describes."""
    from anlan.cli.setup import DEFAULT_REGION, initialise

    if region and figures is None:
        raise click.UsageError(say("demo.region_alone"))
    if not (boot.data_dir() / "anlan.sqlite3").is_file():
        initialise(region or DEFAULT_REGION)
    boot.ready()
    progress = _progress(as_json)
    if figures is not None:
        from anlan.demo.figurefile import build_figures

        made = build_figures(figures, region or DEFAULT_REGION, progress)
        _keep_accounts(made.pop("accounts"))
        counts = {n: made[n] for n in ("count", "ledger", "reported", "blank", "equal", "differ")}
        lines = [say("demo.figures_built", **counts)]
        lines += [
            say("demo.figures_line", **{n: one[n] for n in ("row", "name", "value", "unit", "kind", "why", "number")})
            for one in made["figures"]
            if one["equal"] is not True or one["compared"] is False
        ]
        return Answer(made, "\n".join(lines))
    from anlan.demo.build import build

    data: dict[str, Any] = build(scale, progress)
    _keep_accounts(data.pop("accounts", None))
    return Answer(data, say("demo.built", **data))


def _progress(quiet: bool) -> Callable[[int, int], None]:
    shown = -1

    def progress(done: int, total: int) -> None:
        nonlocal shown
        percent = done * 100 // max(total, 1)
        if percent // 5 != shown // 5 and not quiet:
            shown = percent
            note(say("demo.progress", percent=percent, done=done, total=total))

    return progress


def _keep_accounts(accounts: Any) -> None:
    if accounts:
        path = boot.data_dir() / ACCOUNTS
        path.write_text(json.dumps(accounts, ensure_ascii=False), encoding="utf-8")


@command("serve", group=demo_command)
@click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help=help_of("port"))
@click.option(
    "--devices-port", type=click.IntRange(0, 65535), default=5212, show_default=True, help=help_of("demo_devices_port")
)
@click.option(
    "--phones-port", type=click.IntRange(0, 65535), default=8154, show_default=True, help=help_of("demo_phones_port")
)
@click.option("--still", is_flag=True, help=help_of("demo_still"))
def demo_serve(port: int, devices_port: int, phones_port: int, still: bool, as_json: bool) -> None:
    """Everything of the demo in one command: server, gateway, simulated devices, and the phones of its people."""
    from anlan.cli.demo_beside import owner_of, simulator
    from anlan.cli.servers import job_thread
    from anlan.cli.serving import serve
    from anlan.demo.phones import phones

    boot.lock(alone=False)
    with phones(owner_of, phones_port) as held:
        port = port or _free(0)
        os.environ |= {
            "ANLAN_HJ212_LISTEN": f"127.0.0.1:{_free(devices_port)}",
            "ANLAN_PUBLIC_URL": f"http://127.0.0.1:{port}",
            # Invented people have invented numbers: no provider that stands in the environment may ever hear of them.
            "ANLAN_SMS_URL": held.url, "ANLAN_SMS_METHOD": "POST", "ANLAN_SMS_FORMAT": "json",
            "ANLAN_SMS_BODY": '{"mobile": "{number}", "content": "{text}"}', "ANLAN_SMS_SUCCESS": ".",
            "ANLAN_CALL_WEBHOOK_URL": "", "ANLAN_APPRISE_URLS": "",
        }  # fmt: skip
        boot.ready()

        @contextlib.contextmanager
        def company(listen: dict[str, str]) -> Iterator[dict[str, str]]:
            with contextlib.ExitStack() as beside:
                if listen and not still:
                    held.tell = beside.enter_context(simulator(listen["hj212"]))
                yield {"phones": held.address}

        with job_thread():
            serve("127.0.0.1", port, as_json, with_gateway=True, company=company)


def _free(port: int) -> int:
    """The port itself if nobody has it, else one that the system chooses."""
    with socket.socket() as tried:
        tried.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        with contextlib.suppress(OSError):
            tried.bind(("127.0.0.1", port))
            return int(tried.getsockname()[1])
        return _free(0)


@command("check", group=demo_command)
@click.option("--port", type=click.IntRange(0, 65535), default=0, show_default=True, help=help_of("port"))
def demo_check(port: int, as_json: bool) -> Answer:
    """Serve the demo county, walk the main job and one leak through sockets and HTTP, stop; the answer says what was done."""
    boot.ready()
    from anlan.demo.check import walk
    from anlan.demo.leak import Leak

    accounts = json.loads((boot.data_dir() / ACCOUNTS).read_text(encoding="utf-8"))
    told = None if as_json else note
    with _served(port) as served:
        leak = Leak(served, accounts, told)
        leak.begin()
        # Nobody answers meanwhile: the duty officer's minute passes while the other job is done.
        data = walk(served["address"], accounts, told)
        data["leak"] = leak.end()
    return Answer(data, json.dumps(data, ensure_ascii=False))


@contextlib.contextmanager
def _served(port: int) -> Iterator[dict[str, Any]]:
    """What a demo of its own process on this data folder announced, stopped as an operator would stop it."""
    from anlan.kernel.errors import Unavailable

    arguments = [sys.executable, "-m", "anlan.cli", "demo", "serve", "--json", "--port", str(port), "--still"]
    arguments += ["--devices-port", "0", "--phones-port", "0", "--data", str(boot.data_dir())]
    server = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
    try:
        announced = json.loads(server.stdout.readline() or "{}")
        if "address" not in announced:
            raise Unavailable("cli.demo.not_served", reason=announced.get("message", ""))
        yield announced
        server.terminate()
        if code := server.wait(60):
            raise Unavailable("cli.demo.stopped_badly", code=code)
    finally:
        server.kill()
        server.wait()
