"""Messages under way: each in a thread of its own, so that a provider who is slow or silent keeps nobody else waiting."""

from __future__ import annotations

import logging
import threading
import time
from traceback import extract_tb

from anlan.calling.channels import CHANNELS, Message, Refused, Sent
from anlan.calling.services.attempts import LEASE, Taken

__all__ = ["BROKEN", "MOST_AT_ONCE", "SILENT_TOO_LONG", "Errand"]

log = logging.getLogger(__name__)

MOST_AT_ONCE = 8
SILENT_TOO_LONG = Refused(permanent=False, why="silent")
BROKEN = Refused(permanent=False, why="channel_broken")
_PATIENCE_S = LEASE.total_seconds() / 2
"""Less than the lease: nobody else takes the attempt up while it is still waited for."""


class Errand:
    """One message on its way; only the channel is asked in the thread, no table. `news` is set when it is done."""

    def __init__(self, taken: Taken, message: Message, news: threading.Event) -> None:
        self.taken = taken
        self._message, self._news = message, news
        self._began = time.monotonic()
        self._result: Sent | Refused = BROKEN
        self._done = threading.Event()
        threading.Thread(target=self._go, name="calls-send", daemon=True).start()

    def _go(self) -> None:
        attempt = self.taken.attempt
        try:
            self._result = CHANNELS[attempt.channel].send(self._message)
        except Exception as error:  # noqa: BLE001  the edge to foreign code: one broken channel must not stop the others
            # Not the error's own words: a library may name the address, and with it somebody's number.
            at, kind = extract_tb(error.__traceback__)[-1], type(error).__name__
            log.error("attempt %s by %s: %s in %s:%s", attempt.pk, attempt.channel, kind, at.name, at.lineno)
        finally:
            self._done.set()
            self._news.set()

    def wait(self, seconds: float) -> None:
        """Wait until it is done, at most that long."""
        self._done.wait(seconds)

    @property
    def result(self) -> Sent | Refused | None:
        """What became of it; None while it is waited for."""
        if self._done.is_set():
            return self._result
        return SILENT_TOO_LONG if time.monotonic() - self._began >= _PATIENCE_S else None
