"""One alarm: what was measured, who was told, and what may be done with it now."""

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
from anlan.platform.web import once_token, read_moment, screen
from anlan.sensing import queries
from anlan.sensing.rules.alarm import ALARM_LOOP, WORDS
from anlan.sensing.screens.forms import errors_of, read_base, read_once
from anlan.sensing.services import alarms
from anlan.sensing.services.alarms import Pressed
from anlan.sensing.services.hazards import alarm_to_hazard

_ACTS = {
    "handle": alarms.alarm_handle, "recover": alarms.alarm_recover, "false-alarm": alarms.alarm_false,
    "archive": alarms.alarm_archive,
}  # fmt: skip
_MEMBERS = 100


@never_cache
@require_GET
@screen
def alarm_page(request: HttpRequest, alarm_id: UUID) -> HttpResponse:
    """One alarm."""
    return _page(request, alarm_id)


def _page(request: HttpRequest, alarm_id: UUID, error: AnlanError | None = None, act: str = "") -> HttpResponse:
    scope = request.scope
    alarm = queries.alarm_get(scope, alarm_id)
    subject = f"sensing.alarm/{alarm.pk}"
    members = list(queries.alarm_members(alarm)[:_MEMBERS])
    context: dict[str, Any] = {
        "alarm": alarm,
        "count": queries.alarm_count(alarm),
        "repeats": alarm.repeats.order_by("-at", "key")[:50],
        "members": queries.members_shown(scope, members),
        "member_count": alarm.members.count(),
        "names": queries.names_of([alarm.answered_by, alarm.handled_by, alarm.ended_by]),
        "actions": queries.alarm_actions(scope, alarm, request.now),
        "words": WORDS,
        "base": queries.versions_of([subject]).get(subject, 0),
        "once": once_token(),
        "error": error,
        "errors": errors_of(error),
        "act": act,
        "typed": request.POST,
    }
    return render(request, "sensing/alarm.html", context, status=error.status if error else 200)


@require_POST
@screen
def alarm_act(request: HttpRequest, alarm_id: UUID, action: str) -> HttpResponse:
    """Take one step."""
    if action not in {a.id for a in ALARM_LOOP.actions}:
        raise Http404
    scope, now, key, done = request.scope, request.now, str(alarm_id), "sensing.done.saved"
    try:
        pressed = Pressed(read_base(request), read_once(request), request.POST.get("note", ""), read_moment(request, "at"))
        if action == "answer":
            word = request.POST.get("word", "seen")
            alarms.alarm_answer(scope=scope, alarm_id=key, pressed=pressed, now=now, word=word)
        elif action == "to-hazard":
            alarm_to_hazard(scope=scope, alarm_id=key, pressed=pressed, now=now)
            done = "sensing.done.hazard"
        elif action in _ACTS:
            _ACTS[action](scope=scope, alarm_id=key, pressed=pressed, now=now)
        else:
            raise Http404
    except AnlanError as error:
        return _page(request, alarm_id, error, action)
    messages.success(request, sentence(done, {}))
    return redirect("sensing-alarm", alarm_id=alarm_id)
