"""Puts `request.scope` beside `request.user`, ends idle sessions, and holds people to a new password.

The scope is made only for requests that carry a session; it costs one query (account) plus one (post, person, role).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import SimpleLazyObject

from anlan.accounts.models import Account
from anlan.accounts.queries import Acting, acting_as, acting_posts
from anlan.accounts.services.accounts import account_seen
from anlan.kernel.messages import render as sentence
from anlan.platform import clock

SEEN = "anlan.seen"
POST = "anlan.post"
IDLE = "anlan.idle"
MANY = "anlan.many"
_SEEN_EVERY_SECONDS = 60
_BACKGROUND = "Anlan-Background"
_OPEN_WHILE_PASSWORD_IS_OLD = frozenset({"/password", "/logout", "/login"})

GetResponse = Callable[[HttpRequest], HttpResponse]


class ScopeMiddleware:
    """Sets `request.scope` (None for strangers and for people without a post) and `request.acting`."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Django's hook."""
        request.scope = request.acting = None  # type: ignore[attr-defined]
        if settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated:
            now = clock.now()
            if _idle(request, now):
                logout(request)
                request.session[IDLE] = True
            else:
                # A page that asks by itself is no use: a PC that somebody has left still ends its session.
                used = _BACKGROUND not in request.headers and _note_use(request, now)
                if answer := _admit(request, now, used):
                    return answer
        answer = self.get_response(request)
        if (request.acting is not None or "Authorization" in request.headers) and "Cache-Control" not in answer:
            # On a shared PC the Back button after a logout must not show what the last person saw.
            answer["Cache-Control"] = "private, no-store"
        return answer


def _idle(request: HttpRequest, now: datetime) -> bool:
    seen = request.session.get(SEEN)
    return seen is not None and now.timestamp() - seen > settings.ENV["ANLAN_IDLE_MINUTES"] * 60


def _note_use(request: HttpRequest, now: datetime) -> bool:
    # One session write a minute, not one a request: it is also what renews the cookie's age.
    seen = request.session.get(SEEN)
    if seen is not None and now.timestamp() - seen < _SEEN_EVERY_SECONDS:
        return False
    request.session[SEEN] = int(now.timestamp())
    account_seen(request.user, now)
    return True


def _admit(request: HttpRequest, now: datetime, renewed: bool) -> HttpResponse | None:
    """Give the request its scope; an answer only where the person must do something else first."""
    account: Any = request.user
    if account.totp and not account.is_verified():
        return None
    if account.must_change_password:
        if request.path in _OPEN_WHILE_PASSWORD_IS_OLD or request.path.startswith("/api/"):
            return None
        return redirect("accounts-password")
    acting = choose(account, request.session.get(POST), now)
    if acting is not None:
        if request.session.get(POST) != acting.post_id:
            request.session[POST] = acting.post_id
        if renewed or MANY not in request.session:
            request.session[MANY] = len(acting_posts(account, now)) > 1
        account.acting = acting.scope
        request.scope, request.acting = acting.scope, acting  # type: ignore[attr-defined]
    return None


def standing(request: HttpRequest, now: datetime) -> Acting | None:
    """What the person of a session may do now, without counting as use of it; None where a login is wanted.

    Args:
        request: with `session` and a `user` that knows its one-time password; nothing of it is saved.
    """
    if not request.user.is_authenticated or _idle(request, now):
        return None
    request.scope = request.acting = None  # type: ignore[attr-defined]
    _admit(request, now, False)
    return request.acting  # type: ignore[attr-defined,no-any-return]


def choose(account: Account, post_id: str | None, now: datetime) -> Acting | None:
    """The post last chosen in this session while it still gives a scope, else the first that does."""
    acting = acting_as(account, post_id, now) if post_id else None
    first = None if acting else next(iter(acting_posts(account, now)), None)
    return acting or (first and acting_as(account, first.post_id, now))


def page_context(request: HttpRequest) -> dict[str, Any]:
    """For every page: `scope`, `person_name`, `post_label`, `deputy_for`, `post_id`, `account_links`, `posts`.

    `posts` is read only when used, and is empty for the many people with a single post: whether there are more is looked
    up once a minute, not for every page.
    """
    acting: Acting | None = getattr(request, "acting", None)
    many = acting is not None and request.session.get(MANY, False)
    return {
        "account_links": _links() if acting else [],
        "scope": acting.scope if acting else None,
        "person_name": acting.scope.name if acting else "",
        "post_id": acting.post_id if acting else "",
        "post_label": acting.label if acting else "",
        "deputy_for": acting.deputy_for if acting else "",
        "posts": SimpleLazyObject(lambda: acting_posts(request.user, clock.now())) if many else [],
    }


@cache
def _links() -> tuple[dict[str, str], ...]:
    names = ("posts", "password", "totp", "tokens")
    return tuple({"url": reverse(f"accounts-{n}"), "label": sentence(f"accounts.link.{n}", {})} for n in names)
