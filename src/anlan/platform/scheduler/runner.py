"""The runner: takes up what a dead runner left, runs what is due, works off the queue of background tasks."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Collection, Iterable, Mapping
from datetime import datetime, timedelta

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
_STOP_SECONDS = 20.0


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
        """Work until `stop` is set. One failing pass (database gone, disk full) is logged and tried again.

        Prompt jobs have a thread of their own: nobody is called an hour late because a backup takes an hour.
        """
        prompt = threading.Thread(
            target=self._repeat, args=(stop, pause_seconds, self._prompt_turn), name="prompt-jobs", daemon=True
        )
        prompt.start()
        try:
            self._repeat(stop, pause_seconds, lambda: self.turn(prompt=False))
        finally:
            prompt.join(_STOP_SECONDS)
            if self._held:
                lease.release(self.holder, self.now())
            connection.close()

    def _repeat(self, stop: threading.Event, pause_seconds: float, turn: Callable[[], object]) -> None:
        try:
            while not stop.is_set():
                try:
                    close_old_connections()
                    turn()
                except Exception:  # the process edge: the next pass may succeed, serving goes on
                    log.exception("a pass over the jobs failed")
                stop.wait(pause_seconds)
        finally:
            connection.close()

    def _prompt_turn(self) -> list[JobRun]:
        """One pass over the prompt jobs, by the process that holds the lease."""
        if not self._held:
            return []
        mine = {job.id for job in self.jobs.values() if job.prompt}
        return [run for run in (*self._orphans(mine), *self._due(mine)) if self._run(run)]

    def turn(self, *, prompt: bool = True) -> list[JobRun]:
        """One pass: lease, orphans, due jobs, background tasks. Returns the runs of this pass; [] without the lease.

        Args:
            prompt: prompt jobs too; False where their own thread looks after them.
        """
        if not lease.acquire(self.holder, self.now()):
            self._held = False
            return []
        if not self._held:
            self._held = True
            background.requeue()
        sequence.sequence_pending()
        apart = set() if prompt else {job.id for job in self.jobs.values() if job.prompt}
        mine = set(self.jobs) - apart
        runs = [run for run in (*self._orphans(without=apart), *self._due(mine)) if self._run(run)]
        background.work_off(self.holder)
        return runs

    def _orphans(self, only: Collection[str] | None = None, *, without: Collection[str] = ()) -> list[JobRun]:
        """Runs that were started and never finished. Whoever holds the lease is the only runner, so theirs died."""
        rows = JobRun.objects.filter(started_at__isnull=False, finished_at__isnull=True).exclude(job__in=without)
        return list((rows if only is None else rows.filter(job__in=only)).order_by("due_at"))

    def _due(self, mine: Collection[str]) -> Iterable[JobRun]:
        for job in [job for job in self.jobs.values() if job.id in mine]:
            # A run further ahead than one turn was written by a clock that ran ahead: it must not stop the job for years.
            near = self.now() + (job.every or timedelta(days=1))
            runs = JobRun.objects.filter(job=job.id, due_at__lte=near)
            last = runs.order_by("-due_at").values_list("due_at", flat=True).first()
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
