"""挂牌督办: the page of a listing with its acts inline, and the form to list a hazard."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.accounts import queries as accounts
from anlan.inspection import queries
from anlan.inspection.screens.forms import errors_of, read_base, read_day, read_once, read_photos
from anlan.inspection.services import listing_papers, listing_steps, listing_withdrawals, listings
from anlan.kernel.deadlines import days_left
from anlan.kernel.errors import AnlanError
from anlan.kernel.messages import render as sentence
from anlan.platform.web import once_token, read_moment, screen

_FOLLOW = "inspection.listing.follow"
_PEOPLE = ("follower", "proposed_by", "listed_by", "applied_by", "ended_by", "co_reviewer")


@never_cache
@require_http_methods(["GET", "POST"])
@screen
def listing_new(request: HttpRequest) -> HttpResponse:
    """Propose a hazard for listing, or with `upper=1` record the upper level's notice."""
    request.scope.require("inspection.listing.propose")
    typed = request.POST if request.method == "POST" else request.GET
    hazard = queries.hazard_get(request.scope, typed.get("hazard", ""))
    upper, error = bool(typed.get("upper")), None
    photos: tuple[str, ...] = ()
    if request.method == "POST":
        try:
            photos = read_photos(request)
            return redirect("inspection-listing", listing_id=_listed(request, str(hazard.id), upper, photos))
        except AnlanError as refused:
            error = refused
    subject = f"inspection.hazard/{hazard.id}"
    context = {
        "hazard": hazard,
        "upper": upper,
        "officers": queries.officer_choices(request.scope, _FOLLOW, request.now, hazard),
        "typed": typed,
        "kept": photos,
        "base": typed.get("base") or queries.versions_of([subject]).get(subject, 0),
        "once": typed.get("once") or once_token(),
        "error": error,
        "errors": errors_of(error),
    }
    return render(request, "inspection/listing_new.html", context, status=error.status if error else 200)


def _listed(request: HttpRequest, hazard_id: str, upper: bool, photos: tuple[str, ...]) -> str:
    post = request.POST
    shared: dict[str, Any] = {
        "hazard_id": hazard_id, "note": post.get("note", ""), "requirement": post.get("requirement", ""),
        "due_on": read_day(request, "due_on"), "follower": post.get("follower", ""), "base": read_base(request),
        "once": read_once(request),
    }  # fmt: skip
    if upper:
        words = {name: post.get(name, "") for name in ("level", "notice_number", "issuer")}
        item = listings.ReceiveInput(**shared, **words, notice_on=read_day(request, "notice_on"), photos=photos)
        key = listings.listing_receive(scope=request.scope, item=item, now=request.now)
    else:
        key = listings.listing_propose(scope=request.scope, item=listings.ListInput(**shared), now=request.now)
    messages.success(request, sentence(f"inspection.listing.done.{'receive' if upper else 'propose'}", {}))
    return key


@never_cache
@require_GET
@screen
def listing_page(request: HttpRequest, listing_id: UUID) -> HttpResponse:
    """One listing: facts, follow-up visits, what this person may do now, what happened."""
    return _page(request, listing_id)


def _page(
    request: HttpRequest,
    listing_id: UUID,
    error: AnlanError | None = None,
    failed: str = "",
    photos: tuple[str, ...] = (),
) -> HttpResponse:
    scope, now = request.scope, request.now
    row = queries.listing_get(scope, listing_id)
    actions = queries.listing_actions(scope, row, now)
    allowed = {action.id for action in actions if action.allowed}
    version, lines = queries.history_of(row)
    lines = queries.with_doubts(scope, lines)
    people = {name: getattr(row, name) for name in _PEOPLE}
    names = accounts.person_names({p for p in people.values() if p})
    listed, open_ = row.state == "listed", row.ended_at is None
    context = {
        "listing": row,
        "hazard": row.hazard,
        "left": days_left(now, row.due_at) if open_ and row.hazard.closed_at is None else None,
        "follow_left": days_left(now, row.follow_due_at) if listed and row.follow_due_at else None,
        "visits": queries.follow_up_views(row, lines),
        "scans": queries.listing_photos(row, "notice"),
        "end_scans": queries.listing_photos(row, "end"),
        "reviewed": queries.listing_photos(row, "review"),
        "actions": actions,
        "allowed": allowed,
        "me": scope.person,
        "may_apply": scope.may("inspection.listing.apply"),
        "officers": queries.officer_choices(scope, _FOLLOW, now, row) if allowed & {"unlist", "reassign"} else [],
        "who": {name: names.get(person, "") for name, person in people.items()},
        "history": list(reversed(lines)),
        "base": version,
        "once": once_token(),
        "error": error,
        "errors": errors_of(error),
        "failed": failed,
        "typed": request.POST if error else {},
        "kept": photos if error else (),
    }
    return render(request, "inspection/listing.html", context, status=error.status if error else 200)


def _unlist(request: HttpRequest, common: dict[str, Any]) -> None:
    item = listing_steps.UnlistInput(**common, co_reviewer=request.POST.get("co_reviewer", ""))
    listing_steps.listing_unlist(scope=request.scope, item=item, now=request.now)


def _reassign(request: HttpRequest, common: dict[str, Any]) -> None:
    item = listing_steps.ReassignInput(**common, follower=request.POST.get("follower", ""))
    listing_steps.listing_reassign(scope=request.scope, item=item, now=request.now)


def _receive_end(request: HttpRequest, common: dict[str, Any]) -> None:
    number, day = request.POST.get("notice_number", ""), read_day(request, "notice_on")
    item = listing_steps.EndInput(**common, notice_number=number, notice_on=day)
    listing_steps.listing_receive_end(scope=request.scope, item=item, now=request.now)


def _plain(service: Callable[..., str]) -> Callable[[HttpRequest, dict[str, Any]], None]:
    def act(request: HttpRequest, common: dict[str, Any]) -> None:
        service(scope=request.scope, item=listing_steps.ListingInput(**common), now=request.now)

    return act


_ACTS: Mapping[str, Callable[[HttpRequest, dict[str, Any]], None]] = {
    "sign": _plain(listing_steps.listing_sign),
    "decline": _plain(listing_steps.listing_decline),
    "follow": _plain(listing_steps.listing_follow),
    "apply": _plain(listing_steps.listing_apply),
    "return": _plain(listing_steps.listing_return),
    "cancel": _plain(listing_steps.listing_cancel),
    "notice": _plain(listing_papers.listing_notice),
    "withdraw": _plain(listing_withdrawals.listing_withdraw),
    "reassign": _reassign,
    "unlist": _unlist,
    "receive_end": _receive_end,
}


@never_cache
@require_POST
@screen
def listing_act(request: HttpRequest, listing_id: UUID, action: str) -> HttpResponse:
    """Do it; refused, the page comes back with every reason and what was typed, uploaded files included."""
    if action not in _ACTS:
        raise Http404
    queries.listing_get(request.scope, listing_id)
    photos: tuple[str, ...] = ()
    try:
        photos = read_photos(request)
        common = {
            "listing_id": str(listing_id), "base": read_base(request), "once": read_once(request),
            "note": request.POST.get("note", ""), "photos": photos, "at": read_moment(request, "at"),
        }  # fmt: skip
        _ACTS[action](request, common)
    except AnlanError as error:
        return _page(request, listing_id, error, action, photos)
    messages.success(request, sentence(f"inspection.listing.done.{action}", {}))
    return redirect("inspection-listing", listing_id=listing_id)
