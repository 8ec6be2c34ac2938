"""Folds of sensing by kind of entry: (row, entry) -> row, pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from anlan.kernel.entry import Entry
from anlan.kernel.ledger_fold import fold_changed, fold_created, plain_folds

Row = dict[str, Any]


def _with(row: Row | None, name: str, key: str, values: Mapping[str, Any] | None) -> Row:
    """The row with one child set, or taken away for None; nothing is changed in place."""
    held = dict((row or {}).get(name) or {})
    if values is None:
        held.pop(key, None)
    else:
        held[key] = {**held.get(key, {}), **values}
    return {**(row or {}), name: held}


def fold_channel_set(row: Row | None, entry: Entry) -> Row:
    """A channel added or changed."""
    return _with(row, "channels", entry.data["metric"], entry.data["set"])


def fold_channel_removed(row: Row | None, entry: Entry) -> Row:
    """A channel taken away."""
    return _with(row, "channels", entry.data["metric"], None)


def fold_window_set(row: Row | None, entry: Entry) -> Row:
    """A maintenance window set, or ended early."""
    said = {"reason": entry.text["reason"]} if "reason" in entry.text else {}
    return _with(row, "windows", entry.data["key"], {"set_by": entry.actor} | entry.data["set"] | said)


def fold_suppressed(row: Row | None, entry: Entry) -> Row:
    """An alarm that was not raised because of a maintenance window."""
    names = ("rule_id", "kind", "metric", "value", "at")
    return _with(row, "suppressed", entry.id, {n: entry.data[n] for n in names})


def fold_down(row: Row | None, entry: Entry) -> Row:
    """The device has fallen silent."""
    return {**(row or {}), "down_at": entry.data["since"]}


def fold_up(row: Row | None, entry: Entry) -> Row:
    """The device is heard again."""
    return {**(row or {}), "down_at": None}


def fold_doubted(row: Row | None, entry: Entry) -> Row:
    """Two senders speak under the device's identity."""
    return {**(row or {}), "doubted_at": entry.time}


def fold_cleared_doubt(row: Row | None, entry: Entry) -> Row:
    """Somebody has looked into the double identity."""
    return {**(row or {}), "doubted_at": None}


def fold_rescoped(row: Row | None, entry: Entry) -> Row:
    """It follows its enterprise's office."""
    return {**(row or {}), "office_id": entry.data["office_id"], "region": entry.region}


def _version(row: Row, entry: Entry) -> Row:
    said = {n: v for n, v in row.items() if n in _VERSIONED} | {
        "model_id": row.get("model_id") or "",
        "device_id": row.get("device_id") or "",
    }
    return _with(row, "versions", entry.id, said)


_VERSIONED = (
    "kind", "metric", "area", "severity", "limit", "hysteresis", "on_delay_s", "off_delay_s", "window_s", "times",
    "among", "below", "flap_count", "flap_window_s", "ends_itself", "basis", "effective_from",
)  # fmt: skip
_RULE_EMPTY = {
    "metric": "", "area": "", "severity": "urgent", "limit": None, "hysteresis": 0.0, "on_delay_s": 0, "off_delay_s": 0,
    "window_s": 0, "times": 0, "among": 0, "below": 0, "flap_count": 0, "flap_window_s": 0, "ends_itself": 0, "basis": "",
}  # fmt: skip


def fold_rule_created(row: Row | None, entry: Entry) -> Row:
    """A rule with its first version."""
    return _version({**_RULE_EMPTY, **fold_created(row, entry)}, entry)


def fold_rule_changed(row: Row | None, entry: Entry) -> Row:
    """A further version of a rule; what was in force stays in force for its days."""
    return _version({**_RULE_EMPTY, **fold_changed(row, entry)}, entry)


_ALARM_FIELDS = (
    "number", "title", "kind", "severity", "device_id", "enterprise_id", "office_id", "rule_id", "rule_version", "metric",
    "value", "limit", "unit", "ends_itself", "lon", "lat",
)  # fmt: skip


def fold_triggered(row: Row | None, entry: Entry) -> Row:
    """A new alarm."""
    at = entry.data["at"]
    members = {key: {"joined_at": since, "left_at": None} for key, since in (entry.data.get("members") or {}).items()}
    return {n: entry.data[n] for n in _ALARM_FIELDS if n in entry.data} | {
        "state": "triggered", "triggered_at": at, "last_at": at, "repeats": {}, "members": members,
    }  # fmt: skip


def fold_repeated(row: Row | None, entry: Entry) -> Row:
    """The same again while it was open."""
    said = {"at": entry.data["at"], "value": entry.data.get("value")}
    return _with(row, "repeats", entry.id, said) | {"last_at": entry.data["at"], "cleared_at": None}


def fold_flapping(row: Row | None, entry: Entry) -> Row:
    """It flutters; nothing more is said until it rests."""
    return {**(row or {}), "flapping_at": entry.data["at"], "last_at": entry.data["at"], "cleared_at": None}


def fold_superseded(row: Row | None, entry: Entry) -> Row:
    """The further limit of the same channel was crossed in the same excursion: people are called for that one."""
    return {**(row or {}), "superseded_by": entry.data["by"]}


def fold_cleared(row: Row | None, entry: Entry) -> Row:
    """What was measured is within its limits again."""
    return {**(row or {}), "cleared_at": entry.data["at"]}


def fold_joined(row: Row | None, entry: Entry) -> Row:
    """Further devices were lost with those of a mass alarm."""
    held = dict((row or {}).get("members") or {})
    held |= {key: {"joined_at": since, "left_at": None} for key, since in entry.data["members"].items()}
    title = {"title": entry.data["title"]} if "title" in entry.data else {}
    return {**(row or {}), **title, "members": held, "cleared_at": None}


def fold_left(row: Row | None, entry: Entry) -> Row:
    """Members of a mass alarm are heard again."""
    held = dict((row or {}).get("members") or {})
    for key in entry.data["members"]:
        if key in held:
            held[key] = {**held[key], "left_at": entry.data["at"]}
    return {**(row or {}), "members": held}


def fold_answered(row: Row | None, entry: Entry) -> Row:
    """Somebody has answered; the note of the answer is kept in the entry."""
    return {**(row or {}), "state": "answered", "answered_at": entry.time, "answered_by": entry.data["person"],
            "answer": entry.data.get("word", "")}  # fmt: skip


def fold_handled(row: Row | None, entry: Entry) -> Row:
    """Somebody is dealing with it."""
    return {**(row or {}), "state": "handling", "handled_at": entry.time, "handled_by": entry.actor}


def _ended(row: Row | None, entry: Entry, state: str) -> Row:
    said = {"note": entry.text["note"]} if "note" in entry.text else {}
    return {**(row or {}), "state": state, "ended_at": entry.time, "ended_by": entry.actor} | said


def fold_recovered(row: Row | None, entry: Entry) -> Row:
    """Over, by a person's finding or by itself."""
    return _ended(row, entry, "recovered")


def fold_dismissed(row: Row | None, entry: Entry) -> Row:
    """It was a false alarm."""
    return _ended(row, entry, "false_alarm")


def fold_made_hazard(row: Row | None, entry: Entry) -> Row:
    """It has become a hazard."""
    return _ended(row, entry, "to_hazard") | {"hazard_id": entry.data["hazard_id"]}


def fold_archived(row: Row | None, entry: Entry) -> Row:
    """Filed away."""
    return {**(row or {}), "state": "archived", "archived_at": entry.time}


FOLDS = {
    **plain_folds("model"),
    "model.channel_set": fold_channel_set,
    "model.channel_removed": fold_channel_removed,
    **plain_folds("device"),
    "device.channel_set": fold_channel_set,
    "device.channel_removed": fold_channel_removed,
    "device.window_set": fold_window_set,
    "device.alarm_suppressed": fold_suppressed,
    "device.down": fold_down,
    "device.up": fold_up,
    "device.identity_doubted": fold_doubted,
    "device.identity_cleared": fold_cleared_doubt,
    "device.rescoped": fold_rescoped,
    **plain_folds("alarm_rule"),
    "alarm_rule.created": fold_rule_created,
    "alarm_rule.changed": fold_rule_changed,
    "alarm.triggered": fold_triggered,
    "alarm.repeated": fold_repeated,
    "alarm.flapping": fold_flapping,
    "alarm.superseded": fold_superseded,
    "alarm.cleared": fold_cleared,
    "alarm.joined": fold_joined,
    "alarm.left": fold_left,
    "alarm.answered": fold_answered,
    "alarm.handled": fold_handled,
    "alarm.recovered": fold_recovered,
    "alarm.subsided": fold_recovered,
    "alarm.dismissed": fold_dismissed,
    "alarm.made_hazard": fold_made_hazard,
    "alarm.archived": fold_archived,
    "alarm.rescoped": fold_rescoped,
}
