"""What this version counts and classifies by, named in the journal: one entry for each set and version of it.

Regions fill a table and have their own door (`platform.regions`); holidays, industries and clauses are read from the
program itself, so that their entry only says which ones held from when (a deadline is judged by the table of its day).
"""

from __future__ import annotations

import hashlib
from datetime import datetime
from importlib.metadata import version

from anlan import data
from anlan.data import ReferenceSet
from anlan.kernel.canonical import canonical
from anlan.kernel.deadlines import published_calendar
from anlan.kernel.entry import Draft
from anlan.platform.database import writing
from anlan.platform.journal.models import Head, JournalEntry
from anlan.platform.journal.record import record
from anlan.platform.scope import Scope

KIND = "platform.reference.installed"
_FILES = ("industries", "clauses")


def sets_shipped() -> tuple[ReferenceSet, ...]:
    """The sets that this version reads from itself: industries, clauses, and the statutory holidays of published years.

    The version of the holidays is that of the library they are kept in and the last year that is published.
    """
    held = published_calendar()
    days = [sorted(map(str, some)) for some in (held.years, held.holidays, held.workdays)]
    named = f"{version('chinesecalendar')} ({max(held.years)})"
    holidays = ReferenceSet("holidays", named, hashlib.sha256(canonical({"days": days})).hexdigest())
    return (*(s for s in data.reference_sets() if s.set in _FILES), holidays)


def references_install(*, scope: Scope, region: str, now: datetime) -> list[str]:
    """Record every set that is new in this version; the names of those recorded. Repeatable.

    Args:
        region: 12-digit code of this server's own region.
    """
    fresh = []
    for each in sets_shipped():
        subject, once = f"platform.reference/{each.set}", f"{each.set}:{each.sha256}"
        sid = Head.objects.filter(subject=subject).values_list("sid", flat=True).first()
        if sid and JournalEntry.objects.filter(sid=sid, once=once).exists():
            continue
        facts = {"set": each.set, "version": each.version, "sha256": each.sha256}
        with writing():
            record(Draft(KIND, subject, region, facts, once=once), scope=scope, now=now, base=None)
        fresh.append(each.set)
    return fresh
