"""One pass over all calls: what a dead worker left, escalations that are due, attempts that are due."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from traceback import extract_tb

from anlan.calling.channels import Refused, Sent
from anlan.calling.services.attempts import Taken, attempt_finish, attempt_send, attempt_take, attempts_recover
from anlan.calling.services.calls import call_escalate, calls_due
from anlan.kernel.errors import AnlanError, Unavailable

__all__ = ["RunCount", "calls_run"]

log = logging.getLogger(__name__)

MOST_SENT = 5000
_BETWEEN = timedelta(seconds=2)
_UNREACHABLE = "unreachable"
_BROKEN = "channel_broken"
# What a setting, a library or a row that nobody expected raises; a database that is gone is none of these.
_DEFECTS = (
    AnlanError, ArithmeticError, AssertionError, AttributeError, LookupError, OSError, RuntimeError, TypeError, ValueError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class RunCount:
    """What one pass did."""

    sent: int = 0
    refused: int = 0
    escalated: int = 0
    exhausted: int = 0
    recovered: int = 0
    failed: int = 0


def _escalate(call_id: str, now: datetime) -> str:
    """`call_escalate`, or "failed": a call that can't be escalated is logged and holds up nobody else's."""
    try:
        return call_escalate(call_id=call_id, now=now)
    except Unavailable:
        raise  # no call could be escalated: the whole pass is tried again, as it is when the database is gone
    except _DEFECTS:
        log.exception("call %s could not be escalated", call_id)
        return "failed"


def _send(taken: Taken) -> Sent | Refused:
    """`attempt_send`; what a channel could not cope with is this attempt's failure, and no other call waits for it."""
    try:
        return attempt_send(taken)
    except _DEFECTS as error:
        # Not the error's own words: a library may name the address, and with it somebody's number.
        at, kind = extract_tb(error.__traceback__)[-1], type(error).__name__
        log.error("attempt %s by %s: %s in %s:%s", taken.attempt.pk, taken.attempt.channel, kind, at.name, at.lineno)
        return Refused(permanent=False, why=_BROKEN)


def calls_run(*, holder: str, tick: Callable[[], datetime]) -> RunCount:
    """Escalate and send what is due; any number of workers may do so at once.

    A provider that can't be reached is left alone for the rest of the pass, and escalations are looked after between the
    messages, so that a slow provider delays no step. What goes wrong with one call or one message stops no other.

    Args:
        holder: this worker. tick: the present moment, asked again for every message.
    Raises:
        Unavailable: "journal.node.not_initialised".
    """
    recovered = attempts_recover(now=tick())
    steps = {"escalated": 0, "exhausted": 0, "failed": 0}
    sent = refused = 0
    down: set[str] = set()
    looked: datetime | None = None
    while sent + refused < MOST_SENT:
        now = tick()
        if looked is None or abs(now - looked) >= _BETWEEN:
            looked = now
            for call_id in calls_due(now):
                did = _escalate(call_id, now)
                steps[did] = steps.get(did, 0) + 1
        taken = attempt_take(holder=holder, now=now, without=down)
        if taken is None:
            break
        result = _send(taken)
        attempt_finish(taken=taken, result=result, now=tick())
        if isinstance(result, Refused):
            refused += 1
            steps["failed"] += result.why == _BROKEN
            if result.why == _UNREACHABLE:
                down.add(taken.attempt.channel)
        else:
            sent += 1
    return RunCount(sent, refused, steps["escalated"], steps["exhausted"], recovered, steps["failed"])
