"""Reading teams, and the posts that can be named as members or officers."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db.models import Q, QuerySet

from anlan.accounts import queries as accounts
from anlan.inspection.errors import TeamNotFound
from anlan.inspection.models import Team, TeamMember
from anlan.inspection.queries.scoped import as_uuid
from anlan.inspection.rules.task import OfficerFacts
from anlan.kernel.deadlines import local_date
from anlan.platform.scope import Scope, limit

VIEW, INSPECT = "inspection.plan.view", "inspection.inspect"


def work_rows(model: Any, scope: Scope) -> QuerySet[Any]:
    """The rows of plans, teams or tasks in scope; none without the right, and none for an enterprise."""
    rows = model._default_manager.all()
    return limit(rows, scope) if scope.may(VIEW) and scope.subjects is None else rows.none()


def team_get(scope: Scope, team_id: Any) -> Team:
    """One team in scope.

    Raises:
        TeamNotFound: "inspection.team.not_found".
    """
    key = as_uuid(team_id)
    found = work_rows(Team, scope).select_related("campaign").filter(pk=key).first() if key else None
    if found is None:
        raise TeamNotFound
    return found


def team_running(team: Team, day: date) -> bool:
    """Whether a team stands on a local day."""
    within = (team.since_on is None or team.since_on <= day) and (team.until_on is None or team.until_on >= day)
    return team.retired_at is None and within


def team_choices(scope: Scope, now: datetime, campaign_id: Any = None) -> list[tuple[str, str]]:
    """(id, name) of the teams that stand today; those of a campaign only for it."""
    day = local_date(now)
    ending = Q(until_on__isnull=True) | Q(until_on__gte=day)
    rows = work_rows(Team, scope).filter(
        ending, Q(since_on__isnull=True) | Q(since_on__lte=day), retired_at__isnull=True
    )
    own = Q(campaign__isnull=True) | Q(campaign_id=as_uuid(campaign_id)) if campaign_id else Q()
    return [(str(t.pk), t.name) for t in rows.filter(own).order_by("name", "id")]


def team_members(team_ids: Iterable[Any]) -> dict[str, list[str]]:
    """Post ids of the members by team. Unscoped: for teams that the caller has scoped."""
    found: dict[str, list[str]] = {}
    rows = TeamMember._default_manager.filter(parent_id__in=list(team_ids)).order_by("key")
    for parent, key in rows.values_list("parent_id", "key"):
        found.setdefault(str(parent), []).append(key)
    return found


def member_choices(scope: Scope, now: datetime) -> list[tuple[str, str]]:
    """(post id, name and body) of everybody in scope who may inspect today."""
    return [(c.post_id, c.label) for c in accounts.posts_holding(scope, INSPECT, now)]


def officer_of(card: accounts.PostCard, region: str, office_id: str) -> OfficerFacts:
    """What assigning asks of a post for an enterprise at `region` (12 digits) under an office ("" for none)."""
    covers = region.startswith(card.prefix) and (not card.office_id or card.office_id == office_id)
    able = card.runs and INSPECT in card.rights and not card.enterprise_id
    return OfficerFacts(card.post_id, card.name or card.post_id[:8], able, covers, card.expert)
