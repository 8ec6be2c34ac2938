"""Routes of calling under /api/v1/calling: the inbox of the post the caller acts in."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.http import HttpRequest
from ninja import Query, Router

from anlan.calling import queries, schemas
from anlan.calling.services import answers, notices, reports
from anlan.kernel.errors import AnlanError, BadInput
from anlan.platform import clock

router = Router()
_TAGS = ["收件箱"]
_CALLS = ["叫应"]
_MOST_REPORTS = 1000


def _loud(calls: Iterable[Any]) -> bool:
    return any(call.urgency != "routine" for call in calls)


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
    waiting = queries.calls_mine(request.scope.ids)
    return {
        "items": items,
        "after": page.after,
        "unread": queries.unread_count(request.scope),
        "calls": len(waiting),
        "sound": _loud(waiting),
    }


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


@router.get("/calls/mine", response=schemas.CallsOut, tags=_CALLS, summary="叫到本人的叫应")
def calls_mine(request: HttpRequest) -> dict[str, Any]:
    """Open calls in which the caller was called, newest first."""
    return _listed(queries.calls_mine(request.scope.ids))


@router.get("/calls/board", response=schemas.CallsOut, tags=_CALLS, summary="值班台：未应答的叫应")
def calls_board(request: HttpRequest) -> dict[str, Any]:
    """Open calls of the region: those that nobody answered first."""
    calls = queries.calls_waiting(request.scope)
    # A drill is seen at the desk, and disturbs nobody but its participants.
    heard = [call for call in calls if not call.drill or request.scope.ids & set(call.participants.split())]
    return _listed(calls) | {"sound": _loud(heard)}


def _listed(calls: list[Any]) -> dict[str, Any]:
    return {"calls": [asdict(card) for card in queries.call_cards(calls)], "sound": _loud(calls)}


@router.get("/calls/{call_id}/record", response=schemas.CallDetailOut, tags=_CALLS, summary="叫应记录")
def call_record(request: HttpRequest, call_id: UUID) -> dict[str, Any]:
    """One call with its attempts and answers."""
    call = queries.call_get(request.scope, call_id)
    told = [
        {"name": a.name, "repeated": bool(a.row.repeated), **{n: getattr(a.row, n) for n in _ANSWER}}
        for a in queries.call_answers(call)
    ]
    sent = [{n: getattr(a, n) for n in schemas.AttemptOut.model_fields} for a in queries.attempts_of(call)]
    return asdict(queries.call_cards([call])[0]) | {"attempts": sent, "answers": told}


_ANSWER = ("person_id", "word", "channel", "at", "by", "reason")


@router.post("/calls/{call_id}/answer", response=schemas.AnsweredOut, tags=_CALLS, summary="答复叫应")
def call_answer(request: HttpRequest, call_id: UUID, body: schemas.AnswerIn) -> dict[str, Any]:
    """Answer one's own call."""
    return asdict(answers.call_answer(scope=request.scope, call_id=str(call_id), word=body.word, now=request.now))


@router.post("/calls/{call_id}/answer-for", response=schemas.AnsweredOut, tags=_CALLS, summary="代为答复")
def call_answer_for(request: HttpRequest, call_id: UUID, body: schemas.AnswerForIn) -> dict[str, Any]:
    """Answer on behalf of somebody who rang back."""
    done = answers.call_answer_for(
        scope=request.scope, call_id=str(call_id), person_id=body.person_id, word=body.word, reason=body.reason,
        at=body.at, now=request.now,
    )  # fmt: skip
    return asdict(done)


def _reports(request: HttpRequest, setting: str) -> list[Mapping[str, Any]]:
    """What a provider sent: JSON (one or a list) or a form, once it has shown its secret.

    Raises:
        NotAllowed: "calling.provider.secret". BadInput: "calling.provider.malformed".
    """
    reports.require_secret(setting, request.headers.get("Anlan-Secret") or request.GET.get("secret", ""))
    if "json" not in (request.content_type or ""):
        return [request.POST.dict()]
    try:
        given = orjson.loads(request.body)
    except orjson.JSONDecodeError:
        raise BadInput("calling.provider.malformed") from None
    found = given if isinstance(given, list) else [given]
    if not all(isinstance(one, dict) for one in found) or len(found) > _MOST_REPORTS:
        raise BadInput("calling.provider.malformed")
    return found


def _take(request: HttpRequest, setting: str, take: Callable[..., bool]) -> dict[str, Any]:
    """Take each report; what names nothing of ours is told, never an error: a provider would send it again and again."""
    now: datetime = clock.now()
    taken, refused = 0, []
    for values in _reports(request, setting):
        try:
            taken += bool(take(values=values, now=now))
        except AnlanError as error:
            refused.append(error.code)
    return {"taken": taken, "refused": refused}


@router.post("/sms/reports", response=schemas.TakenOut, auth=None, tags=_CALLS, summary="短信送达回执")
def sms_reports(request: HttpRequest) -> dict[str, Any]:
    """The provider's delivery reports."""
    return _take(request, "ANLAN_SMS_SECRET", reports.report_take)


@router.post("/sms/replies", response=schemas.TakenOut, auth=None, tags=_CALLS, summary="短信回复")
def sms_replies(request: HttpRequest) -> dict[str, Any]:
    """People's replies."""
    return _take(request, "ANLAN_SMS_SECRET", reports.reply_take)


@router.post("/keypad", response=schemas.TakenOut, auth=None, tags=_CALLS, summary="电话按键")
def keypad(request: HttpRequest) -> dict[str, Any]:
    """Keys that people pressed."""
    return _take(request, "ANLAN_KEYPAD_SECRET", reports.keypad_take)
