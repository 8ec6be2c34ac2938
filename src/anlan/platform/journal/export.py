"""One subject, and what goes with it, with its chain proof in a file, for a court.

It is verifiable offline by `verify_export.py`, which stands beside it.
"""

from __future__ import annotations

import base64
import json
import shutil
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from anlan.kernel.entry import Entry
from anlan.kernel.errors import NotFound
from anlan.platform.journal import heads, refold, sequence, verify_export
from anlan.platform.journal.models import Head, JournalEntry, JournalSeq, Node


def export_subject(subject: str, file: Path, now: datetime, beside: Sequence[str] = ()) -> dict[str, Any]:
    """Write the subject's entries, and of every chain they stand in all links from the first of them to the head.

    What the file claims to hold is signed with this server's key. The verifying script is put beside the file.

    Args:
        beside: further subjects whose entries go into the file: the documents that deal with this one.
    Returns:
        {"subject", "beside", "entries", "nodes", "file", "verifier", "key", "heads"}: heads and key are to compare with.
    Raises:
        NotFound: "journal.subject_not_found". Unavailable: "vault.key_missing", "vault.key_malformed".
    """
    sequence.sequence_pending()
    head = Head.objects.filter(subject=subject).first()
    if head is None:
        raise NotFound("journal.subject_not_found", subject=subject)
    others = dict(Head.objects.filter(subject__in=list(beside)).values_list("subject", "sid"))
    sids = [head.sid, *(others[name] for name in beside if name in others)]
    stored = [e for sid in sids for e in JournalEntry.objects.filter(sid=sid).order_by("hlc", "node", "id")]
    places = {row.entry: row for row in JournalSeq.objects.filter(entry__in=[e.id for e in stored])}
    entries = [
        {
            "id": str(e.id),
            "node": e.node,
            "seq": places[e.id].seq,
            "body": e.body,
            "text": e.text,
            "text_hash": bytes(e.text_hash).hex() if e.text_hash is not None else None,
        }
        for e in stored
    ]
    document = {
        "format": verify_export.FORMAT,
        "hash": settings.JOURNAL_HASH,
        "subject": subject,
        "beside": [name for name in beside if name in others],
        "exported_at": now.isoformat(),
        "claimed": [[e["node"], e["seq"], e["id"]] for e in entries],
        "outside": _outside([str(e.id) for e in stored], [refold.entry_of(e) for e in stored]),
        "entries": entries,
        "chains": [_chain(node, entries) for node in sorted({e["node"] for e in entries})],
    }
    document["key"] = heads.public_key()
    document["signature"] = heads.sign(verify_export.statement(document)).hex()
    file.write_text(json.dumps(document, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    verifier = file.with_name(file.stem + ".verify.py")
    shutil.copyfile(verify_export.__file__, verifier)
    return {
        "subject": subject,
        "beside": document["beside"],
        "entries": len(entries),
        "nodes": [chain["node"] for chain in document["chains"]],
        "heads": [f"{chain['node']}:{chain['last']}:{chain['head']}" for chain in document["chains"]],
        "key": document["key"],
        "file": str(file),
        "verifier": str(verifier),
    }


def _outside(held: list[str], entries: list[Entry]) -> list[str]:
    """Ids that the entries name as their causes and that are not held here: stubs, or not arrived yet."""
    named = {i for e in entries for i in (e.base, e.after, *e.over, *e.afters.values()) if i}
    return sorted(named - set(held))


def _chain(node: str, entries: list[dict[str, Any]]) -> dict[str, Any]:
    first = min(e["seq"] for e in entries if e["node"] == node)
    with connection.cursor() as cursor:
        cursor.execute("SELECT body_hash FROM journal_seq WHERE node = %s AND seq >= %s ORDER BY seq", [node, first])
        digests = b"".join(bytes(row[0]) for row in cursor.fetchall())
    before = JournalSeq.objects.filter(node=node, seq=first - 1).first()
    end = Node.objects.get(pk=node)
    return {
        "node": node,
        "first": first,
        "last": end.last_seq,
        "prev_hash": bytes(before.hash).hex() if before else "",
        "body_hashes": base64.b64encode(digests).decode(),
        "head": bytes(end.last_hash).hex(),
    }
