"""The one translator from errors to pages, and what every screen needs: login, scope, `now`."""

from __future__ import annotations

import functools
import secrets
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from anlan.kernel.deadlines import SHANGHAI
from anlan.kernel.errors import AnlanError, BadInput
from anlan.platform import clock

View = Callable[..., HttpResponse]


def screen(view: View) -> View:
    """Require a login, put `request.now` (aware UTC) beside `request.scope`, and turn an AnlanError into its page.

    A refused POST is normally shown by the screen itself, beside what was typed; this is the net below it.
    """

    @functools.wraps(view)
    def wrapped(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not request.user.is_authenticated or getattr(request, "scope", None) is None:
            return redirect_to_login(request.get_full_path())
        request.now = clock.now()
        try:
            return view(request, *args, **kwargs)
        except AnlanError as error:
            return error_page(request, error)

    return wrapped


def error_page(request: HttpRequest, error: AnlanError) -> HttpResponse:
    """The page of an error: its sentence, its single reasons, and the way back."""
    return render(request, "anlan/error.html", {"error": error}, status=error.status)


def once_token() -> str:
    """A fresh idempotency key for a form, made when the page is rendered."""
    return secrets.token_urlsafe(16)


def read_moment(request: HttpRequest, name: str) -> datetime | None:
    """A local date and time as typed into a datetime field, None where empty.

    Raises:
        BadInput: "kernel.text.not_a_date".
    """
    typed = request.POST.get(name, "").strip()
    if not typed:
        return None
    try:
        return datetime.fromisoformat(typed[:16]).replace(tzinfo=SHANGHAI)
    except ValueError:
        raise BadInput("kernel.text.not_a_date", value=typed[:20]) from None
