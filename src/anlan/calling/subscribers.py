"""Whatever happens to a matter that people are reminded of: what no longer holds is withdrawn at once."""

from __future__ import annotations

from anlan.calling.services.reminders import matter_refresh
from anlan.kernel.entry import Entry
from anlan.platform import bus, clock
from anlan.platform.catalogue import CATALOGUE


def on_any_entry(entry: Entry) -> None:
    """Look again at the subject of an entry, if it is of a kind that people are reminded of."""
    kind = entry.subject.partition("/")[0]
    if any(reminder.subject == kind for reminder in CATALOGUE.reminders.values()):
        matter_refresh(subject=entry.subject, now=clock.now())


def connect() -> None:
    """Called once when the app is ready."""
    bus.subscribe("*", on_any_entry)
