"""`anlan journal verify|rebuild|export|show|fence`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from anlan.cli import boot
from anlan.cli.output import Answer, command, help_of, note, say


@click.group("journal", help=help_of("journal"))
def journal_command() -> None:
    """Commands about the journal."""


@command("verify", group=journal_command)
def journal_verify() -> Answer:
    """Check the chain of every node; names the first broken entry of each."""
    boot.ready()
    from anlan.platform.journal import chain, heads

    found = chain.verify()
    breaks = [b.as_dict() for b in found.breaks]
    data: dict[str, Any] = {"ok": found.ok, "nodes": found.nodes, "entries": found.entries, "breaks": breaks}
    if found.ok:
        ends = heads.heads()
        data |= {"heads": [h.as_dict() for h in ends], "key": heads.public_key()}
        lines = [say("journal.head", **h.as_dict(), short=h.short) for h in ends]
        return Answer(data, "\n".join([say("journal.intact", **data), *lines, say("journal.key", key=data["key"])]))
    return Answer(data, "\n".join(say("journal.broken", **b) for b in breaks), ok=False)


@command("rebuild", group=journal_command)
@click.option("--check", is_flag=True, help=help_of("rebuild_check"))
@click.option("--shuffle", type=int, metavar="SEED", help=help_of("rebuild_shuffle"))
def journal_rebuild(check: bool, shuffle: int | None, as_json: bool) -> Answer:
    """Fold every subject anew; with --check only compare."""
    if shuffle is not None and not check:
        raise click.UsageError(say("journal.shuffle_needs_check"))
    if not check:
        boot.lock(alone=True)
    boot.ready()
    from anlan.platform.journal import rebuild

    def progress(entries: int) -> None:
        note(say("journal.progress", entries=entries))

    found = rebuild.rebuild(check=check, shuffle=shuffle, progress=None if as_json else progress)
    ok = found.ok or not check
    data: dict[str, Any] = {
        "ok": ok,
        "entries": found.entries,
        "subjects": found.subjects,
        "rows": found.rows,
        "differences": found.differences,
        "different": found.different,
    }
    code = "journal.equal" if found.ok else "journal.different" if check else "journal.rebuilt"
    lines = [say(code, **data), *(f"{d['subject']}: {', '.join(d['columns'])}" for d in found.different)]
    return Answer(data, "\n".join(lines), ok)


@command("export", group=journal_command)
@click.option("--subject", required=True, help=help_of("subject"))
@click.option("-o", "--output", type=click.Path(path_type=Path, dir_okay=False), required=True, help=help_of("output"))
def journal_export(subject: str, output: Path) -> Answer:
    """One subject and the documents that deal with it, with chain proof, and the script that verifies it offline."""
    boot.ready()
    from anlan.platform import clock
    from anlan.platform.documents.queries import SUBJECT, documents_on
    from anlan.platform.journal.export import export_subject

    output.parent.mkdir(parents=True, exist_ok=True)
    papers = sorted(documents_on(subject), key=lambda d: (d.issued_at, str(d.pk)))
    data = export_subject(subject, output, clock.now(), [f"{SUBJECT}/{d.pk}" for d in papers])
    return Answer({"ok": True, **data}, say("journal.exported", **data))


@command("show", group=journal_command)
@click.argument("subject")
@click.option("--as-of", "as_of", metavar="TIME", help=help_of("as_of"))
@click.option("--known", is_flag=True, help=help_of("known"))
def journal_show(subject: str, as_of: str | None, known: bool) -> Answer:
    """The entries of one subject, oldest first; with --as-of how it stood, or what was known here, at that moment."""
    if known and as_of is None:
        raise click.UsageError(say("journal.known_needs_as_of"))
    boot.ready()
    from anlan.kernel.errors import NotFound
    from anlan.platform.journal.models import Head

    head = Head.objects.filter(subject=subject).first()
    if head is None:
        raise NotFound("journal.subject_not_found", subject=subject)
    if as_of is not None:
        return _stood(subject, as_of, known)
    entries = _entries(head.sid)
    data = {"subject": subject, "version": head.version, "state": head.state, "region": head.region, "entries": entries}
    lines = [
        say("journal.entry", **{**e, "step": f"{e['from'] or '—'} → {e['to']}" if e["to"] else ""}) for e in entries
    ]
    return Answer(data, "\n".join(lines))


def _entries(sid: int) -> list[dict[str, Any]]:
    from anlan.kernel.deadlines import local_time
    from anlan.platform.journal.refold import entries_of

    return [
        {
            "id": e.id,
            "node": e.node,
            "time": local_time(e.time).isoformat(timespec="seconds"),
            "kind": e.kind,
            "from": e.from_,
            "to": e.to,
            "actor": e.actor,
            "data": dict(e.data),
            "text": dict(e.text),
        }
        for e in entries_of(sid)
    ]


def _stood(subject: str, as_of: str, known: bool) -> Answer:
    from anlan.kernel.deadlines import read_instant
    from anlan.platform.ledger.history import stood_at

    moment = read_instant(as_of)
    stood = stood_at(subject, moment, known=known)
    fields = {c.field: c.new for c in stood or ()}
    data = {"subject": subject, "at": moment.isoformat(), "known": known, "exists": stood is not None, "fields": fields}
    lines = [f"{c.label}：{c.new}" for c in stood] if stood is not None else [say("journal.nothing_yet")]
    return Answer(data, "\n".join(lines))


@command("fence", group=journal_command)
@click.argument("node")
@click.option("--last", type=click.IntRange(min=0), required=True, help=help_of("fence_last"))
@click.option("--reason", required=True, help=help_of("fence_reason"))
def journal_fence(node: str, last: int, reason: str) -> Answer:
    """Decide about a node of which two histories were seen: what counts of its chain, and that nothing more is taken."""
    # Alone: a server that fences its own name goes on under a new one, which a running server would not hear of.
    boot.lock(alone=True)
    boot.ready()
    from anlan.cli.acting import scope_of
    from anlan.platform import clock
    from anlan.platform.journal import corrections
    from anlan.platform.journal import node as nodes

    now = clock.now()
    entry = corrections.node_fence(scope=scope_of(None, now), node_id=node, last=last, reason=reason, now=now)
    data = {"ok": True, "node": node, "last": last, "entry": entry.id, "own": nodes.own().id}
    return Answer(data, say("journal.fenced", **data))
