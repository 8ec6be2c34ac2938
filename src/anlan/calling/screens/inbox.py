"""收件箱: the notices of the post one acts in, and how many wait in the other posts one may act in."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from anlan.accounts.queries import acting_posts, person_names
from anlan.calling import queries
from anlan.calling.services import notices
from anlan.kernel.errors import BadInput
from anlan.kernel.messages import render as sentence
from anlan.platform.web import screen

_PAGE, _MOST = 20, 200


def _number(text: str) -> int | None:
    """A notice's number from a page or form; None for none.

    Raises:
        BadInput: "calling.inbox.cursor".
    """
    if not text:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise BadInput("calling.inbox.cursor", value=text[:20])
    return int(text)


def _elsewhere(request: HttpRequest) -> list[dict[str, Any]]:
    """The other posts this person may act in that have unread notices: own ones and those of people on leave."""
    scope = request.scope  # type: ignore[attr-defined]
    others = [a for a in acting_posts(request.user, request.now) if a.post_id != scope.post]  # type: ignore[attr-defined, arg-type]
    counts = queries.unread_counts([acting.post_id for acting in others]) if others else {}
    return [{"acting": acting, "count": counts[acting.post_id]} for acting in others if acting.post_id in counts]


@never_cache
@require_GET
@screen
def inbox(request: HttpRequest) -> HttpResponse:
    """The inbox: unread first of all, or everything."""
    unread = request.GET.get("state") != "all"
    page = queries.notice_list(
        request.scope, unread=unread, after=_number(request.GET.get("after", "")), limit=_PAGE
    )  # fmt: skip
    context = {
        "page": page,
        "unread": unread,
        "count": queries.unread_count(request.scope),
        "newest": max((view.id for view in page.items), default=0),
        "readers": person_names({view.read_by for view in page.items if view.read_by}),
        "elsewhere": _elsewhere(request),
    }
    return render(request, "calling/inbox.html", context)


@never_cache
@require_GET
@screen
def notice(request: HttpRequest, notice_id: int) -> HttpResponse:
    """One notice; of a digest its items. Opening it changes nothing: reading is a button."""
    view, items, more = queries.notice_get(request.scope, notice_id)
    return render(request, "calling/notice.html", {"notice": view, "items": items, "more": more})


@require_POST
@screen
def read(request: HttpRequest) -> HttpResponse:
    """Mark the chosen notices as read; with `go` on to the matter of the one notice."""
    ids = [number for text in request.POST.getlist("id") if (number := _number(text)) is not None]
    if not 0 < len(ids) <= _MOST:
        raise BadInput("calling.notice.ids_missing", most=_MOST)
    changed = notices.notices_read(scope=request.scope, notice_ids=ids, now=request.now)
    if request.POST.get("go"):
        url = queries.notice_get(request.scope, ids[0])[0].url
        if url:
            return redirect(url)
    messages.success(request, sentence("calling.done.read", {"count": changed}))
    return redirect("calling-inbox")


@require_POST
@screen
def read_all(request: HttpRequest) -> HttpResponse:
    """Mark everything up to the newest notice that the page showed as read."""
    until = _number(request.POST.get("until", "")) or 0
    changed = notices.notices_read_all(scope=request.scope, until=until, now=request.now)
    messages.success(request, sentence("calling.done.read", {"count": changed}))
    return redirect("calling-inbox")
