"""Patterns that make a self-check look as if nobody had looked: shown to the office, never held against the report. Pure.

Source: house rule (the thresholds are dated data).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

__all__ = ["DOUBT_WORDS", "DoubtRule", "ReportFacts", "doubt_rule_on", "report_doubts", "zeros_against"]

# Code of a doubt -> what the list says; also the key of its sentence.
DOUBT_WORDS: tuple[str, ...] = ("same_photo", "too_fast", "same_answers", "zero_again")


@dataclass(frozen=True, slots=True)
class DoubtRule:
    """From `since` on: so many zero reports in a row, so many seconds for a checklist, items from which time counts."""

    since: date
    zeros: int
    seconds: int
    items: int
    source: str


_RULES = (DoubtRule(date(2000, 1, 1), zeros=3, seconds=120, items=10, source="house rule"),)


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """A report as it is judged: seconds from its beginning, number of answers, problems among them, and their digest.

    `before`: digest of the enterprise's report before it. `copied`: how many of its photos stand in another record.
    """

    seconds: int
    answers: int
    problems: int
    digest: str
    before: str = ""
    copied: int = 0


def doubt_rule_on(day: date) -> DoubtRule:
    """The thresholds in force on a local day."""
    return max((rule for rule in _RULES if rule.since <= day), key=lambda rule: rule.since)


def report_doubts(facts: ReportFacts, rule: DoubtRule) -> list[str]:
    """The doubts that a report raises by itself, in the order of DOUBT_WORDS; empty when there is none.

    Answers without any problem are alike by nature: only the same words of problems again are doubtful. Source: house rule.
    """
    found = ["same_photo"] if facts.copied else []
    if facts.answers >= rule.items and facts.seconds < rule.seconds:
        found.append("too_fast")
    if facts.problems and facts.digest == facts.before:
        found.append("same_answers")
    return found


def zeros_against(
    reports: Sequence[tuple[datetime, bool]], found: Collection[datetime], rule: DoubtRule
) -> datetime | None:
    """Since when an enterprise has reported nothing again and again while officers found hazards there; None: not so.

    Args:
        reports: (when, whether it reported no problem), newest first. found: when officers found hazards there.
    """
    zeros = []
    for at, zero in reports:
        if not zero:
            break
        zeros.append(at)
    if len(zeros) < rule.zeros:
        return None
    since = zeros[-1]
    return since if any(moment >= since for moment in found) else None
