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
from anlan.reporting.queries.report_templates import (
    own_templates,
    template_choices,
    template_data,
    template_faults,
    template_row,
    template_title,
)
from anlan.reporting.queries.reports import Report, report_build, report_words
from anlan.reporting.queries.round_buttons import filing_buttons, round_buttons
from anlan.reporting.queries.round_forms import FormLine, filing_words, form_lines, known_keys
from anlan.reporting.queries.round_known import asked_elsewhere, indicator_words_known, round_twin
from anlan.reporting.queries.round_tables import RoundTable, round_table, round_table_words
from anlan.reporting.queries.rounds import (
    ROUND_VIEW,
    filing_get,
    filing_list,
    filings_of,
    filings_to_file,
    filings_to_review,
    items_of,
    overdue,
    period_of_round,
    progress_of,
    round_get,
    round_list,
    stepped,
    town_name,
    version_of_row,
)
from anlan.reporting.queries.values import VIEW, Reported, reported_named, value_problems
from anlan.reporting.rules.round import KINDS
from anlan.reporting.rules.round_item import Answer

__all__ = [
    "CHECK", "COMPARISONS", "KINDS", "LARGEST", "LONGEST", "ROUND_VIEW", "VIEW", "Answer", "Checked", "FigureLine",
    "FigureTable", "FormLine", "Judged", "Mark", "Report", "Reported", "RoundTable", "asked_elsewhere", "dimensions_of",
    "dismissals_of", "draft_annotated", "draft_check", "figure_asked", "figure_rows", "figure_table", "figure_tables",
    "figure_words", "filing_buttons", "filing_get", "filing_list", "filing_words", "filings_of", "filings_to_file",
    "filings_to_review", "form_lines", "indicator_words", "indicator_words_known", "indicators_list", "issued_changes",
    "issued_files", "issued_get", "issued_versions", "items_of", "known_keys", "mark_read", "number_text", "office_of",
    "overdue", "own_templates", "pairs_list", "pairs_read", "period_of_round", "plain_number", "progress_of",
    "report_build", "report_differences", "report_package", "report_page", "report_seen", "report_words",
    "reported_named", "round_buttons", "round_get", "round_list", "round_table", "round_table_words", "round_twin",
    "rows_label", "rows_url", "rules_named", "stepped", "template_choices", "template_data", "template_faults",
    "template_row", "template_title", "town_name", "value_problems", "version_of_row",
]  # fmt: skip
