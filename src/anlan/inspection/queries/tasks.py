"""Reading inspection tasks: the one asked for, one's own, those late, and who shall do them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from anlan.accounts import queries as accounts
from anlan.inspection.errors import TaskNotFound
from anlan.inspection.models import Inspection, Task, TaskGuest, TaskOfficer, TeamMember
from anlan.inspection.queries.scoped import as_uuid
from anlan.inspection.queries.teams import work_rows
from anlan.inspection.rules.task import TASK_LOOP
from anlan.kernel.loops import Action
from anlan.platform.scope import Scope
from anlan.registry import queries as registry

ASSIGN = "inspection.task.assign"


def task_list(scope: Scope, *, enterprise_id: Any = None, open_: bool = False) -> QuerySet[Task]:
    """Tasks in scope with enterprise, team and checklist, the next due first; `open_`: only those not ended."""
    rows = work_rows(Task, scope).select_related("enterprise", "team", "checklist", "campaign", "plan")
    if enterprise_id is not None:
        rows = rows.filter(enterprise_id__in=registry.enterprise_component(enterprise_id))
    if open_:
        rows = rows.filter(ended_at__isnull=True)
    return rows.order_by("due_at", "id")


def task_get(scope: Scope, task_id: Any) -> Task:
    """One task.

    Raises:
        TaskNotFound: "inspection.task.not_found".
    """
    key = as_uuid(task_id)
    found = task_list(scope).filter(pk=key).first() if key else None
    if found is None:
        raise TaskNotFound
    return found


def _own(scope: Scope) -> Q:
    """Named oneself, in this post or one whose work it took over; where nobody is named, a member of the team."""
    posts = accounts.posts_standing_for(scope.post) if scope.post else []
    named = TaskOfficer._default_manager.filter(parent=OuterRef("pk"))
    member = TeamMember._default_manager.filter(parent=OuterRef("team_id"), key__in=posts)
    return Exists(named.filter(key__in=posts)) | (~Exists(named) & Exists(member))


def tasks_mine(scope: Scope, *states: str) -> QuerySet[Task]:
    """The tasks that the person's post shall do, the next due first; `states`: those that are open, by default."""
    rows = task_list(scope).filter(_own(scope))
    return rows.filter(state__in=states) if states else rows.filter(ended_at__isnull=True)


def task_mine(scope: Scope, task: Task) -> bool:
    """Whether the person's post shall do this task."""
    return Task._default_manager.filter(_own(scope), pk=task.pk).exists()


def task_of(inspection: Inspection) -> Task | None:
    """The task that an inspection was begun from. Unscoped: for an inspection that the caller has scoped."""
    return Task._default_manager.filter(pk=inspection.task_id).first() if inspection.task_id else None


def tasks_returned(scope: Scope) -> QuerySet[Task]:
    """Tasks given back that wait to be given to others."""
    return task_list(scope).filter(state="returned")


def tasks_late(scope: Scope, now: datetime) -> QuerySet[Task]:
    """Open tasks past their last day."""
    return task_list(scope, open_=True).filter(due_at__lt=now, drill=0)


def task_posts(task: Task) -> list[str]:
    """The posts that shall do it: those named, else the team's members."""
    named = TaskOfficer._default_manager.filter(parent_id=task.pk).order_by("position", "key")
    held = list(named.values_list("key", flat=True))
    if held or task.team_id is None:
        return held
    return list(
        TeamMember._default_manager.filter(parent_id=task.team_id).order_by("key").values_list("key", flat=True)
    )


def task_people(task: Task, now: datetime) -> list[accounts.PostCard]:
    """Who shall do it today: the posts named or the team's, each replaced by the one that took its work over."""
    posts = task_posts(task)
    heirs = accounts.posts_succeeding(posts)
    cards = accounts.post_cards(heirs.values(), now)
    return [cards[p] for p in dict.fromkeys(heirs.get(post, post) for post in posts) if p in cards]


def task_guests(task: Task) -> Sequence[tuple[str, str]]:
    """(id, name) of the enterprises that visit with the officers."""
    keys = list(TaskGuest._default_manager.filter(parent_id=task.pk).order_by("key").values_list("key", flat=True))
    names = registry.enterprise_names(keys)
    return [(key, names.get(key, "")) for key in keys]


def task_actions(scope: Scope, task: Task) -> list[Action]:
    """The actions that this person may take now; completing comes with the inspection."""
    mine = task_mine(scope, task)
    found = [a for a in TASK_LOOP.actions_from(task.state) if a.id != "complete" and scope.may(a.right)]
    return [a for a in found if mine or a.right == ASSIGN]
