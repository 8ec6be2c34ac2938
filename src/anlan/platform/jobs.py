"""The platform's own timed work."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.sessions.models import Session
from django_tasks_db.models import DBTaskResult

from anlan.kernel.errors import Unavailable
from anlan.kernel.messages import render
from anlan.platform import idempotency
from anlan.platform.backup import nightly
from anlan.platform.catalogue import CATALOGUE
from anlan.platform.declare import Job
from anlan.platform.journal import chain
from anlan.platform.ledger.runs import forget_old_imports
from anlan.platform.scheduler.models import JobRun

_KEPT = timedelta(days=90)
# Jobs that run every few seconds would fill the table with runs that went well.
_OFTEN, _KEPT_OF_OFTEN = timedelta(minutes=5), timedelta(days=1)


def verify_journal(now: datetime) -> str:
    """Check every chain held here; a break makes the run fail, so that it stands in the list of jobs in red."""
    found = chain.verify()
    if not found.ok:
        first = found.breaks[0]
        raise Unavailable("platform.job.chain_broken", permanent=True, node=first.node, seq=first.seq, why=first.reason)
    return render("platform.job.chain_intact", {"nodes": found.nodes, "entries": found.entries})


def tidy(now: datetime) -> str:
    """Drop ended sessions, runs and background tasks of more than 90 days ago, and what is kept for repeats and imports."""
    sessions, _ = Session.objects.filter(expire_date__lt=now).delete()
    runs, _ = JobRun.objects.filter(finished_at__lt=now - _KEPT).delete()
    often = [job.id for job in CATALOGUE.jobs.values() if job.every is not None and job.every < _OFTEN]
    fine = JobRun.objects.filter(job__in=often, error="", finished_at__lt=now - _KEPT_OF_OFTEN)
    runs += fine.delete()[0]
    tasks, _ = DBTaskResult.objects.finished().filter(finished_at__lt=now - _KEPT).delete()
    idempotency.forget_old(now)
    forget_old_imports(now)
    return render("platform.job.tidied", {"sessions": sessions, "runs": runs + tasks})


JOBS = [
    Job("platform.backup", "每日备份（含异机副本核对）", nightly, daily_at="02:30"),
    Job("platform.journal_verify", "核对履历链", verify_journal, daily_at="03:30"),
    Job("platform.tidy", "清理过期会话和运行记录", tidy, daily_at="04:00"),
]
