"""Hazards with deadlines in the small county, and what stands in its inboxes."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from anlan.calling.models import Notice
from anlan.calling.services.reminders import RunResult, reminders_run
from anlan.inspection.models import Hazard
from anlan.inspection.services.hazards import OrderInput, SubmitInput, hazard_close, hazard_order, hazard_submit
from anlan.kernel.deadlines import SHANGHAI, end_of_day
from anlan.kernel.entry import Draft
from anlan.platform.journal.record import record, version_of
from anlan.platform.scope import SYSTEM
from inspection.factories import CRITERION, FIVE, World

ORDERED = datetime(2026, 3, 2, 10, 0, tzinfo=SHANGHAI)
DUE = date(2026, 3, 20)


def local(day: int, hour: int = 9, minute: int = 0, month: int = 3) -> datetime:
    """A moment of March 2026 (or another month) in Shanghai."""
    return datetime(2026, month, day, hour, minute, tzinfo=SHANGHAI)


def order(world: World, due: date = DUE, now: datetime = ORDERED, major: bool = False) -> str:
    """A hazard at the first enterprise that the town ordered to be mended by the end of `due`; its id."""
    graver = {"major_criteria": (CRITERION,)} if major else {}
    key = world.found(now=now, **graver)
    days = (due - now.astimezone(SHANGHAI).date()).days
    hazard_order(scope=world.scope["town"], item=OrderInput(hazard_id=key, days=days, **(FIVE if major else {})), now=now)
    return key


def submit(world: World, key: str, now: datetime) -> None:
    """The enterprise hands in its report."""
    item = SubmitInput(hazard_id=key, note="已整改", photos=(world.photo("enterprise"),))
    hazard_submit(scope=world.scope["enterprise"], item=item, now=now)


def close(world: World, key: str, now: datetime) -> None:
    """Handed in and closed at once."""
    submit(world, key, now)
    hazard_close(scope=world.scope["town"], item=world.closing(key), now=now + timedelta(seconds=1))


def extend(key: str, due: date, now: datetime) -> None:
    """Another deadline, as an entry of the hazard's own journal gives it."""
    subject, region = f"inspection.hazard/{key}", Hazard.objects.get(pk=key).region
    data = {"due_at": end_of_day(due).isoformat(), "due_provisional": False}
    draft = Draft(kind="inspection.hazard.due_recomputed", subject=subject, region=region, data=data)
    record(draft, scope=SYSTEM, now=now, base=version_of(subject))


def run(now: datetime) -> RunResult:
    """One run of the job."""
    return reminders_run(now=now)


def told(world: World, role: str, subject: str = "") -> list[tuple[str, str]]:
    """(step without its deadline, form) of what stands for a role's post, digests left out, oldest first."""
    rows = Notice.objects.filter(post_id=world.county.post[role], withdrawn_at__isnull=True).exclude(form="digest")
    if subject:
        rows = rows.filter(subject=f"inspection.hazard/{subject}")
    return [(step.partition("@")[0], form) for step, form in rows.order_by("pk").values_list("step", "form")]
