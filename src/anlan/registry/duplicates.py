"""What tells that two registrations are one enterprise; the merge queue lists them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from anlan.platform.journal.duplicates import NaturalKey
from anlan.platform.scope import Scope
from anlan.registry import queries
from anlan.registry.services.mergers import enterprise_merge, enterprise_separate


def _deciding(scope: Scope) -> Scope:
    """Who may decide (journal.decide, both sides in scope) needs no right to change enterprises otherwise (ADR 0025)."""
    return replace(scope, rights=scope.rights | {queries.CHANGE})


def _merge(scope: Scope, gone: str, into: str, reason: str, base: int, into_base: int, now: datetime) -> None:
    enterprise_merge(
        scope=_deciding(scope), enterprise_id=gone, into_id=into, mode="duplicate", reason=reason, base=base,
        into_base=into_base, now=now,
    )  # fmt: skip


def _separate(scope: Scope, one: str, reason: str, base: int, now: datetime) -> None:
    enterprise_separate(scope=_deciding(scope), enterprise_id=one, reason=reason, base=base, now=now)


DUPLICATES = [
    NaturalKey(
        id="registry.enterprise",
        label="统一社会信用代码",
        fields=("uscc",),
        live={"merged_into": None, "retired_at": None},
        shows=("name", "uscc", "region", "address", "industry", "scale", "status"),
        merge=_merge,
        into="merged_into",
        separate=_separate,
    )
]
