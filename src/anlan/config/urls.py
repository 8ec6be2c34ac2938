"""Every address of the server. Contexts bring their own `screens.urlpatterns`; their prefix stands here."""

from __future__ import annotations

from django.templatetags.static import static
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView

from anlan.config import everywhere_doors, home
from anlan.config.api import api
from anlan.config.desk_site import desk

# Module of the door -> prefix of its addresses.
_DOORS: tuple[tuple[str, str], ...] = (
    ("anlan.config.health", ""),
    ("anlan.config.oversight", ""),
    ("anlan.config.mending", ""),
    ("anlan.config.duplicates_doors", ""),
    ("anlan.config.exchange_doors", ""),
    ("anlan.config.pocket", "pocket/"),
    ("anlan.accounts.screens", ""),
    ("anlan.platform.attachments.screens", ""),
    ("anlan.platform.documents.screens", ""),
    ("anlan.platform.ledger.screens", ""),
    ("anlan.calling.screens", ""),
    ("anlan.registry.screens", "registry/"),
    ("anlan.inspection.screens", "inspection/"),
    ("anlan.sensing.screens", "sensing/"),
    ("anlan.accident.screens", "accident/"),
    ("anlan.reporting.screens", "reporting/"),
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/v1/", api.urls),  # first: phones and programs ask most
    path("", home.home, name="home"),
    path("todos", home.todos, name="todos"),
    path("figures", home.figures, name="figures"),
    path("search", everywhere_doors.everywhere, name="everywhere"),
    path("favicon.ico", RedirectView.as_view(url=static("anlan/mark.svg"))),
    *(path(prefix, include(module)) for module, prefix in _DOORS),
    path("desk/", desk().urls),
]

handler400 = "anlan.config.home.bad_request"
handler403 = "anlan.config.home.forbidden"
handler404 = "anlan.config.home.missing"
handler500 = "anlan.config.home.failed"
