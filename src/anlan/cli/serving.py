"""Running uvicorn: bound before it is announced, stopped by SIGTERM or SIGINT with exit code 0."""

from __future__ import annotations

import contextlib
import json
import signal
import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from types import FrameType

import click

from anlan.cli import boot, gateway_child
from anlan.cli.demo import ACCOUNTS
from anlan.cli.output import say

STOP_SECONDS = 30


Company = Callable[[dict[str, str]], AbstractContextManager[dict[str, str]]]


def serve(host: str, port: int, as_json: bool, *, with_gateway: bool = False, company: Company | None = None) -> None:
    """Serve until SIGTERM or SIGINT, finish the requests that are under way, return.

    Args:
        with_gateway: run one beside it, where the operator wants one.
        company: what else runs beside it: from where the gateway listens to the addresses that are announced.

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
            from anlan.config.bell import BELL
            from anlan.config.stream import HUB

            HUB.close()
            BELL.close()
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
        # Nodes below keep their connection between turns (platform/exchange/wire.py); a new one costs more than they say.
        timeout_keep_alive=150,
        # Only behind our own HTTPS front end is a forwarded address believed: lock-outs count by it.
        proxy_headers=env.read()["ANLAN_HTTPS"],
    )
    server = Server(config)
    with contextlib.closing(listening), contextlib.ExitStack() as beside:
        listen = beside.enter_context(gateway_child.beside(_address(listening, own=True))) if with_gateway else {}
        others = beside.enter_context(company(listen)) if company else {}
        _announce(listening, listen, others, as_json)
        server.run(sockets=[listening])


def _address(listening: socket.socket, *, own: bool = False) -> str:
    """Where the server answers; `own`: for a process of this machine, which can't dial "all addresses"."""
    host, port = listening.getsockname()[:2]
    host = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host) if own else host
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _announce(listening: socket.socket, listen: dict[str, str], others: dict[str, str], as_json: bool) -> None:
    address = _address(listening)
    if as_json:
        facts = {"ok": True, "address": address, "data": str(boot.data_dir())} | ({"listen": listen} if listen else {})
        facts |= others
        click.echo(json.dumps(facts, ensure_ascii=False))
        return
    click.echo(say("serve.started", address=address, folder=boot.data_dir()))
    for protocol, where in listen.items():
        click.echo(say("serve.gateway", where=f"{protocol} {where}"))
    for name, where in others.items():
        click.echo(say(f"serve.{name}", where=where))
    accounts = boot.data_dir() / ACCOUNTS
    if accounts.is_file():
        click.echo(say("serve.demo_accounts"))
        for account in json.loads(accounts.read_text(encoding="utf-8")):
            click.echo(say("serve.demo_account", **account))
