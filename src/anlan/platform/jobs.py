"""The platform's own timed work."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.contrib.sessions.models import Session
from django_tasks_db.models import DBTaskResult

from anlan.kernel.errors import Unavailable
from anlan.kernel.messages import render
from anlan.platform import attachments, idempotency, regions
from anlan.platform.attachments import index as pictures
from anlan.platform.backup import nightly
from anlan.platform.catalogue import CATALOGUE
from anlan.platform.declare import Job
from anlan.platform.exchange.watch import silence_watch
from anlan.platform.journal import chain, heads
from anlan.platform.ledger.runs import forget_old_imports
from anlan.platform.scheduler.models import JobRun
from anlan.platform.scope import SYSTEM

_KEPT = timedelta(days=90)
# About four seconds of work: calls and alarms are not kept waiting longer.
_PHOTOS = 60
# Jobs that run every few seconds would fill the table with runs that went well.
_OFTEN, _KEPT_OF_OFTEN = timedelta(minutes=5), timedelta(days=1)


def verify_journal(now: datetime) -> str:
    """Check every chain held here; a break makes the run fail, so that it stands in the list of jobs in red."""
    found = chain.verify()
    if not found.ok:
        first = found.breaks[0]
        raise Unavailable("platform.job.chain_broken", permanent=True, node=first.node, seq=first.seq, why=first.reason)
    return render("platform.job.chain_intact", {"nodes": found.nodes, "entries": found.entries})


def keep_heads(now: datetime) -> str:
    """Keep where every chain stood when the day ended, signed; the line can be copied out of the list of jobs."""
    heads.keep_day(now)
    return render("platform.job.heads_kept", {"heads": "、".join(h.short for h in heads.heads())})


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
    attachments.sweep()
    return render("platform.job.tidied", {"sessions": sessions, "runs": runs + tasks})


def follow_regions(now: datetime) -> str:
    """Let subjects follow their region that a crash or somebody else's change kept from it."""
    regions.forget()
    found = regions.subjects_follow(scope=SYSTEM, now=now)
    return render("platform.job.regions_followed", {"moved": found.moved, "staying": found.staying})


def watch_lines(now: datetime) -> str:
    """Say which nodes have fallen silent, and which are back."""
    fell, back = silence_watch(now)
    return render("exchange.job.watched", {"silent": fell, "back": back})


def look_at_photos(now: datetime) -> str:
    """Make photos stored before the looks were computed otherwise findable by their copies: some in each run."""
    return render("platform.job.photos_looked", {"count": pictures.refresh(_PHOTOS)})


JOBS = [
    Job("platform.journal_heads", "记录每日链头", keep_heads, daily_at="00:05"),
    Job("platform.regions_follow", "台账随区划变更划转", follow_regions, every=timedelta(hours=1)),
    Job("platform.exchange_watch", "上下级节点失联监视", watch_lines, every=timedelta(minutes=1)),
    Job("platform.photo_looks", "补建照片比对特征", look_at_photos, every=timedelta(minutes=1)),
    Job("platform.backup", "每日备份（含异机副本核对）", nightly, daily_at="02:30"),
    Job("platform.journal_verify", "核对履历链", verify_journal, daily_at="03:30"),
    Job("platform.tidy", "清理过期会话和运行记录", tidy, daily_at="04:00"),
]
