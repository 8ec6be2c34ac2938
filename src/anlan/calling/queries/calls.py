"""Reading calls, their people and their attempts."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet

from anlan.accounts import queries as accounts
from anlan.calling.models import Attempt, Call, CallAnswer
from anlan.calling.rules.call import LINK_HOURS, link_runs
from anlan.calling.rules.chain import ChainStep
from anlan.calling.rules.duty import Callee
from anlan.kernel.errors import NotFound
from anlan.platform.catalogue import CATALOGUE
from anlan.platform.database import is_sqlite
from anlan.platform.journal.models import Head
from anlan.platform.scope import Scope, limit

VIEW, ANSWER = "calling.call.view", "calling.call.answer"
_WAITING = ("calling", "exhausted")
_SPACE = uuid.UUID("0f6f2c1e-7f0e-5a55-9a5b-0a7c1d0e4b11")


def call_id_of(subject: str, stage: str) -> str:
    """The id of the call for a stage of a matter: the same on every node, so that opening it twice opens it once."""
    return str(uuid.uuid5(_SPACE, f"{subject}\0{stage}"))


def calls_known(subjects: Iterable[str], stage: str) -> set[str]:
    """Which of these matters have a call for that stage already, in whatever state it is."""
    by_id = {call_id_of(subject, stage): subject for subject in subjects}
    ids, found = list(by_id), set[str]()
    for start in range(0, len(ids), 500):
        known = Call.objects.filter(pk__in=ids[start : start + 500]).values_list("pk", flat=True)
        found.update(by_id[str(pk)] for pk in known)
    return found


def matter_open(matter: str) -> bool:
    """Whether the matter still needs anybody; a kind that nobody declares does not."""
    kind, _, key = matter.partition("/")
    declared = CATALOGUE.matters.get(kind)
    return declared is not None and bool(declared.is_open(key))


def as_key(call_id: Any) -> str | None:
    """The canonical text of an id; None for what is none."""
    try:
        return str(uuid.UUID(str(call_id)))
    except ValueError:
        return None


def attempt_of(key: str, channel: str) -> Attempt | None:
    """The attempt that a provider names by our number; None for what is none of ours."""
    numeric = key.isascii() and key.isdigit() and len(key) <= 18
    return Attempt.objects.filter(pk=int(key), channel=channel, sent_at__isnull=False).first() if numeric else None


def hold_call(call_id: Any) -> None:
    """Let nobody step this call until the transaction ends. SQLite has one writer anyway."""
    if not is_sqlite():
        list(Head.objects.select_for_update().filter(subject=f"{Call.SUBJECT}/{call_id}").values_list("sid"))


def call_row(call_id: Any) -> Call | None:
    """One call. Unscoped: for the system's own work and for whoever showed a token."""
    key = as_key(call_id)
    return Call.objects.filter(pk=key).first() if key else None


def call_list(scope: Scope) -> QuerySet[Call]:
    """The calls in scope, newest first; none without the right, and none for an enterprise."""
    rows = Call.objects.all()
    seen = limit(rows, scope) if scope.may(VIEW) and scope.subjects is None else rows.none()
    return seen.order_by("-opened_at", "id")


def calls_waiting(scope: Scope) -> list[Call]:
    """The board: open calls in scope, exhausted ones first, then by the end of their time."""
    found = list(call_list(scope).filter(state__in=_WAITING).prefetch_related("rounds")[:500])
    ranks = {"critical": 0, "urgent": 1, "routine": 2}
    return sorted(found, key=lambda c: (c.state != "exhausted", ranks.get(c.urgency, 3), c.opened_at, str(c.pk)))


def calls_mine(people: Collection[str]) -> list[Call]:
    """The open calls in which one of these was called on this server, newest first; of a scope: its `ids`."""
    called = Attempt.objects.filter(person_id__in=[one for one in people if one]).values("call_id")
    return list(Call.objects.filter(pk__in=called, state__in=_WAITING).order_by("-opened_at", "id")[:100])


def call_get(scope: Scope, call_id: Any) -> Call:
    """One call that this person may see: by right and region, or because they were called.

    Raises:
        NotFound: "calling.call.not_found".
    """
    call = call_row(call_id)
    if call is not None:
        if call_list(scope).filter(pk=call.pk).exists():
            return call
        if called_as(scope, call):
            return call
    raise NotFound("calling.call.not_found")


def steps_of(call: Call) -> tuple[ChainStep, ...]:
    """The chain as it was when the call was opened."""
    return tuple(ChainStep.of(values) for values in json.loads(call.steps))


def callees_of(text: str) -> tuple[Callee, ...]:
    """The people of a round, from its column."""
    return tuple(Callee(*(one.split(":") + ["", ""])[:3]) for one in text.split())


def called_people(call: Call) -> dict[str, Callee]:
    """Everybody the call has meant so far, by person."""
    return {c.person: c for turn in call.rounds.order_by("step") for c in callees_of(turn.callees)}


def called_as(scope: Scope, call: Call) -> str:
    """The id under which this person was called, perhaps that of a registration merged since; "" for who was not."""
    called = called_people(call)
    return next((one for one in (scope.person, *sorted(scope.aliases)) if one and one in called), "")


def answer_choices(scope: Scope, call: Call, now: datetime) -> list[tuple[str, str]]:
    """(person id, name) of those for whom the desk may answer: who was called first, then everybody who may answer calls."""
    called = list(called_people(call))
    names = accounts.person_names(called)
    others = [] if call.drill else accounts.posts_holding(scope, ANSWER, now)
    found = {person: names.get(person, person[:8]) for person in called}
    found |= {card.person_id: card.label for card in others if card.person_id not in found}
    return list(found.items())


def attempts_of(call: Call) -> list[Attempt]:
    """What was sent, in order."""
    return list(Attempt.objects.filter(call_id=call.pk).order_by("step", "made_at", "id"))


def token_hash(token: str) -> str:
    """What is kept of a link's token."""
    return hashlib.sha256(token.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class LinkView:
    """What a link shows: the call, whose link it is, and that person's own answer if there is one."""

    call: Call
    attempt: Attempt
    answer: Any
    by_other: Any


def link_get(token: str, now: datetime) -> LinkView:
    """What the link of this token leads to.

    Raises:
        NotFound: "calling.link.not_found" for an unknown token, "calling.link.expired" for an old one.
    """
    digest = token_hash(token)
    attempt = Attempt.objects.filter(token=digest).first() if token else None
    call = call_row(attempt.call_id) if attempt else None
    if attempt is None or call is None:
        raise NotFound("calling.link.not_found")
    own = call.answers.filter(person_id=attempt.person_id).order_by("at", "key").first()
    if own is None and not link_runs(attempt.sent_at or attempt.made_at, now):
        raise NotFound("calling.link.expired")
    other = call.answers.filter(repeated=0).exclude(person_id=attempt.person_id).order_by("at", "key").first()
    return LinkView(call, attempt, own, other)


def call_of_person(person_ids: Iterable[str], *, channels: Iterable[str], now: datetime) -> tuple[Call, str] | None:
    """The call that a reply without a reference means: the latest that reached one of these people by these channels.

    One that still waits goes before one that does not. What went out so long ago that its link has ended is meant no more:
    a stray word must not answer a call that was forgotten.
    """
    rows = Attempt.objects.filter(person_id__in=list(person_ids), channel__in=list(channels))
    near = rows.filter(sent_at__gt=now - timedelta(hours=LINK_HOURS))
    latest = list(near.order_by("-sent_at", "-id")[:50])
    calls = {str(c.pk): c for c in Call.objects.filter(pk__in={a.call_id for a in latest})}
    known = [(calls[str(a.call_id)], a.person_id) for a in latest if str(a.call_id) in calls]
    waiting = [pair for pair in known if pair[0].state in _WAITING]
    return next(iter(waiting or known), None)


def answer_of_late(person_ids: Iterable[str], channel: str, word: str, since: datetime) -> CallAnswer | None:
    """The latest answer with this word that one of these people gave by this channel after `since`; None for none."""
    said = CallAnswer._default_manager.filter(person_id__in=list(person_ids), channel=channel, word=word, at__gt=since)
    return said.order_by("-at", "key").first()
