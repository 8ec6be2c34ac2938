"""Reading checklists, their items by version, and the text of the clauses they cite."""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import Any

from django.db.models import Q, QuerySet

from anlan import data
from anlan.inspection.errors import ChecklistNotFound
from anlan.inspection.models import Checklist, ChecklistItem
from anlan.inspection.queries.scoped import as_uuid, visible
from anlan.inspection.rules.checklist import packaged_checklists
from anlan.platform.scope import Scope

SUBJECT = Checklist.SUBJECT


def checklist_get(scope: Scope, checklist_id: Any) -> Checklist:
    """One checklist, in use or not.

    Raises:
        ChecklistNotFound: "inspection.checklist.not_found".
    """
    key = as_uuid(checklist_id)
    found = visible(Checklist, scope).filter(pk=key).first() if key else None
    if found is None:
        raise ChecklistNotFound
    return found


def checklist_list(scope: Scope) -> QuerySet[Checklist]:
    """The checklists in use, by code."""
    return visible(Checklist, scope).filter(retired_at__isnull=True).order_by("code", "id")


def checklist_by_code(code: str) -> Checklist | None:
    """The checklist in use with this code, None if there is none. Unscoped: checklists are public to whoever logs in."""
    return Checklist._default_manager.filter(code=code, retired_at__isnull=True).order_by("id").first()


def checklist_choices(scope: Scope, classes: Collection[str] = ()) -> list[tuple[str, str]]:
    """(id, name) of the checklists in use: first those made for one of the classes or tags, then those for every one."""
    wanted = set(classes)
    rows = list(checklist_list(scope))
    rows.sort(key=lambda c: (not wanted & set(c.applies.split()), bool(c.applies), c.code))
    return [(str(c.id), c.name) for c in rows]


def checklist_items(checklist_id: Any, version: int) -> list[ChecklistItem]:
    """The items that stood in this version, by position; empty for no checklist."""
    if checklist_id is None:
        return []
    ending = Q(until_version__isnull=True) | Q(until_version__gt=version)
    rows = ChecklistItem._default_manager.filter(ending, parent_id=checklist_id, since_version__lte=version)
    return list(rows.order_by("position", "key"))


@cache
def _clauses() -> dict[str, str]:
    return {clause.citation: clause.text for clause in data.clauses().values()}


def clause_text(basis: str) -> str:
    """The wording of the law for a citation such as 《中华人民共和国消防法》第二十八条; "" where the data holds none."""
    return _clauses().get(basis, "")


@cache
def clause_citations() -> dict[str, list[str]]:
    """The clauses known by law, as they are cited (第三十六条第二款): those held in full, and those of the package's items."""
    known = [(clause.law, clause.citation.partition("》")[2]) for clause in data.clauses().values()]
    known += [(item.law, item.article) for packaged in packaged_checklists() for item in packaged.items]
    found: dict[str, list[str]] = {}
    for law, article in dict.fromkeys(known):
        found.setdefault(law, []).append(article)
    return found


def law_names() -> list[str]:
    """The laws whose clauses the product holds, in their order there."""
    return list(dict.fromkeys(clause.law for clause in data.clauses().values()))
