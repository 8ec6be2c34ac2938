"""Closings whose named second officer has not answered yet: his own to answer, and how many there are."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import date, datetime, timedelta

from django.db.models import QuerySet

from anlan.accounts import queries as accounts
from anlan.inspection.models import Hazard, Listing
from anlan.inspection.queries.due import subject_keys
from anlan.inspection.queries.lists import hazards_url
from anlan.inspection.queries.scoped import visible
from anlan.inspection.rules.co_review import ANSWER_WITHIN, CO_REVIEW_LAPSED, CoReviewFacts
from anlan.inspection.rules.hazard import StepFacts
from anlan.kernel.deadlines import end_of_day
from anlan.kernel.reminders import Matter
from anlan.platform.declare import ReminderLine
from anlan.platform.scope import Scope

__all__ = [
    "CO_REVIEW", "co_review_facts", "co_review_lines", "co_review_word", "co_reviews_reminded", "co_reviews_unconfirmed",
    "co_reviews_waiting",
]  # fmt: skip

CO_REVIEW = "inspection.co_review"
"""The topic of what the second officer is told."""


def co_review_facts(scope: Scope, hazard: Hazard, step: StepFacts) -> CoReviewFacts:
    """What the rules need to know of an answer of the second officer."""
    answered = hazard.co_confirmed_at is not None or hazard.disputed_at is not None
    unlisted = False
    if hazard.grade == "major" and hazard.closed_at is not None:
        rows = Listing._default_manager.filter(hazard=hazard, state="unlisted", ended_at__gte=hazard.closed_at)
        unlisted = rows.exists()
    reopened = hazard.reopened_as_id is not None
    return CoReviewFacts(step, scope.who(hazard.co_reviewer), hazard.closed_at, answered, reopened, unlisted)


def co_review_word(hazard: Hazard, now: datetime) -> str:
    """What the second officer has said, as people read it; "" where he is not asked. Source: rules.co_review."""
    lapsed = hazard.closed_at is not None and now - hazard.closed_at > ANSWER_WITHIN
    return CO_REVIEW_LAPSED if hazard.co_review == "waiting" and lapsed else str(hazard.get_co_review_display())


def _open(rows: QuerySet[Hazard]) -> QuerySet[Hazard]:
    return rows.filter(
        closed_at__isnull=False, state="closed", co_confirmed_at__isnull=True, disputed_at__isnull=True
    ).exclude(co_reviewer="")


def co_reviews_waiting(scope: Scope, now: datetime) -> QuerySet[Hazard]:
    """Closed hazards in scope that this person was named for and may still answer, the oldest closing first."""
    rows = _open(visible(Hazard, scope)).filter(co_reviewer__in=scope.ids, closed_at__gte=now - ANSWER_WITHIN)
    return rows.select_related("enterprise").order_by("closed_at", "id")


def co_reviews_unconfirmed(scope: Scope, since: date) -> tuple[int, str]:
    """(how many, address of the list of exactly these): closings in scope since that local day that the second officer
    has neither confirmed nor objected to, also where he no longer can; drills left out."""
    first = end_of_day(since - timedelta(days=1)) + timedelta(seconds=1)
    count = _open(visible(Hazard, scope)).filter(closed_at__gte=first, drill=0).count()
    return count, hazards_url(state="closed", co_review="waiting", closed_at_from=since.isoformat())


def co_reviews_reminded(subjects: Collection[str] | None = None) -> Iterator[Matter]:
    """Closings that wait for the second officer's answer, drills left out. Unscoped: for the job.

    Args:
        subjects: only these, `inspection.hazard/<id>`; None: all.
    """
    rows = _open(Hazard._default_manager.filter(drill=0))
    stands = accounts.standing_by()
    found = [rows] if subjects is None else [rows.filter(pk__in=part) for part in subject_keys(subjects)]
    for part in found:
        held = list(part.values_list("id", "region", "closed_at", "office_id", "co_reviewer"))
        # Named under a registration that has been merged since: it is the other one's posts that are told.
        posts = accounts.posts_by_person({stands(h[4]) for h in held})
        for key, region, closed_at, office, person in held:
            # The day before: what is said on the day of the closing itself was not due before it.
            yield Matter(
                f"{Hazard.SUBJECT}/{key}", region, closed_at + ANSWER_WITHIN, closed_at - timedelta(days=1),
                False, "", str(office or ""), tuple(posts.get(stands(person), ())),
            )  # fmt: skip


def co_review_lines(scope: Scope, subjects: Collection[str]) -> Mapping[str, ReminderLine]:
    """What the scope may know of these closings; those outside it are absent."""
    lines = {}
    for part in subject_keys(subjects):
        for hazard in visible(Hazard, scope).filter(pk__in=part).select_related("enterprise"):
            waits = hazard.state == "closed" and not (hazard.co_confirmed_at or hazard.disputed_at or hazard.drill)
            lines[f"{Hazard.SUBJECT}/{hazard.id}"] = ReminderLine(
                f"{hazard.enterprise.name}：被列为复查人员，请确认",
                f"/inspection/hazards/{hazard.id}",
                hazard.closed_at + ANSWER_WITHIN if waits and hazard.closed_at else None,
            )
    return lines
