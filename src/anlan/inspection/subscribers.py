"""What inspection does when something happened below it."""

from __future__ import annotations

from anlan.calling.services.reminders import matter_refresh, matter_tell
from anlan.inspection.queries.co_reviews import CO_REVIEW
from anlan.inspection.queries.self_due import DUTY, self_check_enterprise
from anlan.inspection.services.upkeep import deadline_recompute, enterprise_rescope
from anlan.kernel.entry import Entry
from anlan.platform import bus, clock
from anlan.platform.journal.refold import CLOCK_CORRECTED

# Every kind by which an enterprise's region or office can change; others never carry these fields.
_KINDS = ("changed", "moved", "office_assigned", "recoded", "renamed", "merged", "separated", "absorbed", "released")
# By a withdrawal a confirmation may be open again.
_REVIEWED = ("closed", "confirmed", "withdrawn")
_FIELDS = frozenset({"region", "office_id", "merged_into_id"})


def on_enterprise_changed(entry: Entry) -> None:
    """Let the enterprise's hazards and inspections follow its office and region, and its merging into another."""
    if _FIELDS & (entry.data.get("set") or {}).keys():
        enterprise_rescope(enterprise_id=entry.subject_id, now=clock.now())


def on_self_check_reported(entry: Entry) -> None:
    """The enterprise has reported: what reminded of it is withdrawn at once."""
    enterprise = self_check_enterprise(entry.subject_id)
    if enterprise:
        matter_refresh(subject=f"{DUTY}/{enterprise}", now=clock.now())


def on_reviewed(entry: Entry) -> None:
    """A hazard is closed in a second officer's name: he hears of it now, not by the next run."""
    matter_tell(topic=CO_REVIEW, subject=entry.subject, now=clock.now())


def on_clock_corrected(entry: Entry) -> None:
    """What was counted from a wrong clock is counted anew at once, here; other servers' jobs do it for their own."""
    deadline_recompute(now=clock.now())


def connect() -> None:
    """Called once when the app is ready."""
    bus.subscribe("inspection.self_check.reported", on_self_check_reported)
    for word in _REVIEWED:
        bus.subscribe(f"inspection.hazard.{word}", on_reviewed)
    bus.subscribe(CLOCK_CORRECTED, on_clock_corrected)
    for kind in _KINDS:
        bus.subscribe(f"registry.enterprise.{kind}", on_enterprise_changed)
