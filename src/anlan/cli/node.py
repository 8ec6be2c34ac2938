"""`anlan node`: this server and its lines to the node above and those below."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from anlan.cli import boot
from anlan.cli.output import Answer, command, help_of, note, say


@click.group("node", help=help_of("node"))
def node_command() -> None:
    """Commands about nodes."""


def _wanted(function: Any) -> Any:
    for option in (
        click.option("--region", required=True, help=help_of("region")),
        click.option("--parent", required=True, metavar="URL", help=help_of("node_parent")),
        click.option("--code", required=True, help=help_of("node_given_code")),
        click.option("--name", default="", help=help_of("node_name")),
    ):
        function = option(function)
    return function


@command("init", group=node_command)
@_wanted
def node_init(region: str, parent: str, code: str, name: str) -> Answer:
    """Make this server a node below another one: keys, tables, request; may be repeated until it is approved."""
    answer = _asked(region, parent, code, name)
    return Answer(answer, say("node.asked", **answer))


def _asked(region: str, parent: str, code: str, name: str, sticks: tuple[Path, ...] = ()) -> dict[str, Any]:
    """Tables, keys, a lost machine's files and the request; what the node above answered."""
    from anlan.cli.setup import reference_data, tables
    from anlan.kernel.errors import BadInput

    padded = _region(region)
    held, _ = tables()
    from anlan import data
    from anlan.platform import clock
    from anlan.platform.exchange import enrol, file, http
    from anlan.platform.journal import node

    if held and node.own().region != padded:
        raise BadInput("exchange.other_region", own=node.own().region, region=padded)
    called = name.strip() or str(data.region_name(padded))
    # Before the approval: with it the lost machine's key is out, and what it signed is taken no more.
    for stick in () if held else sticks:
        note(say("node.stick", file=stick, parts=file.hand_in(parent, stick)))
    card = http.ask_enrolment(url=parent, code=code, region=padded, name=called)
    if not held:
        node.start(padded, card.known)
    enrol.parent_name(card, url=parent, now=clock.now())
    facts = reference_data(padded)
    return {"ok": True, **facts, "parent": card.node, "parent_name": card.name, "url": parent}


def _region(region: str) -> str:
    from anlan import data
    from anlan.kernel.codes import region_pad
    from anlan.kernel.errors import BadInput

    padded = region_pad(region)
    if data.region_name(padded) is None:
        raise BadInput("kernel.region.unknown", value=padded)
    return padded


@command("rebuild", group=node_command)
@_wanted
@click.option("--stick", "sticks", multiple=True, type=click.Path(path_type=Path, dir_okay=False), help=help_of("node_stick"))
@click.option("--wait", "minutes", type=click.IntRange(0, 1440), default=30, show_default=True, help=help_of("node_wait"))
def node_rebuild(region: str, parent: str, code: str, name: str, sticks: tuple[Path, ...], minutes: int) -> Answer:
    """Take the place of a node whose machine is lost: hand in its last files, ask, wait for the approval, fetch everything."""
    answer = _asked(region, parent, code, name, sticks)
    note(say("node.asked", **answer))
    moved = _approved(minutes)
    if moved is None:
        return Answer({**answer, "ok": False, "waiting": True}, say("node.wait_over", minutes=minutes), False)
    return _rebuilt(answer | {"waiting": False, **moved})


def _approved(minutes: int) -> dict[str, int] | None:
    """What came when the node above had approved; None if nobody did in time."""
    import time
    from dataclasses import asdict

    from anlan.kernel.errors import NotAllowed
    from anlan.platform.exchange import file, http

    end = time.monotonic() + minutes * 60
    while True:
        try:
            return asdict(http.exchange(file.link_named("")))
        except NotAllowed as error:
            if error.code != "exchange.unknown_peer":
                raise
        if time.monotonic() >= end:
            return None
        time.sleep(min(5.0, max(0.0, end - time.monotonic())))


def _rebuilt(facts: dict[str, Any]) -> Answer:
    """The chains held now, the lost machine's among them, each verified."""
    from anlan.kernel.nodes import stem
    from anlan.platform.journal import chain, node
    from anlan.platform.journal.models import Node

    own, verified = node.own(), chain.verify()
    former = dict(Node.objects.exclude(pk=own.id).filter(last_seq__gt=0).values_list("id", "last_seq"))
    former = {name: seq for name, seq in former.items() if stem(name) == stem(own.id)}
    answer = facts | {"ok": verified.ok, "former": former, "entries": verified.entries}
    told = say("node.rebuilt", **answer | {"former": "、".join(f"{n}（{s}）" for n, s in former.items()) or say("node.none")})
    return Answer(answer, told, verified.ok)


@command("broker", group=node_command)
@click.option("--below", "below", multiple=True, metavar="REGION", help=help_of("node_below"))
@click.option("--store", default="/var/lib/nats", show_default=True, help=help_of("node_store"))
def node_broker(below: tuple[str, ...], store: str) -> Answer:
    """The nats-server.conf of this node for the exchange, with every node that was enrolled below it."""
    boot.ready()
    from anlan.kernel.region_codes import region_prefix
    from anlan.platform.exchange.models import PeerLink
    from anlan.platform.journal import node
    from anlan.platform.rules.broker import Below, config

    links = list(PeerLink.objects.order_by("region"))
    spans = {region_prefix(link.region) for link in links if link.role == "child"} | {region_prefix(_region(r)) for r in below}
    own = region_prefix(node.own().region)
    text = config(own, leaf=any(link.role == "parent" for link in links), below=[Below(s) for s in sorted(spans)], store=store)
    return Answer({"ok": True, "region": own, "below": sorted(spans), "config": text}, text)


@command("code", group=node_command)
@click.argument("region")
def node_code(region: str) -> Answer:
    """A code with which one node of a region below may ask to be enrolled; shown once."""
    boot.ready()
    from anlan.cli.acting import scope_of
    from anlan.platform import clock, regions
    from anlan.platform.exchange import enrol

    now = clock.now()
    code = enrol.code_make(scope=scope_of(None, now), region=region, now=now)
    answer = {"ok": True, "region": region, "code": code, "hours": enrol.CODE_HOURS}
    return Answer(answer, say("node.code", name=regions.full_name(region.ljust(12, "0")), **answer))


@command("requests", group=node_command)
def node_requests() -> Answer:
    """The nodes that wait to be enrolled."""
    boot.ready()
    from anlan.cli.acting import scope_of
    from anlan.kernel.deadlines import local_time
    from anlan.platform import clock
    from anlan.platform.exchange import enrol

    waiting = [
        {"id": one.id, "region": one.region, "name": one.name, "key": one.key, "asked_at": local_time(one.asked_at).isoformat()}
        for one in enrol.requests_waiting(scope_of(None, clock.now()))
    ]
    lines = [say("node.request", **one) for one in waiting] or [say("node.no_request")]
    return Answer({"requests": waiting}, "\n".join(lines))


@command("approve", group=node_command)
@click.argument("request_id", metavar="ID")
def node_approve(request_id: str) -> Answer:
    """Enrol a node that asked."""
    boot.ready()
    from anlan.cli.acting import scope_of
    from anlan.platform import clock
    from anlan.platform.exchange import enrol

    now = clock.now()
    peer = enrol.enrol_approve(scope=scope_of(None, now), request_id=request_id, now=now)
    return Answer({"ok": True, "peer": peer}, say("node.approved", peer=peer))


@command("refuse", group=node_command)
@click.argument("request_id", metavar="ID")
def node_refuse(request_id: str) -> Answer:
    """Turn a request down."""
    boot.ready()
    from anlan.cli.acting import scope_of
    from anlan.platform import clock
    from anlan.platform.exchange import enrol

    enrol.enrol_refuse(scope=scope_of(None, clock.now()), request_id=request_id)
    return Answer({"ok": True}, say("node.refused"))


@command("revoke", group=node_command)
@click.argument("peer_id", metavar="PEER")
@click.option("--reason", required=True, help=help_of("node_reason"))
def node_revoke(peer_id: str, reason: str) -> Answer:
    """Revoke a node's key: nothing that it signs from now on is taken."""
    boot.ready()
    from anlan.cli.acting import scope_of
    from anlan.platform import clock
    from anlan.platform.exchange import enrol

    now = clock.now()
    enrol.peer_revoke(scope=scope_of(None, now), peer_id=peer_id, now=now, reason=reason)
    return Answer({"ok": True, "peer": peer_id}, say("node.revoked"))


@command("status", group=node_command)
def node_status() -> Answer:
    """Every line: last entry received, backlog both ways, clock, chains that wait."""
    boot.ready()
    from dataclasses import asdict

    from anlan.kernel.deadlines import local_time
    from anlan.platform import clock
    from anlan.platform.exchange import status
    from anlan.platform.journal import heads, node

    found, now = [], clock.now()
    for line in status.lines(now):
        told = asdict(line)
        for name in ("entry_at", "heard_at"):
            told[name] = local_time(told[name]).isoformat(timespec="seconds") if told[name] else None
        found.append(told)
    own = node.own()
    answer = {"ok": not any(one["silent"] or one["stopped"] for one in found), "node": own.id, "region": own.region,
              "heads": [h.as_dict() for h in heads.heads()], "lines": found}  # fmt: skip
    text = [say("node.line", **{**one, "role": say(f"node.{one['role']}"), "entry_at": one["entry_at"] or say("node.never")})
            for one in found]  # fmt: skip
    return Answer(answer, "\n".join(text or [say("node.alone", node=own.id)]))



