"""The pages of reporting."""

from __future__ import annotations

from django.urls import path

from anlan.reporting.screens import drafts, indicators, reports

urlpatterns = [
    path("drafts", drafts.drafts, name="reporting-drafts"),
    path("indicators", indicators.indicators, name="reporting-indicators"),
    path("indicators/<str:indicator_id>", indicators.indicator, name="reporting-indicator"),
    path("indicators/<str:indicator_id>/rows", indicators.indicator_rows, name="reporting-indicator-rows"),
    path("report", reports.report, name="reporting-report"),
    path("issued/<str:report_id>", reports.issued, name="reporting-issued"),
]
