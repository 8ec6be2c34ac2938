"""Who is to hear of things at a place: all posts of the node at once, for work that addresses thousands."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from anlan.accounts.queries.scopes import posts_active


@dataclass(frozen=True, slots=True)
class PostPlace:
    """A running post: what it may do (`rights`), and where (region prefix, office and enterprise ids, "" for none)."""

    post_id: str
    rights: frozenset[str]
    prefix: str
    office_id: str
    enterprise_id: str


def posts_placed(rights: Collection[str], now: datetime) -> list[PostPlace]:
    """Running posts that hold at least one of `rights`, oldest first. Unscoped: for the system's own work.

    A post whose role needs an office or enterprise that it lacks gives no scope (queries.scopes) and is left out. Deputies
    are not listed: they act in the post itself.
    """
    wanted = set(rights)
    columns = ("pk", "role__words", "prefix", "office_id", "enterprise_id", "role__by_office", "role__by_enterprise")
    rows = posts_active(now).filter(person__isnull=False, role__isnull=False).select_related(None).values_list(*columns)
    held: dict[str, frozenset[str]] = {}
    places = []
    for pk, words, prefix, office, enterprise, by_office, by_enterprise in rows:
        may = held.setdefault(words, frozenset(words.split()) & wanted)
        if may and not (by_office and not office) and not (by_enterprise and not enterprise):
            places.append(PostPlace(str(pk), may, prefix, str(office or ""), str(enterprise or "")))
    return places
