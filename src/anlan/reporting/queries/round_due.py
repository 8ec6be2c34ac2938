"""Forms as reminders see them: owed ones with their time, and those that were chased or sent back."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta

from django.db.models import Q, QuerySet

from anlan.kernel.reminders import Matter
from anlan.platform.declare import ReminderLine
from anlan.platform.scope import Scope
from anlan.reporting.models import Filing
from anlan.reporting.queries.rounds import filing_list
from anlan.reporting.rules.reminder import FIRST_DAYS
from anlan.reporting.rules.round import TO_FILE

__all__ = ["CHASED", "DUE", "chased_lines", "chased_reminded", "filing_lines", "filings_reminded"]

DUE, CHASED = "reporting.filing_due", "reporting.filing_chased"
_LONG_BEFORE = timedelta(days=FIRST_DAYS + 30)


def _owed(subjects: Collection[str] | None) -> QuerySet[Filing]:
    rows = Filing._default_manager.filter(drill=0, state__in=TO_FILE, round__state="open").select_related("round")
    return rows if subjects is None else rows.filter(pk__in=_keys(subjects))


def _keys(subjects: Collection[str]) -> list[uuid.UUID]:
    return [uuid.UUID(subject.partition("/")[2]) for subject in subjects]


def _told(filing: Filing) -> datetime:
    """The time of a form as its chasing names it: every further one a second earlier, so that each is told by itself."""
    times = filing.chased + (filing.turns if filing.state == "returned" else 0)
    return filing.due_at - timedelta(seconds=times)


def filings_reminded(subjects: Collection[str] | None = None) -> Iterator[Matter]:
    """Forms that towns owe, drills left out. Unscoped: for the job.

    Args:
        subjects: only these, `reporting.filing/<id>`; None: all.
    """
    for filing in _owed(subjects):
        yield Matter(f"{Filing.SUBJECT}/{filing.pk}", filing.region, filing.due_at, filing.due_at - _LONG_BEFORE)


def chased_reminded(subjects: Collection[str] | None = None) -> Iterator[Matter]:
    """Those of them that were chased or sent back. Unscoped: for the job."""
    for filing in _owed(subjects).filter(Q(chased__gt=0) | Q(state="returned")):
        yield Matter(f"{Filing.SUBJECT}/{filing.pk}", filing.region, _told(filing), filing.due_at - _LONG_BEFORE)


def filing_lines(scope: Scope, subjects: Collection[str]) -> Mapping[str, ReminderLine]:
    """What the scope may know of these forms; those outside it are absent."""
    return {key: _line(filing, "", filing.due_at) for key, filing in _seen(scope, subjects)}


def chased_lines(scope: Scope, subjects: Collection[str]) -> Mapping[str, ReminderLine]:
    """As `filing_lines`, with what happened to them."""
    return {
        key: _line(filing, "报送表被退回：" if filing.state == "returned" else "催报：", _told(filing))
        for key, filing in _seen(scope, subjects)
    }


def _seen(scope: Scope, subjects: Collection[str]) -> Iterator[tuple[str, Filing]]:
    for filing in filing_list(scope).filter(pk__in=_keys(subjects)):
        yield f"{Filing.SUBJECT}/{filing.pk}", filing


def _line(filing: Filing, word: str, due_at: datetime) -> ReminderLine:
    waits = filing.state in TO_FILE and filing.round.state == "open" and not filing.drill
    return ReminderLine(f"{word}{filing.round}", f"/reporting/filings/{filing.pk}", due_at if waits else None)
