"""One notice a day for each post, with all of the day's reminders in it; and none where nothing is left to say."""

from __future__ import annotations

from datetime import datetime

from django.db.models import Exists, OuterRef, Subquery

from anlan.calling import queries
from anlan.calling.models import Notice
from anlan.calling.rules.reminder import working_day
from anlan.platform.database import hold_keys, writing

TOPIC = "calling.digest"


def digests_make(*, now: datetime) -> int:
    """Give every post with waiting items its digest of the day, if it has had none yet; how many were made.

    The day of digests begins at rules.reminder.DIGEST_HOUR. What comes up after a post's digest waits for the next day's.

    Args:
        now: aware moment.
    Source: house rule (one notice a day; grave matters come by themselves).
    """
    day = working_day(now).isoformat()
    # The form is named for the index by post and form: an inbox of thousands is not gone through for its digest.
    today = Notice.objects.filter(form="digest", topic=TOPIC, subject=f"{TOPIC}/{day}", step=day)
    with writing():
        hold_keys("calling.reminder", [TOPIC])
        posts = queries.notices_waiting() - set(today.values_list("post_id", flat=True))
        Notice.objects.bulk_create(
            [
                Notice(topic=TOPIC, subject=f"{TOPIC}/{day}", step=day, post_id=post, form="digest", code=TOPIC,
                       facts={"day": day}, made_at=now)
                for post in sorted(posts)
            ]
        )  # fmt: skip
        waiting = Notice.objects.filter(
            form="item", parent__isnull=True, read_at__isnull=True, withdrawn_at__isnull=True
        )
        # Only digests of this very moment take items in: an older one of today has been given out as it was.
        fresh = today.filter(post_id=OuterRef("post_id"), made_at=now).values("pk")[:1]
        if posts:
            waiting.filter(Exists(fresh)).update(parent_id=Subquery(fresh))
    return len(posts)


def digests_withdraw(*, now: datetime) -> int:
    """Withdraw unread digests of which nothing stands any more; how many."""
    left = Notice.objects.filter(parent_id=OuterRef("pk"), withdrawn_at__isnull=True)
    empty = Notice.objects.filter(form="digest", read_at__isnull=True, withdrawn_at__isnull=True).exclude(Exists(left))
    with writing():
        return empty.update(withdrawn_at=now, withdrawn_why="settled")
