"""Routes of reporting rounds: open, read, fill, send back, chase, close."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from ninja import Status

from anlan.reporting import queries
from anlan.reporting.api.router import router
from anlan.reporting.schemas import rounds as schemas
from anlan.reporting.services import round_chasing, round_filings, rounds
from anlan.reporting.services.round_steps import Pressed

_TAGS = ["报送"]
_ONE, _FORM = "/rounds/{round_id}", "/filings/{filing_id}"
_MOST = 200


def _stood(row: Any) -> dict[str, Any]:
    return {"id": str(row.pk), "state": row.state, "version": queries.version_of_row(row)}


def _round(request: HttpRequest, round_id: str) -> dict[str, Any]:
    return _stood(queries.round_get(request.scope, round_id))


def _filing(request: HttpRequest, filing_id: str) -> dict[str, Any]:
    return _stood(queries.filing_get(request.scope, filing_id))


@router.get("/rounds", tags=_TAGS, response=schemas.RoundsOut, summary="报送列表")
def round_list(request: HttpRequest, offset: int = 0, limit: int = 50) -> dict[str, Any]:
    """The rounds that the person may see, the newest first; at most 200 at once."""
    rows, start = queries.round_list(request.scope), max(0, offset)
    shown = list(rows[start : start + min(max(1, limit), _MOST)])
    progress = queries.progress_of(request.scope, shown, request.now)
    items = [
        {name: getattr(row, name) for name in ("title", "kind", "period", "due_at", "state")}
        | {"id": str(row.pk), "coverage": how.label, "filed": how.filed, "should": how.should}
        | {"overdue": how.overdue if row.state == "open" else 0}
        for row in shown
        for how in [progress[row.pk]]
    ]
    return {"count": rows.count(), "items": items}


@router.post("/rounds", tags=_TAGS, response={201: schemas.StandingOut}, summary="发起报送")
def round_open(request: HttpRequest, body: schemas.RoundIn) -> Status:
    """Open a round and hand every town its form."""
    values = body.dict() | {"items": [rounds.AskedItem(**item.dict()) for item in body.items]}
    key = rounds.round_open(scope=request.scope, item=rounds.OpenInput(**values), now=request.now, once=request.once)
    return Status(201, _round(request, key))


@router.get(_ONE, tags=_TAGS, response=schemas.RoundOut, summary="报送情况")
def round_get(request: HttpRequest, round_id: str) -> dict[str, Any]:
    """A round with its towns, and sums that say who is missing."""
    row = queries.round_get(request.scope, round_id)
    words = queries.round_table_words(queries.round_table(request.scope, row, request.now))
    return words | {"version": queries.version_of_row(row)}


@router.post(f"{_ONE}/close", tags=_TAGS, response=schemas.StandingOut, summary="结束报送")
def round_close(request: HttpRequest, round_id: str, body: schemas.StepIn) -> dict[str, Any]:
    """End a round; who has not filed stays missing."""
    pressed = Pressed(body.base, request.once)
    rounds.round_close(scope=request.scope, round_id=round_id, pressed=pressed, now=request.now)
    return _round(request, round_id)


@router.post(f"{_ONE}/reopen", tags=_TAGS, response=schemas.StandingOut, summary="重新开放")
def round_reopen(request: HttpRequest, round_id: str, body: schemas.StepIn) -> dict[str, Any]:
    """Let a closed round take forms again."""
    pressed = Pressed(body.base, request.once)
    rounds.round_reopen(scope=request.scope, round_id=round_id, note=body.note, pressed=pressed, now=request.now)
    return _round(request, round_id)


@router.post(f"{_ONE}/chase", tags=_TAGS, response=schemas.ChasedOut, summary="催报")
def filing_chase(request: HttpRequest, round_id: str, body: schemas.ChaseIn) -> dict[str, Any]:
    """Chase the towns that owe their form."""
    chased = round_chasing.filing_chase(
        scope=request.scope, round_id=round_id, towns=body.towns, now=request.now, once=request.once
    )
    return {"chased": chased}


@router.get(_FORM, tags=_TAGS, response=schemas.FilingOut, summary="报送表")
def filing_get(request: HttpRequest, filing_id: str) -> dict[str, Any]:
    """A town's form with what is known already, and what the person may do with it."""
    row = queries.filing_get(request.scope, filing_id)
    return queries.filing_words(request.scope, row, request.now)


@router.post(f"{_FORM}/submit", tags=_TAGS, response=schemas.StandingOut, summary="上报")
def filing_submit(request: HttpRequest, filing_id: str, body: schemas.SubmitIn) -> dict[str, Any]:
    """File a town's form, or file it corrected."""
    said = {key: queries.Answer(**answer.dict()) for key, answer in body.answers.items()}
    round_filings.filing_submit(
        scope=request.scope, filing_id=filing_id, answers=said, pressed=Pressed(body.base, request.once), now=request.now,
        remark=body.remark,
    )  # fmt: skip
    return _filing(request, filing_id)


@router.post(f"{_FORM}/return", tags=_TAGS, response=schemas.StandingOut, summary="退回")
def filing_return(request: HttpRequest, filing_id: str, body: schemas.StepIn) -> dict[str, Any]:
    """Send a form back with the reason."""
    pressed = Pressed(body.base, request.once)
    round_filings.filing_return(
        scope=request.scope, filing_id=filing_id, note=body.note, pressed=pressed, now=request.now
    )
    return _filing(request, filing_id)


@router.post(f"{_FORM}/approve", tags=_TAGS, response=schemas.StandingOut, summary="审核通过")
def filing_approve(request: HttpRequest, filing_id: str, body: schemas.StepIn) -> dict[str, Any]:
    """Find a form in order."""
    pressed = Pressed(body.base, request.once)
    round_filings.filing_approve(scope=request.scope, filing_id=filing_id, pressed=pressed, now=request.now)
    return _filing(request, filing_id)
