"""Calls as pages and the API show them: with names instead of ids, in few queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from anlan.accounts import queries as accounts
from anlan.calling.models import Attempt, Call, CallAnswer, CallRound
from anlan.calling.queries.calls import attempts_of, callees_of, steps_of
from anlan.calling.rules.chain import HOLDERS, POSITIONS
from anlan.platform import regions


@dataclass(frozen=True, slots=True)
class CalledPerson:
    """Somebody who is or was called; `deputy_for`: the name of whom they stand in for, "" for nobody."""

    person_id: str
    name: str
    deputy_for: str


@dataclass(frozen=True, slots=True)
class CallCard:
    """A call in a list: what, where, how it stands, who is called now, who answered."""

    id: str
    title: str
    text: str
    address: str
    urgency: str
    urgency_label: str
    state: str
    state_label: str
    place: str
    drill: bool
    opened_at: datetime
    until: datetime | None
    step: int
    steps: int
    people: tuple[CalledPerson, ...]
    answered_by: str
    answered_at: datetime | None
    word: str
    word_label: str


@dataclass(frozen=True, slots=True)
class RoundCard:
    """One step's turn with its people and what was sent to each."""

    number: int
    label: str
    at: datetime
    until: datetime | None
    people: tuple[tuple[CalledPerson, tuple[Attempt, ...]], ...]


@dataclass(frozen=True, slots=True)
class AnswerCard:
    """One answer with names."""

    name: str
    by: str
    row: CallAnswer


def place_name(region: str) -> str:
    """Town and village of a 12-digit code, of a county its own name: what somebody who has to go there must read."""
    return regions.full_name(region, below=region[:4] if region.endswith("000000") else region[:6]) or region


def call_cards(calls: Iterable[Call]) -> list[CallCard]:
    """Cards of calls that the caller has scoped, in the same order."""
    calls = list(calls)
    turns: dict[Any, list[CallRound]] = defaultdict(list)
    for turn in CallRound.objects.filter(parent_id__in=[c.pk for c in calls]).order_by("step"):
        turns[turn.parent_id].append(turn)
    ids = {p for rows in turns.values() for t in rows for c in callees_of(t.callees) for p in (c.person, c.deputy_for)}
    names = accounts.person_names((ids | {c.answered_by for c in calls}) - {""})
    return [_card(call, turns[call.pk], names) for call in calls]


def _card(call: Call, turns: list[CallRound], names: dict[str, str]) -> CallCard:
    now = next((t for t in turns if t.step == call.step), None)
    return CallCard(
        id=str(call.pk),
        title=call.title,
        text=call.text,
        address=call.address,
        urgency=call.urgency,
        urgency_label=call.get_urgency_display(),
        state=call.state,
        state_label=call.get_state_display(),
        place=place_name(call.region),
        drill=bool(call.drill),
        opened_at=call.opened_at,
        until=call.until,
        step=call.step + 1,
        steps=len(steps_of(call)),
        people=_people(now.callees, names) if now else (),
        answered_by=names.get(call.answered_by, ""),
        answered_at=call.answered_at,
        word=call.word,
        word_label=call.get_word_display() if call.word else "",
    )


def _people(text: str, names: dict[str, str]) -> tuple[CalledPerson, ...]:
    return tuple(CalledPerson(c.person, names.get(c.person, ""), names.get(c.deputy_for, "")) for c in callees_of(text))


def call_rounds(call: Call) -> list[RoundCard]:
    """The turns of a call with their people and attempts."""
    turns = list(call.rounds.order_by("step"))
    ids = {p for t in turns for c in callees_of(t.callees) for p in (c.person, c.deputy_for)}
    names = accounts.person_names(ids - {""})
    sent: dict[tuple[int, str], list[Attempt]] = defaultdict(list)
    for attempt in attempts_of(call):
        sent[attempt.step, attempt.person_id].append(attempt)
    steps = steps_of(call)
    return [
        RoundCard(
            t.step + 1,
            _step_label(steps[t.step]) if t.step < len(steps) else "",
            t.at,
            t.until,
            tuple((p, tuple(sent[t.step, p.person_id])) for p in _people(t.callees, names)),
        )
        for t in turns
        if t.callees
    ]


def _step_label(step: Any) -> str:
    position = dict(POSITIONS).get(step.position, "")
    return position if step.holder == "position" else dict(HOLDERS).get(step.holder, step.holder)


def call_answers(call: Call) -> list[AnswerCard]:
    """The answers of a call, the one that counts first."""
    rows = list(call.answers.order_by("repeated", "at", "key"))
    names = accounts.person_names({r.person_id for r in rows} | {r.by for r in rows if r.by})
    return [AnswerCard(names.get(r.person_id, ""), names.get(r.by, ""), r) for r in rows]
