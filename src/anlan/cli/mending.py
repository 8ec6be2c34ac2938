"""`anlan journal redact`, `anlan journal correct-clock`, `anlan region change`: by a named person, with reason and basis."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import click

from anlan.cli import boot
from anlan.cli.acting import scope_of
from anlan.cli.journal import journal_command
from anlan.cli.output import Answer, command, help_of, say

__all__ = ["journal_command", "region_command"]

_DAY = click.DateTime(["%Y-%m-%d"])


def _told(function: Callable[..., Any]) -> Callable[..., Any]:
    """The options that each of these commands has."""
    for option in (
        click.option("--yes", "confirmed", is_flag=True, help=help_of("mending_yes")),
        click.option("--basis", required=True, help=help_of("mending_basis")),
        click.option("--reason", required=True, help=help_of("mending_reason")),
        click.option("--as", "username", required=True, help=help_of("acting_as")),
    ):
        function = option(function)
    return function


def _require(confirmed: bool) -> None:
    from anlan.kernel.errors import BadInput

    if not confirmed:
        raise BadInput("platform.correction.not_confirmed")


@command("redact", group=journal_command)
@click.argument("entries", nargs=-1, required=True)
@_told
def journal_redact(entries: tuple[str, ...], username: str, reason: str, basis: str, confirmed: bool) -> Answer:
    """Blank the words and attachments of entries."""
    boot.ready()
    from anlan.platform import clock
    from anlan.platform.journal.corrections import redact

    _require(confirmed)
    now = clock.now()
    done = redact(scope=scope_of(username, now), entries=entries, reason=reason, basis=basis, now=now)
    kept = {sha256: list(subjects) for sha256, subjects in done.kept.items()}
    data = {"ok": True, "entry": done.entry.id, "entries": len(entries), "erased": list(done.erased), "kept": kept}
    lines = [say("journal.redacted", entries=len(entries), erased=len(done.erased))]
    lines += [say("journal.kept", file=k, subjects="、".join(subjects)) for k, subjects in kept.items()]
    return Answer(data, "\n".join(lines))


@command("correct-clock", group=journal_command)
@click.option("--node", required=True, help=help_of("clock_node"))
@click.option("--first", type=int, required=True, help=help_of("clock_first"))
@click.option("--last", type=int, required=True, help=help_of("clock_last"))
@click.option("--offset-ms", type=int, required=True, help=help_of("clock_offset"))
@_told
def journal_correct_clock(
    node: str, first: int, last: int, offset_ms: int, username: str, reason: str, basis: str, confirmed: bool
) -> Answer:
    """Put right what a node's wrong clock stamped."""
    boot.ready()
    from anlan.platform import clock
    from anlan.platform.journal.corrections import clock_correct

    _require(confirmed)
    now = clock.now()
    span = {"node_id": node, "first": first, "last": last, "offset_ms": offset_ms}
    entry = clock_correct(scope=scope_of(username, now), reason=reason, basis=basis, now=now, **span)
    return Answer({"ok": True, "entry": entry.id, **span}, say("journal.clock_corrected", **span))


@click.group("region", help=help_of("region_group"))
def region_command() -> None:
    """Commands about regions."""


def _pairs(typed: tuple[str, ...]) -> list[tuple[str, str]]:
    return [(code.strip(), rest.strip()) for code, _, rest in (each.partition("=") for each in typed)]


@command("change", group=region_command)
@click.argument("code")
@click.argument("action", type=click.Choice(["renamed", "recoded", "merged", "split", "founded"]))
@click.option("--on", "on", type=_DAY, required=True, help=help_of("region_on"))
@click.option("--name", default="", help=help_of("region_name"))
@click.option("--successor", "successors", multiple=True, help=help_of("region_successor"))
@click.option("--below", multiple=True, help=help_of("region_below"))
@_told
def region_change_command(
    code: str,
    action: str,
    on: datetime,
    name: str,
    successors: tuple[str, ...],
    below: tuple[str, ...],
    username: str,
    reason: str,
    basis: str,
    confirmed: bool,
) -> Answer:
    """Record that a region was renamed, re-coded, merged, split or founded; what stands in it follows."""
    boot.ready()
    from anlan.platform import clock, regions

    _require(confirmed)
    now = clock.now()
    done = regions.region_change(
        scope=scope_of(username, now),
        code=code,
        action=action,
        on=on.date(),
        now=now,
        name=name,
        successors=[{"code": c, "name": n} for c, n in _pairs(successors)],
        below=dict(_pairs(below)),
        document=basis,
        reason=reason,
    )
    facts = {"moved": done.followed.moved, "staying": done.followed.staying}
    data = {"ok": True, **facts, "below": dict(done.below)}
    lines = [say("region.changed", **facts), *(f"{old} → {new}" for old, new in done.below.items())]
    return Answer(data, "\n".join(lines))
