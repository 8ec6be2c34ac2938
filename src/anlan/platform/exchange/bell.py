"""The bell of the node above: an answer that stays open, and a byte in it when there is something for the node below.

So a line may be idle for minutes and a warning still comes within seconds, through a firewall that lets only requests out.
Whoever listens shows by a signature that it is a neighbour; it learns nothing but that something moved.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Mapping
from datetime import datetime

from anlan.kernel.errors import AnlanError, NotAllowed
from anlan.kernel.region_codes import region_prefix
from anlan.platform import clock
from anlan.platform.exchange import keys, select
from anlan.platform.exchange.turn import link_of
from anlan.platform.exchange.wire import Wire
from anlan.platform.journal import sequence

__all__ = ["AT", "BEAT", "BEAT_S", "KEY", "PATH", "RING", "SIGNATURE", "Listener", "concerned", "held_now", "listener_of"]

log = logging.getLogger("anlan.exchange")
PATH = "/api/v1/exchange/bell"
KEY, AT, SIGNATURE = "anlan-key", "anlan-at", "anlan-signature"
RING, BEAT = b"!", b"."
BEAT_S = 50.0
_SILENT_S, _FIRST_WAIT_S, _LONGEST_WAIT_S = 120.0, 5.0, 300.0
_AGE_S = 600
"""How old a listener's word may be: as far as two honest clocks differ."""


def _statement(key: str, at: str) -> bytes:
    return f"anlan-bell/1\n{key}\n{at}".encode()


def _headers(now: datetime) -> dict[str, str]:
    key, at = keys.public_key(), str(int(now.timestamp()))
    return {KEY: key, AT: at, SIGNATURE: keys.sign(_statement(key, at)).hex()}


def listener_of(headers: Mapping[str, str], now: datetime) -> str:
    """Region prefix of the neighbour that listens.

    Raises:
        NotAllowed: "exchange.unknown_peer", "exchange.revoked", "exchange.signature".
    """
    key, at, signature = (headers.get(name, "") for name in (KEY, AT, SIGNATURE))
    link = link_of(key)
    try:
        fresh, raw = abs(now.timestamp() - int(at)) <= _AGE_S, bytes.fromhex(signature)
    except (ValueError, OverflowError) as error:
        raise NotAllowed("exchange.signature") from error
    if not fresh or not keys.signed_by(key, raw, _statement(key, at)):
        raise NotAllowed("exchange.signature")
    return region_prefix(link.region)


def held_now() -> dict[str, str]:
    """What this server holds, as `select.marks`, what waits for its place included."""
    sequence.sequence_pending()
    return select.marks()


def concerned(before: Mapping[str, str], now: Mapping[str, str], span: str) -> bool:
    """Whether something moved that a node did not bring itself."""
    return any(mark != before.get(name) and not name.startswith(span) for name, mark in now.items())


class Listener:
    """The thread of a node below that listens to one bell and tells when it rings."""

    def __init__(self, url: str, rung: Callable[[], None]) -> None:
        self._url, self._rung = url, rung
        self._heard = float("-inf")

    @property
    def hears(self) -> bool:
        """Whether the bell was heard lately; while it is, nobody need ask just in case."""
        return time.monotonic() - self._heard < _SILENT_S

    def run(self, stop: threading.Event) -> None:
        """Listen until `stop` is set."""
        wait = _FIRST_WAIT_S
        while not stop.is_set():
            try:
                for byte in Wire(self._url).bytes_of(PATH, _headers(clock.now()), _SILENT_S):
                    self._heard, wait = time.monotonic(), _FIRST_WAIT_S
                    if byte == RING:
                        self._rung()
                    if stop.is_set():
                        return
            except AnlanError as error:
                log.debug("the bell of %s is not heard: %s", self._url, error.code)
            self._heard = float("-inf")
            stop.wait(wait)
            wait = min(_LONGEST_WAIT_S, wait * 2)
