"""The tasks that an inspector's phone takes along."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from anlan.inspection.models import Task
from anlan.inspection.queries.tasks import task_guests, task_people, tasks_mine
from anlan.platform.journal.held import versions_of
from anlan.platform.scope import Scope

_MOST = 60
"""What one person can visit in some weeks; the rest comes when these are done. Source: house rule."""


def pocket_tasks(scope: Scope, now: datetime) -> list[dict[str, Any]]:
    """Plain values of one's own tasks that are not begun, the next due first; colleagues by person id and name."""
    tasks = list(tasks_mine(scope, "assigned")[:_MOST])
    versions = versions_of(f"{Task.SUBJECT}/{task.pk}" for task in tasks)
    return [
        {
            "id": str(task.pk),
            "number": task.number,
            "version": versions[f"{Task.SUBJECT}/{task.pk}"],
            "enterprise_id": str(task.enterprise_id),
            "enterprise": task.enterprise.name,
            "checklist_id": str(task.checklist_id or ""),
            "kind": task.kind,
            "source": task.source,
            "label": task.campaign.name if task.campaign else task.get_kind_display(),
            "note": task.note,
            "due_at": task.due_at,
            "officers": [(c.person_id, c.label) for c in task_people(task, now) if c.person_id != scope.person],
            "guests": [name for _, name in task_guests(task)],
        }
        for task in tasks
    ]
