"""Every address of the server. Contexts bring their own `screens.urlpatterns`; their prefix stands here."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from django.urls import URLPattern, URLResolver, include, path

from anlan.config import home
from anlan.config.desk_site import desk

# Module of the door -> prefix of its addresses.
_DOORS: tuple[tuple[str, str], ...] = (
    ("anlan.config.health", ""),
    ("anlan.config.oversight", ""),
    ("anlan.accounts.screens", ""),
    ("anlan.platform.screens", ""),
    ("anlan.platform.ledger.screens", ""),
    ("anlan.registry.screens", "registry/"),
    ("anlan.inspection.screens", "inspection/"),
)


def _door(module: str, prefix: str) -> list[URLResolver]:
    if not find_spec(module):
        return []
    patterns: Any = getattr(import_module(module), "urlpatterns", None)
    return [path(prefix, include(patterns))] if patterns else []


def _api() -> list[URLPattern | URLResolver]:
    if not find_spec("anlan.config.api"):
        return []
    return [path("api/v1/", import_module("anlan.config.api").api.urls)]


urlpatterns: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    path("todos", home.todos, name="todos"),
    path("figures", home.figures, name="figures"),
    *(route for module, prefix in _DOORS for route in _door(module, prefix)),
    *_api(),
    path("desk/", desk().urls),
]

handler403 = "anlan.config.home.forbidden"
handler404 = "anlan.config.home.missing"
handler500 = "anlan.config.home.failed"
