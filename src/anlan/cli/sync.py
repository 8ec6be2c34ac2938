"""`anlan sync`: turns with other nodes by hand, over the line or on a stick."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

import click

from anlan.cli import boot
from anlan.cli.output import Answer, command, help_of, say

_FILE = click.Path(path_type=Path, dir_okay=False)


@click.group("sync", help=help_of("sync"))
def sync_command() -> None:
    """Commands about exchanging entries."""


@command("now", group=sync_command)
def sync_now() -> Answer:
    """Turns with the node above until neither has more for the other."""
    boot.ready()
    from anlan.platform.exchange import file, http

    moved = asdict(http.exchange(file.link_named("")))
    return Answer({"ok": True, **moved}, say("sync.moved", **moved))


@command("export", group=sync_command)
@click.option("--to", "name", default="", metavar="NODE", help=help_of("sync_to"))
@click.option("--everything", is_flag=True, help=help_of("sync_everything"))
@click.option("-o", "--output", type=_FILE, required=True, help=help_of("output"))
def sync_export(name: str, everything: bool, output: Path) -> Answer:
    """What a neighbour lacks, in a file that only it can read."""
    boot.ready()
    from anlan.platform import clock
    from anlan.platform.exchange import file

    link = file.link_named(name)
    size = file.export_file(link, output, now=clock.now(), everything=everything)
    answer = {"ok": True, "file": str(output), "bytes": size, "to": link.node, "name": link.name}
    return Answer(answer, say("sync.exported", **answer))


@command("import", group=sync_command)
@click.argument("file", type=_FILE)
def sync_import(file: Path) -> Answer:
    """Take in a file that was written for this server; a second time changes nothing."""
    boot.ready()
    from anlan.platform import clock
    from anlan.platform.exchange.file import import_file

    done = asdict(import_file(file, now=clock.now()))
    ok = done["whole"] and not done["stopped"]
    told = say("sync.imported", **done) + ("" if done["whole"] else say("sync.cut_off"))
    return Answer({"ok": ok, **done}, told, ok)


@command("forward", group=sync_command)
@click.argument("file", type=_FILE)
@click.option("-o", "--output", type=_FILE, required=True, help=help_of("sync_answer"))
def sync_forward(file: Path, output: Path) -> Answer:
    """Hand a cut-off neighbour's file to the node above, and keep the answer for it."""
    boot.ready()
    from anlan.platform.exchange.file import forward_file

    answer = {"ok": True, "parts": forward_file(file, output), "answer": str(output)}
    return Answer(answer, say("sync.forwarded", **answer))
