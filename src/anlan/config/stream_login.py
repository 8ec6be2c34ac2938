"""Who holds a stream open: the session of its cookie, read again as often as asked, without counting as use of it."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user
from django.core.exceptions import DisallowedHost
from django.db import close_old_connections
from django.http import HttpRequest, HttpResponse, parse_cookie
from django_otp.middleware import OTPMiddleware

from anlan.accounts.middleware import standing
from anlan.platform import clock
from anlan.platform.scope import Scope

PATH = "/api/v1/stream"


def host_known(headers: Mapping[str, str]) -> bool:
    """Whether the address the browser used is one of ANLAN_ALLOWED_HOSTS."""
    request = HttpRequest()
    request.META["HTTP_HOST"] = headers.get("host", "")
    try:
        return bool(request.get_host())
    except DisallowedHost:
        return False


def scope_of(headers: Mapping[str, str]) -> Scope | None:
    """The scope in force now of whoever the session cookie belongs to; None where a login is wanted. Reads the database."""
    key = parse_cookie(headers.get("cookie", "")).get(settings.SESSION_COOKIE_NAME)
    if not key:
        return None
    close_old_connections()
    request: Any = HttpRequest()
    request.path = request.path_info = PATH
    request.session = import_module(settings.SESSION_ENGINE).SessionStore(key)
    request.user = get_user(request)
    OTPMiddleware(lambda _: HttpResponse())(request)
    acting = standing(request, clock.now())
    return acting.scope if acting else None
