"""`anlan serve` (everything in one process), `anlan web` (pages and API only), `anlan worker` (jobs only)."""

from __future__ import annotations

import contextlib
import signal
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import click

from anlan.cli import boot
from anlan.cli.output import Answer, command, help_of, note, say
from anlan.cli.serving import STOP_SECONDS, serve

if TYPE_CHECKING:
    from anlan.platform.scheduler import Runner


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
    """Web server and job thread in one process, the gateway in one beside it."""
    boot.lock(alone=False)
    boot.ready()
    with job_thread():
        serve(host, port, as_json, with_gateway=True)


@command("web")
@_address
def web_command(host: str, port: int, as_json: bool) -> None:
    """Web server alone; any number of these may run on PostgreSQL."""
    boot.lock(alone=False)
    boot.ready()
    serve(host, port, as_json)


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
    runner = Runner()
    with _parcels(runner, stop), _exchange(runner, stop):
        runner.loop(stop)
    return Answer({"ok": True}, "")


@contextlib.contextmanager
def job_thread() -> Iterator[None]:
    """Run the jobs in a thread of this process while the context is open."""
    from anlan.platform.scheduler import Runner

    stop, runner = threading.Event(), Runner()
    thread = threading.Thread(target=runner.loop, args=(stop,), name="jobs", daemon=True)
    thread.start()
    try:
        with _parcels(runner, stop), _exchange(runner, stop):
            yield
    finally:
        stop.set()
        thread.join(STOP_SECONDS)


@contextlib.contextmanager
def _parcels(runner: Runner, stop: threading.Event) -> Iterator[None]:
    """Take gateways' parcels from JetStream while the context is open, where ANLAN_NATS names one."""
    from anlan.config import env

    address = env.read()["ANLAN_NATS"]
    if not address:
        yield
        return
    from anlan.platform.journal import node
    from anlan.sensing.parcels import Consumer

    consumer = Consumer(str(address), node.own().region, lambda: runner.held)
    thread = threading.Thread(target=consumer.run, args=(stop,), name="parcels", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join(STOP_SECONDS)


@contextlib.contextmanager
def _exchange(runner: Runner, stop: threading.Event) -> Iterator[None]:
    """Keep the lines to other nodes while the context is open: over HTTP, and through streams where NATS is there for it."""
    from django.conf import settings

    from anlan.platform.exchange.carrier import Carrier
    from anlan.platform.exchange.http import Caller

    def held() -> bool:
        return runner.held

    carriers: list[Caller | Carrier] = [Caller(held)]
    if settings.EXCHANGE_NATS:
        carriers.append(Carrier(settings.EXCHANGE_NATS, held))
    threads = [threading.Thread(target=one.run, args=(stop,), name="exchange", daemon=True) for one in carriers]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(STOP_SECONDS)
