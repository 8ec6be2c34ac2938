"""The runner: takes up what a dead runner left, runs what is due, works off the queue of background tasks."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime

from django.db import close_old_connections, connection

from anlan.kernel.errors import AnlanError
from anlan.kernel.messages import render
from anlan.platform import clock
from anlan.platform.catalogue import CATALOGUE
from anlan.platform.database import writing
from anlan.platform.declare import Job
from anlan.platform.journal import sequence
from anlan.platform.scheduler import background, lease
from anlan.platform.scheduler.due import due
from anlan.platform.scheduler.models import JobRun

log = logging.getLogger("anlan.jobs")

MAX_ATTEMPTS = 3
_HEARTBEAT_SECONDS = 15.0


class Runner:
    """Runs the declared jobs of one database for as long as it holds the lease."""

    def __init__(self, jobs: Mapping[str, Job] | None = None, now: Callable[[], datetime] = clock.now) -> None:
        self.jobs = CATALOGUE.jobs if jobs is None else jobs
        self.now = now
        self.holder = lease.new_holder()
        self._held = False

    @property
    def held(self) -> bool:
        """Whether this process held the lease when it looked last: of all that may run jobs it is the one that does."""
        return self._held

    def loop(self, stop: threading.Event, pause_seconds: float = 5.0) -> None:
        """Work until `stop` is set. One failing pass (database gone, disk full) is logged and tried again."""
        try:
            while not stop.is_set():
                try:
                    close_old_connections()
                    self.turn()
                except Exception:  # the process edge: the next pass may succeed, serving goes on
                    log.exception("a pass over the jobs failed")
                stop.wait(pause_seconds)
        finally:
            if self._held:
                lease.release(self.holder, self.now())
            connection.close()

    def turn(self) -> list[JobRun]:
        """One pass: lease, orphans, due jobs, background tasks. Returns the runs of this pass; [] without the lease."""
        if not lease.acquire(self.holder, self.now()):
            self._held = False
            return []
        if not self._held:
            self._held = True
            background.requeue()
        sequence.sequence_pending()
        runs = [run for run in (*self._orphans(), *self._due()) if self._run(run)]
        background.work_off(self.holder)
        return runs

    def _orphans(self) -> list[JobRun]:
        """Runs that were started and never finished. Whoever holds the lease is the only runner, so theirs died."""
        return list(JobRun.objects.filter(started_at__isnull=False, finished_at__isnull=True).order_by("due_at"))

    def _due(self) -> Iterable[JobRun]:
        for job in self.jobs.values():
            last = JobRun.objects.filter(job=job.id).order_by("-due_at").values_list("due_at", flat=True).first()
            moment = due(job, last, self.now())
            if moment and last is None and job.daily_at:
                # A new installation owes nobody last night's run: it counts from here on.
                run = JobRun.objects.create(job=job.id, due_at=moment)
                _finish(run, self.now(), result=render("platform.job.baseline", {}))
            elif moment:
                yield JobRun.objects.create(job=job.id, due_at=moment)

    def _run(self, run: JobRun) -> bool:
        job = self.jobs.get(run.job)
        if job is None or run.attempts >= MAX_ATTEMPTS:
            reason = "job.unknown" if job is None else "job.interrupted"
            _finish(run, self.now(), error=reason)
            return False
        with writing():
            JobRun.objects.filter(pk=run.pk).update(started_at=self.now(), attempts=run.attempts + 1)
        beating = threading.Event()
        heart = threading.Thread(target=self._beat, args=(beating,), name="job-lease", daemon=True)
        heart.start()
        try:
            result = job.run(self.now())
            _finish(run, self.now(), result=result)
        except AnlanError as error:
            log.error("job %s refused: %s", job.id, error)
            _finish(run, self.now(), error=error.message)
        except Exception as error:  # the process edge: a job's defect must not stop the others
            log.exception("job %s failed", job.id)
            _finish(run, self.now(), error=f"{type(error).__name__}: {error}")
        finally:
            beating.set()
            heart.join()
        return True

    def _beat(self, stop: threading.Event) -> None:
        """Renew the lease while a long job runs."""
        while not stop.wait(_HEARTBEAT_SECONDS):
            try:
                lease.acquire(self.holder, self.now())
            finally:
                connection.close()


def _finish(run: JobRun, now: datetime, result: str = "", error: str = "") -> None:
    with writing():
        JobRun.objects.filter(pk=run.pk).update(finished_at=now, result=result[:500], error=error[:4000])
