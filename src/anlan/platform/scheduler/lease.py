"""One runner per database: a lease that must be renewed, so that a dead runner is replaced and two never run."""

from __future__ import annotations

import os
import secrets
import socket
from datetime import datetime, timedelta

from django.db.models import Q

from anlan.platform.database import writing
from anlan.platform.scheduler.models import JobLease

LEASE = timedelta(seconds=60)
_ROW = 1


def new_holder() -> str:
    """`host:pid:random`: who holds a lease, so that a restart on the same machine need not wait for the dead one."""
    return f"{socket.gethostname()[:60]}:{os.getpid()}:{secrets.token_hex(4)}"


def acquire(holder: str, now: datetime) -> bool:
    """Take or renew the lease; False while another living process holds it."""
    with writing():
        JobLease.objects.bulk_create([JobLease(id=_ROW, holder="", until=now)], ignore_conflicts=True)
        present = JobLease.objects.values_list("holder", flat=True).get(pk=_ROW)
        free = Q(holder=holder) | Q(until__lte=now)
        if _is_dead(present):
            free |= Q(holder=present)
        return JobLease.objects.filter(free, pk=_ROW).update(holder=holder, until=now + LEASE) == 1


def release(holder: str, now: datetime) -> None:
    """Give the lease back, so that the next process starts at once."""
    JobLease.objects.filter(pk=_ROW, holder=holder).update(holder="", until=now)


def _is_dead(holder: str) -> bool:
    """Whether `holder` was a process of this machine that is gone; another machine's is never presumed dead."""
    host, _, rest = holder.partition(":")
    pid = rest.partition(":")[0]
    if host != socket.gethostname()[:60] or not pid.isdigit():
        return False
    try:
        os.kill(int(pid), 0)
    except ProcessLookupError:
        return True
    except PermissionError:
        return False
    return False
