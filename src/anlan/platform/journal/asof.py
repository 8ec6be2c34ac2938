"""Two questions with two names: what did we know then (arrival), and what was the state then (clocks)."""

from __future__ import annotations

from datetime import datetime

from anlan.kernel.errors import NotFound
from anlan.platform.catalogue import Row
from anlan.platform.journal import refold
from anlan.platform.journal.fold import fold_subject
from anlan.platform.journal.models import Head, JournalEntry


def known_at(subject: str, moment: datetime) -> Row | None:
    """The row as this server had it at `moment`, from the entries received by then; local, and lost on a rebuilt server.

    Raises:
        NotFound: "journal.subject_not_found".
    """
    held = JournalEntry.objects.filter(sid=_sid(subject), received_at__lte=int(moment.timestamp() * 1000))
    return fold_subject([refold.entry_of(e) for e in held]).row


def state_at(subject: str, moment: datetime) -> Row | None:
    """The row as of `moment` by the (corrected) clocks of its entries, whenever they arrived.

    Raises:
        NotFound: "journal.subject_not_found".
    """
    everything = refold.fold_held(_sid(subject)).arranged
    limit = (int(moment.timestamp() * 1000) << 16) | 0xFFFF
    counted = [e for e in everything.effective if (e.effective_hlc or e.hlc) <= limit]
    return fold_subject(counted).row if counted else None


def _sid(subject: str) -> int:
    sid = Head.objects.filter(subject=subject).values_list("sid", flat=True).first()
    if sid is None:
        raise NotFound("journal.subject_not_found", subject=subject)
    return sid
