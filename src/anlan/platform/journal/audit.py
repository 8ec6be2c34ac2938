"""Reading entries across subjects, newest first, for those who hold `journal.read` over a whole region."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from anlan.kernel.entry import Entry
from anlan.kernel.errors import BadInput, NotAllowed
from anlan.platform.journal import refold
from anlan.platform.journal.models import Head, JournalEntry
from anlan.platform.scope import Scope, region_filter, right_label


@dataclass(frozen=True, slots=True)
class Page:
    """One page of entries and where the next begins (None: that was all)."""

    entries: Sequence[Entry]
    next: str | None


def entry_list(
    scope: Scope,
    *,
    actor: str = "",
    kind: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    cursor: str = "",
    limit: int = 50,
) -> Page:
    """Entries of subjects in the scope's region, newest first by the clock they were recorded with.

    Args:
        actor: id of the person who did it. kind: prefix of the kind, `inspection.hazard`.
        since, until: aware UTC; until is exclusive.
        cursor: `next` of the page before.
    Raises:
        NotAllowed: without "journal.read", or for a post that sees only one office's or its own subjects.
        BadInput: "journal.audit.cursor" for a cursor this server did not give.
    """
    scope.require("journal.read")
    if scope.office is not None or scope.subjects is not None:
        raise NotAllowed("platform.not_allowed", right="journal.read", label=right_label("journal.read"))
    rows = JournalEntry.objects.order_by("-hlc")
    if scope.region:
        heads = Head.objects.filter(region_filter("region", scope.region, prefixed=False))
        rows = rows.filter(sid__in=heads.values("sid"))
    if actor:
        rows = rows.filter(actor=actor)
    if kind:
        rows = rows.filter(kind__startswith=kind)
    if since:
        rows = rows.filter(hlc__gte=int(since.timestamp() * 1000) << 16)
    if until:
        rows = rows.filter(hlc__lt=int(until.timestamp() * 1000) << 16)
    if cursor:
        if not (cursor.isascii() and cursor.isdigit()) or len(cursor) > 19:
            raise BadInput("journal.audit.cursor")
        rows = rows.filter(hlc__lt=int(cursor))
    found = list(rows[: limit + 1])
    following = str(found[limit - 1].hlc) if len(found) > limit else None
    return Page([refold.entry_of(row) for row in found[:limit]], following)
