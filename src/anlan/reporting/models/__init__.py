"""Tables of reporting."""

from anlan.reporting.models.dismissal import Dismissal
from anlan.reporting.models.filing import Filing, FilingValue
from anlan.reporting.models.issued_report import IssuedReport
from anlan.reporting.models.report_template import ReportTemplate
from anlan.reporting.models.round import Round, RoundItem
from anlan.reporting.models.value import ReportedValue

__all__ = ["Dismissal", "Filing", "FilingValue", "IssuedReport", "ReportTemplate", "ReportedValue", "Round", "RoundItem"]
