"""Personal data between vaults: the plain values, inside a part that only the receiver can open, where its scope needs them.

Unlike entries they go by where their subject stands now: a town that once had a household does not learn its new number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from anlan.kernel.canonical import json_violations
from anlan.kernel.hlc import too_far_ahead
from anlan.kernel.nodes import above
from anlan.platform.database import writing
from anlan.platform.exchange.parts import event
from anlan.platform.journal import node
from anlan.platform.journal.models import Head
from anlan.platform.vault.models import VaultValue
from anlan.platform.vault.seal import unseal
from anlan.platform.vault.store import erase, put

__all__ = ["vault_lines", "vault_of", "vault_take"]

_MOST = 2000
_AT_ONCE, _MOST_VALUE = 500, 10_000


def _within(refs: Iterable[str], receiver: str) -> set[str]:
    held = dict(Head.objects.filter(subject__in=list(set(refs))).values_list("subject", "region"))
    return {ref for ref, region in held.items() if region.startswith(receiver)}


def vault_lines(after: int, receiver: str) -> tuple[list[bytes], int]:
    """Rows of this vault after `after` that the receiver's region needs, and up to where it has been seen now."""
    rows = list(VaultValue.objects.filter(pk__gt=after).order_by("pk")[:_MOST])
    if not rows:
        return [], after
    seen = _within([row.ref for row in rows], receiver)
    return [_line(row) for row in rows if row.ref in seen], rows[-1].pk


def vault_of(subjects: Sequence[str], receiver: str) -> list[bytes]:
    """Every row of these subjects, for a node in whose region they stand only now."""
    seen = _within(subjects, receiver)
    return [_line(row) for row in VaultValue.objects.filter(ref__in=seen).order_by("pk")]


def _line(row: VaultValue) -> bytes:
    value = None if row.sealed is None else unseal(bytes(row.sealed), f"{row.ref}\0{row.field}")
    data = {"ref": row.ref, "field": row.field, "hlc": row.hlc, "value": value}
    return event("vault", node.own().id, f"{row.ref}:{row.field}:{row.hlc}", data)


def vault_take(lines: Sequence[Mapping[str, Any]], sender: str, now: datetime) -> int:
    """Keep the values of another vault; how many were new.

    Args:
        sender: id of the node that sends: of a node below only what stands in its region is taken.
        now: a value of a later time counts from now on, else none could ever follow it.
    """
    said = [line["data"] for line in lines if _fits(line["data"])]
    refs, known = sorted({d["ref"] for d in said}), dict[str, str]()
    for at in range(0, len(refs), _AT_ONCE):
        known |= dict(Head.objects.filter(subject__in=refs[at : at + _AT_ONCE]).values_list("subject", "region"))
    mine, fresh, moment = node.own().id, 0, int(now.timestamp() * 1000)
    with writing():
        for data in sorted(said, key=lambda d: d["hlc"]):
            region = known.get(data["ref"])
            if region is None or not (above(sender, mine) or above(sender, region)):
                continue
            hlc = moment << 16 if too_far_ahead(data["hlc"], moment) else data["hlc"]
            if data["value"] is not None:
                fresh += put(data["ref"], data["field"], data["value"], hlc)
            elif _standing(data["ref"], hlc):
                fresh += erase(data["ref"], hlc)
    return fresh


def _fits(data: Mapping[str, Any]) -> bool:
    value, hlc = data.get("value"), data.get("hlc")  # the table's own integers hold 63 bits
    words = all(
        type(data.get(name)) is str and 0 < len(data[name]) <= most for name, most in (("ref", 90), ("field", 60))
    )
    if not words or type(hlc) is not int or not 0 <= hlc < 2**63 or "\0" in f"{data['ref']}{data['field']}":
        return False
    return value is None or (type(value) is str and len(value) <= _MOST_VALUE and not json_violations(value, "value"))


def _standing(ref: str, hlc: int) -> bool:
    return VaultValue.objects.filter(ref=ref, sealed__isnull=False, hlc__lte=hlc).exists()
