"""Rounds and the towns' forms in them, as far as a person may see them."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Q, QuerySet

from anlan.kernel.periods import Period
from anlan.platform import regions
from anlan.platform.journal.held import once_recorded, versions_of
from anlan.platform.scope import Scope, limit, region_filter
from anlan.reporting.errors import FilingNotFound, RoundNotFound
from anlan.reporting.models import Filing, Round
from anlan.reporting.rules.round import (
    TO_FILE,
)
from anlan.reporting.rules.round_item import Item

__all__ = [
    "ROUND_VIEW", "Progress", "filing_get", "filing_list", "filings_of", "filings_to_file", "filings_to_review", "items_of",
    "overdue", "period_of_round", "progress_of", "round_get", "round_list", "stepped", "town_name", "version_of_row",
]  # fmt: skip

ROUND_VIEW = "reporting.round.view"


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a round is: forms asked, filed (of these approved), owed (of these sent back or past the time)."""

    should: int
    filed: int
    approved: int
    owed: int
    returned: int
    overdue: int

    @property
    def label(self) -> str:
        """As it stands in lists: 18/19个乡镇（街道）."""
        return f"{self.filed}/{self.should}个乡镇（街道）"


def _id(value: Any) -> uuid.UUID | None:
    try:
        return value if isinstance(value, uuid.UUID) else uuid.UUID(str(value))
    except ValueError:
        return None


def round_list(scope: Scope) -> QuerySet[Round]:
    """The rounds that a person may see, the newest first: a county's own, and those in which a place of theirs is asked."""
    rows = Round._default_manager.filter(drill=0)
    if not scope.may(ROUND_VIEW) or scope.subjects is not None:
        return rows.none()
    asked = limit(Filing._default_manager.all(), scope).values("round_id")
    return limit(rows, scope).filter(region_filter("region", scope.region) | Q(pk__in=asked)).order_by("-opened_at", "pk")


def round_get(scope: Scope, round_id: Any) -> Round:
    """One round.

    Raises:
        RoundNotFound: none such, or not this person's to see.
    """
    found = round_list(scope).filter(pk=_id(round_id)).first()
    if found is None:
        raise RoundNotFound
    return found


def filing_list(scope: Scope) -> QuerySet[Filing]:
    """The forms that a person may see: a county all of its towns', a town its own."""
    rows = Filing._default_manager.filter(drill=0)
    return limit(rows, scope).select_related("round") if scope.may(ROUND_VIEW) else rows.none()


def filing_get(scope: Scope, filing_id: Any) -> Filing:
    """One town's form.

    Raises:
        FilingNotFound: none such, or another town's; or its round is not here yet.
    """
    found = filing_list(scope).filter(pk=_id(filing_id), round__title__isnull=False).first()
    if found is None:
        raise FilingNotFound
    return found


def filings_of(scope: Scope, row: Round) -> list[Filing]:
    """The forms of a round that the person may see, by town, with what they say."""
    return list(filing_list(scope).filter(round_id=row.pk).prefetch_related("values").order_by("region"))


def items_of(row: Round) -> list[Item]:
    """The lines of the form, in order."""
    return [Item(i.key, i.name, i.unit, i.indicator, i.total) for i in row.items.all()]  # type: ignore[attr-defined]


def period_of_round(row: Round) -> Period:
    """The period that a round is about."""
    return Period(row.first_on, row.last_on, row.span)


def overdue(filing: Filing, now: datetime) -> bool:
    """Whether the town owes the form past its time: by the clock, whatever any job did."""
    return filing.state in TO_FILE and filing.round.state == "open" and now > filing.due_at


def progress_of(scope: Scope, rows: Collection[Round], now: datetime) -> Mapping[Any, Progress]:
    """How far rounds are, by id."""
    late = Count("pk", filter=Q(due_at__lt=now))
    found: dict[Any, dict[str, tuple[int, int]]] = {row.pk: {} for row in rows}
    states = filing_list(scope).filter(round_id__in=list(found)).order_by().values_list("round_id", "state")
    for key, state, count, past in states.annotate(n=Count("pk"), late=late):
        found[key][state] = (count, past)
    return {key: _progress(held) for key, held in found.items()}


def _progress(held: Mapping[str, tuple[int, int]]) -> Progress:
    count = {state: number for state, (number, _) in held.items()}
    filed = count.get("submitted", 0) + count.get("approved", 0)
    owed = [held.get(state, (0, 0)) for state in TO_FILE]
    return Progress(
        sum(count.values()), filed, count.get("approved", 0), sum(n for n, _ in owed), count.get("returned", 0),
        sum(late for _, late in owed),
    )  # fmt: skip


# --- what is owed ------------------------------------------------------------------------------------------------------


def filings_to_file(scope: Scope) -> QuerySet[Filing]:
    """Forms that this person's town owes, the earliest time first."""
    rows = filing_list(scope).filter(state__in=TO_FILE, round__state="open")
    return rows.order_by("due_at", "pk")


def filings_to_review(scope: Scope) -> QuerySet[Filing]:
    """Forms that towns filed and nobody has looked at yet, the oldest first."""
    return filing_list(scope).filter(state="submitted", round__state="open").order_by("submitted_at", "pk")


def version_of_row(row: Any) -> int:
    """Number of entries held of a round or form."""
    subject = f"{row.SUBJECT}/{row.pk}"
    return versions_of([subject]).get(subject, 0)


def stepped(scope: Scope, row: Any, once: str | None, kind: str) -> bool:
    """Whether this person's entry of this kind with this key is held.

    Raises:
        Conflict: "journal.once_reused" when the key was used for another act.
    """
    subject = f"{row.SUBJECT}/{row.pk}"
    return subject in once_recorded(scope, [(subject, once)], kind)


def town_name(region: str) -> str:
    """What the town of a form is called."""
    return regions.name(region)
