"""What accident does when something happened below it."""

from __future__ import annotations

from anlan.accident.services.upkeep import enterprise_rescope
from anlan.kernel.entry import Entry
from anlan.platform import bus, clock

_KINDS = ("changed", "moved", "office_assigned", "merged", "separated", "absorbed", "released")
_FIELDS = frozenset({"office_id", "merged_into_id"})


def on_enterprise_changed(entry: Entry) -> None:
    """Let the enterprise's accidents follow its office."""
    if _FIELDS & (entry.data.get("set") or {}).keys():
        enterprise_rescope(enterprise_id=entry.subject_id, now=clock.now())


def connect() -> None:
    """Called once when the app is ready."""
    for kind in _KINDS:
        bus.subscribe(f"registry.enterprise.{kind}", on_enterprise_changed)
