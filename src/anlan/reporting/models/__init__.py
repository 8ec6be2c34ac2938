"""Tables of reporting."""

from anlan.reporting.models.dismissal import Dismissal
from anlan.reporting.models.issued_report import IssuedReport
from anlan.reporting.models.value import ReportedValue

__all__ = ["Dismissal", "IssuedReport", "ReportedValue"]
