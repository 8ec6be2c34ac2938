"""Tasks as reminders see them: open ones with their last day and who has to act."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from anlan.accounts import queries as accounts
from anlan.inspection.models import Task, TaskOfficer
from anlan.inspection.queries.due import subject_keys
from anlan.inspection.queries.teams import team_members, work_rows
from anlan.kernel.reminders import Matter
from anlan.platform.declare import ReminderLine
from anlan.platform.scope import Scope

_COLUMNS = ("id", "region", "due_at", "due_from", "office_id", "team_id")


def tasks_reminded(subjects: Collection[str] | None = None) -> Iterator[Matter]:
    """Open tasks that nobody has begun, drills left out. Unscoped: for the job.

    Args:
        subjects: only these, `inspection.task/<id>`; None: all.
    """
    rows = Task._default_manager.filter(ended_at__isnull=True, state="assigned", drill=0)
    found = [rows] if subjects is None else [rows.filter(pk__in=part) for part in subject_keys(subjects)]
    for part in found:
        tasks = list(part.values_list(*_COLUMNS))
        people: dict[str, list[str]] = {}
        named = TaskOfficer._default_manager.filter(parent__in=part).order_by("position", "key")
        for parent, key in named.values_list("parent_id", "key"):
            people.setdefault(str(parent), []).append(key)
        members = team_members({t[5] for t in tasks if t[5]})
        heirs = accounts.posts_succeeding({p for held in (*people.values(), *members.values()) for p in held})
        for key, region, due_at, due_from, office, team in tasks:
            posts = people.get(str(key)) or members.get(str(team), [])
            now_at = tuple(dict.fromkeys(heirs.get(post, post) for post in posts))
            yield Matter(f"{Task.SUBJECT}/{key}", region, due_at, due_from, False, "", str(office or ""), now_at)


def task_lines(scope: Scope, subjects: Collection[str]) -> Mapping[str, ReminderLine]:
    """What the scope may know of these tasks; those outside it are absent."""
    lines = {}
    for part in subject_keys(subjects):
        for task in work_rows(Task, scope).filter(pk__in=part).select_related("enterprise"):
            waits = task.state == "assigned" and not task.drill
            lines[f"{Task.SUBJECT}/{task.pk}"] = ReminderLine(
                f"{task.enterprise.name}：{task.get_kind_display()}", f"/inspection/tasks/{task.pk}",
                task.due_at if waits else None,
            )  # fmt: skip
    return lines
