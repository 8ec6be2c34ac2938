"""Reading hazards: one, many, overdue, and which actions a person may take now."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from anlan.accounts import queries as accounts
from anlan.inspection.errors import HazardNotFound
from anlan.inspection.models import Hazard, HazardPhoto, HazardTag
from anlan.inspection.queries.co_reviews import co_review_facts
from anlan.inspection.queries.officers import firms_of_officer, own_firm
from anlan.inspection.queries.scoped import VIEW, as_uuid, visible
from anlan.inspection.rules.co_review import check_dispute
from anlan.inspection.rules.deadline import Granted, last_due_on, limit_on
from anlan.inspection.rules.ending import ENDED, check_finder, check_listed
from anlan.inspection.rules.hazard import DECISIONS, HAZARD_LOOP, SOURCES, StepFacts, check_entry
from anlan.kernel.deadlines import SHANGHAI, local_date
from anlan.kernel.errors import Violation
from anlan.platform import instances
from anlan.platform.scope import Scope, region_filter
from anlan.registry import queries as registry

SUBJECT = Hazard.SUBJECT
__all__ = [
    "SOURCES",
    "SUBJECT",
    "ActionView",
    "LimitView",
    "StepView",
    "day_range",
    "hazard_actions",
    "hazard_get",
    "hazard_limits",
    "hazard_list",
    "hazard_photos",
    "hazard_rows",
    "hazard_steps",
    "hazards_get",
    "hazards_get_seen",
    "hazards_of_enterprise",
    "hazards_overdue",
    "hazards_provisional",
    "hazards_to_decide",
    "step_facts",
    "time_given",
]


@dataclass(frozen=True, slots=True)
class ActionView:
    """One action as the page shows it: a button, or a greyed one with its reasons; not `main`: hidden when not allowed."""

    id: str
    label: str
    allowed: bool
    reasons: tuple[Violation, ...]
    evidence: tuple[str, ...]
    help: str
    main: bool = True


_FIRST, _LAST = date(1950, 1, 1), date(2200, 12, 31)


def day_range(since: date | None, until: date | None) -> tuple[datetime | None, datetime | None]:
    """The half-open range of moments from the first local day to the last, both included.

    Days that no record can be of are brought nearer: the ends of the calendar have no moment in UTC.
    """
    since, until = since and max(since, _FIRST), until and min(until, _LAST)
    begin = datetime(since.year, since.month, since.day, tzinfo=SHANGHAI) if since else None
    if until is None:
        return begin, None
    after = date.fromordinal(until.toordinal() + 1)
    return begin, datetime(after.year, after.month, after.day, tzinfo=SHANGHAI)


def hazard_get(scope: Scope, hazard_id: Any) -> Hazard:
    """One hazard with its enterprise and office, if the scope sees it.

    Raises:
        HazardNotFound: "inspection.hazard.not_found", also for a hazard of another region, office or enterprise.
    """
    key = as_uuid(hazard_id)
    found = _by_id(scope, [key]) if key else []
    if not found:
        raise HazardNotFound
    instances.attach(found, "enterprise", "office")
    return found[0]


def _by_id(scope: Scope, keys: Sequence[Any]) -> list[Hazard]:
    """The hazards with these ids as far as the scope sees them, without enterprise and office."""
    return instances.instances_by_id(Hazard, (scope.sees, scope.may(VIEW)), lambda: visible(Hazard, scope), keys)


def hazards_get_seen(scope: Scope, hazard_ids: Iterable[Any]) -> list[Hazard]:
    """Those of these hazards that the scope sees, the first found first; without enterprise and office."""
    return sorted(_by_id(scope, list(hazard_ids)), key=lambda h: (h.found_at, str(h.id)))


def hazards_get(scope: Scope, hazard_ids: Iterable[Any]) -> dict[str, Hazard]:
    """Hazards by id text; every one must be visible.

    Raises:
        HazardNotFound: "inspection.hazard.not_found" if any one is not.
    """
    keys = [as_uuid(i) for i in dict.fromkeys(hazard_ids)]
    if None in keys:
        raise HazardNotFound
    found: dict[str, Hazard] = {}
    for start in range(0, len(keys), 200):
        found.update((str(h.id), h) for h in _by_id(scope, keys[start : start + 200]))
    if len(found) != len(keys):
        raise HazardNotFound
    return found


def hazard_list(
    scope: Scope,
    *,
    region: str = "",
    state: str = "",
    grade: str = "",
    enterprise_id: Any = None,
    campaigns: Collection[str] = (),
    since: date | None = None,
    until: date | None = None,
    overdue_at: datetime | None = None,
    open_only: bool = False,
    real: bool = False,
) -> QuerySet[Hazard]:
    """Hazards in scope, newest first, each once however many campaigns it counts for.

    Args:
        region: prefix of 2 to 12 digits. campaigns: ids; a hazard of any of them.
        since, until: local days of finding, both included.
        overdue_at: only those overdue at this moment. real: what counts: no drills, none dismissed or merged.
    """
    rows = visible(Hazard, scope).filter(region_filter("region", region)).select_related("enterprise")
    begin, end = day_range(since, until)
    exact = {"state": state, "grade": grade, "found_at__gte": begin, "found_at__lt": end}
    rows = rows.filter(**{name: value for name, value in exact.items() if value})
    if enterprise_id is not None:
        rows = rows.filter(enterprise_id__in=registry.enterprise_component(enterprise_id))
    if campaigns:
        # A condition, not a join: a hazard of three campaigns stays one row.
        rows = rows.filter(Exists(HazardTag._default_manager.filter(parent=OuterRef("pk"), key__in=sorted(campaigns))))
    if overdue_at is not None:
        rows = rows.filter(closed_at__isnull=True, state="ordered", due_at__lt=overdue_at)
    if open_only:
        rows = rows.filter(closed_at__isnull=True)
    if real:
        rows = rows.filter(drill=0).exclude(state__in=ENDED)
    return rows.order_by("-found_at", "-id")


def hazards_overdue(scope: Scope, now: datetime) -> QuerySet[Hazard]:
    """Hazards in scope whose enterprise is late at `now`, the longest overdue first. Source: rules.hazard.is_overdue."""
    return hazard_list(scope, overdue_at=now).order_by("due_at", "id")


def hazard_rows(scope: Scope, state: str) -> QuerySet[Hazard]:
    """Open hazards in scope that stand in `state`, the nearest deadline first (found ones: the oldest)."""
    rows = visible(Hazard, scope).filter(closed_at__isnull=True, state=state).select_related("enterprise")
    return rows.order_by("due_at", "found_at", "id")


def hazards_to_decide(scope: Scope) -> QuerySet[Hazard]:
    """Hazards in scope whose closing is in doubt and on which this person may decide, the nearest deadline first."""
    rows = hazard_rows(scope, "doubted")
    for person in filter(None, (scope.person, scope.on_behalf_of)):
        ids = sorted(scope.ids if person == scope.person else accounts.people_same(person))
        rows = rows.exclude(doubted_by__in=ids).exclude(co_reviewer__in=ids).exclude(submitted_by__in=ids)
    return rows


def hazards_of_enterprise(scope: Scope, enterprise_id: Any) -> QuerySet[Hazard]:
    """Hazards of one enterprise and of those merged into it, newest first."""
    return hazard_list(scope, enterprise_id=enterprise_id)


def stands_for(enterprise_id: Any) -> list[str]:
    """The ids whose hazards and inspections count as this enterprise's: its own first, then those merged into it."""
    own = str(enterprise_id)
    return [own, *(key for key in registry.enterprise_component(own) if key != own)]


def hazards_provisional() -> QuerySet[Hazard]:
    """Open hazards of the whole node whose deadline waits for a holiday table. Unscoped: for the job."""
    return Hazard._default_manager.filter(closed_at__isnull=True, due_provisional=1).order_by("id")


def hazard_photos(hazard: Hazard) -> dict[str, list[HazardPhoto]]:
    """A hazard's photos by stage (before, after, review, lookback), oldest first; a missing stage is an empty list."""
    found: dict[str, list[HazardPhoto]] = {"before": [], "after": [], "review": [], "lookback": []}
    for photo in HazardPhoto._default_manager.filter(parent_id=hazard.id).order_by("added_at", "key"):
        found.setdefault(photo.stage, []).append(photo)
    return found


def step_facts(
    scope: Scope, hazard: Hazard | None, at: datetime | None, now: datetime, firms: frozenset[str] | None = None
) -> StepFacts:
    """What the rules need to know of a step that `scope` takes on `hazard` (None: a new one).

    Args:
        at: when it happened as a person stated it; None: now. Where a clock ran ahead before, never before the last step.
        firms: of `firms_of_officer`, for whoever asks about many hazards; None: read here.
    """
    last_at = hazard.stepped_at if hazard else None
    employed = firms_of_officer(scope, now) if firms is None and hazard is not None else firms or frozenset()
    own = hazard is not None and scope.subjects is not None and str(hazard.enterprise_id) in scope.subjects
    ids = (hazard.doubted_by, hazard.co_reviewer, hazard.submitted_by) if hazard else ()
    acting = scope.ids | accounts.people_same(scope.on_behalf_of) if scope.on_behalf_of else scope.ids
    return StepFacts(
        state=hazard.state if hazard else "",
        rights=scope.rights,
        person=scope.person,
        is_enterprise=scope.subjects is not None,
        of_this_enterprise=own,
        at=at or max(now, last_at or now),
        now=now,
        last_at=last_at,
        stated=at is not None,
        tried=any(one and one in acting for one in ids),
        own_firm=hazard is not None and own_firm(hazard.enterprise_id, employed),
    )


def hazard_actions(
    scope: Scope, hazard: Hazard, now: datetime, firms: frozenset[str] | None = None
) -> Sequence[ActionView]:
    """Every action that can be taken on an existing hazard, in the loop's order, with the reasons against it.

    What evidence is still to be handed in does not grey a button; who, when and from which state does. `firms` as of
    `step_facts`.
    """
    facts = step_facts(scope, hazard, None, now, firms)
    views = []
    for action in HAZARD_LOOP.actions:
        if action.automatic or action.id == HAZARD_LOOP.initial_action:
            continue
        if action.id in DECISIONS and hazard.state != "doubted":
            continue  # as in hazard_steps: nothing to decide where nobody doubts
        if action.id == "dispute" and (hazard.state != "closed" or scope.who(hazard.co_reviewer) != scope.person):
            continue  # nobody else's to press
        reasons = tuple(check_entry(action.id, facts))
        if action.id == "dispute":
            # What is still to be written does not grey the button.
            reasons = tuple(v for v in check_dispute(co_review_facts(scope, hazard, facts), "—") if not v.field)
        if action.id == "dismiss" and not reasons:
            reasons = tuple(check_finder(facts, hazard.grade, scope.who(hazard.found_by)))
        main = action.to not in ENDED and action.id != "dispute"
        reasons = reasons if action.to not in ENDED else (*reasons, *check_listed(hazard.listed))
        views.append(ActionView(action.id, action.label, not reasons, reasons, action.evidence, action.help, main))
    return views


@dataclass(frozen=True, slots=True)
class StepView:
    """One state of the loop for the page: passed, present or ahead, and when it was reached last."""

    label: str
    tone: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class LimitView:
    """The days of grace on offer for an order given now: the usual day, the last one, and how many days that is."""

    usual_on: date
    last_on: date
    usual: int
    longest: int


def hazard_steps(hazard: Hazard) -> list[StepView]:
    """The states of the loop in order; those the hazard has passed are "done", its own is "now"."""
    if hazard.state in ENDED:
        ended = HAZARD_LOOP.state(hazard.state)
        found = StepView(HAZARD_LOOP.state("found").label, "done", hazard.found_at)
        return [found, StepView(ended.label, "done", hazard.dismissed_at)]
    moments = (hazard.found_at, hazard.ordered_at, hazard.submitted_at, hazard.doubted_at, hazard.closed_at)
    states = [state for state in HAZARD_LOOP.states if state.id not in ENDED]
    ids = [state.id for state in states]
    here = ids.index(hazard.state) if hazard.state in ids else -1
    views = []
    for place, (state, at) in enumerate(zip(states, moments, strict=True)):
        done = place < here or state.terminal and place == here
        tone = "done" if done else "now" if place == here else ""
        if state.id == "doubted" and hazard.state != "doubted":
            continue  # a detour: no station of a hazard whose photos nobody doubts
        # What lies ahead may have been reached before a review sent it back: that moment is history, not progress.
        views.append(StepView(state.label, tone, at if place <= here else None))
    return views


def hazard_limits(hazard: Hazard, now: datetime) -> LimitView:
    """What an order or a return given now may name as deadline. Source: rules.deadline.

    The last day may have passed where the whole period was used up: then no new deadline can be named.
    """
    today = local_date(now)
    if hazard.ordered_at is not None and hazard.state in {"submitted", "doubted"}:
        limit = limit_on(hazard.grade, local_date(hazard.ordered_at))
        last_on = last_due_on(hazard.grade, now, time_given(hazard))
        return LimitView(min(today + timedelta(days=limit.usual), last_on), last_on, limit.usual, limit.longest)
    limit = limit_on(hazard.grade, today)
    usual, last = timedelta(days=limit.usual), timedelta(days=limit.longest)
    return LimitView(today + usual, today + last, limit.usual, limit.longest)


def time_given(hazard: Hazard) -> Granted:
    """The time that the enterprise has been given so far to mend this hazard."""
    return Granted(hazard.ordered_at, hazard.due_at, hazard.submitted_at)
