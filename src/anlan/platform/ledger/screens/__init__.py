"""Pages that every ledger has: a record, its form, its history, import and export. `config/urls.py` mounts them at the root."""

from __future__ import annotations

from django.urls import URLPattern, path

from anlan.platform.ledger.screens.form import create, edit, restore, retire
from anlan.platform.ledger.screens.importing import confirm, importing, rejected, run_page, run_state, template_file
from anlan.platform.ledger.screens.record import export, history, record, to_list

_ROOT = "records/<slug:context>/<slug:plural>"

urlpatterns: list[URLPattern] = [
    path(_ROOT, to_list, name="ledger-list"),
    path(f"{_ROOT}/new", create, name="ledger-create"),
    path(f"{_ROOT}/export.xlsx", export, {"suffix": "xlsx"}, name="ledger-export-xlsx"),
    path(f"{_ROOT}/export.csv", export, {"suffix": "csv"}, name="ledger-export-csv"),
    path(f"{_ROOT}/template.xlsx", template_file, name="ledger-template"),
    path(f"{_ROOT}/import", importing, name="ledger-import"),
    path(f"{_ROOT}/imports/<uuid:run_id>", run_page, name="ledger-import-run"),
    path(f"{_ROOT}/imports/<uuid:run_id>/state", run_state, name="ledger-import-state"),
    path(f"{_ROOT}/imports/<uuid:run_id>/confirm", confirm, name="ledger-import-confirm"),
    path(f"{_ROOT}/imports/<uuid:run_id>/rejected.xlsx", rejected, name="ledger-import-rejected"),
    path(f"{_ROOT}/<uuid:record_id>", record, name="ledger-record"),
    path(f"{_ROOT}/<uuid:record_id>/edit", edit, name="ledger-edit"),
    path(f"{_ROOT}/<uuid:record_id>/retire", retire, name="ledger-retire"),
    path(f"{_ROOT}/<uuid:record_id>/restore", restore, name="ledger-restore"),
    path("history/<str:kind>/<str:key>", history, name="history"),
]
