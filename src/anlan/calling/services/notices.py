"""What a reader does with notices, and what becomes of old ones."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db.models import Q

from anlan.calling.models import Notice
from anlan.kernel.errors import NotFound
from anlan.platform.database import writing
from anlan.platform.scope import Scope

KEPT = timedelta(days=180)
_LISTED = ("single", "digest")


def notices_read(*, scope: Scope, notice_ids: Collection[int], now: datetime) -> int:
    """Mark notices of the post one acts in as read, a digest with all its items; how many were unread.

    Repeatable: what was read before keeps its first reader and moment. Of a deputy the deputy's own name stands there.

    Raises:
        NotFound: "calling.notice.not_found" when any of them is not this post's; then none is marked.
    """
    wanted = set(notice_ids)
    with writing():
        own = Notice.objects.filter(pk__in=wanted, post_id=scope.post or None, form__in=_LISTED)
        if own.count() != len(wanted):
            raise NotFound("calling.notice.not_found")
        return _mark(scope, Q(pk__in=wanted), now)


def notices_read_all(*, scope: Scope, until: int, now: datetime) -> int:
    """Mark every notice of the post one acts in as read that the page showed: up to the number `until`; how many."""
    with writing():
        return _mark(scope, Q(pk__lte=until), now)


def _mark(scope: Scope, which: Q, now: datetime) -> int:
    unread = Notice.objects.filter(post_id=scope.post or None, read_at__isnull=True)
    listed = list(unread.filter(which, form__in=_LISTED).values_list("pk", flat=True))
    mark = {"read_at": now, "read_by": scope.person}
    unread.filter(parent_id__in=listed).update(**mark)
    return Notice.objects.filter(pk__in=listed).update(**mark)


def notices_tidy(*, now: datetime) -> int:
    """Forget what was withdrawn, and digests that were read, more than KEPT ago; how many. What stands is kept."""
    before = now - KEPT
    with writing():
        old = Q(withdrawn_at__lt=before) | Q(form="digest", read_at__lt=before)
        return Notice.objects.filter(old).delete()[0]
