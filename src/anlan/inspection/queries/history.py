"""The journal as this context reads it: versions, repeated keys, and a hazard's timeline."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from anlan.accounts import queries as accounts
from anlan.inspection.models import Hazard
from anlan.inspection.queries.hazards import hazard_get
from anlan.inspection.rules.hazard import HAZARD_LOOP
from anlan.platform.journal.models import Head, JournalEntry
from anlan.platform.journal.record import once_of
from anlan.platform.journal.refold import entries_of, fold_held
from anlan.platform.scope import Scope


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One entry of a hazard as people read it.

    Attributes:
        kind: last part of the entry's kind, `closed`; `label`: the action's Chinese label, "" for other entries.
        actor: name of the person, "" for the system; `behalf`: name of the one deputised for.
        data, text: what the entry carries; text is empty where it was redacted.
        counts: False for an entry that a merge left contested.
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

    @property
    def due_at(self) -> datetime | None:
        """The deadline that the entry set, if it set one."""
        due = self.data.get("due_at")
        return datetime.fromisoformat(due) if due else None


def versions_of(subjects: Iterable[str]) -> dict[str, int]:
    """Number of entries held by subject; subjects without any are absent."""
    wanted = list(subjects)
    found: dict[str, int] = {}
    for start in range(0, len(wanted), 200):
        heads = Head.objects.filter(subject__in=wanted[start : start + 200])
        found.update(heads.values_list("subject", "version"))
    return found


def once_recorded(scope: Scope, pairs: Iterable[tuple[str, str | None]]) -> set[str]:
    """The subjects among (subject, once) of which this person's entry with that `once` is held: the step was taken."""
    wanted = {subject: once_of(scope.person, once) for subject, once in pairs if once}
    if not wanted:
        return set()
    sids = dict(Head.objects.filter(subject__in=wanted).values_list("sid", "subject"))
    held = JournalEntry.objects.filter(sid__in=sids, once__in=set(wanted.values())).values_list("sid", "once")
    return {sids[sid] for sid, once in held if wanted[sids[sid]] == once}


def hazard_history(scope: Scope, hazard_id: Any) -> list[HistoryLine]:
    """Every entry of a hazard in order, contested ones marked.

    Raises:
        HazardNotFound: "inspection.hazard.not_found".
    """
    return history_of(hazard_get(scope, hazard_id))[1]


def history_of(hazard: Hazard) -> tuple[int, list[HistoryLine]]:
    """(version, entries) of a hazard that the caller has read through its scope; (0, []) before its first entry."""
    head = Head.objects.filter(subject=f"{Hazard.SUBJECT}/{hazard.id}").first()
    if head is None:
        return 0, []
    entries = entries_of(head.sid)
    # Folding anew tells what counts; where nothing is contested, everything does.
    off = set() if head.settled else {e.id for e in entries} - {e.id for e in fold_held(head.sid).arranged.effective}
    names = accounts.person_names({e.actor for e in entries} | {e.on_behalf_of or "" for e in entries})
    labels = {a.kind: a.label for a in HAZARD_LOOP.actions}
    lines = [
        HistoryLine(
            e.id,
            e.time,
            e.kind.rpartition(".")[2],
            labels.get(e.kind, ""),
            names.get(e.actor, ""),
            names.get(e.on_behalf_of or "", ""),
            e.data,
            e.text,
            e.id not in off,
        )
        for e in entries
    ]
    return head.version, lines
