"""The inbox: notices of the post one acts in, each shown only with what the reader may see of its matter."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, QuerySet

from anlan.calling.models import WITHDRAWN, Notice
from anlan.kernel.errors import NotFound
from anlan.kernel.messages import render
from anlan.platform.catalogue import CATALOGUE
from anlan.platform.declare import ReminderLine
from anlan.platform.scope import Scope

_LISTED = ("single", "digest")
_MOST_ITEMS = 500


@dataclass(frozen=True, slots=True)
class NoticeView:
    """One notice as its reader sees it.

    Attributes:
        state: "unread", "read" or "withdrawn". why: the reason of a withdrawal, in Chinese.
        title, text, url: the matter's name, what is said of it, and its page; title and url are empty where the matter
            is no longer (or never was) in the reader's scope.
        count: items of a digest that still stand; 1 for a single notice. read_by: person id.
    """

    id: int
    form: str
    label: str
    title: str
    text: str
    url: str
    tone: str
    due_at: datetime | None
    made_at: datetime
    state: str
    why: str
    read_at: datetime | None
    read_by: str
    count: int


@dataclass(frozen=True, slots=True)
class NoticePage:
    """One page of an inbox, newest first; `after` asks for the next one, None on the last."""

    items: list[NoticeView]
    after: int | None


def unread_counts(posts: Collection[str]) -> dict[str, int]:
    """Unread notices by post id; posts without any are absent. Callers name posts that the person may act in."""
    rows = Notice.objects.filter(
        post_id__in=[p for p in posts if p], form__in=_LISTED, read_at__isnull=True, withdrawn_at__isnull=True
    )
    return {str(post): count for post, count in rows.values_list("post_id").annotate(Count("pk"))}


def unread_count(scope: Scope) -> int:
    """Unread notices of the post one acts in."""
    return sum(unread_counts([scope.post]).values())


def notice_list(scope: Scope, *, unread: bool = False, after: int | None = None, limit: int = 20) -> NoticePage:
    """Notices of the post one acts in, newest first: all, or the unread ones that stand.

    Args:
        after: the number that the page before ended with. limit: 1 to 100 notices.
    """
    rows = Notice.objects.filter(post_id=scope.post or None, form__in=_LISTED)
    if unread:
        rows = rows.filter(read_at__isnull=True, withdrawn_at__isnull=True)
    if after is not None:
        rows = rows.filter(pk__lt=after)
    size = max(1, min(limit, 100))
    found = list(rows.order_by("-pk")[: size + 1])
    views = _views(scope, found[:size])
    return NoticePage(views, found[size - 1].pk if len(found) > size else None)


def notice_get(scope: Scope, notice_id: int) -> tuple[NoticeView, list[NoticeView], int]:
    """One notice of the post one acts in; of a digest also its items, the nearest deadline first, and how many more.

    Items that were withdrawn are left out.

    Raises:
        NotFound: "calling.notice.not_found", also for another post's notice.
    """
    own = Notice.objects.filter(post_id=scope.post or None)
    notice = own.filter(pk=notice_id, form__in=_LISTED).first()
    if notice is None:
        raise NotFound("calling.notice.not_found")
    items: QuerySet[Notice] = own.filter(parent_id=notice.pk, withdrawn_at__isnull=True).order_by("due_at", "pk")
    shown = list(items[:_MOST_ITEMS])
    more = items.count() - _MOST_ITEMS if len(shown) == _MOST_ITEMS else 0
    views = [view for view in _views(scope, shown) if view.state != "withdrawn"]
    return _views(scope, [notice])[0], views, more


def _views(scope: Scope, notices: Iterable[Notice]) -> list[NoticeView]:
    listed = list(notices)
    lines = _lines(scope, listed)
    digests = [n.pk for n in listed if n.form == "digest"]
    sums: dict[int, dict[str, int]] = defaultdict(dict)
    if digests:
        counted = Notice.objects.filter(parent_id__in=digests, withdrawn_at__isnull=True)
        for parent, code, count in counted.values_list("parent_id", "code").annotate(Count("pk")):
            sums[parent][code] = count
    return [_digest_view(n, sums[n.pk]) if n.form == "digest" else _view(n, lines.get(n.subject)) for n in listed]


def _lines(scope: Scope, notices: Iterable[Notice]) -> Mapping[str, ReminderLine]:
    by_topic: dict[str, set[str]] = defaultdict(set)
    for notice in notices:
        if notice.topic in CATALOGUE.reminders:
            by_topic[notice.topic].add(notice.subject)
    lines: dict[str, ReminderLine] = {}
    for topic, subjects in by_topic.items():
        lines |= CATALOGUE.reminders[topic].lines(scope, subjects)
    return lines


def _state(notice: Notice, settled: bool) -> tuple[str, str]:
    if notice.withdrawn_at is not None:
        return "withdrawn", str(dict(WITHDRAWN).get(notice.withdrawn_why, ""))
    if settled:
        # Closed or extended this very moment: the withdrawal itself may still be on its way.
        return "withdrawn", str(dict(WITHDRAWN)["settled"])
    return ("unread" if notice.read_at is None else "read"), ""


def _view(notice: Notice, line: ReminderLine | None) -> NoticeView:
    topic = CATALOGUE.reminders.get(notice.topic)
    state, why = _state(notice, line is not None and line.due_at != notice.due_at)
    return NoticeView(
        id=notice.pk,
        form=notice.form,
        label=topic.label if topic else "",
        title=line.title if line else "",
        text=render(notice.code, notice.facts) if line else render("calling.notice.out_of_scope", {}),
        url=line.url if line else "",
        tone=line.tone if line else "plain",
        due_at=notice.due_at if line else None,
        made_at=notice.made_at,
        state=state,
        why=why,
        read_at=notice.read_at,
        read_by=notice.read_by,
        count=1,
    )


_OVER = ("calling.remind.over", "calling.remind.just_over")


def _digest_view(notice: Notice, sums: Mapping[str, int]) -> NoticeView:
    count = sum(sums.values())
    over = sum(sums.get(code, 0) for code in _OVER)
    facts = {"count": count, "over": over, "today": sums.get("calling.remind.today", 0), **notice.facts}
    facts["before"] = count - over - facts["today"]
    state, why = _state(notice, settled=False)
    return NoticeView(
        id=notice.pk,
        form=notice.form,
        label=render("calling.digest.label", {}),
        title=render("calling.digest.title", facts),
        text=render("calling.digest", facts),
        url=f"/inbox/{notice.pk}",
        tone="bad" if over else "plain",
        due_at=None,
        made_at=notice.made_at,
        state=state,
        why=why,
        read_at=notice.read_at,
        read_by=notice.read_by,
        count=count,
    )
