"""Turns over HTTP: the node below asks, the one above answers, so that a firewall need only let requests out."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass

import orjson
from django.conf import settings
from django.db import close_old_connections, connection

from anlan.kernel.entry import Entry
from anlan.kernel.errors import AnlanError, NotAllowed, ProtocolError
from anlan.platform import bus, clock
from anlan.platform.exchange import turn
from anlan.platform.exchange.bell import Listener
from anlan.platform.exchange.carrier import carried
from anlan.platform.exchange.enrol import Card, code_parts
from anlan.platform.exchange.keys import box_key, fingerprint, public_key
from anlan.platform.exchange.models import PeerLink
from anlan.platform.exchange.parts import joined
from anlan.platform.exchange.wire import Wire

__all__ = ["Caller", "Moved", "ask_enrolment", "exchange", "hand_on"]

log = logging.getLogger("anlan.exchange")
_PATH = "/api/v1/exchange"
_MOST_ROUNDS = 10_000
_FIRST_WAIT_S, _LONGEST_WAIT_S, _COMPANY_S = 2.0, 60.0, 2.0
_BELL_WAIT_S = 120.0
"""Seconds between turns while nothing moves and the bell is heard: it says when something does."""
_IDLE_TURNS = 6


@dataclass(frozen=True, slots=True)
class Moved:
    """What an exchange moved: links and values that came, rounds, bytes both ways."""

    came: int
    values: int
    rounds: int
    sent_bytes: int
    came_bytes: int


def ask_enrolment(*, url: str, code: str, region: str, name: str) -> Card:
    """Ask a node to enrol this server; its answer is believed only if its key is the one that the code names.

    Raises:
        BadInput: "exchange.code_malformed", "exchange.url", as the other side said.
        NotAllowed: "exchange.code_wrong", "exchange.other_parent". Unavailable: "exchange.unreachable".
    """
    _, expected = code_parts(code)
    asked = {"code": code, "region": region, "name": name, "key": public_key(), "box_key": box_key()}
    with Wire(url) as wire:
        answer = wire.post(f"{_PATH}/requests", orjson.dumps(asked), "application/json")
    try:
        told = orjson.loads(answer)
        card = Card(**{name: told[name] for name in Card.__dataclass_fields__})
    except (ValueError, KeyError, TypeError) as error:
        raise ProtocolError("exchange.malformed") from error
    if fingerprint(card.key) != expected:
        raise NotAllowed("exchange.other_parent", url=url)
    return card


def hand_on(url: str, parts: bytes) -> bytes:
    """Hand parts, our own or a neighbour's, to the node at an address; its answer, sealed for whoever sealed them.

    Raises as `exchange`.
    """
    with Wire(url) as wire:
        return _turn(wire, parts)


def _turn(wire: Wire, parts: bytes) -> bytes:
    return wire.post(f"{_PATH}/turns", parts, "application/octet-stream")


def exchange(link: PeerLink, wire: Wire | None = None) -> Moved:
    """Turns with the node above until neither has more for the other; what moved before an error stays moved.

    Args:
        wire: a connection that is kept; without it one is made and ended here.
    Raises:
        Unavailable: "exchange.unreachable". NotAllowed: "exchange.unknown_peer" while nobody approved, "exchange.revoked".
        ProtocolError: "exchange.*" for an answer that can't be read or is somebody else's.
    """
    if wire is None:
        with Wire(link.url) as made:
            return exchange(link, made)
    came = values = sent_bytes = came_bytes = rounds = 0
    said: turn.Said | None = None
    # What was asked for is answered in the next turn: asked twice it would not come either, and never have an end.
    named = {"want": set[str](), "fills": set[str]()}
    while rounds < _MOST_ROUNDS:
        rounds += 1
        want = [one for one in (said.lacking if said else turn.wanted(link)) if one not in named["want"]]
        fills = [one for one in (said.asked if said else turn.asked(link)) if one not in named["fills"]]
        named["want"].update(want)
        named["fills"].update(fills)
        before = (link.vector, link.vault_after, link.files)
        body = joined(turn.say(link, now=clock.now(), want=want, fills=fills))
        answer = _turn(wire, body)
        said = turn.hear(answer, now=clock.now(), sender=link.key)
        sent_bytes, came_bytes = sent_bytes + len(body), came_bytes + len(answer)
        link, came, values = said.link, came + said.admitted, values + said.values
        open_ = not (named["want"].issuperset(said.lacking) and named["fills"].issuperset(said.asked))
        moved = said.admitted or said.values or open_ or said.file_bytes
        moved = moved or (link.vector, link.vault_after, link.files) != before
        # What came is acknowledged by one more turn, so that the node above sees where we are.
        waits = said.more or open_ or said.file_bytes or link.files != "{}" or turn.owes(link)
        if not moved or not (said.admitted or waits):
            break
    if link.state != "open":
        PeerLink.objects.filter(pk=link.pk).update(state="open")
    return Moved(came, values, rounds, sent_bytes, came_bytes)


class Caller:
    """The thread that keeps the line to the node above: a turn now and then, soon when something was recorded here."""

    def __init__(self, may_call: Callable[[], bool]) -> None:
        """`may_call`: whether this process is the one of the server that does timed work."""
        self._may_call = may_call
        self._failing: dict[str, float] = {}
        self._idle = 0
        self._born = threading.Event()
        self._wires: dict[str, Wire] = {}
        self._bells: dict[str, tuple[Listener, threading.Event]] = {}

    def run(self, stop: threading.Event) -> None:
        """Call until `stop` is set; a line that is down is tried again, at most every minute."""
        bus.subscribe("*", self._note)
        try:
            while not stop.is_set():
                pause = float(settings.EXCHANGE_SECONDS)
                try:
                    close_old_connections()
                    if self._may_call():
                        self._born.clear()
                        pause = self.turn()
                    else:
                        self._part()
                except Exception:  # the process edge: the next turn may succeed, serving goes on
                    log.exception("a turn failed")
                self._rest(pause, stop)
        finally:
            bus.unsubscribe("*", self._note)
            self._part()
            connection.close()

    def _part(self) -> None:
        """End the connections: another process calls, or none."""
        for wire in self._wires.values():
            wire.close()
        for _, silent in self._bells.values():
            silent.set()
        self._wires.clear()
        self._bells.clear()

    def _hears(self, url: str) -> bool:
        """Whether the bell of the server there is heard; a listener is begun where there is none."""
        if url not in self._bells:
            listener, silent = Listener(url, self._born.set), threading.Event()
            self._bells[url] = listener, silent
            threading.Thread(target=listener.run, args=(silent,), name="exchange-bell", daemon=True).start()
        return self._bells[url][0].hears

    def _note(self, entry: Entry) -> None:
        self._born.set()

    def _rest(self, pause: float, stop: threading.Event) -> None:
        """Wait, but not on when something was born here: it goes in the company of what comes with it."""
        until = time.monotonic() + pause
        while time.monotonic() < until and not stop.wait(min(_COMPANY_S, max(0.0, until - time.monotonic()))):
            if self._born.is_set() and not self._failing:
                return

    def turn(self) -> float:
        """One exchange with each node above; seconds until the next: the longer, the longer nothing has moved."""
        pause, moved, failing, heard = float(settings.EXCHANGE_SECONDS), False, False, True
        for link in PeerLink.objects.filter(role="parent").order_by("key"):
            if carried(link.key):
                continue
            try:
                done = exchange(link, self._wires.setdefault(link.url, Wire(link.url)))
            except AnlanError as error:
                failing = True
                wait = min(_LONGEST_WAIT_S, self._failing.get(link.key, _FIRST_WAIT_S / 2) * 2)
                if link.key not in self._failing:
                    log.warning("exchange with %s: %s %s", link.url, error.code, error.message)
                self._failing[link.key] = wait
                pause = min(pause, wait) * random.uniform(0.75, 1.0)
            else:
                heard = self._hears(link.url) and heard
                moved = moved or bool(done.came or done.values or done.rounds > 1)
                if self._failing.pop(link.key, None):
                    log.warning("exchange with %s: reached again, %s", link.url, asdict(done))
        self._idle = 0 if moved or failing else self._idle + 1
        if heard and self._idle:
            pause = max(pause, _BELL_WAIT_S)
        slower = min(_LONGEST_WAIT_S, pause * (1 + self._idle // _IDLE_TURNS))
        return pause if failing else max(pause, slower)
