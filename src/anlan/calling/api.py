"""Routes of calling under /api/v1/calling: the inbox of the post the caller acts in."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.http import HttpRequest
from ninja import Query, Router

from anlan.calling import queries, schemas
from anlan.calling.services import notices

router = Router()
_TAGS = ["收件箱"]


@router.get("/notices", response=schemas.NoticesOut, tags=_TAGS, summary="收件箱")
def notice_list(
    request: HttpRequest,
    state: str = Query("all", pattern="^(all|unread)$"),
    after: int | None = Query(None, ge=1),
    limit: int = Query(20, ge=1, le=100),
) -> dict[str, Any]:
    """Notices of the post one acts in, newest first."""
    page = queries.notice_list(request.scope, unread=state == "unread", after=after, limit=limit)
    items = [asdict(view) for view in page.items]
    return {"items": items, "after": page.after, "unread": queries.unread_count(request.scope)}


@router.post("/notices/read", response=schemas.ReadOut, tags=_TAGS, summary="标记已读")
def notices_read(request: HttpRequest, body: schemas.ReadIn) -> dict[str, int]:
    """Mark notices as read, a digest with its items."""
    changed = notices.notices_read(scope=request.scope, notice_ids=body.ids, now=request.now)
    return {"changed": changed, "unread": queries.unread_count(request.scope)}


@router.get("/notices/{notice_id}", response=schemas.NoticeDetailOut, tags=_TAGS, summary="通知内容")
def notice_get(request: HttpRequest, notice_id: int) -> dict[str, Any]:
    """One notice; of a digest also its items."""
    view, items, more = queries.notice_get(request.scope, notice_id)
    return asdict(view) | {"items": [asdict(item) for item in items], "more": more}
