"""The pages of reporting."""

from __future__ import annotations

from django.urls import path

from anlan.reporting.screens import drafts, filings, indicators, reports, rounds, templates

urlpatterns = [
    path("drafts", drafts.drafts, name="reporting-drafts"),
    path("indicators", indicators.indicators, name="reporting-indicators"),
    path("indicators/<str:indicator_id>", indicators.indicator, name="reporting-indicator"),
    path("indicators/<str:indicator_id>/rows", indicators.indicator_rows, name="reporting-indicator-rows"),
    path("report", reports.report, name="reporting-report"),
    path("templates/upload", templates.template_upload, name="reporting-template-upload"),
    path("templates/<str:template_id>/file", templates.template_file, name="reporting-template-file"),
    path("templates/<str:template_id>/withdraw", templates.template_withdraw, name="reporting-template-withdraw"),
    path("issued/<str:report_id>", reports.issued, name="reporting-issued"),
    path("rounds", rounds.rounds, name="reporting-rounds"),
    path("rounds/new", rounds.round_new, name="reporting-round-new"),
    path("rounds/<uuid:round_id>", rounds.round_page, name="reporting-round"),
    path("rounds/<uuid:round_id>/<slug:action>", rounds.round_act, name="reporting-round-act"),
    path("filings/<uuid:filing_id>", filings.filing, name="reporting-filing"),
    path("filings/<uuid:filing_id>/<slug:action>", filings.filing_act, name="reporting-filing-act"),
]
