"""Giving tasks out from a list of enterprises or from a campaign's targets: seen first, then all or none."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from anlan.inspection import queries
from anlan.inspection.screens.forms import errors_of, read_day, read_number, read_once
from anlan.inspection.services import rounds, tasks
from anlan.inspection.services.hazards import default_source, source_choices
from anlan.kernel.deadlines import local_date
from anlan.kernel.errors import AnlanError
from anlan.kernel.messages import render as sentence
from anlan.platform.web import once_token, screen
from anlan.registry import queries as registry

_RIGHT = "inspection.task.assign"
_NAMED = 3


@never_cache
@require_http_methods(["GET", "POST"])
@screen
def tasks_assign(request: HttpRequest) -> HttpResponse:
    """GET shows the enterprises chosen; POST shows what would happen (`do=preview`) or gives the tasks out."""
    request.scope.require(_RIGHT)
    asked = request.POST if request.method == "POST" else request.GET
    ids = _chosen(request, asked)
    error: AnlanError | None = None
    lines: list[tasks.TaskLine] = []
    if request.method == "POST":
        try:
            items = read_items(request, ids)
            if request.POST.get("do") != "preview":
                keys = tasks.tasks_assign(scope=request.scope, items=items, now=request.now)
                messages.success(request, sentence("inspection.done.assign", {"count": len(keys)}))
                if len(keys) == 1:
                    return redirect("inspection-task", task_id=keys[0])
                return redirect("/desk/inspection/task/?state=assigned")
        except AnlanError as refused:
            error = refused
        lines = _judged(request, ids)
    names = registry.enterprise_names({g for line in lines for g in line.item.guests})
    shown = [(line, "、".join(names.get(g, "") for g in line.item.guests)) for line in lines]
    context = _context(request, asked, ids) | {"lines": shown, "error": error, "errors": errors_of(error)}
    context["ready"] = sum(not line.reasons for line in lines)
    return render(request, "inspection/tasks_assign.html", context, status=error.status if error else 200)


def _chosen(request: HttpRequest, asked: Any) -> list[str]:
    ids = list(dict.fromkeys(asked.getlist("ids")))[: tasks.MOST_TASKS + 1]
    if ids or request.method == "POST" or not asked.get("campaign"):
        return ids
    campaign = queries.campaign_get(request.scope, asked["campaign"])
    return queries.campaign_waiting(request.scope, campaign, asked.get("town", "")[:12])[: tasks.MOST_TASKS]


def read_items(request: HttpRequest, ids: list[str]) -> list[tasks.AssignInput]:
    """The tasks that a form asks for.

    Raises:
        BadInput: "kernel.text.not_a_date", "kernel.text.not_a_number". StepRefused: "inspection.peer.refused".
    """
    post, once = request.POST, read_once(request)
    plan_id, _, line = post.get("line", "").partition("/")
    crew = tasks.Crew(read_day(request, "due_on"), tuple(dict.fromkeys(p for p in post.getlist("officers") if p)),
                      post.get("team", ""))  # fmt: skip
    pattern = tasks.AssignInput(
        "", crew, plan_id=plan_id, plan_line=line, campaign_id=post.get("campaign", ""),
        checklist_id=post.get("checklist", ""), kind=post.get("kind", "routine"), source=post.get("source", ""),
        note=post.get("note", ""), once=once,
    )  # fmt: skip
    size = (read_number(request, "size", 2) or 0) if pattern.kind == "peer" else 0
    return rounds.items_for(ids, size, pattern)


def _judged(request: HttpRequest, ids: list[str]) -> list[tasks.TaskLine]:
    """What stands against each; empty where the form itself can't be read."""
    try:
        return tasks.tasks_judge(request.scope, read_items(request, ids), request.now)
    except AnlanError:
        return []


def _context(request: HttpRequest, asked: Any, ids: list[str]) -> dict[str, Any]:
    scope, now = request.scope, request.now
    named = [p for p in asked.getlist("officers") if p] + [""] * _NAMED
    campaign = asked.get("campaign", "")
    campaigns = queries.campaign_choices(scope, local_date(now))
    held = queries.campaign_get(scope, campaign) if campaign else None
    kinds = {"peer": "peer", "oversight": "oversight"}
    return {
        "firms": registry.enterprises_get(scope, ids[: tasks.MOST_TASKS]) if ids else [],
        "members": queries.member_choices(scope, now),
        "named": named[:_NAMED],
        "teams": queries.team_choices(scope, now, campaign or None),
        "plan_lines": queries.plan_choices(scope, local_date(now).year),
        "campaigns": campaigns,
        "checklists": queries.checklist_choices(scope),
        "kinds": queries.KINDS,
        "kind": asked.get("kind") or (kinds.get(held.kind, "campaign") if held else "routine"),
        "sources": source_choices(scope),
        "source": asked.get("source") or default_source(scope),
        "typed": asked,
        "most": tasks.MOST_TASKS,
        "once": asked.get("once") or once_token(),
    }
