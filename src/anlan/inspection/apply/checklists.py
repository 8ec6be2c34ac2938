"""Folds of checklists: (row, entry) -> row, pure. What was decided stands in the entry; nothing is decided here."""

from __future__ import annotations

from typing import Any

from anlan.kernel.entry import Entry

Row = dict[str, Any]


def fold_checklist(row: Row | None, entry: Entry) -> Row:
    """A checklist made or changed: items put anew begin with this version, dropped ones end with it."""
    data = entry.data
    held = row or {"items": {}, "retired_at": None}
    version = data["version"]
    items = dict(held.get("items") or {})
    ending = {i["key"] for i in data.get("put") or ()} | set(data.get("drop") or ())
    for row_key, item in items.items():
        if item["item_key"] in ending and item["until_version"] is None:
            items[row_key] = item | {"until_version": version}
    for item in data.get("put") or ():
        wording = {name: item[name] for name in ("position", "category", "text", "law", "article", "major")}
        items[f"{item['key']}@{version}"] = wording | {
            "item_key": item["key"], "since_version": version, "until_version": None,
        }  # fmt: skip
    named = {name: data[name] for name in ("code", "name", "applies", "packaged_version") if name in data}
    return held | named | {"version": version, "items": items}


def fold_checklist_retired(row: Row | None, entry: Entry) -> Row:
    """A checklist out of use; inspections made with it keep it."""
    return (row or {}) | {"retired_at": entry.time}


CHECKLIST_FOLDS = {
    "checklist.created": fold_checklist,
    "checklist.changed": fold_checklist,
    "checklist.retired": fold_checklist_retired,
}
