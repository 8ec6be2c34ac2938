"""Administration of people: list, one person with accounts, posts and deputies, leaving a post with hand-over."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from anlan.accounts.queries import person_get, person_list, post_get
from anlan.accounts.queries.cards import (
    PostChoices,
    people_rows,
    person_card,
    post_choices,
    post_leave_card,
    require_view,
)
from anlan.accounts.queries.enterprises import enterprise_find
from anlan.accounts.services import accounts, deputies, mergers, moves, people, posts, totp
from anlan.kernel.errors import AnlanError
from anlan.kernel.messages import render as sentence
from anlan.platform import vault
from anlan.platform.web import once_token, screen

_PAGE_SIZE = 25
_POST_FIELDS = ("organisation_id", "role_id", "prefix", "office_id", "enterprise_id", "title", "starts_on", "until_on")


@require_GET
@screen
def people_page(request: HttpRequest) -> HttpResponse:
    """People in scope with their posts and accounts, found by name."""
    require_view(request.scope)
    text = request.GET.get("q", "").strip()
    page = Paginator(person_list(request.scope, text), _PAGE_SIZE).get_page(request.GET.get("page"))
    rows = people_rows(request.scope, list(page.object_list), request.now)
    return render(request, "accounts/people.html", {"rows": rows, "page": page, "q": text})


@require_http_methods(["GET", "POST"])
@screen
def person_new(request: HttpRequest) -> HttpResponse:
    """Enter a person; posts and the account follow on the person's own page."""
    request.scope.require("accounts.manage")
    typed = {"region": request.scope.region, **request.POST.dict()}
    error = None
    if request.method == "POST":
        values = {field: typed.get(field, "") for field in ("name", "phone", "region", "remark")}
        try:
            person_id = people.person_create(
                scope=request.scope, values=values, now=request.now, once=typed.get("once") or None
            )
            return redirect("accounts-person", person_id=person_id)
        except AnlanError as refused:
            error = refused
    page = {
        "error": error,
        "typed": typed,
        "once": typed.get("once") or once_token(),
        "regions": post_choices(request.scope).regions,
    }
    return render(request, "accounts/person_new.html", page, status=error.status if error else 200)


@never_cache
@require_GET
@screen
def person_page(request: HttpRequest, person_id: Any) -> HttpResponse:
    """One person: data, accounts, posts, deputies."""
    return _person(request, str(person_id))


def _person(
    request: HttpRequest, person_id: str, error: AnlanError | None = None, shown: Mapping[str, str] | None = None
) -> HttpResponse:
    require_view(request.scope)
    card = person_card(request.scope, person_id, request.now)
    page = {
        "card": card,
        "choices": post_choices(request.scope) if request.scope.may("accounts.manage") else PostChoices(),
        "can_manage": request.scope.may("accounts.manage"),
        "can_reveal": request.scope.may("vault.reveal"),
        "once": once_token(),
        "typed": {"enterprise_id": request.GET.get("enterprise_id", ""), **request.POST.dict()},
        "error": error,
        "shown": shown or {},
    }
    return render(request, "accounts/person.html", page, status=error.status if error else 200)


def _version(request: HttpRequest) -> int | None:
    base = request.POST.get("base", "")
    return int(base) if base.isascii() and base.isdigit() else None


def _change(request: HttpRequest, person_id: str) -> str:
    values = {f: request.POST[f] for f in ("name", "phone", "remark", "region") if f in request.POST}
    people.person_change(scope=request.scope, id=person_id, values=values, base=_version(request), now=request.now)
    return "accounts.done.saved"


def _post_values(request: HttpRequest) -> dict[str, str | None]:
    values = {field: request.POST.get(field) or None for field in _POST_FIELDS}
    # People know the code of an enterprise, not its id; what can't be found is refused as missing.
    return {**values, "enterprise_id": enterprise_find(request.scope, values["enterprise_id"] or "")}


def _post_add(request: HttpRequest, person_id: str) -> str:
    posts.post_create(
        scope=request.scope,
        values={**_post_values(request), "person_id": person_id},
        now=request.now,
        once=request.POST.get("once") or None,
    )
    return "accounts.done.post_created"


def _deputy_set(request: HttpRequest, person_id: str) -> str:
    values = {f: request.POST.get(f, "") for f in ("post_id", "starts_on", "until_on", "reason")}
    values["person_id"] = request.POST.get("deputy_id", "")
    deputies.deputy_set(scope=request.scope, values=values, now=request.now, once=request.POST.get("once") or None)
    return "accounts.done.deputy_set"


def _deputy_cancel(request: HttpRequest, person_id: str) -> str:
    deputies.deputy_cancel(
        scope=request.scope, id=request.POST.get("deputyship", ""), base=_version(request), now=request.now
    )
    return "accounts.done.deputy_cancelled"


def _separate(request: HttpRequest, person_id: str) -> str:
    reason = request.POST.get("reason", "")
    mergers.person_separate(scope=request.scope, id=person_id, reason=reason, base=_version(request), now=request.now)
    return "accounts.done.separated"


def _account_step(service: Callable[..., Any], code: str, *, reason: bool = False) -> Callable[[HttpRequest, str], str]:
    def act(request: HttpRequest, person_id: str) -> str:
        extra = {"reason": request.POST.get("reason", "")} if reason else {}
        service(scope=request.scope, id=request.POST.get("account", ""), now=request.now, **extra)
        return code

    return act


_ACTIONS: dict[str, Callable[[HttpRequest, str], str]] = {
    "change": _change,
    "separate": _separate,
    "post-add": _post_add,
    "deputy-set": _deputy_set,
    "deputy-cancel": _deputy_cancel,
    "account-disable": _account_step(accounts.account_disable, "accounts.done.account_disabled", reason=True),
    "account-enable": _account_step(accounts.account_enable, "accounts.done.account_enabled"),
    "account-unlock": _account_step(accounts.account_unlock, "accounts.done.unlocked"),
    "totp-remove": _account_step(totp.totp_remove, "accounts.done.totp_removed", reason=True),
}


@never_cache
@require_POST
@screen
def person_action(request: HttpRequest, person_id: Any, action: str) -> HttpResponse:
    """One act on a person; refused, the page comes back with the reason and what was typed."""
    require_view(request.scope)
    person = person_get(request.scope, str(person_id))
    try:
        if action in _SHOWN_ONCE:
            return _person(request, str(person.pk), shown=_SHOWN_ONCE[action](request, str(person.pk)))
        if action not in _ACTIONS:
            raise Http404
        messages.success(request, sentence(_ACTIONS[action](request, str(person.pk)), {}))
    except AnlanError as error:
        return _person(request, str(person.pk), error=error)
    return redirect("accounts-person", person_id=person.pk)


def _account_open(request: HttpRequest, person_id: str) -> dict[str, str]:
    made = accounts.account_create(
        scope=request.scope, person_id=person_id, username=request.POST.get("username", ""), now=request.now
    )
    return {"done": sentence("accounts.done.account_opened", {}), "username": made.username, "password": made.password}


def _password_reset(request: HttpRequest, person_id: str) -> dict[str, str]:
    password = accounts.password_reset(scope=request.scope, id=request.POST.get("account", ""), now=request.now)
    return {"done": sentence("accounts.done.password_reset", {}), "password": password}


def _phone(request: HttpRequest, person_id: str) -> dict[str, str]:
    person = person_get(request.scope, person_id)
    reason = request.POST.get("reason", "")
    ref = people.person_ref(person_id)
    return {"phone": vault.reveal(request.scope, ref, people.PHONE, person.region, reason, request.now)}


# Answers that stand on one page once and are nowhere kept: initial passwords, an unmasked number.
_SHOWN_ONCE: dict[str, Callable[[HttpRequest, str], dict[str, str]]] = {
    "account-open": _account_open,
    "password-reset": _password_reset,
    "phone": _phone,
}


@require_GET
@screen
def post_page(request: HttpRequest, post_id: Any) -> HttpResponse:
    """A post stands on its person's page."""
    require_view(request.scope)
    return redirect("accounts-person", person_id=post_get(request.scope, str(post_id)).person_id)


@require_http_methods(["GET", "POST"])
@screen
def post_leave(request: HttpRequest, post_id: Any) -> HttpResponse:
    """End a post: see the open work first, say who takes it, and if the person moves on, to which post."""
    request.scope.require("accounts.manage")
    post = post_get(request.scope, str(post_id))
    error = None
    if request.method == "POST":
        try:
            _leave(request, str(post.pk))
            messages.success(request, sentence("accounts.done.moved", {}))
            return redirect("accounts-person", person_id=post.person_id)
        except AnlanError as refused:
            error = refused
    page = {
        "card": post_leave_card(request.scope, post, request.now),
        "choices": post_choices(request.scope),
        "typed": request.POST.dict(),
        "once": request.POST.get("once") or once_token(),
        "error": error,
    }
    return render(request, "accounts/post_leave.html", page, status=error.status if error else 200)


def _leave(request: HttpRequest, post_id: str) -> None:
    entering = None
    if request.POST.get("organisation_id") or request.POST.get("role_id"):
        entering = _post_values(request)
    moves.person_move(
        scope=request.scope,
        post_id=post_id,
        reason=request.POST.get("reason", ""),
        base=_version(request),
        now=request.now,
        entering=entering,
        successor_post_id=request.POST.get("successor_post_id") or None,
        successor_person_id=request.POST.get("successor_person_id") or None,
        once=request.POST.get("once") or None,
    )
