"""In-process bus, fed from the journal after commit. Subscribers act only at the node where an entry was born."""

from __future__ import annotations

import logging
from collections import defaultdict
from collections.abc import Callable, Sequence

from anlan.kernel.entry import Entry

log = logging.getLogger(__name__)

_subscribers: dict[str, list[Callable[[Entry], None]]] = defaultdict(list)


def subscribe(kind: str, handler: Callable[[Entry], None]) -> None:
    """Call `handler(entry)` after the commit of each entry of `kind` that was born here ('*' for every kind)."""
    if handler not in _subscribers[kind]:
        _subscribers[kind].append(handler)


def unsubscribe(kind: str, handler: Callable[[Entry], None]) -> None:
    """Take back a `subscribe`; a handler that is not there is no error."""
    if handler in _subscribers[kind]:
        _subscribers[kind].remove(handler)


def publish(entries: Sequence[Entry]) -> None:
    """Deliver committed entries. A handler that raises stops its own delivery only; it is logged with its entry."""
    for entry in entries:
        for handler in (*_subscribers.get(entry.kind, ()), *_subscribers.get("*", ())):
            try:
                handler(entry)
            except Exception:
                log.exception("subscriber %s failed on %s %s", handler.__qualname__, entry.kind, entry.id)
