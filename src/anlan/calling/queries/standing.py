"""Notices as the reminder run sees them: which stand, which were withdrawn, which wait for a digest."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from anlan.calling.models import Notice
from anlan.platform import reading

# subject, step (with its deadline), post.
Key = tuple[str, str, str]
_PART = 500


class _Posts(dict[Any, str]):
    """Ids of posts as text, by how the database hands them over: few posts stand in many rows."""

    def __missing__(self, raw: Any) -> str:
        self[raw] = text = str(UUID(raw)) if isinstance(raw, str) else str(raw)
        return text


def notices_standing(topic: str, subjects: Collection[str] | None = None) -> dict[Key, int]:
    """The notices of a topic that were not withdrawn, by key; of all subjects or of these."""
    rows, posts = Notice.objects.filter(topic=topic, withdrawn_at__isnull=True), _Posts()
    return {
        (subject, step, posts[post]): key
        for part in _parts(rows, subjects)
        for key, subject, step, post in reading.statement(part, ("id", "subject", "step", "post_id")).each()
    }


def notice_stands(topic: str, subject: str) -> bool:
    """Whether a notice of a topic about this subject was not withdrawn; asked after every step of anything."""
    held = reading.select_in(Notice, ("topic", "withdrawn_at"), "subject", [subject])
    return any(of == topic and withdrawn_at is None for of, withdrawn_at in held)


def notices_held(topic: str, subjects: Collection[str]) -> dict[Key, tuple[int, bool]]:
    """All notices of a topic about these subjects, by key: number, and whether it was withdrawn."""
    rows, posts = Notice.objects.filter(topic=topic), _Posts()
    columns = ("id", "subject", "step", "post_id", "withdrawn_at")
    return {
        (subject, step, posts[post]): (key, withdrawn_at is not None)
        for part in _parts(rows, subjects)
        for key, subject, step, post, withdrawn_at in reading.statement(part, columns).each()
    }


def _parts(rows: QuerySet[Notice], subjects: Collection[str] | None) -> Iterator[QuerySet[Notice]]:
    if subjects is None:
        yield rows
        return
    listed = sorted(subjects)
    for start in range(0, len(listed), _PART):
        yield rows.filter(subject__in=listed[start : start + _PART])


def notices_waiting() -> set[UUID]:
    """The posts for which unread items wait for their next digest."""
    rows = Notice.objects.filter(form="item", parent__isnull=True, read_at__isnull=True, withdrawn_at__isnull=True)
    return set(rows.values_list("post_id", flat=True).distinct())
