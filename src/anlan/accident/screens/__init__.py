"""Pages of accident: the form to file one and the page of one. Lists are the desk's."""

from __future__ import annotations

from django.urls import path

from anlan.accident.screens import accidents

_ONE = "accidents/<uuid:accident_id>"

urlpatterns = [
    path("accidents/new", accidents.accident_new, name="accident-new"),
    path(_ONE, accidents.accident_page, name="accident"),
    path(f"{_ONE}/<slug:action>", accidents.accident_act, name="accident-act"),
]
