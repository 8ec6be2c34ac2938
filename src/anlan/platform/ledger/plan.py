"""From values to drafts: what differs from the row, what belongs to one entry, what goes into the vault instead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from anlan.kernel.entry import Draft
from anlan.platform import reading, vault
from anlan.platform.journal.held import versions_of
from anlan.platform.ledger.columns import Bound, attname, by_name, columns_of, model_of
from anlan.platform.ledger.declare import Ledger
from anlan.platform.ledger.values import plain, same

Values = dict[str, Any]


def own_columns(ledger: Ledger) -> tuple[Bound, ...]:
    """The columns that stand in the ledger's own table."""
    return tuple(b for b in columns_of(ledger) if b.path and "." not in b.name)


def held_values(ledger: Ledger, ids: Iterable[str]) -> dict[str, Values]:
    """The present values of rows by id, sets and masked vault values included, and `region` and `drill` of each."""
    wanted = [str(i) for i in ids]
    model = model_of(ledger)
    names = sorted({b.path for b in own_columns(ledger)} | {"id", "region", "drill"})
    held = {str(row["id"]): row for row in model.objects.filter(pk__in=wanted).values(*names)}
    for row in held.values():
        row["id"] = str(row["id"])
    for name, members in set_members(ledger, held).items():
        for key, row in held.items():
            row[name] = members.get(key, ())
    if fields := [b.name for b in columns_of(ledger) if b.kind == "vault"]:
        masks = vault.masked([f"{ledger.id}/{key}" for key in held], fields)
        for key, row in held.items():
            for name in fields:
                row[name] = masks.get((f"{ledger.id}/{key}", name), "")
    return held


def versions(ledger: Ledger, ids: Iterable[str]) -> dict[str, int]:
    """The version of each row by id, to be handed back as `base`."""
    found = versions_of(f"{ledger.id}/{i}" for i in ids)
    return {subject.partition("/")[2]: version for subject, version in found.items()}


def set_members(
    ledger: Ledger, ids: Iterable[Any], names: Iterable[str] | None = None
) -> dict[str, dict[str, tuple[str, ...]]]:
    """Per set of the ledger (all, or `names`), the sorted member keys by row id; rows without members are absent."""
    wanted, found = list(ids), {}
    for name in ledger.sets if names is None else names:
        child = model_of(ledger)._meta.get_field(name).related_model
        members: dict[str, list[str]] = {}
        for parent, key in reading.select_in(child, ("parent_id", "key"), "parent_id", wanted, order="key"):  # type: ignore[arg-type]
            members.setdefault(parent, []).append(key)
        found[name] = {parent: tuple(keys) for parent, keys in members.items()}
    return found


def differences(ledger: Ledger, held: Mapping[str, Any], values: Mapping[str, Any]) -> Values:
    """The values that differ from what is held; a vault value equal to its mask or to what is sealed does not."""
    names = by_name(ledger)
    changed: Values = {}
    for name, value in values.items():
        bound = names[name]
        if bound.kind == "vault":
            if _vault_differs(ledger, held, bound, value):
                changed[name] = value
        elif not same(bound, held.get(name), value):
            changed[name] = value
    return changed


def _vault_differs(ledger: Ledger, held: Mapping[str, Any], bound: Bound, value: Any) -> bool:
    mask = held.get(bound.name) or ""
    text = value or ""
    if text == mask:
        return False
    return not text or f"{ledger.id}/{held['id']}" not in vault.find(bound.name, text)


def created(
    ledger: Ledger, key: str, values: Mapping[str, Any], *, region: str, once: str | None = None, drill: bool = False
) -> Draft:
    """The draft of a new row: every value that is not empty."""
    sets = {name: sorted(values[name]) for name in ledger.sets if values.get(name)}
    fields = {n: plain(v) for n, v in values.items() if n not in ledger.sets and v not in (None, "")}
    return _draft(ledger, key, "created", fields, region=region, add=sets, remove={}, once=once, drill=drill)


def changed(
    ledger: Ledger, key: str, values: Mapping[str, Any], held: Mapping[str, Any], *, once: str | None = None
) -> Draft:
    """The draft of a change: the fields that differ, the rest of every group one of them belongs to, set members."""
    fields = {n: plain(v) for n, v in values.items() if n not in ledger.sets}
    legal = {attname(ledger, n) for n in ledger.legal}
    for group in ledger.groups:
        members = [attname(ledger, n) for n in group]
        if any(n in fields for n in members):
            # A legal field that did not change is not rewritten: that would be a second, contestable, claim.
            fields |= {n: plain(held.get(n)) for n in members if n not in fields and n in held and n not in legal}
    add = {n: sorted(set(values[n]) - set(held[n])) for n in ledger.sets if n in values}
    remove = {n: sorted(set(held[n]) - set(values[n])) for n in ledger.sets if n in values}
    region = fields.get("region") or held["region"]
    return _draft(
        ledger, key, "changed", fields, region=region, add=add, remove=remove, once=once, drill=bool(held["drill"])
    )


def _draft(
    ledger: Ledger,
    key: str,
    act: str,
    fields: Values,
    *,
    region: str,
    add: Mapping[str, list[str]],
    remove: Mapping[str, list[str]],
    once: str | None,
    drill: bool,
) -> Draft:
    sealed = {b.name for b in columns_of(ledger) if b.kind == "vault"} & fields.keys()
    data: Values = {"set": {n: v for n, v in fields.items() if n not in sealed}}
    if any(add.values()):
        data["add"] = {n: keys for n, keys in add.items() if keys}
    if any(remove.values()):
        data["remove"] = {n: keys for n, keys in remove.items() if keys}
    if sealed:
        data["vault"] = sorted(sealed)
    legal = tuple(n for n in (attname(ledger, name) for name in ledger.legal) if n in data["set"])
    return Draft(
        kind=f"{ledger.id}.{act}",
        subject=f"{ledger.id}/{key}",
        region=region,
        data=data,
        legal=legal,
        once=once,
        drill=drill,
    )


def keep_vault(ledger: Ledger, key: str, values: Mapping[str, Any], hlc: int) -> None:
    """Put the entered personal data into the vault as of the entry that names the fields, in its transaction."""
    for bound in columns_of(ledger):
        if bound.kind == "vault" and bound.name in values:
            vault.put(f"{ledger.id}/{key}", bound.name, values[bound.name] or "", hlc)
