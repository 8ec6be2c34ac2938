"""One task: what it asks for, who does it, and what may be done with it now."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from anlan.inspection import queries
from anlan.inspection.screens.forms import errors_of, read_base, read_day, read_once
from anlan.inspection.services import tasks
from anlan.inspection.services.stepping import Pressed
from anlan.kernel.errors import AnlanError
from anlan.kernel.messages import render as sentence
from anlan.platform.web import once_token, screen

_NAMED = 3


@never_cache
@require_GET
@screen
def task_page(request: HttpRequest, task_id: UUID) -> HttpResponse:
    """One task."""
    return _page(request, task_id)


def _page(request: HttpRequest, task_id: UUID, error: AnlanError | None = None, act: str = "") -> HttpResponse:
    scope, now = request.scope, request.now
    task = queries.task_get(scope, task_id)
    subject = f"inspection.task/{task.pk}"
    people = queries.task_people(task, now)
    actions = queries.task_actions(scope, task)
    named = request.POST.getlist("officers") if error else queries.task_posts(task) if task.team_id is None else []
    context: dict[str, Any] = {
        "task": task,
        "late": task.ended_at is None and task.due_at < now,
        "people": people,
        "guests": queries.task_guests(task),
        "assigner": queries.names_of([task.assigned_by]).get(task.assigned_by, ""),
        "returner": queries.names_of([task.returned_by]).get(task.returned_by, ""),
        "line": dict(queries.plan_choices(scope, task.assigned_at.year)).get(f"{task.plan_id}/{task.plan_line}", ""),
        "startable": "start" in {a.id for a in actions} and queries.task_mine(scope, task),
        "steps": [a for a in actions if a.id != "start"],
        "members": queries.member_choices(scope, now),
        "named": [*named, *[""] * _NAMED][:_NAMED],
        "teams": queries.team_choices(scope, now, task.campaign_id),
        "base": queries.versions_of([subject]).get(subject, 0),
        "once": once_token(),
        "error": error,
        "errors": errors_of(error),
        "act": act,
        "typed": request.POST,
    }
    return render(request, "inspection/task.html", context, status=error.status if error else 200)


@require_POST
@screen
def task_step(request: HttpRequest, task_id: UUID, action: str) -> HttpResponse:
    """Give the task to others, back, or take it off the list."""
    if action not in {"reassign", "return", "cancel"}:
        raise Http404
    key, scope, now = str(task_id), request.scope, request.now
    try:
        pressed = Pressed(read_base(request), read_once(request), request.POST.get("note", ""))
        if action == "reassign":
            posts = tuple(dict.fromkeys(p for p in request.POST.getlist("officers") if p))
            crew = tasks.Crew(read_day(request, "due_on"), posts, request.POST.get("team", ""))
            tasks.task_reassign(scope=scope, task_id=key, crew=crew, pressed=pressed, now=now)
        elif action == "return":
            tasks.task_return(scope=scope, task_id=key, pressed=pressed, now=now)
        else:
            tasks.task_cancel(scope=scope, task_id=key, pressed=pressed, now=now)
    except AnlanError as error:
        return _page(request, task_id, error, action)
    messages.success(request, sentence("inspection.done.saved", {}))
    return redirect("inspection-task", task_id=task_id)
