"""`anlan serve` (everything in one process), `anlan web` (pages and API only), `anlan worker` (jobs only)."""

from __future__ import annotations

import contextlib
import json
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from typing import Any

import click

from anlan.cli import boot
from anlan.cli.demo import ACCOUNTS
from anlan.cli.output import Answer, command, help_of, note, say

_STOP_SECONDS = 30


def _address(function: Any) -> Any:
    for option in (
        click.option("--host", default="127.0.0.1", show_default=True, help=help_of("host")),
        click.option("--port", type=click.IntRange(0, 65535), default=8000, show_default=True, help=help_of("port")),
    ):
        function = option(function)
    return function


@command("serve")
@_address
def serve_command(host: str, port: int, as_json: bool) -> None:
    """Web server and job thread in one process."""
    boot.lock(alone=False)
    boot.ready()
    with _job_thread():
        _serve(host, port, as_json)


@command("web")
@_address
def web_command(host: str, port: int, as_json: bool) -> None:
    """Web server alone; any number of these may run on PostgreSQL."""
    boot.lock(alone=False)
    boot.ready()
    _serve(host, port, as_json)


@command("worker")
def worker_command() -> Answer:
    """Jobs alone, until it is told to stop."""
    boot.lock(alone=False)
    boot.ready()
    from anlan.platform.scheduler import Runner

    stop = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: stop.set())
    note(say("worker.started"))
    Runner().loop(stop)
    return Answer({"ok": True}, "")


@contextlib.contextmanager
def _job_thread() -> Iterator[None]:
    from anlan.platform.scheduler import Runner

    stop = threading.Event()
    thread = threading.Thread(target=Runner().loop, args=(stop,), name="jobs", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(_STOP_SECONDS)


def _serve(host: str, port: int, as_json: bool) -> None:
    """Serve until SIGTERM or SIGINT, finish the requests that are under way, return.

    Raises:
        Unavailable: "cli.port_taken", before anything is served.
    """
    import uvicorn

    from anlan.kernel.errors import Unavailable

    class Server(uvicorn.Server):
        """uvicorn raises the signal again after it has stopped; here the command ends by itself, with exit code 0."""

        @contextlib.contextmanager
        def capture_signals(self) -> Iterator[None]:
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, self.handle_exit)
            yield

    listening = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        raise Unavailable("cli.port_taken", host=host, port=port, reason=error.strerror) from error
    # Accept from now on: whoever read the address finds the door open, even while the application is still loading.
    listening.listen(2048)
    config = uvicorn.Config(
        "anlan.config.asgi:application",
        lifespan="on",
        log_level="warning",
        access_log=False,
        timeout_graceful_shutdown=_STOP_SECONDS,
        server_header=False,
    )
    server = Server(config)
    _announce(listening, as_json)
    with _closing(listening.close):
        server.run(sockets=[listening])


@contextlib.contextmanager
def _closing(close: Callable[[], None]) -> Iterator[None]:
    try:
        yield
    finally:
        close()


def _announce(listening: socket.socket, as_json: bool) -> None:
    host, port = listening.getsockname()[:2]
    address = f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
    if as_json:
        click.echo(json.dumps({"ok": True, "address": address, "data": str(boot.data_dir())}, ensure_ascii=False))
        return
    click.echo(say("serve.started", address=address, folder=boot.data_dir()))
    accounts = boot.data_dir() / ACCOUNTS
    if accounts.is_file():
        click.echo(say("serve.demo_accounts"))
        for account in json.loads(accounts.read_text(encoding="utf-8")):
            click.echo(say("serve.demo_account", **account))
