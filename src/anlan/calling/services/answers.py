"""Answers: by link, short message, keypad, in the pages, and by the duty desk on behalf. The first one answers the call.

Whoever answers later, or after the matter was closed, is kept beside it and told so. Repeating an answer changes nothing.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from anlan.accounts import queries as accounts
from anlan.calling import queries
from anlan.calling.models import Call
from anlan.calling.rules.call import CALL_LOOP, check_answer, check_proxy, word_of_key
from anlan.calling.services.attempts import attempts_cancel
from anlan.kernel.entry import Draft, Step
from anlan.kernel.errors import BadInput, NotAllowed, NotFound
from anlan.platform.database import writing
from anlan.platform.journal.record import record, version_of
from anlan.platform.scope import Scope

__all__ = ["Answered", "call_answer", "call_answer_for", "keypad_answer", "link_answer", "sms_answer"]

_SUBJECT = Call.SUBJECT
_ONCE_MORE = timedelta(minutes=2)
"""The same words from the same number within it are the same reply: delivered twice, it must answer no other call."""


@dataclass(frozen=True, slots=True)
class Answered:
    """What became of an answer. first: it answered the call. word: this person's answer as it stands."""

    call_id: str
    first: bool
    word: str


def call_answer(*, scope: Scope, call_id: str, word: str, now: datetime) -> Answered:
    """Answer one's own call in the pages.

    Raises:
        NotFound: "calling.call.not_found". NotAllowed: "calling.answer.not_called" for whoever was not called.
        BadInput: "calling.answer.refused".
    """
    call = queries.call_get(scope, call_id)
    person = queries.called_as(scope, call)
    if not person:
        raise NotAllowed("calling.answer.not_called")
    _refuse(check_answer(word))
    return _answer(scope, str(call.pk), person, word, "inapp", now)


def link_answer(*, token: str, word: str, now: datetime) -> Answered:
    """Answer by a link's one-time token. The first answer stands: the same link can't change it.

    Raises:
        NotFound: "calling.link.not_found", "calling.link.expired". BadInput: "calling.answer.refused".
    """
    view = queries.link_get(token, now)
    if view.answer is not None:
        return Answered(str(view.call.pk), not view.answer.repeated, view.answer.word)
    _refuse(check_answer(word))
    return _by_person(str(view.call.pk), view.attempt.person_id, word, "link", now)


def sms_answer(*, number: str, text: str, now: datetime, known: bool = False) -> Answered:
    """Answer by a short message: the number says who, the first key or word says what.

    Args:
        known: the provider numbers its replies, and this one has not been taken; else the same words within two minutes
            are taken for the same reply.
    Raises:
        NotFound: "calling.reply.nobody" where nobody with this number was called.
        BadInput: "calling.reply.unclear" where the text says nothing.
    """
    return _by_number(number, text, "sms", ("sms",), now, once_more=not known)


def keypad_answer(*, number: str, key: str, attempt: str, now: datetime) -> Answered:
    """Answer by a key on the telephone: the attempt says which call, the number where none is given.

    Raises as `sms_answer`; "calling.reply.nobody" also for an attempt that is none of ours: the key was meant for another call.
    """
    found = queries.attempt_of(attempt, "webhook")
    if found is None and attempt:
        raise NotFound("calling.reply.nobody")
    if found is None:
        return _by_number(number, key, "keypad", ("webhook", "sms"), now)
    word = word_of_key(key)
    if not word:
        raise BadInput("calling.reply.unclear")
    return _by_person(str(found.call_id), found.person_id, word, "keypad", now)


def call_answer_for(
    *, scope: Scope, call_id: str, person_id: str, word: str, reason: str, at: datetime | None, now: datetime
) -> Answered:
    """Answer on behalf of somebody who answered the desk by telephone or word of mouth (代为答复).

    Args:
        at: when they truly answered. reason: how the desk knows.
    Raises:
        NotAllowed: "platform.not_allowed". NotFound: "calling.call.not_found". BadInput: "calling.answer.refused".
    """
    scope.require(queries.ANSWER)
    if scope.subjects is not None:
        raise NotFound("calling.call.not_found")
    call = queries.call_list(scope).filter(pk=queries.as_key(call_id)).first()
    if call is None:
        raise NotFound("calling.call.not_found")
    known = person_id in queries.called_people(call) or (
        not call.drill and person_id in {person for person, _ in queries.answer_choices(scope, call, now)}
    )
    _refuse(check_proxy(word, reason, at, call.opened_at, now, known))
    return _answer(scope, str(call.pk), person_id, word, "desk", now, at=at, reason=reason)


def _by_number(
    number: str, text: str, channel: str, by: tuple[str, ...], now: datetime, *, once_more: bool = False
) -> Answered:
    people = accounts.people_with_phone(number)
    found = queries.call_of_person(people, channels=by, now=now) if people else None
    if found is None:
        raise NotFound("calling.reply.nobody")
    word = word_of_key(text)
    if not word:
        raise BadInput("calling.reply.unclear")
    said = queries.answer_of_late(people, channel, word, now - _ONCE_MORE) if once_more else None
    if said is not None:
        return Answered(str(said.parent_id), not said.repeated, said.word)
    call, person = found
    return _by_person(str(call.pk), person, word, channel, now)


def _by_person(call_id: str, person: str, word: str, channel: str, now: datetime) -> Answered:
    """Without a login, the actor is the person whom token or number proves, in the post they were called in."""
    call = queries.call_row(call_id)
    callee = queries.called_people(call).get(person) if call else None
    name = accounts.person_names([person]).get(person, "")
    scope = Scope(person, callee.post if callee else "", name, frozenset(), call.region if call else "")
    return _answer(scope, call_id, person, word, channel, now)


def _refuse(problems: list[Any]) -> None:
    if problems:
        raise BadInput("calling.answer.refused", problems)


def _answer(
    scope: Scope, call_id: str, person: str, word: str, channel: str, now: datetime, *, at: datetime | None = None,
    reason: str = "",
) -> Answered:  # fmt: skip
    """Record an answer: a step where the call still waits, else beside what stands."""
    action = CALL_LOOP.action("answer")
    with writing():
        queries.hold_call(call_id)
        call = queries.call_row(call_id)
        if call is None:
            raise NotFound("calling.call.not_found")
        own = call.answers.filter(person_id=person).order_by("at", "key").first()
        if own is not None:
            return Answered(call_id, not own.repeated, own.word)
        first = call.state in action.from_
        by = scope.person if channel == "desk" else ""
        data = {
            "matter": call.matter, "stage": call.stage, "person": person, "channel": channel, "word": word,
            "at": (at or now).isoformat(), "by": by,
        }  # fmt: skip
        draft = Draft(
            kind=action.kind if first else "calling.call.repeated", subject=f"{_SUBJECT}/{call_id}", region=call.region,
            data=data, text={"reason": reason.strip()} if reason.strip() else {}, at=at,
            step=Step(call.state, action.to) if first else None, drill=bool(call.drill),
        )  # fmt: skip
        record(draft, scope=scope, now=now, base=version_of(draft.subject))
        attempts_cancel(call_id=call_id)
    return Answered(call_id, first, word)
