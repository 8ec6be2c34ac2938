"""Putting values into the vault, showing them masked, and revealing them with a reason that stays in the journal."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from anlan.kernel.canonical import json_violations
from anlan.kernel.entry import Draft
from anlan.kernel.errors import BadInput, NotFound
from anlan.kernel.text import mask_id, mask_name, mask_phone
from anlan.platform.database import writing
from anlan.platform.journal.record import record
from anlan.platform.scope import Scope
from anlan.platform.vault.models import VaultValue
from anlan.platform.vault.seal import blind, seal, unseal

_MASKS = {"phone": mask_phone, "id_number": mask_id, "name": mask_name}


_MASK_MOST = VaultValue._meta.get_field("mask").max_length


def _mask(field: str, value: str) -> str:
    kind = field.rpartition(".")[2]
    return _MASKS[kind](value) if kind in _MASKS else "＊" * min(len(value), 8)


def put(ref: str, field: str, value: str, hlc: int) -> bool:
    """Keep `value` for (ref, field) as of `hlc`; "" erases. A value equal to the present mask means unchanged.

    Call it in the transaction of the entry that refers to it. The last part of `field` ("contact.1.phone") names its kind.

    Returns:
        Whether anything was written.
    Raises:
        BadInput: "vault.value_unfit" for a value with hidden characters: the last line, whatever the door forgot.
    """
    if violations := json_violations(value, field):
        raise BadInput("vault.value_unfit", violations)
    current = _current(ref, [field]).get((ref, field))
    if current is not None and (value == current.mask or (current.hlc >= hlc)):
        return False
    if current is None and not value:
        return False
    with writing():
        VaultValue.objects.create(
            ref=ref,
            field=field,
            hlc=hlc,
            sealed=seal(value, f"{ref}\0{field}") if value else None,
            mask=_mask(field, value)[:_MASK_MOST] if value else "",
            blind=blind(field, value) if value else "",
        )
    return True


def _current(refs: str | Iterable[str], fields: Iterable[str]) -> dict[tuple[str, str], VaultValue]:
    wanted = [refs] if isinstance(refs, str) else list(refs)
    rows = VaultValue.objects.filter(ref__in=wanted, field__in=list(fields)).order_by("hlc", "id")
    return {(row.ref, row.field): row for row in rows}


def masked(refs: Iterable[str], fields: Iterable[str]) -> dict[tuple[str, str], str]:
    """The masked values by (ref, field); what is not kept or was erased is absent."""
    return {key: row.mask for key, row in _current(refs, fields).items() if row.sealed is not None}


def blinds(refs: Iterable[str], field: str) -> dict[str, str]:
    """By ref the blind index of the present value: equal ones are the same number; what is not kept is absent."""
    found = _current(refs, [field])
    return {ref: row.blind for (ref, _), row in found.items() if row.sealed is not None}


def reveal(scope: Scope, ref: str, field: str, region: str, reason: str, now: datetime) -> str:
    """The plain value, for a person with the right `vault.reveal` who states why; the look is journaled.

    The caller has fetched the object that `ref` names through its own scoped query and passes its region.

    Raises:
        NotAllowed: "platform.not_allowed", "platform.region_outside".
        BadInput: "vault.reason_missing".
        NotFound: "vault.value_missing".
    """
    scope.require("vault.reveal")
    scope.require_region(region)
    if len(reason.strip()) < 2:
        raise BadInput("vault.reason_missing")
    row = _current(ref, [field]).get((ref, field))
    if row is None or row.sealed is None:
        raise NotFound("vault.value_missing")
    value = unseal(bytes(row.sealed), f"{ref}\0{field}")
    record(
        Draft(
            kind="platform.vault.revealed",
            subject=f"platform.vault/{ref.replace('/', ':')}",
            region=region,
            data={"ref": ref, "field": field},
            text={"reason": reason.strip()},
        ),
        scope=scope,
        now=now,
        base=None,
    )
    return value


def use(ref: str, field: str) -> str:
    """The plain value for a machine that needs it at this moment (a number to dial); "" where none is kept.

    No person sees it, so no look is journaled: whoever uses it keeps a record of what was done, without the value.
    """
    row = _current(ref, [field]).get((ref, field))
    return "" if row is None or row.sealed is None else unseal(bytes(row.sealed), f"{ref}\0{field}")


def find(field: str, value: str) -> list[str]:
    """References whose present value of this kind of field equals `value` (blind index; the caller applies its scope)."""
    if not value.strip():
        return []
    hits = VaultValue.objects.filter(blind=blind(field, value)).values_list("ref", "field").distinct()
    current = {key: row.blind for ref, name in hits for key, row in _current(ref, [name]).items()}
    wanted = blind(field, value)
    return sorted({ref for (ref, _), digest in current.items() if digest == wanted})


def erase(ref: str, hlc: int) -> int:
    """Erase every value of `ref`: ciphertexts go, tombstones stay. Returns how many fields held a value."""
    with writing():
        held = [row for row in _current(ref, _fields(ref)).values() if row.sealed is not None]
        VaultValue.objects.filter(ref=ref).delete()
        VaultValue.objects.bulk_create([VaultValue(ref=ref, field=row.field, hlc=hlc) for row in held])
    return len(held)


def _fields(ref: str) -> list[str]:
    return list(VaultValue.objects.filter(ref=ref).values_list("field", flat=True).distinct())
