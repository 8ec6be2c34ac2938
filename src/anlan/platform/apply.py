"""Folds of the platform's own subjects. Pure: (row, entry) -> row."""

from __future__ import annotations

import json
from typing import Any

from anlan.kernel.entry import Entry
from anlan.kernel.nodes import stem

Row = dict[str, Any]


def fold_document_issued(row: Row | None, entry: Entry) -> Row:
    """A new document."""
    names = ("number", "template", "label", "about", "sha256")
    return {name: entry.data[name] for name in names} | {
        "title": entry.text.get("title", ""),
        "matter": entry.data.get("matter", ""),
        "office_id": entry.data.get("office_id"),
        "party_id": entry.data.get("party_id"),
        "state": "issued",
        "issued_at": entry.time,
        "issued_by": entry.actor,
        "papers": {},
        "naming": {subject: {} for subject in entry.data.get("named") or ()},
    }


def fold_document_signed(row: Row | None, entry: Entry) -> Row:
    """A signature or scanned page more."""
    paper = {
        "kind": entry.data["form"],
        "signer": entry.data["signer"],
        "name": entry.text.get("name", ""),
        "signed_at": entry.time,
    }
    held = dict(row or {})
    return held | {"state": "signed", "papers": held.get("papers", {}) | {entry.data["sha256"]: paper}}


def fold_document_refused(row: Row | None, entry: Entry) -> Row:
    """The party would not sign; two witnesses saw it."""
    return dict(row or {}) | {
        "state": "refused",
        "refused_at": entry.time,
        "refusal": entry.text.get("reason", ""),
        "witnesses": entry.text.get("witnesses", ""),
    }


def fold_document_served(row: Row | None, entry: Entry) -> Row:
    """Handed over."""
    return dict(row or {}) | {
        "state": "served",
        "served_at": entry.time,
        "served_by": entry.actor,
        "way": entry.data["way"],
        "receiver": entry.text.get("receiver", ""),
    }


def fold_document_voided(row: Row | None, entry: Entry) -> Row:
    """No longer valid; number and file stay."""
    return dict(row or {}) | {"state": "void", "voided_at": entry.time, "void_reason": entry.text.get("reason", "")}


def fold_peer_named(row: Row | None, entry: Entry) -> Row:
    """A node says whose a key is. Only the author's own later words change what it said: the subject's id names it."""
    if row is not None:
        return dict(row)
    names = ("stem", "name", "key", "box_key", "relation")
    held = {name: str(entry.data.get(name, "")) for name in names}
    return held | {"author": stem(entry.node), "state": "enrolled", "enrolled_at": entry.time}


def fold_peer_revoked(row: Row | None, entry: Entry) -> Row:
    """Its author no longer stands by a key; what others had received by then still counts."""
    held = dict(row or {})
    if held.get("author") != stem(entry.node):
        return held
    limits = json.dumps(entry.data.get("limits", {}), sort_keys=True)
    return held | {"state": "revoked", "revoked_at": entry.time, "limits": limits}


def fold_region_moved(row: Row | None, entry: Entry) -> Row:
    """The region the subject stands in was re-coded or merged: it stands in the successor. The fold of every projection
    that does not bring its own for `<its type>.region_moved`."""
    return (row or {}) | {"region": entry.region}


FOLDS = {
    "document.issued": fold_document_issued,
    "document.signed": fold_document_signed,
    "document.refused": fold_document_refused,
    "document.served": fold_document_served,
    "document.voided": fold_document_voided,
    "peer.enrolled": fold_peer_named,
    "peer.parent_named": fold_peer_named,
    "peer.revoked": fold_peer_revoked,
}
