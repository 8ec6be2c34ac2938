"""Running uvicorn: bound before it is announced, stopped by SIGTERM or SIGINT with exit code 0."""

from __future__ import annotations

import contextlib
import json
import signal
import socket
from collections.abc import Iterator
from types import FrameType

import click

from anlan.cli import boot
from anlan.cli.demo import ACCOUNTS
from anlan.cli.output import say

STOP_SECONDS = 30


def serve(host: str, port: int, as_json: bool) -> None:
    """Serve until SIGTERM or SIGINT, finish the requests that are under way, return.

    Raises:
        Unavailable: "cli.port_taken", before anything is served.
    """
    import uvicorn

    from anlan.config import env
    from anlan.kernel.errors import Unavailable

    class Server(uvicorn.Server):
        """uvicorn raises the signal again after it has stopped; here the command ends by itself, with exit code 0."""

        @contextlib.contextmanager
        def capture_signals(self) -> Iterator[None]:
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, self.stop)
            yield

        def stop(self, number: int, frame: FrameType | None) -> None:
            """Streams never end by themselves: they are told first, then the server waits for what is under way."""
            from anlan.config.stream import HUB

            HUB.close()
            self.handle_exit(number, frame)

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
        timeout_graceful_shutdown=STOP_SECONDS,
        server_header=False,
        # Only behind our own HTTPS front end is a forwarded address believed: lock-outs count by it.
        proxy_headers=env.read()["ANLAN_HTTPS"],
    )
    server = Server(config)
    _announce(listening, as_json)
    with contextlib.closing(listening):
        server.run(sockets=[listening])


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
