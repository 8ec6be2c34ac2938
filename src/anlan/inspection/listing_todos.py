"""我的待办 of 挂牌督办: the leader signs, the follow-up officer visits, the office judges, enterprise and town apply."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from django.db.models import QuerySet

from anlan.inspection import queries
from anlan.inspection.models import Listing
from anlan.platform.declare import Todo, TodoItem
from anlan.platform.scope import Scope

Items = Callable[[Scope, datetime, int], tuple[Sequence[TodoItem], int]]


def _of(right: str, rows: Callable[[Scope, datetime], QuerySet[Listing]], due: str) -> Items:
    def items(scope: Scope, now: datetime, limit: int) -> tuple[Sequence[TodoItem], int]:
        if not scope.may(right):
            return (), 0
        found, shown = rows(scope, now), []
        for row in found[:limit]:
            due_at = getattr(row, due)
            text = f"{row.get_level_display()}　{row.enterprise.name}：{row.hazard.description[:40]}"
            late = due_at is not None and now > due_at
            shown.append(TodoItem(text, f"/inspection/listings/{row.id}", due_at, late, "bad"))
        return shown, found.count()

    return items


LISTING_TODOS = [
    Todo(
        id="inspection.listing_to_sign", label="待签发挂牌督办", order=12,
        items=_of("inspection.listing.sign", lambda scope, now: queries.listings_to_sign(scope), "due_at"),
    ),
    Todo(
        id="inspection.listing_to_visit", label="待跟踪督办", order=14,
        items=_of("inspection.listing.follow", queries.listings_to_visit, "follow_due_at"),
    ),
    Todo(
        id="inspection.listing_to_judge", label="待复查摘牌", order=16,
        items=_of("inspection.listing.propose", lambda scope, now: queries.listings_to_judge(scope), "due_at"),
    ),
    Todo(
        id="inspection.listing_to_apply", label="可申请摘牌", order=18,
        items=_of("inspection.listing.apply", lambda scope, now: queries.listings_to_apply(scope), "due_at"),
    ),
]  # fmt: skip
