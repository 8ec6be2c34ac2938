"""What a hazard's listings (挂牌督办) do when the hazard's own deadline moves."""

from __future__ import annotations

from anlan.inspection import queries
from anlan.inspection.models import Hazard, Listing
from anlan.inspection.rules.extension import extended_due
from anlan.inspection.rules.listing import UPPER
from anlan.kernel.entry import Draft
from anlan.platform.scope import Scope

__all__ = ["listings_extended"]


def listings_extended(scope: Scope, hazard: Hazard, days: int) -> list[tuple[Draft, int | None]]:
    """The entries that move the county's open listings of a hazard by as many days as the hazard was given.

    What a city or province set stays: only they can move it. Source: house rule.
    """
    if not hazard.listed:
        return []
    rows = [row for row in queries.listings_of_hazard(scope, hazard) if row.ended_at is None and row.level not in UPPER]
    subjects = [f"{Listing.SUBJECT}/{row.id}" for row in rows]
    versions = queries.versions_of(subjects)
    return [
        (
            Draft(
                kind=f"{Listing.SUBJECT}.due_moved",
                subject=subject,
                region=row.region,
                data={"due_before": row.due_at.isoformat(), "due_at": extended_due(row.due_at, days).isoformat()},
                drill=bool(row.drill),
            ),
            versions[subject],
        )
        for row, subject in zip(rows, subjects, strict=True)
    ]
