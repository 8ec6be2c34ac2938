"""Reading self-checks: one, many, the sheet that the enterprise fills in."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db.models import QuerySet

from anlan.inspection.errors import SelfCheckNotFound
from anlan.inspection.models import Checklist, SelfCheck, SelfCheckItem, SelfCheckPhoto
from anlan.inspection.queries.checklists import checklist_items
from anlan.inspection.queries.hazards import day_range
from anlan.inspection.queries.scoped import as_uuid, visible
from anlan.inspection.rules.self_check import OWN_ITEMS
from anlan.platform.scope import Scope, region_filter
from anlan.registry import queries as registry

__all__ = [
    "SelfLine",
    "last_report",
    "self_check_drafts",
    "self_check_get",
    "self_check_list",
    "self_check_sheet",
    "self_checklists",
]


@dataclass(frozen=True, slots=True)
class SelfLine:
    """One item of the sheet with the answer given so far; `own`: beside the checklist. `criterion`: of major hazards."""

    key: str
    position: int
    category: str
    text: str
    basis: str
    criterion: str
    own: bool
    result: str = ""
    note: str = ""
    place: str = ""
    major: str = ""
    measure: str = ""
    planned_on: date | None = None
    hazard_ref: str = ""
    before: tuple[str, ...] = field(default=())
    after: tuple[str, ...] = field(default=())


def self_check_get(scope: Scope, self_check_id: Any) -> SelfCheck:
    """One self-check with enterprise and checklist, if the scope sees it.

    Raises:
        SelfCheckNotFound: "inspection.self_check.not_found".
    """
    key = as_uuid(self_check_id)
    rows = visible(SelfCheck, scope).select_related("enterprise", "checklist")
    found = rows.filter(pk=key).first() if key else None
    if found is None:
        raise SelfCheckNotFound
    return found


def self_check_list(
    scope: Scope,
    *,
    region: str = "",
    since: date | None = None,
    until: date | None = None,
    enterprise_id: Any = None,
    counting: bool = False,
) -> QuerySet[SelfCheck]:
    """Self-checks in scope, newest first.

    Args:
        counting: only reports that stand (handed in, not corrected by another, no drills); then `since` and `until` are
            local days of the first handing in, else of the beginning; both included.
    """
    rows = visible(SelfCheck, scope).filter(region_filter("region", region)).select_related("enterprise", "checklist")
    begin, end = day_range(since, until)
    column = "counts_at" if counting else "started_at"
    if begin:
        rows = rows.filter(**{f"{column}__gte": begin})
    if end:
        rows = rows.filter(**{f"{column}__lt": end})
    if counting:
        rows = rows.filter(state="reported", corrected_as__isnull=True, drill=0)
    if enterprise_id is not None:
        rows = rows.filter(enterprise_id__in=registry.enterprise_component(enterprise_id))
    return rows.order_by(f"-{column}", "-id")


def self_check_drafts(scope: Scope, enterprise_id: Any) -> QuerySet[SelfCheck]:
    """The self-checks of one enterprise that are begun and not handed in, newest first."""
    rows = visible(SelfCheck, scope).filter(enterprise_id=as_uuid(enterprise_id), state="draft")
    return rows.order_by("-started_at")


def last_report(held: SelfCheck) -> SelfCheck | None:
    """The report of the enterprise before this self-check, None for the first. Unscoped: the caller sees this one."""
    rows = SelfCheck._default_manager.filter(enterprise_id=held.enterprise_id, state="reported").exclude(pk=held.pk)
    return rows.order_by("-reported_at").first()


def self_checklists(enterprise: Any) -> list[tuple[str, str]]:
    """(id, name) of the checklists in use that fit an enterprise: those for its classes and tags, then those for all."""
    wanted = {c.key for c in (*enterprise.classes.all(), *enterprise.tags.all())}
    rows = Checklist._default_manager.filter(retired_at__isnull=True).order_by("code", "id")
    fit = [c for c in rows if not c.applies or wanted & set(c.applies.split())]
    return [(str(c.id), c.name) for c in sorted(fit, key=lambda c: not c.applies)]


def self_check_sheet(held: SelfCheck) -> Sequence[SelfLine]:
    """The items of the checklist in this self-check's version, then the enterprise's own, each with its answer."""
    answers = {a.key: a for a in SelfCheckItem._default_manager.filter(parent_id=held.id)}
    photos: dict[tuple[str, str], list[str]] = {}
    for photo in SelfCheckPhoto._default_manager.filter(parent_id=held.id).order_by("key"):
        photos.setdefault((photo.item_key, photo.stage), []).append(photo.sha256)
    items = [
        SelfLine(i.item_key, i.position, i.category, i.text, i.basis, i.major, own=False)
        for i in checklist_items(held.checklist_id, held.checklist_version)
    ]
    items += [SelfLine(key, n, "", "", "", "", own=True) for n, key in enumerate(OWN_ITEMS, start=1)]
    return [_answered(line, answers.get(line.key), photos) for line in items]


def _answered(line: SelfLine, answer: SelfCheckItem | None, photos: dict[tuple[str, str], list[str]]) -> SelfLine:
    if answer is None:
        return line
    return SelfLine(
        line.key, line.position, line.category, line.text, line.basis, line.criterion, line.own, answer.result,
        answer.note, answer.place, answer.major, answer.measure, answer.planned_on, answer.hazard_ref,
        tuple(photos.get((line.key, "before"), ())), tuple(photos.get((line.key, "after"), ())),
    )  # fmt: skip
