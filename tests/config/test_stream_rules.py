"""The event stream's own parts, without a server: slow readers, the ring, what happens at the end."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from anlan.config import stream as streaming
from anlan.config.stream_feed import Event
from anlan.kernel.errors import Unavailable
from anlan.platform.journal.tail import Place, place_read
from anlan.platform.scope import Scope

SCOPE = Scope("p", "q", "值班", frozenset({"sensing.view"}), "331003")


def event(seq: int) -> Event:
    return Event(seq, "alarms", "a", b"", {})


def hub_with(first: int, last: int) -> streaming.Hub:
    hub = streaming.Hub()
    hub.floor = hub.place = Place("n", first)
    hub._take([event(seq) for seq in range(first + 1, last + 1)], Place("n", last))
    return hub


def test_places_are_read_strictly() -> None:
    assert place_read("331003a:12") == Place("331003a", 12)
    assert [place_read(t) for t in ("", "12", ":12", "a:", "a:-1", "a:１２", "a:" + "9" * 19)] == [None] * 7


def test_the_ring_gives_what_is_after_a_place_or_says_that_it_cannot() -> None:
    hub = hub_with(10, 20)
    assert [e.seq for e in hub.fresh(Place("n", 17))] == [18, 19, 20]
    assert (hub.fresh(Place("n", 20)), hub.fresh(Place("n", 25))) == ([], [])
    assert (hub.fresh(Place("n", 9)), hub.fresh(Place("other", 17))) == (None, None)


def test_a_full_ring_forgets_the_oldest_and_knows_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "RING", 5)
    hub = streaming.Hub()
    hub.ring = streaming.deque(maxlen=5)
    hub.floor = hub.place = Place("n", 0)
    hub._take([event(seq) for seq in range(1, 8)], Place("n", 7))
    assert hub.floor == Place("n", 2)
    assert hub.fresh(Place("n", 1)) is None
    assert [e.seq for e in hub.fresh(Place("n", 2))] == [3, 4, 5, 6, 7]


def test_what_an_ended_feed_still_says_is_not_taken() -> None:
    hub = hub_with(10, 20)
    hub._take([event(12)], Place("n", 12))
    assert (hub.place, len(hub.ring)) == (Place("n", 20), 10)


def test_a_restored_journal_empties_the_ring() -> None:
    hub = hub_with(10, 20)
    hub._take([], Place("m", 3))
    assert (hub.floor, hub.place, len(hub.ring)) == (Place("m", 3), Place("m", 3), 0)


def test_a_browser_that_does_not_read_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(streaming, "PATIENCE_S", 0.01)

    async def never(message: Any) -> None:
        await asyncio.Event().wait()

    async def work() -> None:
        with pytest.raises(TimeoutError):
            await streaming.Watcher({}, (), SCOPE, never).write(b"x")

    asyncio.run(work())


def test_a_ninth_stream_ends_the_persons_oldest() -> None:
    async def send(message: Any) -> None: ...

    async def work() -> None:
        hub = streaming.Hub()
        hub._feed = object()  # a feed that runs already
        watchers = [streaming.Watcher({}, (), SCOPE, send) for _ in range(streaming.PER_PERSON + 1)]
        other = streaming.Watcher({}, (), Scope("r", "q", "另一人", frozenset(), "331003"), send)
        for watcher in (other, *watchers):
            await hub.join(watcher)
        assert [w.ended for w in (other, *watchers)] == ["", "replaced", *[""] * streaming.PER_PERSON]

    asyncio.run(work())


def test_a_server_that_stops_lets_nobody_in(monkeypatch: pytest.MonkeyPatch) -> None:
    hub = streaming.Hub()
    monkeypatch.setattr(streaming, "HUB", hub)
    hub.close()

    async def send(message: Any) -> None: ...

    async def work() -> None:
        scope = {"headers": [], "method": "GET", "query_string": b"topics=alarms"}
        with pytest.raises(Unavailable) as refused:
            await streaming._admitted(scope, send)
        assert refused.value.code == "api.stream.closing"

    asyncio.run(work())
