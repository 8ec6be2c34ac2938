"""Timed work of inspection."""

from __future__ import annotations

from datetime import datetime

from anlan.inspection.services.upkeep import deadline_recompute
from anlan.kernel.messages import render
from anlan.platform.declare import Job


def _recompute(now: datetime) -> str:
    return render("inspection.job.deadlines", {"count": deadline_recompute(now=now)})


JOBS = [
    Job(
        id="inspection.deadline_recompute",
        label="按节假日和校正后的时钟重算整改期限",
        run=_recompute,
        daily_at="03:10",
    ),
]
