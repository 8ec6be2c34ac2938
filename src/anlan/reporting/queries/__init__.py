"""Reads of reporting."""

from anlan.platform.indicator.ask import dimensions_of, indicators_list
from anlan.reporting.queries.dismissals import Judged, dismissals_of, office_of
from anlan.reporting.queries.drafts import (
    CHECK,
    LARGEST,
    LONGEST,
    Checked,
    Mark,
    draft_annotated,
    draft_check,
    mark_read,
    rules_named,
)
from anlan.reporting.queries.figure_rows import figure_rows, pairs_list, pairs_read, rows_label
from anlan.reporting.queries.figure_words import figure_words, indicator_words
from anlan.reporting.queries.figures import (
    COMPARISONS,
    FigureLine,
    FigureTable,
    figure_asked,
    figure_table,
    figure_tables,
    number_text,
    plain_number,
    rows_url,
)
from anlan.reporting.queries.issued_reports import issued_changes, issued_files, issued_get, issued_versions
from anlan.reporting.queries.report_diff import report_differences
from anlan.reporting.queries.report_packages import report_package
from anlan.reporting.queries.report_page import report_page, report_seen
from anlan.reporting.queries.report_templates import template_choices, template_data, template_title
from anlan.reporting.queries.reports import Report, report_build, report_words
from anlan.reporting.queries.values import VIEW, Reported, reported_named, value_problems

__all__ = [
    "CHECK", "COMPARISONS", "LARGEST", "LONGEST", "VIEW", "Checked", "FigureLine", "FigureTable", "Judged", "Mark",
    "Report", "Reported", "dimensions_of", "dismissals_of", "draft_annotated", "draft_check", "figure_asked",
    "figure_rows", "figure_table", "figure_tables", "figure_words", "indicator_words", "indicators_list", "issued_changes",
    "issued_files", "issued_get", "issued_versions", "mark_read",
    "number_text", "office_of", "pairs_list", "pairs_read", "plain_number", "report_build", "report_differences",
    "report_package", "report_page", "report_seen", "report_words", "reported_named", "rows_label", "rows_url", "rules_named",
    "template_choices", "template_data", "template_title", "value_problems",
]  # fmt: skip
