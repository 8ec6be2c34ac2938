"""Timed work of calling."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta

from anlan.calling.services.attempts import attempts_tidy
from anlan.calling.services.notices import notices_tidy
from anlan.calling.services.reminders import reminders_run
from anlan.calling.services.runs import calls_run
from anlan.kernel.messages import render
from anlan.platform import clock
from anlan.platform.declare import Job
from anlan.platform.scheduler.lease import new_holder


def _run(now: datetime) -> str:
    return render("calling.job.reminders", asdict(reminders_run(now=now)))


def _calls(now: datetime) -> str:
    return render("calling.job.calls", asdict(calls_run(holder=new_holder(), tick=clock.now)))


def _tidy(now: datetime) -> str:
    return render("calling.job.tidied", {"count": notices_tidy(now=now), "messages": attempts_tidy(now=now)})


# Every ten minutes: an overdue grave matter is with the leader within ten minutes of midnight, or of waking up.
# Every fifteen seconds: a step of minutes is escalated within its minute, and a call opened now goes out in seconds.
JOBS = [
    Job("calling.calls", "发出叫应和逐级升级", _calls, every=timedelta(seconds=15), prompt=True),
    Job("calling.reminders", "期限提醒和逐级升级", _run, every=timedelta(minutes=10)),
    Job("calling.tidy", "清理旧通知和叫应投递记录", _tidy, daily_at="04:20"),
]
