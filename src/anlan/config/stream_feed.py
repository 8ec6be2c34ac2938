"""What the event stream sends: entries of the journal as events, in order, each judged for every view of the world that
somebody watching has. One thread per process reads the journal's end; the bus wakes it, and it looks every second anyway,
because entries of other processes (`anlan worker`, a second `anlan web`) reach this one's bus never.
"""

from __future__ import annotations

import logging
import threading
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field

import orjson
from django.db import Error, close_old_connections, connection

from anlan.kernel.entry import Entry
from anlan.platform import bus
from anlan.platform.catalogue import CATALOGUE
from anlan.platform.journal.tail import Passed, Place, passed_between, place_now
from anlan.platform.scope import Scope, limit
from anlan.platform.streams import Topic

LOOK_EVERY_S = 1.0
BATCH = 500
REPLAY_MOST = 500
# Entries of all kinds that a replay looks through; a page that was away for longer loads its list anew.
REPLAY_REACH = 50_000

Sees = tuple[str, str | None, frozenset[str] | None]
logger = logging.getLogger(__name__)


@dataclass(slots=True)
class Event:
    """One event: its place, topic, subject's id, bytes on the wire, and for whom it has been judged."""

    seq: int
    topic: str
    key: str
    wire: bytes
    seen: dict[Sees, bool] = field(default_factory=dict)


def topics() -> dict[str, Topic]:
    """Every declared topic by id."""
    return CATALOGUE.topics


def wire(place: Place, topic: str, data: object) -> bytes:
    """One server-sent event."""
    return b"id: %s\nevent: %s\ndata: %s\n\n" % (str(place).encode(), topic.encode(), orjson.dumps(data))


def events_of(node: str, passed: Sequence[Passed], wanted: Iterable[Topic]) -> list[Event]:
    """The events of entries, in order; what a topic has nothing to say of is left out."""
    found: list[Event] = []
    for topic in wanted:
        mine = [(p, p.subject.partition("/")[2]) for p in passed if p.kind in topic.kinds]
        said = topic.payload(sorted({key for _, key in mine})) if mine else {}
        found += [
            Event(p.seq, topic.id, key, wire(Place(node, p.seq), topic.id, {"kind": p.kind, "at": p.at, **said[key]}))
            for p, key in mine
            if key in said
        ]
    return sorted(found, key=lambda event: event.seq)


def judge(events: Iterable[Event], scopes: Collection[Scope]) -> None:
    """Note for each event which of the scopes sees its subject now: one query per type of subject and view."""
    by_subject: dict[str, list[Event]] = defaultdict(list)
    for event in events:
        by_subject[topics()[event.topic].subject].append(event)
    for subject, group in by_subject.items():
        rows = CATALOGUE.projections[subject]._default_manager.filter(pk__in={event.key for event in group})
        for scope in scopes:
            visible = {str(key) for key in limit(rows, scope).values_list("pk", flat=True)}
            for event in group:
                event.seen[scope.sees] = event.key in visible


def replay(start: Place, wanted: Collection[Topic], scope: Scope) -> tuple[list[Event], Place] | None:
    """What a person has missed since `start`, and up to where; None where that is too much or of another chain."""
    close_old_connections()
    end = place_now()
    if start.node != end.node or not 0 <= end.seq - start.seq <= REPLAY_REACH:
        return None
    kinds = {kind for topic in wanted for kind in topic.kinds}
    passed = passed_between(start, end, kinds, REPLAY_MOST + 1)
    if len(passed) > REPLAY_MOST:
        return None
    events = events_of(end.node, passed, wanted)
    judge(events, [scope])
    return [event for event in events if event.seen[scope.sees]], end


class Feed:
    """The thread that follows the journal and hands on (events, place) while somebody watches.

    Args:
        start: everything up to here has been read.
        scopes: one scope for each view that somebody watching has.
        arrived: called in this thread with the events since the last call and the place reached.
    """

    def __init__(
        self, start: Place, scopes: Callable[[], list[Scope]], arrived: Callable[[list[Event], Place], None]
    ) -> None:
        self.place, self.scopes, self.arrived = start, scopes, arrived
        self._wake, self._ended = threading.Event(), threading.Event()
        self._kinds = {kind for topic in topics().values() for kind in topic.kinds}
        self._thread = threading.Thread(target=self._run, name="stream-feed", daemon=True)
        bus.subscribe("*", self._noticed)
        self._thread.start()

    def end(self, wait_s: float = 0) -> None:
        """Stop following; waits at most `wait_s` seconds for the thread."""
        bus.unsubscribe("*", self._noticed)
        self._ended.set()
        self._wake.set()
        self._thread.join(wait_s)

    def _noticed(self, entry: Entry) -> None:
        if entry.kind in self._kinds:
            self._wake.set()

    def _run(self) -> None:
        ailing = False
        while not self._ended.is_set():
            self._wake.clear()
            try:
                busy = self._look()
                ailing = False
            except Exception as error:  # the edge of this thread: a feed that ends in silence is a board that lies
                busy = False
                if not ailing:
                    logger.exception("stream: the journal can't be followed for the moment")
                ailing = True
                if isinstance(error, Error):
                    connection.close()
            if not busy:
                self._wake.wait(LOOK_EVERY_S)
        connection.close()

    def _look(self) -> bool:
        """Read on; whether there may be more at once."""
        close_old_connections()
        end = place_now()
        if end.node != self.place.node:  # restored under our feet: whoever watches is told to load anew
            self.place = end
            self.arrived([], end)
            return False
        if end.seq <= self.place.seq:
            return False
        passed = passed_between(self.place, end, self._kinds, BATCH)
        reached = Place(end.node, passed[-1].seq) if len(passed) == BATCH else end
        events = events_of(end.node, passed, topics().values())
        judge(events, self.scopes())
        self.place = reached
        self.arrived(events, reached)
        return reached != end
