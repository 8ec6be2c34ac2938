"""A document or workbook of reports as a download."""

from __future__ import annotations

from django.http import HttpResponse

from anlan.platform.documents.api import as_file
from anlan.platform.documents.bundle import DOCX
from anlan.platform.ledger.workbook.export import XLSX_TYPE
from anlan.reporting.reports.guard import is_workbook

__all__ = ["as_office_file"]


def as_office_file(data: bytes, name: str) -> HttpResponse:
    """The download, its type and suffix told from its bytes."""
    if is_workbook(data):
        return as_file(data, XLSX_TYPE, f"{name}.xlsx")
    return as_file(data, DOCX, f"{name}.docx")
