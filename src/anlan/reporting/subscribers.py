"""What reporting does when something happened: whoever is asked, chased or gets a form back hears of it at once."""

from __future__ import annotations

from anlan.calling.services.reminders import matter_tell
from anlan.kernel.entry import Entry
from anlan.platform import bus, clock
from anlan.reporting.queries.round_due import CHASED, DUE

_TOPICS = {"reporting.filing.asked": DUE, "reporting.filing.chased": CHASED, "reporting.filing.returned": CHASED}


def on_filing(entry: Entry) -> None:
    """Tell the town's people."""
    matter_tell(topic=_TOPICS[entry.kind], subject=entry.subject, now=clock.now())


def connect() -> None:
    """Called once when the app is ready."""
    for kind in _TOPICS:
        bus.subscribe(kind, on_filing)
