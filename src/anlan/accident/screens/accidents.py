"""事故: the form to file one, and the page of one with its steps inline and its history."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.accident import queries
from anlan.accident.screens.forms import (
    errors_of,
    read_base,
    read_day,
    read_files,
    read_float,
    read_loss,
    read_number,
    read_once,
)
from anlan.accident.services import accidents, reports
from anlan.accident.services.accidents import Pressed
from anlan.accounts import queries as accounts
from anlan.kernel.deadlines import days_left, local_time
from anlan.kernel.errors import AnlanError
from anlan.kernel.messages import render as sentence
from anlan.platform.ledger import places
from anlan.platform.ledger.history import history_of
from anlan.platform.scope import Scope
from anlan.platform.web import once_token, read_moment, screen
from anlan.registry import queries as registry

_NUMBERS = ("deaths", "serious_injuries", "minor_injuries")
_WORDS = ("sector", "category", "region", "place", "summary", "unit_name")
# Of these the timeline shows what they changed; what was filed and found stands beside it.
_TOLD = tuple(f"accident.accident.{act}" for act in ("corrected", "amended", "judged", "extended", "reported_up"))
_FILINGS = tuple(f"accident.accident.{act}" for act in ("reported", "recorded", "closed"))
_FOUND = ("direct_cause", "indirect_cause", "liability", "measures")
_CHOICES: dict[str, Any] = {
    "sectors": queries.SECTORS, "categories": queries.CATEGORIES, "natures": queries.NATURES,
    "corrections": queries.CORRECTIONS, "revocations": queries.REVOCATIONS,
}  # fmt: skip


def _regions(request: HttpRequest) -> list[tuple[str, str]]:
    region = request.scope.region  # type: ignore[attr-defined]
    return places.options(region) if len(region) >= 6 else []


def _firm_name(scope: Scope, typed: Mapping[str, Any]) -> str:
    """The name of the enterprise that a form has chosen, where the person sees it; the hidden field holds its id alone."""
    chosen = queries.as_uuid(typed.get("enterprise", ""))
    seen = registry.enterprises_seen(scope, [chosen]) if chosen else ()
    return registry.enterprise_names(seen).get(str(chosen), "")


def _numbers(request: HttpRequest) -> dict[str, int | None]:
    return {name: read_number(request, name) for name in _NUMBERS} | {"loss_yuan": read_loss(request)}


@never_cache
@require_http_methods(["GET", "POST"])
@screen
def accident_new(request: HttpRequest) -> HttpResponse:
    """File an accident; with `record=1` one of former times whose case was closed already."""
    scope = request.scope  # type: ignore[attr-defined]
    scope.require("accident.report")
    typed = request.POST if request.method == "POST" else request.GET
    error: AnlanError | None = None
    kept: tuple[str, ...] = ()
    if request.method == "POST":
        try:
            kept = read_files(request)
            return redirect("accident", accident_id=_filed(request, kept))
        except AnlanError as refused:
            error = refused
    context = _CHOICES | {
        "record": bool(typed.get("record")),
        "regions": _regions(request),
        "firm_name": _firm_name(scope, typed),
        "typed": typed,
        "kept": kept,
        "once": typed.get("once") or once_token(),
        "error": error,
        "errors": errors_of(error),
    }
    return render(request, "accident/accident_new.html", context, status=error.status if error else 200)


def _filed(request: HttpRequest, files: tuple[str, ...]) -> str:
    post, former = request.POST, bool(request.POST.get("record"))
    counted = {name: value or 0 for name, value in _numbers(request).items() if name != "loss_yuan"}
    item = reports.ReportInput(
        **{name: post.get(name, "") for name in _WORDS},
        occurred_at=read_moment(request, "occurred_at") or request.now,  # type: ignore[attr-defined]
        received_at=read_moment(request, "received_at"),
        learned_at=read_moment(request, "learned_at"),
        enterprise_id=post.get("enterprise", ""),
        lon=read_float(request, "lon"),
        lat=read_float(request, "lat"),
        casualties=queries.Casualties(**counted, loss_yuan=read_loss(request)),
        files=files,
        once=read_once(request),
        closed_on=read_day(request, "closed_on") if former else None,
        nature=post.get("nature") or "production",
        note=post.get("note", ""),
        **({name: post.get(name, "") for name in _FOUND} if former else {}),
    )
    file = reports.accident_record if former else reports.accident_report
    key = file(scope=request.scope, item=item, now=request.now)  # type: ignore[attr-defined]
    messages.success(request, sentence("accident.done.report", {}))
    return key


def _typed_time(moment: datetime | None) -> str:
    """A moment as a datetime field holds it."""
    return local_time(moment).strftime("%Y-%m-%dT%H:%M") if moment else ""


@never_cache
@require_GET
@screen
def accident_page(request: HttpRequest, accident_id: UUID) -> HttpResponse:
    """One accident: facts, casualties, deadlines, what this person may do now, what happened."""
    return _page(request, accident_id)


def _page(
    request: HttpRequest,
    accident_id: UUID,
    error: AnlanError | None = None,
    failed: str = "",
    kept: tuple[str, ...] = (),
) -> HttpResponse:
    scope, now = request.scope, request.now  # type: ignore[attr-defined]
    row = queries.accident_get(scope, accident_id)
    actions = queries.accident_actions(scope, row, now)
    open_ = row.state in {"reported", "investigating"}
    names = accounts.person_names({p for p in (row.entered_by, row.closed_by) if p})
    history = history_of(f"{row.SUBJECT}/{row.pk}", scope)
    context = _CHOICES | {
        "accident": row,
        "place_name": places.label(row.region),
        "actions": actions,
        "allowed": {action.id for action in actions if action.allowed},
        "regions": _regions(request) if any(a.id == "amend" and a.allowed for a in actions) else [],
        "left": days_left(now, row.investigation_due_at) if open_ else None,
        "up_late": open_ and row.reported_up_at is None and now > row.up_due_at,
        "up_was_late": row.reported_up_at is not None and row.reported_up_at > row.up_due_at,
        "leader_late": queries.leader_late(row.learned_at, row.received_at),
        "supplement_over": now > row.supplement_until,
        "supplement_days": 7 if queries.is_short(row.sector, row.category) else 30,
        "loss_now": queries.loss_text(row.loss_yuan) if row.loss_yuan is not None else "",
        "times": {n: _typed_time(getattr(row, n)) for n in ("occurred_at", "learned_at", "received_at")},
        "reported_to": queries.reported_to(row.grade),
        "investigator": queries.investigator_of(row.grade),
        "scene": queries.accident_files(row, "scene"),
        "report": queries.accident_files(row, "report"),
        "entered_by": names.get(row.entered_by, ""),
        "closed_by": names.get(row.closed_by, ""),
        "history": history,
        "base": queries.version_of(row.pk),
        "once": once_token(),
        "error": error,
        "errors": errors_of(error),
        "failed": failed,
        "told": _TOLD,
        "filings": _FILINGS,
        "firm_name": _firm_name(scope, request.POST) if error else "",
        "typed": request.POST if error else {},
        "kept": kept if error else (),
    }
    return render(request, "accident/accident.html", context, status=error.status if error else 200)


def _correct(request: HttpRequest, common: dict[str, Any], files: tuple[str, ...]) -> None:
    post = request.POST
    numbers = _numbers(request)
    accidents.accident_correct(**common, numbers=numbers, kind=post.get("kind", ""), note=post.get("note", ""))


def _amend(request: HttpRequest, common: dict[str, Any], files: tuple[str, ...]) -> None:
    values: dict[str, Any] = {name: request.POST[name] for name in _WORDS if name in request.POST}
    for name in ("occurred_at", "received_at", "learned_at"):
        if name in request.POST:
            values[name] = read_moment(request, name)
    values |= {name: read_float(request, name) for name in ("lon", "lat") if name in request.POST}
    if "enterprise" in request.POST:
        values["enterprise_id"] = request.POST["enterprise"]
    accidents.accident_amend(**common, values=values)


def _close(request: HttpRequest, common: dict[str, Any], files: tuple[str, ...]) -> None:
    words = {name: request.POST.get(name, "") for name in (*_FOUND, "note")}
    accidents.accident_close(**common, files=files, nature=request.POST.get("nature", ""), **words)


def _revoke(request: HttpRequest, common: dict[str, Any], files: tuple[str, ...]) -> None:
    post = request.POST
    other = queries.accident_named(request.scope, post.get("duplicate_of", ""))  # type: ignore[attr-defined]
    accidents.accident_revoke(**common, kind=post.get("kind", ""), note=post.get("note", ""), duplicate_of=other)


def _investigate(request: HttpRequest, common: dict[str, Any], files: tuple[str, ...]) -> None:
    accidents.accident_investigate(**common, team=request.POST.get("team", ""))


def _report_up(request: HttpRequest, common: dict[str, Any], files: tuple[str, ...]) -> None:
    accidents.accident_report_up(**common, at=read_moment(request, "at"), note=request.POST.get("note", ""))


def _judge(request: HttpRequest, common: dict[str, Any], files: tuple[str, ...]) -> None:
    accidents.accident_judge(**common, nature=request.POST.get("nature", ""), note=request.POST.get("note", ""))


def _extend(request: HttpRequest, common: dict[str, Any], files: tuple[str, ...]) -> None:
    accidents.accident_extend(**common, days=read_number(request, "days") or 0, note=request.POST.get("note", ""))


_ACTS: Mapping[str, Callable[[HttpRequest, dict[str, Any], tuple[str, ...]], None]] = {
    "investigate": _investigate,
    "report_up": _report_up,
    "correct": _correct,
    "amend": _amend,
    "judge": _judge,
    "extend": _extend,
    "close": _close,
    "revoke": _revoke,
}


@never_cache
@require_POST
@screen
def accident_act(request: HttpRequest, accident_id: UUID, action: str) -> HttpResponse:
    """Do it; refused, the page comes back with every reason and what was typed, uploaded papers included."""
    if action not in _ACTS:
        raise Http404
    queries.accident_get(request.scope, accident_id)  # type: ignore[attr-defined]
    kept: tuple[str, ...] = ()
    try:
        kept = read_files(request)
        pressed = Pressed(read_base(request), read_once(request))
        common = {"scope": request.scope, "accident_id": str(accident_id), "pressed": pressed, "now": request.now}  # type: ignore[attr-defined]
        _ACTS[action](request, common, kept)
    except AnlanError as error:
        return _page(request, accident_id, error, action, kept)
    messages.success(request, sentence(f"accident.done.{action}", {}))
    return redirect("accident", accident_id=accident_id)
