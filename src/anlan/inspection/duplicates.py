"""What tells that two hazards are one: the same item of a checklist at the same enterprise, both open, filed on two nodes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from anlan.inspection.models import Hazard
from anlan.inspection.rules.ending import DISMISS
from anlan.inspection.services.dismissals import MergeInput, hazard_merge
from anlan.inspection.services.withdrawals import hazard_separate
from anlan.platform.journal.duplicates import NaturalKey
from anlan.platform.scope import Scope


def _deciding(scope: Scope) -> Scope:
    """Who may decide (journal.decide, both sides in scope) needs no right to end hazards otherwise (ADR 0025)."""
    return replace(scope, rights=scope.rights | {DISMISS})


def _merge(scope: Scope, gone: str, into: str, reason: str, base: int, into_base: int, now: datetime) -> None:
    hazard_merge(scope=_deciding(scope), item=MergeInput(hazard_id=gone, base=base, into=into, note=reason), now=now)


def _separate(scope: Scope, one: str, reason: str, base: int, now: datetime) -> None:
    hazard_separate(scope=_deciding(scope), hazard_id=one, reason=reason, base=base, now=now)


DUPLICATES = [
    NaturalKey(
        id=Hazard.SUBJECT,
        label="企业和检查项",
        fields=("enterprise_id", "item_key"),
        live={"closed_at": None},
        shows=("number", "enterprise", "description", "place", "grade", "state", "found_at", "due_at"),
        merge=_merge,
        into="merged_into",
        separate=_separate,
        effect="被并入的隐患不再办理，也不计入统计；有更严的级别或者更早的期限的，应予保留。",
        apart=f"{Hazard.SUBJECT}.found",
    )
]
