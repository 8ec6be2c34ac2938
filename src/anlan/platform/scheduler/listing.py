"""What the page and the command about jobs show."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from anlan.kernel.messages import catalogue, render
from anlan.platform.catalogue import CATALOGUE
from anlan.platform.scheduler.due import next_due
from anlan.platform.scheduler.models import JobRun
from anlan.platform.scope import Scope


@dataclass(frozen=True, slots=True)
class JobLine:
    """One job: its latest run and when it comes next. `state`: never, running, done or failed."""

    id: str
    label: str
    state: str
    last_at: datetime | None
    next_at: datetime
    result: str
    error: str


def job_list(scope: Scope, now: datetime) -> list[JobLine]:
    """Every declared job with its latest run, in the order of declaration.

    Raises:
        NotAllowed: "platform.not_allowed" without `platform.operate`.
    """
    scope.require("platform.operate")
    lines = []
    for job in CATALOGUE.jobs.values():
        run = JobRun.objects.filter(job=job.id).order_by("-due_at").first()
        lines.append(
            JobLine(
                job.id,
                job.label,
                _state(run),
                (run.finished_at or run.started_at) if run else None,
                next_due(job, run.due_at if run else None, now),
                run.result if run else "",
                sentence(run.error) if run else "",
            )
        )
    return lines


def run_list(scope: Scope, job: str | None = None, limit: int = 50) -> list[JobRun]:
    """The latest runs, newest first.

    Raises:
        NotAllowed: "platform.not_allowed" without `platform.operate`.
    """
    scope.require("platform.operate")
    runs = JobRun.objects.order_by("-due_at", "-id")
    return list((runs.filter(job=job) if job else runs)[:limit])


def sentence(error: str) -> str:
    """A run's error as people read it: a code becomes its sentence, anything else stays."""
    return render(f"platform.{error}", {}) if f"platform.{error}" in catalogue() else error


def _state(run: JobRun | None) -> str:
    if run is None:
        return "never"
    if run.finished_at is None:
        return "running"
    return "failed" if run.error else "done"
