"""The journal as this context reads it: versions, repeated keys, and a hazard's timeline."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from anlan.accounts import queries as accounts
from anlan.inspection.queries.hazards import hazard_get
from anlan.inspection.rules.stating import APART
from anlan.platform.journal.models import Head
from anlan.platform.journal.refold import entries_of, fold_held
from anlan.platform.ledger.history import label_of
from anlan.platform.projection import Projection
from anlan.platform.scope import Scope


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One entry of a hazard as people read it.

    Attributes:
        kind: last part of the entry's kind, `closed`; `label`: what people call it, Chinese.
        actor: name of the person, "" for the system; `behalf`: name of the one deputised for.
        data, text: what the entry carries; text is empty where it was redacted.
        recorded_at: when it was recorded; `apart`: that lies so far from `at` that people must see both.
        counts: False for an entry that a merge left contested.
        doubts: what is doubtful in its photos, where the reader may know (queries.photos.with_doubts).
    """

    id: str
    at: datetime
    kind: str
    label: str
    actor: str
    behalf: str
    data: Mapping[str, Any]
    text: Mapping[str, Any]
    counts: bool
    recorded_at: datetime
    doubts: tuple[Any, ...] = ()

    @property
    def apart(self) -> bool:
        """Whether it was recorded noticeably later than it happened. Source: rules.stating.APART."""
        return self.recorded_at - self.at > APART

    @property
    def due_at(self) -> datetime | None:
        """The deadline that the entry set, if it set one."""
        due = self.data.get("due_at")
        return datetime.fromisoformat(due) if due else None


def hazard_history(scope: Scope, hazard_id: Any) -> list[HistoryLine]:
    """Every entry of a hazard in order, contested ones marked.

    Raises:
        HazardNotFound: "inspection.hazard.not_found".
    """
    return history_of(hazard_get(scope, hazard_id))[1]


def history_of(row: Projection) -> tuple[int, list[HistoryLine]]:
    """(version, entries) of a hazard or listing that the caller has read through its scope; (0, []) before its first."""
    head = Head.objects.filter(subject=f"{row.SUBJECT}/{row.id}").first()
    if head is None:
        return 0, []
    entries = entries_of(head.sid)
    # Folding anew tells what counts; where nothing is contested, everything does.
    off = set() if head.settled else {e.id for e in entries} - {e.id for e in fold_held(head.sid).arranged.effective}
    names = accounts.person_names({e.actor for e in entries} | {e.on_behalf_of or "" for e in entries})
    lines = [
        HistoryLine(
            e.id,
            e.time,
            e.kind.rpartition(".")[2],
            label_of(e.kind),
            names.get(e.actor, ""),
            names.get(e.on_behalf_of or "", ""),
            e.data,
            e.text,
            e.id not in off,
            max(e.time, datetime.fromtimestamp(e.wall / 1000, UTC)),
        )
        for e in entries
    ]
    return head.version, lines
