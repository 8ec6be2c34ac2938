"""What people settle for themselves: password, the post they act in, second factor, API tokens."""

from __future__ import annotations

import base64
from typing import Any
from urllib.parse import quote, urlencode

import segno
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django_otp import login as start_verified

from anlan.accounts.lockout import count_wrong, is_shut
from anlan.accounts.middleware import POST
from anlan.accounts.queries import acting_as, acting_posts, tokens_of
from anlan.accounts.screens.login import locked_out, safe_next
from anlan.accounts.services.accounts import password_change
from anlan.accounts.services.tokens import token_create, token_revoke
from anlan.accounts.services.totp import totp_begin, totp_confirm, totp_disable, totp_pending
from anlan.kernel.errors import AnlanError, NotAllowed
from anlan.kernel.messages import render as sentence
from anlan.platform import clock
from anlan.platform.web import screen

_ISSUER = "安澜"
_WRONG = frozenset({"accounts.password.old_wrong", "accounts.totp.code_wrong"})


@never_cache
@sensitive_post_parameters("old", "new", "repeated")
@require_http_methods(["GET", "POST"])
def password_page(request: HttpRequest) -> HttpResponse:
    """One's own new password; the only page open to somebody whose password must be changed."""
    account: Any = request.user
    if not account.is_authenticated or (account.totp and not account.is_verified()):
        return redirect_to_login(request.get_full_path())
    page: dict[str, Any] = {"forced": account.must_change_password}
    if request.method == "GET":
        return render(request, "accounts/password.html", page)
    if is_shut(request, account):
        return locked_out(request)
    typed = {field: request.POST.get(field, "") for field in ("old", "new", "repeated")}
    try:
        password_change(account=account, scope=request.scope, now=clock.now(), **typed)
    except AnlanError as error:
        if _wrong(error):
            count_wrong(request, account)
        return render(request, "accounts/password.html", {**page, "error": error}, status=error.status)
    update_session_auth_hash(request, account)
    messages.success(request, sentence("accounts.password.changed", {}))
    return redirect("/")


@require_GET
@screen
def posts_page(request: HttpRequest) -> HttpResponse:
    """The posts one may act in, one's own and those one deputises for."""
    choices = acting_posts(request.user, request.now)
    return render(
        request, "accounts/posts.html", {"choices": choices, "next": safe_next(request, request.GET.get("next"))}
    )


@require_POST
@screen
def post_switch(request: HttpRequest) -> HttpResponse:
    """Act in another post from now on."""
    acting = acting_as(request.user, request.POST.get("post", ""), request.now)
    if acting is None:
        raise NotAllowed("accounts.post.cannot_switch")
    request.session.cycle_key()
    request.session[POST] = acting.post_id
    messages.success(request, sentence("accounts.done.switched", {}))
    return redirect(safe_next(request, request.POST.get("next")))


@never_cache
@sensitive_post_parameters("password", "code")
@require_http_methods(["GET", "POST"])
@screen
def totp_page(request: HttpRequest) -> HttpResponse:
    """Switch the second factor on (begin, confirm) or off."""
    account: Any = request.user
    error = None
    if request.method == "POST":
        if is_shut(request, account):
            return locked_out(request)
        try:
            if answer := _totp_step(request, account):
                return answer
        except AnlanError as refused:
            error = refused
            if _wrong(refused):
                count_wrong(request, account)
    page: dict[str, Any] = {"enrolled": account.totp, "error": error}
    device = None if account.totp else totp_pending(account)
    if device is not None:
        key = base64.b32encode(device.bin_key).decode()
        page |= {"key": " ".join(key[i : i + 4] for i in range(0, len(key), 4)), "picture": _picture(account, key)}
    return render(request, "accounts/totp.html", page, status=error.status if error else 200)


def _wrong(error: AnlanError) -> bool:
    """Whether it refuses a password or code, which counts like one at login."""
    return bool(_WRONG & {error.code, *(v.code for v in error.violations)})


def _totp_step(request: HttpRequest, account: Any) -> HttpResponse | None:
    action = request.POST.get("action")
    if action == "begin" and not account.totp:
        totp_begin(account)
        return redirect("accounts-totp")
    if action == "confirm":
        device = totp_confirm(account=account, scope=request.scope, code=request.POST.get("code", ""), now=request.now)
        request.session.cycle_key()
        start_verified(request, device)
        messages.success(request, sentence("accounts.totp.enrolled", {}))
        return redirect("accounts-totp")
    if action == "disable":
        totp_disable(account=account, scope=request.scope, password=request.POST.get("password", ""), now=request.now)
        messages.success(request, sentence("accounts.totp.disabled", {}))
        return redirect("accounts-totp")
    return None


def _picture(account: Any, key: str) -> str:
    label = quote(f"{_ISSUER}:{account.username}")
    query = urlencode({"secret": key.rstrip("="), "issuer": _ISSUER, "digits": 6, "period": 30})
    return segno.make(f"otpauth://totp/{label}?{query}", error="m").svg_data_uri(scale=5, border=2)


@never_cache
@require_http_methods(["GET", "POST"])
@screen
def tokens_page(request: HttpRequest) -> HttpResponse:
    """One's own API tokens: issue (shown once), revoke."""
    error, issued = None, None
    typed = {"name": request.POST.get("name", ""), "days": request.POST.get("days", "90")}
    if request.method == "POST":
        who = {"scope": request.scope, "account": request.user, "now": request.now}
        try:
            if request.POST.get("action") == "revoke":
                token_revoke(id=request.POST.get("token", ""), **who)
                messages.success(request, sentence("accounts.token.revoked", {}))
                return redirect("accounts-tokens")
            days = int(typed["days"]) if typed["days"].isascii() and typed["days"].isdigit() else 0
            issued = token_create(name=typed["name"], days=days, **who)
        except AnlanError as refused:
            error = refused
    page = {"tokens": tokens_of(request.user), "issued": issued, "error": error, "typed": typed, "now": request.now}
    return render(request, "accounts/tokens.html", page, status=error.status if error else 200)
