"""Opening, escalating, answering and closing calls. Deciders only; what goes out is services/attempts.py.

Every step is a compare-and-set on the call's version, so two workers, two answers or a worker and an answer never both
count. Contexts above use `Matter`, `call_open` and `call_close`; they hear of answers by `calling.call.answered`.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from anlan.calling import queries
from anlan.calling.models import Call
from anlan.calling.rules.call import CALL_LOOP
from anlan.calling.rules.chain import ChainStep
from anlan.calling.rules.duty import Callee, next_turn
from anlan.calling.rules.limits import LONGEST_STEP, loud_at, step_over
from anlan.calling.rules.matter import LONGEST_TITLE, Matter, check_matter
from anlan.calling.services.attempts import attempts_cancel, attempts_make
from anlan.kernel.entry import Draft, Step
from anlan.kernel.errors import BadInput, RuleViolation
from anlan.platform.catalogue import CATALOGUE
from anlan.platform.database import hold_keys, writing
from anlan.platform.journal.home import home_test
from anlan.platform.journal.record import NEW, record, version_of
from anlan.platform.scope import SYSTEM

__all__ = ["LONGEST_TITLE", "Matter", "call_close", "call_escalate", "call_open", "calls_due"]

_SUBJECT = Call.SUBJECT


def call_open(*, matter: Matter, now: datetime) -> str:
    """Begin to call people for a stage of a matter; the call's id. Repeating it returns the same id and changes nothing.

    Raises:
        BadInput: "calling.matter.refused" with every reason.
        RuleViolation: "calling.call.matter_closed" when the matter needs nobody, or its calling was ended.
    """
    if problems := check_matter(matter, matter.kind in CATALOGUE.matters):
        raise BadInput("calling.matter.refused", problems)
    call_id = queries.call_id_of(matter.subject, matter.stage)
    subject = f"{_SUBJECT}/{call_id}"
    with writing():
        # Two requests for one stage at the same moment, and an opening beside a closing, take turns.
        hold_keys(_SUBJECT, [matter.subject])
        if version_of(subject):
            return call_id
        ended = Call.objects.filter(matter=matter.subject, state="closed").exists()
        if ended or not queries.matter_open(matter.subject):
            raise RuleViolation("calling.call.matter_closed", subject=matter.subject)
        name, steps = queries.chain_for(matter.region, matter.kind, matter.chain_id)
        turn = _turn(steps, 0, matter.region, now, matter.participants if matter.drill else ())
        data = {
            "matter": matter.subject, "kind": matter.kind, "stage": matter.stage, "urgency": matter.urgency,
            "address": matter.address, "chain_name": name, "steps": [s.as_dict() for s in steps],
            "participants": sorted(set(matter.participants)) if matter.drill else [], "office_id": matter.office_id,
        }  # fmt: skip
        draft = Draft(
            kind="calling.call.opened", subject=subject, region=matter.region,
            data=data | _turn_data(steps, turn, matter.urgency, now),
            text={"title": matter.title.strip(), "text": matter.text.strip()}, step=Step("", CALL_LOOP.initial_state),
            drill=matter.drill,
        )  # fmt: skip
        record(draft, scope=SYSTEM, now=now, base=NEW)
        _after_turn(call_id, turn, now)
    return call_id


def call_close(*, subject: str, reason: str, now: datetime) -> int:
    """End the calling for a matter: nobody is called for it any more, at no stage; how many calls ended now.

    Repeating it changes nothing. Calls that were answered are ended too, so that a later stage opens no new one.
    """
    ended = 0
    with writing():
        hold_keys(_SUBJECT, [subject])
        for key in Call.objects.filter(matter=subject).values_list("pk", flat=True):
            ended += _step(str(key), "close", now, text={"reason": reason.strip()[:500]} if reason.strip() else {})
    return ended


def calls_due(now: datetime) -> list[str]:
    """Ids of the calls of this node whose step's time is over (`limits.step_over`), the longest waiting first."""
    home = home_test()
    over = Q(until__lte=now) | Q(until__gt=now + LONGEST_STEP)
    rows = Call.objects.filter(over, state="calling").order_by("until", "id")
    return [str(pk) for pk, region in rows.values_list("pk", "region") if home(region)]


def call_escalate(*, call_id: str, now: datetime) -> str:
    """The next step of a call whose time is over: "escalated", "exhausted", "closed", or "" where nothing was to be done.

    The call is read anew in the transaction; whoever was answered, closed or escalated meanwhile is left alone.
    """
    if not _over(queries.call_row(call_id), now):
        return ""  # another worker was faster: its transaction is not waited for
    with writing():
        call = _held(call_id)
        if call is None or not _over(call, now):
            return ""
        if not queries.matter_open(call.matter):
            _step(call_id, "close", now)
            return "closed"
        steps = queries.steps_of(call)
        turn = _turn(steps, call.step + 1, call.region, now, call.participants.split())
        if turn is None:
            _step(call_id, "exhaust", now, once=f"exhaust:{call.step}")
        else:
            _step(call_id, "escalate", now, data=_turn_data(steps, turn, call.urgency, now), once=f"escalate:{turn[0]}")
            attempts_make(call_id=call_id, now=now)
    return "exhausted" if turn is None else "escalated"


def _over(call: Call | None, now: datetime) -> bool:
    return call is not None and call.state == "calling" and call.until is not None and step_over(call.until, now)


Turn = tuple[int, tuple[Callee, ...]]


def _turn(
    steps: Sequence[ChainStep], start: int, region: str, now: datetime, participants: Sequence[str]
) -> Turn | None:
    return next_turn(steps, start, region, now, queries.duty_facts(steps[start:], region, now, participants))


def _turn_data(steps: Sequence[ChainStep], turn: Turn | None, urgency: str, now: datetime) -> dict[str, Any]:
    """Step, people and end of the time as an entry carries them."""
    if turn is None:
        return {"step": 0, "callees": [], "until": None}
    number, people = turn
    # The minutes count from when the step's channels may disturb somebody: a quiet night exhausts no chain.
    begins = max((loud_at(urgency, channel, now) for channel in steps[number].channels(urgency)), default=now)
    until = begins + timedelta(minutes=steps[number].minutes)
    return {
        "step": number,
        "callees": [[c.person, c.post, c.deputy_for] for c in people],
        "until": until.isoformat(),
    }


def _after_turn(call_id: str, turn: Turn | None, now: datetime) -> None:
    if turn is None:
        _step(call_id, "exhaust", now, once="exhaust:-1")
    else:
        attempts_make(call_id=call_id, now=now)


def _held(call_id: str) -> Call | None:
    """The call as it stands in this transaction; on PostgreSQL nobody steps it until the transaction ends."""
    queries.hold_call(call_id)
    return queries.call_row(call_id)


def _step(
    call_id: str,
    act: str,
    now: datetime,
    data: dict[str, Any] | None = None,
    text: dict[str, Any] | None = None,
    once: str | None = None,
) -> int:
    """Record a step if the call stands where it may follow; 1 if it was recorded. What waits to be sent is cancelled."""
    call = _held(call_id)
    action = CALL_LOOP.action(act)
    if call is None or CALL_LOOP.check_step(act, call.state):
        return 0
    draft = Draft(
        kind=action.kind, subject=f"{_SUBJECT}/{call_id}", region=call.region,
        data={"matter": call.matter, "stage": call.stage, **(data or {})}, text=text or {},
        step=Step(call.state, action.to), once=once, drill=bool(call.drill),
    )  # fmt: skip
    record(draft, scope=SYSTEM, now=now, base=version_of(draft.subject))
    attempts_cancel(call_id=call_id)
    return 1
