"""When a report may be issued: nothing in it is blank, and its title and period are its own. Pure.

Source: 统计法（2024修正）第七条 (true, exact, whole and in time); 党政机关公文处理工作条例第二十四条 (what is issued is final).
"""

from __future__ import annotations

from collections.abc import Sequence

from anlan.kernel.errors import Violation
from anlan.kernel.text import blank, shown_length

__all__ = ["LONGEST_REASON", "LONGEST_TITLE", "check_issue"]

LONGEST_TITLE, LONGEST_REASON = 80, 200


def check_issue(title: str, blanks: Sequence[str], numbers: int, before: int, reason: str) -> list[Violation]:
    """Everything that keeps a report from being issued.

    Args:
        blanks: what is missing in it, in words. numbers: how many it prints. before: the version issued last of this
            title, place and period, 0 for none. reason: why it is issued again.
    """
    found: list[Violation] = []
    if blank(title):
        found.append(Violation("reporting.report.title_missing", {}, "title"))
    if shown_length(title) > LONGEST_TITLE:
        found.append(Violation("reporting.report.title_long", {"most": LONGEST_TITLE}, "title"))
    found += [Violation("reporting.report.blank", {"text": text}, "") for text in blanks]
    if not numbers:
        found.append(Violation("reporting.report.no_number", {}, ""))
    if before and blank(reason):
        found.append(Violation("reporting.report.issued_before", {"version": before}, "reason"))
    if reason and not before:
        found.append(Violation("reporting.report.not_issued_before", {}, "reason"))
    if shown_length(reason) > LONGEST_REASON:
        found.append(Violation("reporting.report.reason_long", {"most": LONGEST_REASON}, "reason"))
    return found
