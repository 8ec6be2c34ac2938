"""The page of reporting."""

from __future__ import annotations

from django.urls import path

from anlan.reporting.screens import drafts

urlpatterns = [path("drafts", drafts.drafts, name="reporting-drafts")]
