"""Which self-checks look as if nobody had looked: photos of other records, and nothing reported where officers found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from anlan.inspection.models import Hazard, HazardPhoto, InspectionPhoto, ListingPhoto, SelfCheck, SelfCheckPhoto
from anlan.inspection.queries.hazards import hazard_list
from anlan.inspection.queries.self_checks import self_check_list
from anlan.inspection.rules.self_doubt import doubt_rule_on, zeros_against
from anlan.kernel.deadlines import local_date
from anlan.platform import attachments
from anlan.platform.scope import Scope

__all__ = ["DoubtLine", "photos_elsewhere", "self_doubts"]

_LOOKED = 2000


@dataclass(frozen=True, slots=True)
class DoubtLine:
    """One report that the office should look at: which, and the codes of what is odd (rules.self_doubt.DOUBT_WORDS)."""

    report: SelfCheck
    codes: tuple[str, ...]


def photos_elsewhere(held: SelfCheck, sha256s: Sequence[str]) -> set[str]:
    """Those of a self-check's photos that stand, as the same file or the same picture, in another record.

    Its own hazards, and the report it corrects, are no other record. Unscoped: only whether there is one is told.
    """
    found = {sha for sha in set(sha256s) if _others(held, [sha])}
    return found | {sha for sha in set(sha256s) - found if attachments.twins(sha, lambda keys: _others(held, keys))}


def _others(held: SelfCheck, keys: Any) -> set[str]:
    wanted, own = list(keys), _chain(held)
    mine = Hazard._default_manager.filter(self_check_id__in=own).values("pk")
    others = (
        SelfCheckPhoto._default_manager.exclude(parent_id__in=own),
        HazardPhoto._default_manager.exclude(parent_id__in=mine),
        InspectionPhoto._default_manager.all(),
        ListingPhoto._default_manager.all(),
    )
    return {sha for rows in others for sha in rows.filter(sha256__in=wanted).values_list("sha256", flat=True)}


def _chain(held: SelfCheck) -> list[Any]:
    """This self-check and the reports that it corrects, one after the other."""
    chain, before = [held.id], held.corrects_id
    while before and before not in chain:
        chain.append(before)
        before = SelfCheck._default_manager.filter(pk=before).values_list("corrects_id", flat=True).first()
    return chain


def self_doubts(scope: Scope, since: date, until: date, now: datetime, region: str = "") -> list[DoubtLine]:
    """The reports of a period (local days) that are odd, newest first; at most 2,000 reports are looked at.

    An enterprise sees none of them: it need not learn how they are found.
    """
    if scope.subjects is not None:
        return []
    rows = list(self_check_list(scope, region=region, since=since, until=until, counting=True)[:_LOOKED])
    against = _zeros(scope, [row for row in rows if row.zero], now)
    lines = []
    for row in rows:
        codes = [*row.doubts.split(), *(["zero_again"] if str(row.id) in against else [])]
        if codes:
            lines.append(DoubtLine(row, tuple(codes)))
    return lines


def _zeros(scope: Scope, zeros: Sequence[SelfCheck], now: datetime) -> set[str]:
    """Ids of each enterprise's newest zero report, where a row of them stands against what officers found."""
    rule, found = doubt_rule_on(local_date(now)), set()
    newest: dict[Any, SelfCheck] = {}
    for row in zeros:
        newest.setdefault(row.enterprise_id, row)
    reports: dict[Any, list[tuple[datetime, bool]]] = {}
    held = self_check_list(scope, counting=True).filter(enterprise_id__in=list(newest))
    for enterprise, at, zero in held.values_list("enterprise_id", "counts_at", "zero"):
        reports.setdefault(enterprise, []).append((at, bool(zero)))
    seen: dict[Any, list[datetime]] = {}
    # What the enterprise itself reported is no proof against it.
    hazards = hazard_list(scope, real=True).filter(enterprise_id__in=list(newest)).exclude(source="enterprise")
    for enterprise, at in hazards.values_list("enterprise_id", "found_at"):
        seen.setdefault(enterprise, []).append(at)
    for enterprise, row in newest.items():
        if zeros_against(reports.get(enterprise, []), seen.get(enterprise, []), rule) is not None:
            found.add(str(row.id))
    return found
