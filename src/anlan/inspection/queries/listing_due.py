"""What of 挂牌督办 waits for whom: lists for 我的待办, and matters for reminders."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import datetime, timedelta

from django.db.models import QuerySet

from anlan.inspection.models import Listing
from anlan.inspection.queries.due import answerable, survivors
from anlan.inspection.queries.listings import listing_list
from anlan.inspection.queries.scoped import as_uuid
from anlan.kernel.reminders import Matter
from anlan.platform import reading
from anlan.platform.declare import ReminderLine
from anlan.platform.scope import Scope

__all__ = [
    "due_lines",
    "follow_lines",
    "listings_due",
    "listings_following",
    "listings_to_apply",
    "listings_to_judge",
    "listings_to_sign",
    "listings_to_visit",
]

_SOON = timedelta(days=3)
_PART = 500


def listings_to_sign(scope: Scope) -> QuerySet[Listing]:
    """Proposals that wait for the leader, the nearest deadline first."""
    return listing_list(scope, state="proposed").order_by("due_at", "id")


def listings_to_visit(scope: Scope, now: datetime) -> QuerySet[Listing]:
    """This person's listings whose next follow-up is overdue or due within three days."""
    rows = listing_list(scope, state="listed").filter(follower__in=[p for p in (*scope.ids, scope.on_behalf_of) if p])
    return rows.filter(follow_due_at__lt=now + _SOON).order_by("follow_due_at", "id")


def listings_to_judge(scope: Scope) -> QuerySet[Listing]:
    """Listings whose unlisting was applied for, the oldest first."""
    return listing_list(scope, state="unlisting_applied").order_by("applied_at", "id")


def listings_to_apply(scope: Scope) -> QuerySet[Listing]:
    """Listings whose hazard is closed and whose unlisting nobody has applied for."""
    rows = listing_list(scope, state="listed").filter(hazard__state="closed", hazard__reopened_as__isnull=True)
    return rows.order_by("due_at", "id")


def _of(subjects: Collection[str] | None, column: str) -> Iterator[QuerySet[Listing]]:
    rows = Listing._default_manager.filter(ended_at__isnull=True, state="listed", drill=0)
    if subjects is None:
        yield rows
        return
    keys = [key for subject in subjects if (key := as_uuid(subject.rpartition("/")[2]))]
    for start in range(0, len(keys), _PART):
        yield rows.filter(**{f"{column}__in": keys[start : start + _PART]})


def listings_following(subjects: Collection[str] | None = None) -> Iterator[Matter]:
    """Listings that have to be followed up, drills left out. Unscoped: for the job. `subjects`: `inspection.listing/<id>`."""
    become = survivors()
    columns = (
        "id", "region", "follow_due_at", "enterprise_id", "office_id", "created_at", "listed_at", "followed_at",
        "returned_at",
    )  # fmt: skip
    for rows in _of(subjects, "pk"):
        asked = reading.statement(rows.filter(follow_due_at__isnull=False), columns)
        for key, region, due_at, enterprise, office, created_at, *since in asked.rows():
            set_at = max(filter(None, since), default=created_at)
            answers = answerable(become, enterprise, office)
            yield Matter(f"{Listing.SUBJECT}/{key}", region, due_at, set_at, True, *answers)


def listings_due(subjects: Collection[str] | None = None) -> Iterator[Matter]:
    """Listed hazards that are not closed, by the nearest deadline of their listings. Unscoped: for the job.

    The subject is the hazard's: its closing withdraws the reminder at once.

    Args:
        subjects: only these, `inspection.hazard/<id>`; None: all.
    """
    become, nearest = survivors(), dict[str, Matter]()
    columns = ("hazard_id", "region", "due_at", "enterprise_id", "office_id", "listed_at", "created_at")
    for rows in _of(subjects, "hazard_id"):
        asked = reading.statement(rows.filter(hazard__closed_at__isnull=True), columns)
        for hazard, region, due_at, enterprise, office, listed_at, created_at in asked.rows():
            subject = f"inspection.hazard/{hazard}"
            if subject not in nearest or due_at < nearest[subject].due_at:
                answers = answerable(become, enterprise, office)
                nearest[subject] = Matter(subject, region, due_at, listed_at or created_at, True, *answers)
    yield from nearest.values()


def _line(row: Listing, due_at: datetime | None) -> ReminderLine:
    title = f"{row.enterprise.name}：{row.hazard.description[:40]}"
    return ReminderLine(title, f"/inspection/listings/{row.id}", due_at, "bad")


def follow_lines(scope: Scope, subjects: Collection[str]) -> Mapping[str, ReminderLine]:
    """What the scope may know of these listings; those outside it are absent."""
    keys = [key for subject in subjects if (key := as_uuid(subject.rpartition("/")[2]))]
    lines = {}
    for start in range(0, len(keys), _PART):
        for row in listing_list(scope).filter(pk__in=keys[start : start + _PART]):
            waits = row.state == "listed" and not row.drill
            lines[f"{Listing.SUBJECT}/{row.id}"] = _line(row, row.follow_due_at if waits else None)
    return lines


def due_lines(scope: Scope, subjects: Collection[str]) -> Mapping[str, ReminderLine]:
    """What the scope may know of these hazards as listed ones, each by its listing with the nearest deadline."""
    keys = [key for subject in subjects if (key := as_uuid(subject.rpartition("/")[2]))]
    lines: dict[str, ReminderLine] = {}
    for start in range(0, len(keys), _PART):
        rows = listing_list(scope).filter(hazard_id__in=keys[start : start + _PART])
        for row in sorted(rows, key=lambda r: (r.state != "listed", r.due_at)):
            waits = row.state == "listed" and row.hazard.closed_at is None and not row.drill
            lines.setdefault(f"inspection.hazard/{row.hazard_id}", _line(row, row.due_at if waits else None))
    return lines
