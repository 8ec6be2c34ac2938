"""Reading inspections and the sheet of items an officer fills in."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from anlan.accounts import queries as accounts
from anlan.inspection.errors import InspectionNotFound
from anlan.inspection.models import Hazard, Inspection, InspectionItem, InspectionOfficer, InspectionPhoto
from anlan.inspection.queries.checklists import checklist_items
from anlan.inspection.queries.hazards import day_range
from anlan.inspection.queries.scoped import as_uuid, visible
from anlan.inspection.rules.inspection import KINDS
from anlan.platform.scope import Scope, region_filter
from anlan.registry import queries as registry

SUBJECT = Inspection.SUBJECT
_SAME_VISIT = timedelta(minutes=10)
__all__ = [
    "KINDS",
    "ItemView",
    "draft_list",
    "draft_twin",
    "inspection_get",
    "inspection_list",
    "inspection_mine",
    "inspection_officers",
    "inspection_sheet",
    "inspections_of_enterprise",
]


@dataclass(frozen=True, slots=True)
class ItemView:
    """One item of the sheet: its wording and clause, and the answer given so far (`result` "" for none)."""

    key: str
    position: int
    category: str
    text: str
    basis: str
    major: str
    result: str
    note: str
    place: str
    grade: str
    major_basis: str
    major_criteria: tuple[str, ...]
    photos: tuple[str, ...]
    hazard_id: str
    general_reason: str = ""


def inspection_get(scope: Scope, inspection_id: Any) -> Inspection:
    """One inspection with enterprise, office and checklist, if the scope sees it.

    Raises:
        InspectionNotFound: "inspection.inspection.not_found".
    """
    key = as_uuid(inspection_id)
    rows = visible(Inspection, scope).select_related("enterprise", "office", "checklist")
    found = rows.filter(pk=key).first() if key else None
    if found is None:
        raise InspectionNotFound
    return found


def inspection_list(
    scope: Scope, *, region: str = "", since: date | None = None, until: date | None = None, enterprise_id: Any = None
) -> QuerySet[Inspection]:
    """Inspections in scope, newest first; `since` and `until` are local days, both included."""
    rows = visible(Inspection, scope).filter(region_filter("region", region)).select_related("enterprise")
    begin, end = day_range(since, until)
    if begin:
        rows = rows.filter(started_at__gte=begin)
    if end:
        rows = rows.filter(started_at__lt=end)
    if enterprise_id is not None:
        rows = rows.filter(enterprise_id__in=registry.enterprise_component(enterprise_id))
    return rows.order_by("-started_at", "-id")


def inspections_of_enterprise(scope: Scope, enterprise_id: Any) -> QuerySet[Inspection]:
    """Inspections of one enterprise and of those merged into it, newest first."""
    return inspection_list(scope, enterprise_id=enterprise_id)


def draft_twin(scope: Scope, data: Mapping[str, Any], at: datetime) -> str:
    """Id of the visit that this person has begun within ten minutes of `at` and not finished, alike in all; "" if none.

    Args:
        data: of the entry that would begin another one, with the words on its participants.
    Source: house rule (a double click is one visit).
    """
    names = ("enterprise_id", "checklist_id", "checklist_version", "kind", "source", "participants")
    alike = {name: data[name] for name in names}
    rows = Inspection._default_manager.filter(
        **alike, started_by__in=scope.ids, finished_at__isnull=True, task_id__isnull=True,
        started_at__range=(at - _SAME_VISIT, at + _SAME_VISIT),
    )  # fmt: skip
    for visit in rows.order_by("started_at", "id").prefetch_related("officers", "tags"):
        if {o.key for o in visit.officers.all()} != set(data["officers"]):
            continue
        if {t.key for t in visit.tags.all()} == set(data["campaigns"]):
            return str(visit.pk)
    return ""


def draft_list(scope: Scope) -> QuerySet[Inspection]:
    """The inspections not finished that the person began or took over with a post, oldest first."""
    posts = accounts.posts_standing_for(scope.post) if scope.post else []
    own = Q(started_by__in=scope.ids) | Q(started_post__in=posts)
    rows = visible(Inspection, scope).filter(own, finished_at__isnull=True)
    return rows.select_related("enterprise").order_by("started_at", "id")


def inspection_officers(inspection: Inspection) -> list[tuple[str, str]]:
    """(person id, name) of the officers, in the order they were named."""
    rows = InspectionOfficer._default_manager.filter(parent_id=inspection.id).order_by("position", "key")
    ids = [r.key for r in rows]
    names = accounts.person_names(ids)
    return [(i, names.get(i, "")) for i in ids]


def inspection_mine(scope: Scope, inspection: Inspection) -> bool:
    """Whether the person fills in this inspection: as one of its officers, or having taken over the post that began it."""
    if scope.person in {scope.who(person) for person, _ in inspection_officers(inspection)}:
        return True
    # With work handed over the officers on the record stay who they were.
    return bool(scope.post and inspection.started_post) and inspection.started_post in accounts.posts_standing_for(
        scope.post
    )


def inspection_sheet(inspection: Inspection) -> Sequence[ItemView]:
    """The items of the checklist in the version of this inspection, each with its answer and the hazard it became."""
    answers = {a.key: a for a in InspectionItem._default_manager.filter(parent_id=inspection.id)}
    photos: dict[str, list[str]] = {}
    for photo in InspectionPhoto._default_manager.filter(parent_id=inspection.id).order_by("key"):
        photos.setdefault(photo.item_key, []).append(photo.sha256)
    hazards = dict(Hazard._default_manager.filter(inspection_id=inspection.id).values_list("item_key", "id"))
    sheet = []
    for item in checklist_items(inspection.checklist_id, inspection.checklist_version):
        key = item.item_key
        answer = answers.get(key)
        sheet.append(
            ItemView(
                key=key,
                position=item.position,
                category=item.category,
                text=item.text,
                basis=item.basis,
                major=item.major,
                result=answer.result if answer else "",
                note=answer.note if answer else "",
                place=answer.place if answer else "",
                grade=answer.grade if answer else "general",
                major_basis=answer.major_basis if answer else "",
                major_criteria=tuple(answer.major_criteria.split()) if answer else (),
                photos=tuple(photos.get(key, ())),
                hazard_id=str(hazards.get(key, "")),
                general_reason=answer.general_reason if answer else "",
            )
        )
    return sheet
