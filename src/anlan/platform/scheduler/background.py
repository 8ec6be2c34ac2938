"""The queue of background tasks, worked off by whoever holds the lease."""

from __future__ import annotations

from django_tasks_db.management.commands.db_worker import Worker
from django_tasks_db.models import DBTaskResult


def work_off(worker_id: str) -> None:
    """Run every task that is ready, one after the other."""
    if not DBTaskResult.objects.ready().exists():
        return
    Worker(
        queue_names=["default"],
        interval=0,
        batch=True,
        backend_name="default",
        startup_delay=False,
        max_tasks=None,
        worker_id=worker_id[-64:],
        excluded_queue_names=[],
    ).run()


def requeue() -> None:
    """Tasks that a dead runner was at go back into the queue. Call it only as the new holder of the lease."""
    DBTaskResult.objects.running().update(status="READY", started_at=None)
