"""How the calls of matters stand, for the pages of those matters: who was called, who answered."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from anlan.accounts import queries as accounts
from anlan.calling.models import Call, CallAnswer, CallRound
from anlan.calling.queries.calls import call_id_of, callees_of

_FEW = 4
__all__ = ["Called", "Said", "Turn", "calls_answered", "calls_by_matter", "calls_told"]


@dataclass(frozen=True, slots=True)
class Turn:
    """One step's people: names with, in brackets, whom they stand in for; `at`: when their turn began."""

    at: datetime
    names: tuple[str, ...]

    @property
    def short(self) -> str:
        """The first names; how many there are, where there are more."""
        few = "、".join(self.names[:_FEW])
        return few if len(self.names) <= _FEW else f"{few}等{len(self.names)}人"


@dataclass(frozen=True, slots=True)
class Called:
    """A call as its matter's page shows it; `word` and `answered_by` are "" while nobody has answered."""

    id: str
    state: str
    state_label: str
    turns: tuple[Turn, ...]
    until: datetime | None
    answered_by: str
    answered_at: datetime | None
    word: str


@dataclass(frozen=True, slots=True)
class Said:
    """The answer that ended a call: the id of its entry, whose it is, a word of rules.matter.WORDS, and when it was."""

    entry: str
    person: str
    word: str
    at: datetime


def calls_answered(subjects: Collection[str], stage: str) -> dict[str, Said]:
    """The answers by which the calls of these matters ended, by matter; of whatever was not answered, nothing."""
    matters = {call_id_of(subject, stage): subject for subject in subjects}
    ids, found = list(matters), dict[str, Said]()
    for start in range(0, len(ids), 500):
        part = CallAnswer._default_manager.filter(parent_id__in=ids[start : start + 500], repeated=0)
        found |= {matters[str(a.parent_id)]: Said(a.key, a.person_id, a.word, a.at) for a in part}
    return found


def calls_by_matter(subjects: Collection[str], stage: str) -> dict[str, Called]:
    """The call of each matter's stage, by matter. Unscoped: for matters that the caller has already scoped."""
    calls = {str(c.pk): c for c in Call._default_manager.filter(pk__in=[call_id_of(s, stage) for s in subjects])}
    turns: dict[str, list[CallRound]] = defaultdict(list)
    for turn in CallRound._default_manager.filter(parent_id__in=list(calls)).order_by("step"):
        turns[str(turn.parent_id)].append(turn)
    meant = {
        p for rows in turns.values() for t in rows for c in callees_of(t.callees) for p in (c.person, c.deputy_for)
    }
    names = accounts.person_names((meant | {c.answered_by for c in calls.values()}) - {""})
    return {call.matter: _called(call, turns[key], names) for key, call in calls.items()}


def _called(call: Call, turns: list[CallRound], names: dict[str, str]) -> Called:
    shown = tuple(
        Turn(
            turn.at,
            tuple(
                f"{names.get(c.person, '—')}（代{names.get(c.deputy_for, '—')}）"
                if c.deputy_for
                else names.get(c.person, "—")
                for c in callees_of(turn.callees)
            ),
        )
        for turn in turns
    )
    return Called(
        str(call.pk),
        call.state,
        call.get_state_display(),
        shown,
        call.until,
        names.get(call.answered_by, ""),
        call.answered_at,
        call.get_word_display() if call.word else "",
    )


def calls_told(ids: Collection[str]) -> dict[str, dict[str, str]]:
    """What the event stream says of calls, by id: their matter and how they stand. Unscoped: the stream judges each."""
    rows = Call._default_manager.filter(pk__in=list(ids)).values_list("id", "matter", "state", "urgency")
    return {str(pk): {"id": str(pk), "matter": m, "state": s, "urgency": u} for pk, m, s, u in rows}
