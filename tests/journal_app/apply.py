"""Folds of the test context: pure, like every context's."""


def fold_opened(row, entry):
    return {"name": entry.data["name"], "state": entry.to, "labels": {}, "note": entry.text.get("note", "")}


def fold_changed(row, entry):
    row = dict(row or {})
    row.update({k: v for k, v in entry.data.items() if k in {"name", "address", "lon", "region"}})
    return row


def fold_labelled(row, entry):
    row = dict(row)
    labels = dict(row["labels"])
    for key, weight in entry.data.get("add", {}).items():
        labels[key] = {"weight": weight}
    for key in entry.data.get("remove", []):
        labels.pop(key, None)
    row["labels"] = labels
    return row


def fold_stepped(row, entry):
    row = dict(row)
    row["state"] = entry.to
    row["closed_at"] = entry.time if entry.to == "closed" else None
    row["note"] = entry.text.get("note", row["note"])
    return row


FOLDS = {
    "thing.opened": fold_opened,
    "thing.changed": fold_changed,
    "thing.labelled": fold_labelled,
    "thing.stepped": fold_stepped,
}
