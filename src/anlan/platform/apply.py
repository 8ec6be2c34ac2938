"""Folds of the platform's own subjects. Pure: (row, entry) -> row."""

from __future__ import annotations

from typing import Any

from anlan.kernel.entry import Entry

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
}
