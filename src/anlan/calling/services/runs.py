"""One pass over all calls: what a dead worker left, escalations that are due, attempts that are due."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from anlan.calling.channels import Refused
from anlan.calling.services.attempts import attempt_finish, attempt_send, attempt_take, attempts_recover
from anlan.calling.services.calls import call_escalate, calls_due

__all__ = ["RunCount", "calls_run"]

MOST_SENT = 5000
_BETWEEN = timedelta(seconds=2)
_UNREACHABLE = "unreachable"


@dataclass(frozen=True, slots=True)
class RunCount:
    """What one pass did."""

    sent: int = 0
    refused: int = 0
    escalated: int = 0
    exhausted: int = 0
    recovered: int = 0


def calls_run(*, holder: str, tick: Callable[[], datetime]) -> RunCount:
    """Escalate and send what is due; any number of workers may do so at once.

    A provider that can't be reached is left alone for the rest of the pass, and escalations are looked after between the
    messages, so that a slow provider delays no step.

    Args:
        holder: this worker. tick: the present moment, asked again for every message.
    Raises:
        Unavailable: "journal.node.not_initialised".
    """
    recovered = attempts_recover(now=tick())
    steps = {"escalated": 0, "exhausted": 0}
    sent = refused = 0
    down: set[str] = set()
    looked: datetime | None = None
    while sent + refused < MOST_SENT:
        now = tick()
        if looked is None or now - looked >= _BETWEEN:
            looked = now
            for call_id in calls_due(now):
                did = call_escalate(call_id=call_id, now=now)
                steps[did] = steps.get(did, 0) + 1
        taken = attempt_take(holder=holder, now=now, without=down)
        if taken is None:
            break
        result = attempt_send(taken)
        attempt_finish(taken=taken, result=result, now=tick())
        if isinstance(result, Refused):
            refused += 1
            if result.why == _UNREACHABLE:
                down.add(taken.attempt.channel)
        else:
            sent += 1
    return RunCount(sent, refused, steps["escalated"], steps["exhausted"], recovered)
