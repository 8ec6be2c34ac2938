"""我的叫应, the duty desk's board (值班台), the record of one call, and the printed sheet."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from anlan.calling import queries
from anlan.calling.services import answers, sheets
from anlan.kernel.errors import AnlanError
from anlan.kernel.messages import render as sentence
from anlan.platform.ledger.history import history_of
from anlan.platform.web import read_moment, screen


@never_cache
@require_GET
@screen
def mine(request: HttpRequest) -> HttpResponse:
    """Open calls to oneself, with the buttons of an answer."""
    cards = queries.call_cards(queries.calls_mine(request.scope.ids))
    loud = any(card.urgency != "routine" for card in cards)
    return render(request, "calling/calls_mine.html", {"cards": cards, "words": queries.WORDS, "loud": loud})


@never_cache
@require_GET
@screen
def board(request: HttpRequest) -> HttpResponse:
    """Open calls of the region, those that nobody answered first."""
    request.scope.require(queries.VIEW)
    cards = queries.call_cards(queries.calls_waiting(request.scope))
    return render(request, "calling/calls_board.html", {"cards": cards, "now": request.now})


@never_cache
@require_GET
@screen
def record(request: HttpRequest, call_id: UUID) -> HttpResponse:
    """One call."""
    return _record(request, call_id)


def _record(request: HttpRequest, call_id: UUID, error: AnlanError | None = None) -> HttpResponse:
    scope = request.scope  # type: ignore[attr-defined]
    call = queries.call_get(scope, call_id)
    desk = scope.may(queries.ANSWER) and scope.subjects is None and scope.covers(call.region)
    own = queries.called_as(scope, call)
    told = queries.call_answers(call)
    context: dict[str, Any] = {
        "call": call,
        "card": queries.call_cards([call])[0],
        "rounds": queries.call_rounds(call),
        "answers": told,
        "words": queries.WORDS,
        "mine": bool(own) and not any(a.row.person_id == own for a in told),
        "people": queries.answer_choices(scope, call, request.now) if desk else [],  # type: ignore[attr-defined]
        "history": history_of(f"calling.call/{call.pk}"),
        "error": error,
        "typed": request.POST,
    }
    return render(request, "calling/call.html", context, status=error.status if error else 200)


def _told(request: HttpRequest, done: answers.Answered) -> None:
    code = "calling.done.answered" if done.first else "calling.done.repeated"
    messages.success(request, sentence(code, {"word": dict(queries.WORDS)[done.word]}))


@require_POST
@screen
def answer(request: HttpRequest, call_id: UUID) -> HttpResponse:
    """Answer one's own call."""
    try:
        word = request.POST.get("word", "")
        done = answers.call_answer(scope=request.scope, call_id=str(call_id), word=word, now=request.now)
    except AnlanError as error:
        return _record(request, call_id, error)
    _told(request, done)
    return redirect("calling-call", call_id=call_id)


@require_POST
@screen
def answer_for(request: HttpRequest, call_id: UUID) -> HttpResponse:
    """Answer on behalf of somebody who rang back."""
    typed = request.POST
    try:
        done = answers.call_answer_for(
            scope=request.scope, call_id=str(call_id), person_id=typed.get("person", ""), word=typed.get("word", ""),
            reason=typed.get("reason", ""), at=read_moment(request, "at"), now=request.now,
        )  # fmt: skip
    except AnlanError as error:
        return _record(request, call_id, error)
    _told(request, done)
    return redirect("calling-call", call_id=call_id)


@never_cache
@require_POST
@screen
def sheet(request: HttpRequest) -> HttpResponse:
    """The printed sheet; a POST, because whole numbers are shown and every look is journaled."""
    made = sheets.sheet_make(scope=request.scope, reason=request.POST.get("reason", ""), now=request.now)
    return render(request, "calling/sheet.html", {"sheet": made, "now": request.now})
