"""Notices as the reminder run sees them: which stand, which were withdrawn, which wait for a digest."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from uuid import UUID

from django.db.models import QuerySet

from anlan.calling.models import Notice
from anlan.platform import reading

# subject, step (with its deadline), post.
Key = tuple[str, str, str]
_PART = 500


def notices_standing(topic: str, subjects: Collection[str] | None = None) -> dict[Key, int]:
    """The notices of a topic that were not withdrawn, by key; of all subjects or of these."""
    rows = Notice.objects.filter(topic=topic, withdrawn_at__isnull=True)
    columns = ("id", "subject", "step", "post_id")
    # iterator() asks in parts of 2,000 and keeps no second copy of some hundred thousand rows.
    return {
        (subject, step, str(post)): key
        for part in _parts(rows, subjects)
        for key, subject, step, post in part.values_list(*columns).iterator()
    }


def notice_stands(topic: str, subject: str) -> bool:
    """Whether a notice of a topic about this subject was not withdrawn; asked after every step of anything."""
    held = reading.select_in(Notice, ("topic", "withdrawn_at"), "subject", [subject])
    return any(of == topic and withdrawn_at is None for of, withdrawn_at in held)


def notices_held(topic: str, subjects: Collection[str]) -> dict[Key, tuple[int, bool]]:
    """All notices of a topic about these subjects, by key: number, and whether it was withdrawn."""
    rows = Notice.objects.filter(topic=topic)
    columns = ("id", "subject", "step", "post_id", "withdrawn_at")
    return {
        (subject, step, str(post)): (key, withdrawn_at is not None)
        for part in _parts(rows, subjects)
        for key, subject, step, post, withdrawn_at in part.values_list(*columns).iterator()
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
