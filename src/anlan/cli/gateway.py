"""`anlan gateway`: the process that holds the devices' sockets; no Django, no database. `anlan gateway token` has both."""

from __future__ import annotations

import functools
import json
import logging
import sys
from pathlib import Path
from typing import Any

import click

from anlan.cli import folder
from anlan.cli.output import Answer, command, help_of, note, say


@command("run", help=help_of("gateway"))
@click.option("--listen", multiple=True, metavar="PROTOCOL=HOST:PORT", help=help_of("gateway_listen"))
@click.option("--ingest", metavar="URL", help=help_of("gateway_ingest"))
@click.option("--spool", type=click.Path(path_type=Path, file_okay=False), help=help_of("gateway_spool"))
@click.option("--with-parent", is_flag=True, hidden=True, help=help_of("gateway_with_parent"))
def _run(
    listen: tuple[str, ...], ingest: str | None, spool: Path | None, with_parent: bool, as_json: bool
) -> Answer | None:
    """Receive devices until it is told to stop; with --with-parent until standard input is closed."""
    from anlan.gateways.run import run

    logging.basicConfig(level="INFO", format="%(asctime)s %(levelname)s %(name)s %(message)s")
    settings = _settings(listen, ingest, spool, with_parent)

    def announce(facts: dict[str, Any]) -> None:
        where = "、".join(f"{protocol} {address}" for protocol, address in facts["listen"].items())
        click.echo(json.dumps(facts, ensure_ascii=False) if as_json else say("gateway.started", where=where, **facts))
        sys.stdout.flush()

    run(settings, announce, sys.stdin.buffer if with_parent else None)
    return None


def _settings(listen: tuple[str, ...], ingest: str | None, spool: Path | None, with_parent: bool) -> Any:
    from anlan.config import env
    from anlan.gateways.settings import Settings, read_listen
    from anlan.gateways.tcp import Limits

    try:
        values = env.read()
    except env.EnvError as error:
        note(str(error))
        sys.exit(click.UsageError.exit_code)
    own = (f"hj212={values['ANLAN_HJ212_LISTEN']}",) if values["ANLAN_HJ212_LISTEN"] else ()
    if not listen and not own:
        raise click.UsageError(say("gateway.nothing"))
    allowed = values["ANLAN_ALLOWED_HOSTS"]
    return Settings(
        listen=tuple(read_listen(text) for text in listen or own),
        spool=spool or Path(values["ANLAN_SPOOL"] or folder.data_dir() / "spool"),
        spool_bytes=values["ANLAN_SPOOL_MB"] * 1024 * 1024,
        ingest=ingest or values["ANLAN_INGEST"],
        token=values["ANLAN_GATEWAY_TOKEN"],
        # The server that started us answers to the names it was given, and 127.0.0.1 may not be one.
        host=allowed[0] if with_parent and allowed and not {"*", "127.0.0.1"} & {*allowed} else "",
        nats=values["ANLAN_NATS"],
        region=values["ANLAN_GATEWAY_REGION"],
        limits=Limits(
            connections=values["ANLAN_GATEWAY_CONNECTIONS"],
            strangers=values["ANLAN_GATEWAY_PER_ADDRESS"],
            first_s=values["ANLAN_GATEWAY_FIRST_SECONDS"],
            idle_s=values["ANLAN_GATEWAY_IDLE_SECONDS"],
        ),
    )


class _Gateway(click.Group):
    """The command itself, and the keys below it."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Only the keys: without a word the gateway runs."""
        return ["token"]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The keys' commands, loaded when they are asked for: a gateway at the edge has no Django."""
        if cmd_name != "token":
            return None
        from anlan.cli.gateway_token import token_command

        return token_command


@functools.wraps(_run.callback)  # type: ignore[arg-type]
def _unless_token(*args: object, **options: object) -> None:
    if click.get_current_context().invoked_subcommand is None:
        _run.callback(*args, **options)  # type: ignore[misc]


gateway_command = _Gateway(
    "gateway", invoke_without_command=True, params=_run.params, callback=_unless_token, help=help_of("gateway")
)
