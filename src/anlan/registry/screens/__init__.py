"""Pages of the registry: the file of one enterprise, its forms, and the enterprises that no office has."""

from __future__ import annotations

from django.urls import path

from anlan.registry.screens import acts, profile, unassigned

_ONE = "enterprises/<uuid:enterprise_id>"

urlpatterns = [
    path("enterprises", profile.enterprise_list, name="registry-enterprises"),
    path("enterprises/new", profile.enterprise_new, name="registry-enterprise-new"),
    path("enterprises/unassigned", unassigned.unassigned_page, name="registry-unassigned"),
    path(_ONE, profile.enterprise_page, name="registry-enterprise"),
    path(f"{_ONE}/contacts/<uuid:key>/reveal", profile.contact_reveal, name="registry-contact-reveal"),
    path(f"{_ONE}/<slug:act>", acts.act_page, name="registry-act"),
    path(f"{_ONE}/<slug:act>/<uuid:key>", acts.act_page, name="registry-act-on"),
]
