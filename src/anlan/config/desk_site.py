"""The desk: Unfold's admin site under /desk/, cut down to lists, with our login, our chrome and its own CSP.

Unfold's Alpine needs `unsafe-eval` and inline style. The looser policy is put on responses of this site only; every
other page keeps the strict one of settings.CONTENT_SECURITY_POLICY.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache, update_wrapper
from importlib import import_module
from typing import Any
from urllib.parse import urlencode

from csp.decorators import csp
from django.conf import settings
from django.contrib import admin
from django.contrib.admin import sites
from django.contrib.admin.apps import SimpleAdminConfig
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.urls import URLPattern, URLResolver
from unfold.sites import UnfoldAdminSite

from anlan.platform import clock

View = Callable[..., HttpResponseBase]

# The only site-wide routes that remain; the rest of Django's (password change, search across models, shortcuts by
# content type) would be doors of their own, each needing its own scope.
_KEPT = frozenset({"index", "login", "jsi18n", "app_list"})


def _to_login(address: str) -> HttpResponse:
    # django.contrib.auth.views has the same, but needs loaded models; this module is read while apps are listed.
    return redirect(f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': address})}")


class DeskSite(UnfoldAdminSite):
    """Lists of the ledgers. No permission of Django's own: the scope decides, in queries and services."""

    site_header = site_title = index_title = "安澜"
    final_catch_all_view = False
    enable_nav_sidebar = False

    def has_permission(self, request: HttpRequest) -> bool:
        """Whether the request carries a logged-in person with a post."""
        scope = getattr(request, "scope", None)
        return request.user.is_authenticated and bool(scope)

    def admin_view(self, view: View, cacheable: bool = False) -> View:
        """Django's wrapper, plus: outsiders go to our login, `request.now` is set, and the desk's own CSP."""
        guarded = super().admin_view(view, cacheable)

        def inner(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not self.has_permission(request):
                return _to_login(request.get_full_path())
            request.now = clock.now()  # type: ignore[attr-defined]
            return guarded(request, *args, **kwargs)

        return update_wrapper(csp(settings.DESK_SECURITY_POLICY)(inner), view)

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """The lists of registered ledgers and the few site routes that they need."""
        return [route for route in super().get_urls() if isinstance(route, URLResolver) or route.name in _KEPT]

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """What the frame needs. Unfold's own walks every model and colour on every request; our chrome needs neither."""
        return {"site_title": self.site_title, "colors": _colours(self), "has_permission": True, "is_popup": False}

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """Redirect to the one login page."""
        return _to_login(request.GET.get("next", "/"))

    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The desk has no front page of its own: home is /."""
        return redirect("home")

    def app_index(
        self, request: HttpRequest, app_label: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        """As `index`."""
        return redirect("home")


@cache
def _colours(site: DeskSite) -> dict[str, dict[str, str]]:
    return site._get_colors("COLORS", None)


class DeskConfig(SimpleAdminConfig):
    """Django's admin app with our site in place of its own. Registration waits for `desk()`: ledgers come later."""

    default = True

    def ready(self) -> None:
        """Put the desk where Django and Unfold look for the site."""
        super().ready()
        admin.site = sites.site = DeskSite()


@cache
def desk() -> DeskSite:
    """The desk's site with every ledger of the catalogue registered. Call it only when all apps are ready."""
    site: DeskSite = admin.site
    # Not at the top: the ledger's ModelAdmin needs loaded models, and this module is read while apps are listed.
    import_module("anlan.platform.ledger.desk").register_desk(site)
    return site
