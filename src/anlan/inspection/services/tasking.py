"""Between tasks and inspections: a visit begun from a task is its visit, and ends it."""

from __future__ import annotations

from dataclasses import dataclass

from anlan.inspection import queries
from anlan.inspection.models import Inspection, Task
from anlan.inspection.rules.inspection import SOLO_SOURCES
from anlan.inspection.rules.task import TASK_LOOP, check_begin
from anlan.inspection.services.hazards import default_source
from anlan.inspection.services.stepping import Pressed, step_draft
from anlan.kernel.entry import Draft
from anlan.kernel.errors import Violation
from anlan.platform.scope import Scope
from anlan.registry import queries as registry

__all__ = ["Begun", "finish_drafts", "inspects_alone", "task_begun"]


def inspects_alone(scope: Scope) -> bool:
    """Whether what this person usually does is no inspection by officers: a grid worker's patrol, an expert's service."""
    return default_source(scope) in SOLO_SOURCES


@dataclass(frozen=True, slots=True)
class Begun:
    """The task that a visit is begun from, the version held of it, and what stands against that."""

    task: Task
    version: int
    problems: list[Violation]

    def drafts(self, inspection_id: str) -> list[tuple[Draft, int | None]]:
        """The task's own entry, beside that of the inspection."""
        action = TASK_LOOP.action("start")
        return [(step_draft(self.task, action, Pressed(), {"inspection_id": inspection_id}), self.version)]


def task_begun(scope: Scope, task_id: str, enterprise_id: str) -> Begun | None:
    """The task, judged; None where none is named.

    Raises:
        TaskNotFound: "inspection.task.not_found".
    Source: rules.task.check_begin.
    """
    if not task_id:
        return None
    subject = f"{Task.SUBJECT}/{queries.task_get(scope, task_id).pk}"
    version = queries.versions_of([subject])[subject]
    task = queries.task_get(scope, task_id)  # after the version: a change in between must show as a stale version
    same = registry.enterprise_current(enterprise_id) == registry.enterprise_current(task.enterprise_id)
    return Begun(task, version, check_begin(task.state, queries.task_mine(scope, task), same))


def finish_drafts(scope: Scope, inspection: Inspection) -> list[tuple[Draft, int | None]]:
    """What finishing the visit does to its task; nothing where there is none or it has ended otherwise."""
    if inspection.task_id is None:
        return []
    subject = f"{Task.SUBJECT}/{inspection.task_id}"
    version = queries.versions_of([subject]).get(subject, 0)
    task = queries.task_of(inspection)
    if task is None or task.state != "started" or task.inspection_id != inspection.pk:
        return []
    return [(step_draft(task, TASK_LOOP.action("complete"), Pressed(), {}), version)]
