"""What follows from changes elsewhere: deadlines by new holiday tables and corrected clocks, scope when an enterprise moves."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from anlan.inspection import queries
from anlan.inspection.models import Hazard, Inspection
from anlan.inspection.queries.due import hazards_reclocked
from anlan.inspection.queries.self_checks import self_check_list
from anlan.inspection.services.drafting import term_of
from anlan.kernel.deadlines import WorkCalendar
from anlan.kernel.entry import Draft
from anlan.platform.database import writing
from anlan.platform.journal.home import home_test
from anlan.platform.journal.record import record_many
from anlan.platform.scope import SYSTEM, Scope
from anlan.registry import queries as registry

_BATCH = 200
# How a deadline was counted -> the argument of `term_of`; one that names its day is not counted.
_COUNTED = {"days": "days", "working": "working_days"}


def _record(drafts: list[Draft], scope: Scope, now: datetime) -> int:
    versions = queries.versions_of(d.subject for d in drafts)
    for start in range(0, len(drafts), _BATCH):
        part = drafts[start : start + _BATCH]
        with writing():
            record_many([(d, versions[d.subject]) for d in part], scope=scope, now=now)
    return len(drafts)


def deadline_recompute(*, now: datetime, scope: Scope = SYSTEM, calendar: WorkCalendar | None = None) -> int:
    """Count anew, for hazards at home here, the deadlines whose beginning or holidays are known better; how many changed.

    Those are the provisional ones, by the holiday tables now known, and those counted from a step whose clock was
    corrected since. Repeatable: a deadline that comes out the same is not recorded again.

    Raises:
        Conflict: "journal.conflict" when a hazard moved on meanwhile; the next run takes it.
        Unavailable: "journal.node.not_initialised".
    Source: 行政处罚法(2021) 第八十五条 (working days leave out statutory holidays); JOURNAL.md section 3 (clocks).
    """
    drafts, home, seen = [], home_test(), set()
    for hazard in (*queries.hazards_provisional(), *hazards_reclocked()):
        if hazard.pk in seen or hazard.due_from is None or hazard.due_unit not in _COUNTED or not home(hazard.region):
            continue
        seen.add(hazard.pk)
        counted = {_COUNTED[hazard.due_unit]: hazard.due_count}
        term = term_of(hazard.due_from, None, counted.get("days"), counted.get("working_days"), calendar)
        if term is None or (term.due_at == hazard.due_at and term.provisional == bool(hazard.due_provisional)):
            continue
        data = {"due_at": term.due_at.isoformat(), "due_provisional": term.provisional}
        drafts.append(
            Draft(
                kind=f"{Hazard.SUBJECT}.due_recomputed",
                subject=f"{Hazard.SUBJECT}/{hazard.id}",
                region=hazard.region,
                data=data,
                # The step the deadline belongs to is part of the key: a later order's deadline is another one.
                once=f"due:{hazard.due_from.isoformat()}:{data['due_at']}:{int(term.provisional)}",
                drill=bool(hazard.drill),
            )
        )
    return _record(drafts, scope, now)


def enterprise_rescope(*, enterprise_id: str, now: datetime, scope: Scope = SYSTEM) -> int:
    """Let an enterprise's hazards, listings and inspections follow its office, and what is still open also its region.

    Those of a merged enterprise follow the office of the one it has become; they stay in their own region. Closed hazards
    stay where they were counted; the office sees them all. Returns how many rows moved.

    Raises:
        NotFound: "registry.enterprise.not_found". Conflict: "journal.conflict".
    Source: house rule (一企一科; figures of a finished matter do not wander).
    """
    rights = frozenset({registry.VIEW, "inspection.view", "inspection.plan.view"})
    whole = Scope(scope.person, scope.post, scope.name, rights, "")
    standing = registry.enterprise_get(whole, registry.enterprise_current(enterprise_id))
    office_id = str(standing.office_id) if standing.office_id else None
    regions = {key: registry.enterprise_get(whole, key).region for key in queries.stands_for(enterprise_id)}
    drafts = []
    for row, open_ in _held(whole, enterprise_id):
        region = regions[str(row.enterprise_id)] if open_ else row.region
        if (str(row.office_id) if row.office_id else None) == office_id and row.region == region:
            continue
        drafts.append(
            Draft(
                kind=f"{row.SUBJECT}.rescoped",
                subject=f"{row.SUBJECT}/{row.id}",
                region=region,
                data={"office_id": office_id},
                drill=bool(row.drill),
            )
        )
    return _record(drafts, scope, now)


def _held(scope: Scope, enterprise_id: str) -> Iterator[tuple[Any, bool]]:
    for hazard in queries.hazard_list(scope, enterprise_id=enterprise_id):
        yield hazard, hazard.closed_at is None
    for check in self_check_list(scope, enterprise_id=enterprise_id):
        yield check, check.reported_at is None
    rows = queries.inspection_list(scope, enterprise_id=enterprise_id)
    inspection: Inspection
    for inspection in rows:
        yield inspection, inspection.finished_at is None
    for listing in queries.listings_of_enterprise(scope, enterprise_id):
        yield listing, listing.hazard.closed_at is None
    for task in queries.task_list(scope, enterprise_id=enterprise_id):
        yield task, task.ended_at is None
