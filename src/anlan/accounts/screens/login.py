"""Login with lock-out and optional second factor; logout."""

from __future__ import annotations

import math
from typing import Any

from axes.helpers import get_cool_off
from django.contrib.auth import authenticate, logout
from django.contrib.auth import login as start_session
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST
from django_otp import login as start_verified

from anlan.accounts.middleware import IDLE, SEEN
from anlan.accounts.models import Account
from anlan.accounts.queries import account_active
from anlan.accounts.services.totp import totp_verify
from anlan.kernel.messages import render as sentence
from anlan.platform import clock

_PENDING = "anlan.pending"
_PENDING_SECONDS = 300
_PENDING_TRIES = 5
_BACKEND = "django.contrib.auth.backends.ModelBackend"


def safe_next(request: HttpRequest, target: str | None) -> str:
    """Where to go after a login: a path of this server, never another host."""
    allowed = url_has_allowed_host_and_scheme(target or "", {request.get_host()}, require_https=request.is_secure())
    return target if target and allowed and not target.startswith(("/login", "/logout")) else "/"


@never_cache
@sensitive_post_parameters("password")
@require_http_methods(["GET", "POST"])
def login_page(request: HttpRequest) -> HttpResponse:
    """User name and password; the second step follows where the account has a second factor."""
    target = safe_next(request, request.POST.get("next") or request.GET.get("next"))
    if request.method == "GET":
        if getattr(request, "scope", None) is not None:
            return redirect(target)
        if request.user.is_authenticated and _settled(request.user):
            return render(request, "accounts/no_post.html", status=403)
        idle = bool(request.session.pop(IDLE, False)) if IDLE in request.session else False
        return render(request, "accounts/login.html", {"next": target, "idle": idle})
    username = request.POST.get("username", "").replace("\0", "").strip().lower()
    account = authenticate(request, username=username, password=request.POST.get("password", ""))
    if not isinstance(account, Account):
        error = sentence("accounts.login.failed", {})
        page = {"next": target, "username": username, "error": error}
        return render(request, "accounts/login.html", page, status=401)
    if account.totp:
        # The password alone opens nothing: no user in the session until the code is right.
        request.session.cycle_key()
        request.session[_PENDING] = {"account": str(account.pk), "at": _seconds(), "next": target, "tries": 0}
        return redirect("accounts-login-code")
    _enter(request, account)
    return redirect(target)


@never_cache
@require_http_methods(["GET", "POST"])
def code_page(request: HttpRequest) -> HttpResponse:
    """The second step: a six-digit code, five tries within five minutes."""
    pending: dict[str, Any] | None = request.session.get(_PENDING)
    if pending is None or _seconds() - pending["at"] > _PENDING_SECONDS or pending["tries"] >= _PENDING_TRIES:
        request.session.pop(_PENDING, None)
        return redirect("accounts-login")
    if request.method == "GET":
        return render(request, "accounts/login_code.html")
    account = account_active(pending["account"])
    device = totp_verify(account, request.POST.get("code", "")) if account else None
    if account is None or device is None:
        request.session[_PENDING] = {**pending, "tries": pending["tries"] + 1}
        error = sentence("accounts.totp.code_wrong", {})
        return render(request, "accounts/login_code.html", {"error": error}, status=401)
    del request.session[_PENDING]
    _enter(request, account)
    start_verified(request, device)
    return redirect(safe_next(request, pending["next"]))


@require_POST
def logout_action(request: HttpRequest) -> HttpResponse:
    """End the session; by POST only, so that no link or image can do it."""
    logout(request)
    return redirect("accounts-login")


def locked_out(request: HttpRequest, response: HttpResponse | None = None, credentials: Any = None) -> HttpResponse:
    """The page after too many wrong passwords: until when, and who can lift it (axes calls this)."""
    cool_off = get_cool_off(request)
    until = clock.now() + cool_off if cool_off else None
    minutes = math.ceil(cool_off.total_seconds() / 60) if cool_off else 0
    page = {"until": until, "minutes": minutes, "login": reverse("accounts-login")}
    return render(request, "accounts/locked_out.html", page, status=429)


def _enter(request: HttpRequest, account: Account) -> None:
    # login() gives the session a new key, so a key fixed beforehand is worth nothing.
    start_session(request, account, backend=_BACKEND)
    request.session[SEEN] = _seconds()


def _settled(account: Any) -> bool:
    return not account.must_change_password and (not account.totp or account.is_verified())


def _seconds() -> int:
    return int(clock.now().timestamp())
