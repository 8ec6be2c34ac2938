"""One pass over all calls: what a dead worker left, escalations that are due, attempts that are due."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta

from anlan.calling.channels import Message, Refused, Sent
from anlan.calling.services.attempts import Taken, attempt_finish, attempt_message, attempt_take, attempts_recover
from anlan.calling.services.calls import call_escalate, calls_due
from anlan.calling.services.errands import BROKEN, MOST_AT_ONCE, SILENT_TOO_LONG, Errand
from anlan.kernel.errors import AnlanError, Unavailable

__all__ = ["RunCount", "calls_run"]

log = logging.getLogger(__name__)

MOST_SENT = 5000
_BETWEEN = timedelta(seconds=2)
_GRACE_S = 0.2
"""What a quick provider needs: so long the next message waits for the one before, and its order is kept."""
# What a setting, a library or a row that nobody expected raises; a database that is gone is none of these.
_DEFECTS = (
    AnlanError, ArithmeticError, AssertionError, AttributeError, LookupError, OSError, RuntimeError, TypeError, ValueError,
)  # fmt: skip
_UNREACHABLE = ("unreachable", SILENT_TOO_LONG.why)


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


def calls_run(*, holder: str, tick: Callable[[], datetime]) -> RunCount:
    """Escalate and send what is due; any number of workers may do so at once.

    A provider that can't be reached is left alone for the rest of the pass. Several messages are under way at once, and
    escalations are looked after between them, so that a slow provider delays neither a step nor another channel. What goes
    wrong with one call or one message stops no other.

    Args:
        holder: this worker. tick: the present moment, asked again for every message.
    Raises:
        Unavailable: "journal.node.not_initialised".
    """
    done = _Pass(holder, tick)
    try:
        while done.away or done.count < MOST_SENT:
            done.escalate()
            done.collect()
            room = len(done.away) < MOST_AT_ONCE and done.count < MOST_SENT
            taken = attempt_take(holder=holder, now=tick(), without=done.down) if room else None
            if taken is not None:
                done.send(taken)
            elif done.away:
                done.rest()
            else:
                break
    finally:
        # Whatever ended the pass (a locked database), what is under way goes out: unwritten it would go out twice.
        while done.away:
            done.collect()
            done.rest()
    return done.told


class _Pass:
    """What one pass has under way and has done."""

    def __init__(self, holder: str, tick: Callable[[], datetime]) -> None:
        self._tick = tick
        self.told = RunCount(recovered=attempts_recover(now=tick()))
        self.away: list[Errand] = []
        self.down: set[str] = set()
        self.news = threading.Event()
        self._looked: datetime | None = None

    @property
    def count(self) -> int:
        """How many messages were begun."""
        return self.told.sent + self.told.refused + len(self.away)

    def _add(self, what: str) -> None:
        self.told = replace(self.told, **{what: asdict(self.told)[what] + 1})

    def escalate(self) -> None:
        """Take the next step of every call whose time is over, every two seconds."""
        now = self._tick()
        if self._looked is not None and abs(now - self._looked) < _BETWEEN:
            return
        self._looked = now
        for call_id in calls_due(now):
            did = _escalate(call_id, now)
            if did in ("escalated", "exhausted", "failed"):
                self._add(did)

    def send(self, taken: Taken) -> None:
        """Begin a message; a quick provider has it before the next is taken."""
        message = attempt_message(taken)
        if not isinstance(message, Message):
            self._settle(taken, message)
            return
        errand = Errand(taken, message, self.news)
        self.away.append(errand)
        errand.wait(_GRACE_S)

    def rest(self) -> None:
        """Wait until a message is done, shortly."""
        if self.away:
            self.news.wait(_GRACE_S)
            self.news.clear()

    def collect(self) -> None:
        """Write down what became of the messages that are done, or that were waited for too long."""
        for errand in tuple(self.away):
            if (result := errand.result) is not None:
                self.away.remove(errand)
                self._settle(errand.taken, result)

    def _settle(self, taken: Taken, result: Sent | Refused) -> None:
        attempt_finish(taken=taken, result=result, now=self._tick())
        if isinstance(result, Sent):
            self._add("sent")
            return
        self._add("refused")
        if result.why == BROKEN.why:
            self._add("failed")
        if result.why in _UNREACHABLE:
            self.down.add(taken.attempt.channel)
