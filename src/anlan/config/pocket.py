"""The phone's page at /pocket/: its shell and its service worker, both built by `make web`. The shell holds no data.

Both lie under /static/pocket/ as well, but a service worker rules only the addresses below its own.
"""

from __future__ import annotations

from pathlib import Path

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_safe
from django.views.generic import RedirectView

from anlan.kernel.errors import AnlanError, NotFound
from anlan.platform.web import error_page

FOLDER = Path(settings.PACKAGE_DIR) / "static" / "pocket"


def built(name: str) -> Path:
    """A file of the build.

    Raises:
        NotFound: "ui.pocket.not_built" on a machine where `make web` was never run.
    """
    file = FOLDER / name
    if not file.is_file():
        raise NotFound("ui.pocket.not_built")
    return file


def _answer(request: HttpRequest, name: str, content_type: str) -> HttpResponse:
    try:
        file = built(name)
    except AnlanError as error:
        return error_page(request, error)
    # The phone keeps its own copy; what it asks for here is whether there is a newer one.
    return HttpResponse(file.read_bytes(), content_type=content_type, headers={"Cache-Control": "no-cache"})


@require_safe
def shell(request: HttpRequest) -> HttpResponse:
    """The page without data, for everybody: it asks the API, which asks for a login."""
    return _answer(request, "index.html", "text/html; charset=utf-8")


@require_safe
def worker(request: HttpRequest) -> HttpResponse:
    """The service worker that opens the page without signal."""
    return _answer(request, "sw.js", "text/javascript; charset=utf-8")


urlpatterns = [
    path("", shell, name="pocket"),
    path("sw.js", worker, name="pocket-worker"),
    # After a login the phone passes here: its own copy of the page would skip what the server still wants, such as a
    # new password.
    path("enter", RedirectView.as_view(pattern_name="pocket"), name="pocket-enter"),
]
