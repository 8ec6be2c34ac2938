"""Timed work of sensing."""

from __future__ import annotations

from datetime import datetime, timedelta

from anlan.kernel.messages import render
from anlan.platform.declare import Job
from anlan.sensing.services.alarms import alarms_settle
from anlan.sensing.services.calls import alarms_call
from anlan.sensing.services.claiming import claimed_take
from anlan.sensing.services.upkeep import devices_watch, readings_compact, readings_summarise


def _watch(now: datetime) -> str:
    claimed_take(now=now)
    found = devices_watch(now=now)
    return render("sensing.job.watched", {"lost": found.lost, "missing": found.missing, "opened": len(found.opened)})


def _call(now: datetime) -> str:
    settled = alarms_settle(now=now)
    return render("sensing.job.called", {"count": alarms_call(now=now), "settled": settled})


def _summarise(now: datetime) -> str:
    return render("sensing.job.summarised", {"hours": readings_summarise(now=now)})


def _compact(now: datetime) -> str:
    days, conflicts = readings_compact(now=now)
    return render("sensing.job.compacted", {"days": days, "conflicts": conflicts})


JOBS = [
    Job("sensing.watch", "检查设备离线和数据缺失", _watch, every=timedelta(minutes=1)),
    Job("sensing.call", "核对报警叫应", _call, every=timedelta(minutes=1), prompt=True),
    Job("sensing.summarise", "汇总监测数据", _summarise, every=timedelta(minutes=10)),
    Job("sensing.compact", "归档监测数据", _compact, daily_at="01:30"),
]
