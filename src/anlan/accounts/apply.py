"""Folds of accounts: pure, (row, entry) -> new row. Free text (remarks, reasons) comes from `entry.text`."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from anlan.kernel.entry import Entry
from anlan.kernel.region_codes import region_prefix

Row = dict[str, Any]
Fold = Callable[[Row | None, Entry], Row]


def fold_values(row: Row | None, entry: Entry) -> Row:
    """Created or changed: the entry's data are column values, its text the free-text columns it names.

    `vault` only names the fields whose values went into the vault, for the history page.
    """
    values = {name: value for name, value in entry.data.items() if name != "vault"}
    return {**(row or {}), **values, **entry.text}


def fold_noted(row: Row | None, entry: Entry) -> Row:
    """Something that happened to the person's account on a server: history only, no column of the row changes."""
    return dict(row or {})


def fold_person_merged(row: Row | None, entry: Entry) -> Row:
    """Somebody registered twice is the other one from now on; the row stays, with everything that was done under it.

    How far that reaches is the entry's region, which its author's node may not write beyond.
    """
    return (row or {}) | {"merged_into_id": entry.data["into"], "merged_under": region_prefix(entry.region)}


def fold_person_separated(row: Row | None, entry: Entry) -> Row:
    """A merging was taken back."""
    return (row or {}) | {"merged_into_id": None, "merged_under": ""}


def fold_person_region_moved(row: Row | None, entry: Entry) -> Row:
    """The region was re-coded or merged: how far a merging reaches is said in the successor's code, at the same level."""
    held = row or {}
    span = held.get("merged_under", "")
    moved = entry.region[: len(span)] if held.get("region", "").startswith(span) else span
    return {**held, "region": entry.region, "merged_under": moved}


def fold_organisation_closed(row: Row | None, entry: Entry) -> Row:
    """The organisation no longer exists; its history and its people's past posts stay."""
    return {**(row or {}), "closed": 1}


def fold_post_created(row: Row | None, entry: Entry) -> Row:
    """A post sees its entry's region: a town that says another code in the data gives nobody the county."""
    return {**fold_values(row, entry), "region": entry.region, "prefix": region_prefix(entry.region)}


def fold_post_ended(row: Row | None, entry: Entry) -> Row:
    """The post gives no scope from now on."""
    return {**(row or {}), "ended": 1, "ended_at": entry.time, "end_reason": entry.text.get("reason", "")}


def fold_post_region_moved(row: Row | None, entry: Entry) -> Row:
    """The region was re-coded or merged: the post sees what begins with the successor's code, at the same level."""
    return {**(row or {}), "region": entry.region, "prefix": region_prefix(entry.region)}


def fold_post_handed_over(row: Row | None, entry: Entry) -> Row:
    """Open work addressed to this post is the successor's from now on."""
    return {**(row or {}), "successor_id": entry.data["to"]}


def fold_deputy_set(row: Row | None, entry: Entry) -> Row:
    """Somebody acts in a post between two days."""
    return {**(row or {}), **entry.data, "reason": entry.text.get("reason", ""), "cancelled": 0}


def fold_deputy_cancelled(row: Row | None, entry: Entry) -> Row:
    """The deputy no longer acts, whatever the days say."""
    return {**(row or {}), "cancelled": 1}


def _with_rights(row: Row, rights: Iterable[str], edited: int) -> Row:
    words = sorted(set(rights))
    return {**row, "rights": {word: {} for word in words}, "words": " ".join(words), "edited": edited}


def fold_role_installed(row: Row | None, entry: Entry) -> Row:
    """A built-in role as the installed version declares it; a role that a person edited keeps the person's rights."""
    data = dict(entry.data)
    rights = data.pop("rights")
    if row and row.get("edited"):
        return {**row, **data}
    return _with_rights({**(row or {}), **data}, rights, edited=0)


def fold_role_created(row: Row | None, entry: Entry) -> Row:
    """A role that an administrator made."""
    data = dict(entry.data)
    rights = data.pop("rights")
    return _with_rights({**(row or {}), **data}, rights, edited=1)


def fold_role_changed(row: Row | None, entry: Entry) -> Row:
    """Rights added and removed, one by one, so that two nodes' changes to different rights both hold."""
    row = row or {}
    rights = set(row.get("rights") or ()) - set(entry.data.get("removed", ())) | set(entry.data.get("added", ()))
    return _with_rights({**row, "label": entry.data.get("label") or row.get("label", "")}, rights, edited=1)


FOLDS: dict[str, Fold] = {
    "person.created": fold_values,
    "person.changed": fold_values,
    "person.merged": fold_person_merged,
    "person.joined": fold_noted,
    "person.separated": fold_person_separated,
    "person.region_moved": fold_person_region_moved,
    "person.account_opened": fold_noted,
    "person.account_disabled": fold_noted,
    "person.account_enabled": fold_noted,
    "person.account_unlocked": fold_noted,
    "person.password_reset": fold_noted,
    "person.password_changed": fold_noted,
    "person.totp_enrolled": fold_noted,
    "person.totp_removed": fold_noted,
    "person.token_issued": fold_noted,
    "person.token_revoked": fold_noted,
    "organisation.created": fold_values,
    "organisation.changed": fold_values,
    "organisation.closed": fold_organisation_closed,
    "post.created": fold_post_created,
    "post.ended": fold_post_ended,
    "post.region_moved": fold_post_region_moved,
    "post.handed_over": fold_post_handed_over,
    "deputy.set": fold_deputy_set,
    "deputy.cancelled": fold_deputy_cancelled,
    "role.installed": fold_role_installed,
    "role.created": fold_role_created,
    "role.changed": fold_role_changed,
}
