"""Turns over HTTP: the node below asks, the one above answers, so that a firewall need only let requests out."""

from __future__ import annotations

import http.client
import logging
import random
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import orjson
from django.conf import settings
from django.db import close_old_connections, connection

from anlan.kernel.entry import Entry
from anlan.kernel.errors import AnlanError, BadInput, NotAllowed, ProtocolError, Unavailable
from anlan.platform import bus, clock
from anlan.platform.exchange import turn
from anlan.platform.exchange.carrier import carried
from anlan.platform.exchange.enrol import Card, code_parts
from anlan.platform.exchange.keys import box_key, fingerprint, public_key
from anlan.platform.exchange.models import PeerLink
from anlan.platform.exchange.parts import MOST_SEALED, joined

__all__ = ["Caller", "Moved", "ask_enrolment", "exchange", "hand_on"]

log = logging.getLogger("anlan.exchange")
_SECONDS = 60.0
_PATH = "/api/v1/exchange"
_MOST_ROUNDS = 10_000
_FIRST_WAIT_S, _LONGEST_WAIT_S, _COMPANY_S = 2.0, 60.0, 2.0
_IDLE_TURNS = 6


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *args: Any) -> None:
        """A node that has moved is entered anew by a person: what follows would be somebody else."""


@dataclass(frozen=True, slots=True)
class Moved:
    """What an exchange moved: links and values that came, rounds, bytes both ways."""

    came: int
    values: int
    rounds: int
    sent_bytes: int
    came_bytes: int


def _post(url: str, body: bytes, kind: str) -> bytes:
    """Raises: Unavailable: "exchange.unreachable"; NotAllowed, BadInput: as the other side said; ProtocolError: its 5xx."""
    if not url.startswith(("http://", "https://")):
        raise BadInput("exchange.url", url=url)
    opener = urllib.request.build_opener(_NoRedirect)
    try:
        request = urllib.request.Request(url, data=body, method="POST", headers={"Content-Type": kind})
        with opener.open(request, timeout=_SECONDS) as answer:
            found: bytes = answer.read(MOST_SEALED + 1)
    except urllib.error.HTTPError as error:
        with error:
            raise _said(error.code, error.read(64 * 1024), url) from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Unavailable("exchange.unreachable", url=url, why=str(error) or type(error).__name__) from error
    if len(found) > MOST_SEALED:
        raise ProtocolError("exchange.too_large", limit=MOST_SEALED)
    return found


def _said(status: int, body: bytes, url: str) -> AnlanError:
    """The other side's refusal, in its words where it has some."""
    try:
        told = orjson.loads(body)
        code, facts = str(told["code"]), dict(told.get("facts") or {})
    except (ValueError, KeyError, TypeError):
        return Unavailable("exchange.unreachable", url=url, why=f"HTTP {status}")
    if not code.startswith("exchange."):
        return Unavailable("exchange.unreachable", url=url, why=f"HTTP {status} {code}")
    return {403: NotAllowed, 422: BadInput}.get(status, Unavailable)(code, **{k: str(v)[:200] for k, v in facts.items()})


def ask_enrolment(*, url: str, code: str, region: str, name: str) -> Card:
    """Ask a node to enrol this server; its answer is believed only if its key is the one that the code names.

    Raises:
        BadInput: "exchange.code_malformed", "exchange.url", as the other side said.
        NotAllowed: "exchange.code_wrong", "exchange.other_parent". Unavailable: "exchange.unreachable".
    """
    _, expected = code_parts(code)
    asked = {"code": code, "region": region, "name": name, "key": public_key(), "box_key": box_key()}
    answer = _post(f"{url.rstrip('/')}{_PATH}/requests", orjson.dumps(asked), "application/json")
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
    return _post(f"{url.rstrip('/')}{_PATH}/turns", parts, "application/octet-stream")


def exchange(link: PeerLink) -> Moved:
    """Turns with the node above until neither has more for the other; what moved before an error stays moved.

    Raises:
        Unavailable: "exchange.unreachable". NotAllowed: "exchange.unknown_peer" while nobody approved, "exchange.revoked".
        ProtocolError: "exchange.*" for an answer that can't be read or is somebody else's.
    """
    came = values = sent_bytes = came_bytes = rounds = 0
    said: turn.Said | None = None
    # What was asked for is answered in the next turn: asked twice it would not come either, and never have an end.
    named = {"want": set[str](), "fills": set[str]()}
    while rounds < _MOST_ROUNDS:
        rounds += 1
        want = [one for one in said.lacking if one not in named["want"]] if said else []
        fills = [one for one in said.asked if one not in named["fills"]] if said else []
        named["want"].update(want)
        named["fills"].update(fills)
        before = (link.vector, link.vault_after, link.files)
        body = joined(turn.say(link, now=clock.now(), want=want, fills=fills))
        answer = hand_on(link.url, body)
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
                except Exception:  # the process edge: the next turn may succeed, serving goes on
                    log.exception("a turn failed")
                self._rest(pause, stop)
        finally:
            bus.unsubscribe("*", self._note)
            connection.close()

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
        pause, moved = float(settings.EXCHANGE_SECONDS), False
        failing = False
        for link in PeerLink.objects.filter(role="parent").order_by("key"):
            if carried(link.key):
                continue
            try:
                done = exchange(link)
            except AnlanError as error:
                failing = True
                wait = min(_LONGEST_WAIT_S, self._failing.get(link.key, _FIRST_WAIT_S / 2) * 2)
                if link.key not in self._failing:
                    log.warning("exchange with %s: %s %s", link.url, error.code, error.message)
                self._failing[link.key] = wait
                pause = min(pause, wait) * random.uniform(0.75, 1.0)
            else:
                moved = moved or bool(done.came or done.values or done.rounds > 1)
                if self._failing.pop(link.key, None):
                    log.warning("exchange with %s: reached again, %s", link.url, asdict(done))
        self._idle = 0 if moved or failing else self._idle + 1
        return pause if failing else max(pause, min(_LONGEST_WAIT_S, pause * (1 + self._idle // _IDLE_TURNS)))
