"""Starting an inspection, and the page on which officers answer its items and finish it."""

from __future__ import annotations

from itertools import groupby
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.inspection import queries
from anlan.inspection.errors import StalePage
from anlan.inspection.screens.forms import errors_of, read_base, read_once, read_photos
from anlan.inspection.services import inspections
from anlan.inspection.services.hazards import default_source, source_choices
from anlan.kernel.deadlines import local_date
from anlan.kernel.errors import AnlanError
from anlan.kernel.messages import render as sentence
from anlan.platform.web import once_token, screen
from anlan.registry import queries as registry

_TEXTS = ("note", "place", "major_basis", "general_reason")
_RESULTS = frozenset({"pass", "na", "hazard"})


@never_cache
@require_http_methods(["GET", "POST"])
@screen
def inspection_new(request: HttpRequest) -> HttpResponse:
    """Choose the enterprise, then the checklist that fits it, and begin."""
    scope, now = request.scope, request.now
    scope.require("inspection.inspect")
    error: AnlanError | None = None
    typed = request.POST if request.method == "POST" else request.GET
    if request.method == "POST":
        try:
            return redirect("inspection-page", inspection_id=_started(request))
        except AnlanError as refused:
            error = refused
    task = queries.task_get(scope, typed["task"]) if typed.get("task") else None
    text, chosen = request.GET.get("q", "").strip(), str(task.enterprise_id) if task else typed.get("enterprise", "")
    enterprise = registry.enterprise_get(scope, chosen) if chosen else None
    fits = [c.key for c in (*enterprise.classes.all(), *enterprise.tags.all())] if enterprise else []
    context = {
        "enterprise": enterprise,
        "found": registry.enterprise_choices(scope, text) if text and not chosen else [],
        "q": text,
        "checklists": queries.checklist_choices(scope, fits) if enterprise else [],
        "kinds": queries.KINDS,
        "sources": source_choices(scope),
        "source": typed.get("source") or default_source(scope),
        "officers": queries.officer_choices(scope, "inspection.inspect", now, enterprise)[1:] if enterprise else [],
        "campaigns": queries.campaign_choices(scope, local_date(now), enterprise.region) if enterprise else [],
        "typed": typed,
        "named": typed.getlist("officers") or _colleagues(request, task),
        "task": task,
        "checklist": typed.get("checklist") or (str(task.checklist_id) if task else ""),
        "ticked": typed.getlist("campaigns"),
        "error": error,
        "errors": errors_of(error),
        "once": typed.get("once") or once_token(),
    }
    return render(request, "inspection/inspection_new.html", context, status=error.status if error else 200)


def _colleagues(request: HttpRequest, task: Any) -> list[str]:
    """The people who shall do the task beside oneself."""
    people = queries.task_people(task, request.now) if task else []
    return [card.person_id for card in people if card.person_id != request.scope.person]


def _started(request: HttpRequest) -> str:
    post = request.POST
    return inspections.inspection_start(
        scope=request.scope,
        enterprise_id=post.get("enterprise", ""),
        checklist_id=post.get("checklist", ""),
        kind=post.get("kind", "routine"),
        source=post.get("source", ""),
        officers=post.getlist("officers"),
        campaigns=post.getlist("campaigns"),
        task_id=post.get("task", ""),
        participants=post.get("participants", ""),
        now=request.now,
        once=read_once(request),
    )


@never_cache
@require_GET
@screen
def inspection_page(request: HttpRequest, inspection_id: UUID) -> HttpResponse:
    """One inspection: its sheet to fill in while it is a draft of one's own, its record otherwise."""
    return show_page(request, inspection_id)


def show_page(request: HttpRequest, inspection_id: UUID, error: AnlanError | None = None) -> HttpResponse:
    """The page of an inspection, with what was refused."""
    visit = queries.inspection_get(request.scope, inspection_id)
    officers = queries.inspection_officers(visit)
    sheet = list(queries.inspection_sheet(visit))
    mine = request.scope.may("inspection.inspect") and queries.inspection_mine(request.scope, visit)
    subject = f"inspection.inspection/{visit.id}"
    errors = errors_of(error)
    shown = [_typed(item, request.POST) if error else _held(item) for item in sheet]
    for row in shown:
        row["errors"] = errors.get(row["item"].key, [])
    context = {
        "visit": visit,
        "officers": officers,
        "groups": [(name, list(rows)) for name, rows in groupby(shown, key=lambda s: s["item"].category)],
        "answered": sum(1 for item in sheet if item.result),
        "total": len(sheet),
        "hazards": [item for item in sheet if item.result == "hazard"],
        "editable": mine and visit.state == "draft",
        "offered": queries.criteria_offered(visit.enterprise) if mine and visit.state == "draft" else (),
        "mine": mine,
        "reportable": mine and visit.kind in {"expert", "third_party"},
        "reports": list(visit.reports.order_by("added_at", "key")),
        "task": queries.task_of(visit) if request.scope.may("inspection.plan.view") else None,
        "campaigns": sorted(queries.campaign_names(tag.key for tag in visit.tags.all()).values()),
        "base": queries.versions_of([subject]).get(subject, 0),
        "once": once_token(),
        "error": error,
        "errors": errors,
        "conclusion": request.POST.get("conclusion", "") if error else visit.conclusion,
    }
    return render(request, "inspection/inspection.html", context, status=error.status if error else 200)


def _held(item: queries.ItemView) -> dict[str, Any]:
    names = ("result", "note", "place", "grade", "major_basis", "general_reason", "photos")
    return {"item": item, "clause": queries.clause_text(item.basis)} | {n: getattr(item, n) for n in names}


def _typed(item: queries.ItemView, post: QueryDict) -> dict[str, Any]:
    """The item with what was typed on the refused form instead of what is held."""
    shown = _held(item)
    for name in ("result", "note", "place", "grade", "major_basis", "general_reason"):
        shown[name] = post.get(f"{name}-{item.key}", shown[name])
    return shown


@never_cache
@require_POST
@screen
def inspection_items(request: HttpRequest, inspection_id: UUID) -> HttpResponse:
    """Save the answers; with `do=rest` the unanswered items pass, with `do=finish` the inspection is finished as well."""
    visit = queries.inspection_get(request.scope, inspection_id)
    act = request.POST.get("do", "save")
    once = read_once(request)
    try:
        _fresh(request, visit)
        sheet = queries.inspection_sheet(visit)
        answers = [a for item in sheet if (a := _answer(request, item, act == "rest"))]
        inspections.inspection_items_set(
            scope=request.scope, inspection_id=str(visit.id), answers=answers, now=request.now, once=once
        )
        if act == "finish":
            _finish(request, visit, bool(answers), once)
    except AnlanError as error:
        return show_page(request, inspection_id, error)
    messages.success(request, sentence("inspection.done.finish" if act == "finish" else "inspection.done.saved", {}))
    return redirect("inspection-page", inspection_id=visit.id)


def _fresh(request: HttpRequest, visit: Any) -> None:
    """Refuse a page that is older than what is held, before its photos and answers are saved."""
    subject = f"inspection.inspection/{visit.id}"
    base, once = read_base(request), read_once(request)
    if base is not None and base != queries.versions_of([subject])[subject]:
        saved = queries.once_recorded(request.scope, [(subject, once)], "inspection.inspection.items_set")
        if saved or queries.once_recorded(
            request.scope, [(subject, f"{once}:finish")], "inspection.inspection.finished"
        ):
            return
        raise StalePage(visit.number, visit.get_state_display())


def _finish(request: HttpRequest, visit: Any, saved: bool, once: str | None) -> None:
    base = read_base(request)
    inspections.inspection_finish(
        scope=request.scope,
        inspection_id=str(visit.id),
        conclusion=request.POST.get("conclusion", ""),
        base=base + 1 if base is not None and saved else base,
        now=request.now,
        once=f"{once}:finish" if once else None,
    )


def _answer(request: HttpRequest, item: queries.ItemView, rest_passes: bool) -> inspections.ItemAnswer | None:
    """The answer to an item where the form says something new; None where nothing changed."""
    post, key = request.POST, item.key
    result = post.get(f"result-{key}", "")
    if result not in _RESULTS:
        return inspections.ItemAnswer(key, "pass") if rest_passes and not item.result else None
    found = result == "hazard"
    texts = {n: post.get(f"{n}-{key}", "").strip() if found else "" for n in _TEXTS}
    photos = read_photos(request, f"photos-{key}", f"drop-{key}") if found else ()
    grade = post.get(f"grade-{key}", "general") if found else "general"
    texts["general_reason" if grade == "major" else "major_basis"] = ""
    # The page names clauses by their citations; what was ticked on the phone stands while nobody rewrites it.
    ticked = item.major_criteria if grade == "major" and texts["major_basis"] == item.major_basis else ()
    said = inspections.ItemAnswer(key, result, grade=grade, photos=photos, major_criteria=ticked, **texts)
    held = (item.result, item.note, item.place, item.grade, item.major_basis, item.general_reason)
    same = (result, said.note, said.place, said.grade, said.major_basis, said.general_reason) == held
    same = same and frozenset(photos) == frozenset(item.photos)
    return None if same else said
