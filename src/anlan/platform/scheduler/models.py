"""Tables of the timed work: LOCAL."""

from __future__ import annotations

from django.db import models

from anlan.platform.projection import Local


class JobRun(Local):
    """One run of one job. Started and not finished: a runner is at it, or died at it and the next one takes it up."""

    id = models.BigAutoField(primary_key=True)
    job = models.CharField(max_length=80)
    due_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    attempts = models.IntegerField(default=0)
    result = models.CharField(max_length=500, blank=True, default="")
    error = models.TextField(blank=True, default="")

    class Meta:
        db_table = "job_run"
        constraints = [models.UniqueConstraint(fields=["job", "due_at"], name="job_run_once")]
        indexes = [models.Index(fields=["-due_at"], name="job_run_due")]

    def __str__(self) -> str:
        return f"{self.job} {self.due_at:%Y-%m-%d %H:%M}"


class JobLease(Local):
    """Which process runs the jobs of this database, and until when it need not say so again. One row."""

    id = models.SmallIntegerField(primary_key=True)
    holder = models.CharField(max_length=120)
    until = models.DateTimeField()

    class Meta:
        db_table = "job_lease"
