"""What an inspector's phone takes along: everything needed to inspect, file and review where there is no signal."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from anlan.accounts import queries as accounts
from anlan.inspection.models import Hazard, HazardPhoto, Inspection
from anlan.inspection.queries.acts import hazard_finders
from anlan.inspection.queries.checklists import checklist_items, checklist_list
from anlan.inspection.queries.hazards import hazard_rows
from anlan.inspection.queries.inspections import draft_list, inspection_sheet
from anlan.inspection.queries.officers import colleagues_for, officer_choices
from anlan.inspection.queries.pocket_tasks import pocket_tasks
from anlan.inspection.rules.inspection import ACCOMPANIED, KINDS
from anlan.inspection.rules.major import criteria_for, criteria_of
from anlan.platform.journal.held import versions_of
from anlan.platform.scope import Scope
from anlan.registry import queries as registry

__all__ = ["pocket_bundle"]

INSPECT, REVIEW = "inspection.inspect", "inspection.hazard.review"
_MOST_REVIEWS = 200
"""What one person can review in a few days; the rest comes when these are done. Source: house rule."""


def pocket_bundle(scope: Scope, now: datetime) -> dict[str, Any]:
    """Plain values for one person's phone, within the scope; no vault data, contacts least of all.

    Returns:
        person, rights, kinds, inspectors and reviewers (id, name), enterprises (id, name, address, lon, lat in WGS-84
        degrees or None, position in `criteria_sets`), `criteria_sets` (ids of the criteria by which enterprises of one
        sort are judged), those criteria, checklists with items, own tasks and unfinished inspections with answers,
        hazards to review; `accompanied`: kinds of visits that name who else takes part.
    Raises:
        NotAllowed: "platform.not_allowed" without the right to see enterprises.
    """
    inspects, reviews = scope.may(INSPECT), scope.may(REVIEW)
    rows = registry.enterprise_list(scope).order_by("name", "id")
    firms, criteria, sets = _firms(rows) if inspects else ([], [], [])
    return {
        "person": {"id": scope.person, "name": scope.name},
        "rights": sorted(scope.rights & {INSPECT, REVIEW}),
        "kinds": list(KINDS),
        "accompanied": sorted(ACCOMPANIED),
        "inspectors": officer_choices(scope, INSPECT, now) if inspects else [],
        "reviewers": officer_choices(scope, REVIEW, now) if reviews else [],
        "enterprises": firms,
        "criteria": criteria,
        "criteria_sets": sets,
        "checklists": [_checklist(c) for c in checklist_list(scope)] if inspects else [],
        "tasks": pocket_tasks(scope, now) if inspects else [],
        "inspections": _drafts(scope) if inspects else [],
        "reviews": _reviews(scope, now) if reviews else [],
    }


def _firms(rows: QuerySet[Any]) -> tuple[list[tuple[Any, ...]], list[dict[str, Any]], list[list[str]]]:
    """The enterprises, each with the position of the set of criteria that it is judged by; the criteria; the sets."""
    classes, tags = _keys(rows, "classes__key"), _keys(rows, "tags__key")
    sets: dict[tuple[str, ...], int] = {(): 0}
    offered: dict[tuple[frozenset[str], frozenset[str]], int] = {}
    firms = []
    for key, *rest in rows.values_list("id", "name", "address", "lon", "lat").iterator(2000):
        sort = (frozenset(classes.get(key, ())), frozenset(tags.get(key, ())))
        if sort not in offered:
            offered[sort] = sets.setdefault(tuple(c.id for c in criteria_for(*sort)), len(sets))
        firms.append((str(key), *rest, offered[sort]))
    named = criteria_of(i for ids in sets for i in ids)
    words = [{n: getattr(c, n) for n in ("id", "citation", "text", "verified")} for c in named]
    return firms, words, [list(ids) for ids in sets]


def _keys(rows: QuerySet[Any], column: str) -> dict[Any, list[str]]:
    held: dict[Any, list[str]] = {}
    for key, word in rows.order_by().filter(**{f"{column}__isnull": False}).values_list("id", column).iterator(2000):
        held.setdefault(key, []).append(word)
    return held


def _checklist(checklist: Any) -> dict[str, Any]:
    items = checklist_items(checklist.id, checklist.version)
    return {
        "id": str(checklist.id),
        "name": checklist.name,
        "items": [_wording(i.item_key, i) for i in items],
    }


def _wording(key: str, item: Any) -> dict[str, Any]:
    return {"key": key} | {name: getattr(item, name) for name in ("category", "text", "basis", "major")}


def _drafts(scope: Scope) -> list[dict[str, Any]]:
    drafts = list(draft_list(scope))
    versions = versions_of(f"{Inspection.SUBJECT}/{d.id}" for d in drafts)
    answered = ("result", "note", "place", "grade", "major_basis", "major_criteria", "general_reason", "photos")
    return [
        {
            "id": str(draft.id),
            "number": draft.number,
            "version": versions[f"{Inspection.SUBJECT}/{draft.id}"],
            "enterprise_id": str(draft.enterprise_id),
            "enterprise": draft.enterprise.name,
            "started_at": draft.started_at,
            "items": [_wording(i.key, i) | {n: getattr(i, n) for n in answered} for i in inspection_sheet(draft)],
        }
        for draft in drafts
    ]


def _reviews(scope: Scope, now: datetime) -> list[dict[str, Any]]:
    hazards = list(hazard_rows(scope, "submitted")[:_MOST_REVIEWS])
    versions = versions_of(f"{Hazard.SUBJECT}/{h.id}" for h in hazards)
    colleagues, stands = colleagues_for(scope, REVIEW, now, hazards), accounts.standing_by()
    photos: dict[Any, list[tuple[str, str]]] = {h.id: [] for h in hazards}
    held = HazardPhoto._default_manager.filter(parent_id__in=list(photos)).order_by("added_at", "key")
    for parent, stage, sha256 in held.values_list("parent_id", "stage", "sha256"):
        photos[parent].append((stage, sha256))
    named = ("number", "description", "place", "grade", "requirement", "rectification", "submitted_at", "due_at")
    return [
        {n: getattr(hazard, n) for n in named}
        | {
            "id": str(hazard.id),
            "version": versions[f"{Hazard.SUBJECT}/{hazard.id}"],
            "enterprise_id": str(hazard.enterprise_id),
            "enterprise": hazard.enterprise.name,
            "photos": photos[hazard.id],
            "reviewers": _seconds(scope, hazard, colleagues[hazard.id], stands),
        }
        for hazard in hazards
    ]


def _seconds(scope: Scope, hazard: Hazard, colleagues: list[str], stands: Callable[[str], str]) -> list[str]:
    """Whom this person may name as second officer of a review: what the closing accepts. Source: rules.major, rules.hazard."""
    finders = hazard_finders(hazard) if hazard.grade == "major" else frozenset()
    barred = {stands(one) for one in finders} if finders & scope.ids else set()
    return [i for i in colleagues if i not in barred and i != stands(hazard.submitted_by)]
