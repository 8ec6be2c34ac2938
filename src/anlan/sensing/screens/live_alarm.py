"""One alarm: what it is, the curve around it, the enterprise, whom to ring, who was called, and the steps of its loop."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from anlan.kernel.errors import AnlanError
from anlan.kernel.messages import render as sentence
from anlan.platform.ledger.history import history_of
from anlan.platform.web import once_token, read_moment, screen
from anlan.sensing import queries
from anlan.sensing.queries import centre
from anlan.sensing.screens.centre import followed
from anlan.sensing.screens.file import enterprise_file, reveal_on
from anlan.sensing.screens.forms import read_base, read_once
from anlan.sensing.screens.live_device import channel_choices
from anlan.sensing.services import alarms
from anlan.sensing.services.alarms import Pressed
from anlan.sensing.services.hazards import alarm_to_hazard

_MEMBERS, _REPEATS = 200, 20


@never_cache
@require_GET
@screen
def alarm_page(request: HttpRequest, alarm_id: UUID) -> HttpResponse:
    """One alarm."""
    return _page(request, alarm_id)


def _page(
    request: HttpRequest,
    alarm_id: UUID,
    error: AnlanError | None = None,
    failed: str = "",
    revealed: dict[str, dict[str, str]] | None = None,
) -> HttpResponse:
    scope, now = request.scope, request.now  # type: ignore[attr-defined]
    live = followed(request)
    alarm = queries.alarm_get(scope, alarm_id)
    context: dict[str, Any] = {
        "alarm": alarm,
        "card": centre.card_of(scope, alarm, now),
        "device": alarm.device,
        "channels": channel_choices(alarm.device, alarm.metric) if alarm.device else [],
        "members": queries.members_shown(scope, list(queries.alarm_members(alarm)[:_MEMBERS])),
        "repeats": alarm.repeats.order_by("-at", "key")[:_REPEATS],
        "history": history_of(f"{alarm.SUBJECT}/{alarm.pk}", scope),
        "words": centre.WORDS,
        "reveal_name": "sensing-alarm-reveal",
        "page_id": alarm.pk,
        "revealed": revealed or {},
        "error": error,
        "failed": failed,
        "typed": request.POST if error else {},
        "own": scope.subjects is not None,
        "once": once_token(),
        "now": now,
    }
    context |= live | enterprise_file(request, alarm.enterprise_id)
    return render(request, "sensing/live_alarm.html", context, status=error.status if error else 200)


_ACTS = {
    "handle": alarms.alarm_handle,
    "recover": alarms.alarm_recover,
    "false-alarm": alarms.alarm_false_alarm,
    "archive": alarms.alarm_archive,
    "to-hazard": alarm_to_hazard,
}


@never_cache
@require_POST
@screen
def alarm_act(request: HttpRequest, alarm_id: UUID, action: str) -> HttpResponse:
    """Take a step. From the board (`part=row`) the answer is the alarm's row as it stands, with the refusal if there is one."""
    if action != "answer" and action not in _ACTS:
        raise Http404
    typed, row = request.POST, request.POST.get("part") == "row"
    try:
        pressed = Pressed(read_base(request), read_once(request), typed.get("note", ""), read_moment(request, "at"))
        common = {"scope": request.scope, "alarm_id": str(alarm_id), "pressed": pressed, "now": request.now}
        if action == "answer":
            alarms.alarm_answer(**common, word=typed.get("word", "seen"))
        else:
            _ACTS[action](**common)
    except AnlanError as error:
        return _row(request, alarm_id, error) if row else _page(request, alarm_id, error, action)
    if row:
        return _row(request, alarm_id)
    messages.success(request, sentence("sensing.done.hazard" if action == "to-hazard" else "sensing.done.saved", {}))
    return redirect("sensing-board") if typed.get("back") == "board" else redirect("sensing-alarm", alarm_id=alarm_id)


def _row(request: HttpRequest, alarm_id: UUID, error: AnlanError | None = None) -> HttpResponse:
    scope, now = request.scope, request.now  # type: ignore[attr-defined]
    cards = [centre.card_of(scope, queries.alarm_get(scope, alarm_id), now)]
    context = {"cards": cards, "now": now, "once": once_token(), "error": error}
    return render(request, "sensing/_board_rows.html", context, status=error.status if error else 200)


@require_POST
@screen
def alarm_reveal(request: HttpRequest, alarm_id: UUID, key: UUID) -> HttpResponse:
    """Show one contact of the alarm's enterprise in plain."""
    alarm = queries.alarm_get(request.scope, alarm_id)
    return reveal_on(request, alarm.enterprise_id, key, lambda **more: _page(request, alarm_id, **more))
