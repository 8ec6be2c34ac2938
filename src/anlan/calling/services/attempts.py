"""Single messages of calls: made with their step, taken by one worker at a time, sent, reported on. LOCAL rows, no entries.

Before an attempt is taken the matter is asked whether it is open and the call is read anew, in the transaction that takes
it. So nothing is taken after an answer or a closing was committed; a worker killed while sending leaves a lease that ends.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Q

from anlan.accounts import queries as accounts
from anlan.calling import queries
from anlan.calling.channels import CHANNELS, Message, Refused, Sent
from anlan.calling.models import Attempt, Call
from anlan.calling.rules.call import may_call
from anlan.calling.rules.limits import SHARED, SILENT, free_at, loud_at, next_try
from anlan.calling.rules.matter import RANKS, URGENCIES
from anlan.kernel.messages import render
from anlan.platform.bulk import insert_new
from anlan.platform.database import writing

__all__ = [
    "LEASE", "Taken", "attempt_finish", "attempt_message", "attempt_take", "attempts_cancel", "attempts_make",
    "attempts_recover", "attempts_tidy", "delivery_report",
]  # fmt: skip

LEASE = timedelta(seconds=60)
_AT_ONCE = 2000
_COLUMNS = (
    "call_id", "step", "person_id", "post_id", "channel", "tries", "rank", "state", "due_at", "made_at", "holder",
    "provider_id", "why", "token",
)  # fmt: skip
_HOUR = timedelta(hours=1)
_NOT_DELIVERED = "not_delivered"
_OVERTAKEN = Refused(permanent=True, why="overtaken")


@dataclass(frozen=True, slots=True)
class Taken:
    """An attempt that this worker holds, with the call as it stood and the plain token of the link ("" for none)."""

    attempt: Attempt
    call: Call
    token: str


def attempts_make(*, call_id: str, now: datetime) -> None:
    """One waiting attempt for each person and ready channel of the call's step; what there is already stays as it is.

    Call it in the transaction that records the step.
    """
    call = queries.call_row(call_id)
    turn = call.rounds.filter(step=call.step).first() if call else None
    if call is None or turn is None:
        return
    step = queries.steps_of(call)[call.step]
    # A drill reaches its participants alone: what a whole group reads is left out.
    named = [word for word in step.channels(call.urgency) if not (call.drill and word in SHARED)]
    ready = [word for word in named if CHANNELS[word].ready()]
    channels = ready or ["inapp"]  # a chain that names only what isn't set up here must not call in silence
    rows = [
        (call.pk, call.step, callee.person, callee.post, channel, 1, RANKS[call.urgency], "queued",
         loud_at(call.urgency, channel, now), now, "", "", "", "")
        for callee in queries.callees_of(turn.callees)
        for channel in channels
    ]  # fmt: skip
    insert_new(Attempt, _COLUMNS, rows)


def attempts_cancel(*, call_id: str) -> int:
    """Whatever of a call still waits goes out no more; how many."""
    return Attempt.objects.filter(call_id=call_id, state="queued").update(state="cancelled")


def attempt_take(*, holder: str, now: datetime, without: Collection[str] = ()) -> Taken | None:
    """Take the next attempt that is due and may still go out; None when there is none. Critical matters first.

    Args:
        holder: this worker. without: channels to leave alone for now.
    """
    while True:
        with writing():
            due = Attempt.objects.filter(state="queued", due_at__lte=now).exclude(channel__in=list(without))
            row = due.order_by("rank", "id").first()
            if row is None:
                return None
            queries.hold_call(row.call_id)
            call = queries.call_row(row.call_id)
            mine = Attempt.objects.filter(pk=row.pk, state="queued")
            if call is None or not may_call(call.state, row.step, call.step, queries.matter_open(call.matter)):
                mine.update(state="cancelled")
                continue
            # Put off, tried again or found late by a worker that was down, it may have come into the quiet hours.
            free = free_at(call.urgency, row.channel, now, _recent(row.person_id, call, now))
            later = loud_at(call.urgency, row.channel, free)
            if later > now:
                mine.update(due_at=later)
                continue
            token = secrets.token_urlsafe(16) if row.channel not in SILENT else ""
            values = {
                "state": "sending", "holder": holder, "lease_until": now + LEASE, "sent_at": now,
                "token": queries.token_hash(token) if token else "",
            }  # fmt: skip
            if mine.update(**values):  # the compare-and-set: of two workers one finds it queued
                row.refresh_from_db()
                return Taken(row, call, token)


def _recent(person_id: str, call: Call, now: datetime) -> list[datetime]:
    """When messages of the last hour reached a person; what is real does not wait for what was a drill."""
    rows = Attempt.objects.filter(person_id=person_id, sent_at__gt=now - _HOUR, sent_at__isnull=False)
    if not call.drill:
        rows = rows.exclude(call_id__in=Call._default_manager.filter(drill=1).values("pk"))
    # What did not go out disturbed nobody: after an outage nobody waits an hour for messages that never came.
    reached = rows.exclude(channel__in=SILENT).exclude(state__in=("failed", "cancelled"))
    return list(reached.values_list("sent_at", flat=True))


def attempt_message(taken: Taken) -> Message | Refused:
    """What a taken attempt says and to which number, or why it is not to go out. Ask as late as can be."""
    attempt, call = taken.attempt, queries.call_row(taken.attempt.call_id)
    # Once more: whoever answered since the attempt was taken is not called after it.
    if call is None or not may_call(call.state, attempt.step, call.step, queries.matter_open(call.matter)):
        return _OVERTAKEN
    channel = CHANNELS[attempt.channel]
    number = accounts.person_phone(attempt.person_id) if channel.numbered else ""
    if channel.numbered and not number:
        return Refused(permanent=True, why="number_missing")
    base = settings.CALLING["ANLAN_PUBLIC_URL"].rstrip("/")
    link = f"{base}/c/{taken.token}/" if base and taken.token else ""
    return Message(str(attempt.pk), number, call.title, _words(call, link), link, call.urgency, bool(call.drill))


def _words(call: Call, link: str) -> str:
    """The message, without anything personal."""
    return render(
        "calling.said.linked" if link else "calling.said.plain",
        {
            "drill": render("calling.said.drill", {}) if call.drill else "",
            "urgency": dict(URGENCIES)[call.urgency],
            "title": call.title,
            "place": queries.place_name(call.region),
            "link": link,
        },
    )


def attempt_finish(*, taken: Taken, result: Sent | Refused, now: datetime) -> None:
    """Write down what became of a taken attempt; one that failed for the moment is tried again, if it still may be."""
    mine = Attempt.objects.filter(pk=taken.attempt.pk, state="sending", holder=taken.attempt.holder)
    with writing():
        if isinstance(result, Sent):
            mine.update(state="sent", provider_id=result.provider_id, lease_until=None)
            return
        state = "cancelled" if result is _OVERTAKEN else "failed"
        if mine.update(state=state, why=result.why[:60], lease_until=None) and not result.permanent:
            _again(taken.attempt, now)


def _again(attempt: Attempt, now: datetime) -> None:
    at = next_try(attempt.tries, now)
    call = queries.call_row(attempt.call_id)
    if at is None or call is None or call.state != "calling" or call.step != attempt.step:
        return
    row = (attempt.call_id, attempt.step, attempt.person_id, attempt.post_id, attempt.channel, attempt.tries + 1,
           attempt.rank, "queued", at, now, "", "", "", "")  # fmt: skip
    insert_new(Attempt, _COLUMNS, [row])


def attempts_recover(*, now: datetime) -> int:
    """Give up what a dead worker held: whether it went out is not known, so it is tried again; how many."""
    count = 0
    # A lease longer than any lease was taken while a clock ran ahead: it would end in years.
    ended = Q(lease_until__lte=now) | Q(lease_until__gt=now + 10 * LEASE)
    with writing():
        for attempt in Attempt.objects.filter(ended, state="sending").order_by("id"):
            if Attempt.objects.filter(pk=attempt.pk, state="sending", lease_until=attempt.lease_until).update(
                state="lost", why="interrupted", lease_until=None
            ):
                _again(attempt, now)
                count += 1
    return count


def attempts_tidy(*, now: datetime) -> int:
    """Forget the single messages of calls that ended more than ANLAN_CALL_KEEP_DAYS ago; how many.

    Whom each step meant and what was answered are the call's own history and stay, as does what an open call did: records,
    call sheets and reports need nothing of it. What is in a worker's hands is left to it.
    """
    before = now - timedelta(days=settings.CALLING["ANLAN_CALL_KEEP_DAYS"])
    over = Call.objects.filter(state__in=("answered", "closed"), ended_at__lt=before).values("pk")
    rows = Attempt.objects.filter(call_id__in=over).exclude(state__in=("queued", "sending")).order_by("pk")
    count = 0
    while keys := list(rows.values_list("pk", flat=True)[:_AT_ONCE]):
        with writing():
            count += Attempt.objects.filter(pk__in=keys).delete()[0]
    return count


def delivery_report(*, channel: str, provider_id: str, delivered: bool, now: datetime) -> bool:
    """What the provider says became of a message; whether it names one of ours. Repeating it changes nothing.

    Reports come in any order: one that it arrived holds against an earlier one that it had not, and not the other way.
    """
    state = "delivered" if delivered else "failed"
    may_follow = Q(state__in=("sending", "sent"))
    if delivered:
        may_follow |= Q(state="failed", why=_NOT_DELIVERED)
    with writing():
        ours = Attempt.objects.filter(channel=channel, provider_id=provider_id) if provider_id else None
        if ours is None or not ours.exists():
            return False
        ours.filter(may_follow).update(state=state, told_at=now, why="" if delivered else _NOT_DELIVERED)
    return True
