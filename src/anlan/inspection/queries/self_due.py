"""Self-checks as reminders see them: the enterprises whose report is due or late."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from anlan.inspection.models import SelfCheck
from anlan.inspection.queries.scoped import as_uuid
from anlan.inspection.queries.self_duty import self_duties
from anlan.inspection.rules.reminder import SELF_CHECK_DAYS
from anlan.kernel.deadlines import SHANGHAI, end_of_day, local_date
from anlan.kernel.messages import render
from anlan.kernel.reminders import Matter
from anlan.platform import clock
from anlan.platform.declare import ReminderLine
from anlan.platform.scope import Scope
from anlan.registry import queries as registry

# What is reminded of is an enterprise's duty: no subject of the journal, so that no entry of the registry looks it up.
DUTY = "inspection.self_duty"
_JOB = Scope("", "", "", frozenset({registry.VIEW, "inspection.view"}), "")


def self_checks_reminded(subjects: Collection[str] | None = None) -> Iterator[Matter]:
    """Enterprises that owe a report within days, or are late with it. Unscoped: for the job.

    Args:
        subjects: only these, `inspection.self_duty/<enterprise id>`; None: all.
    """
    now = clock.now()
    only = None if subjects is None else [subject.rpartition("/")[2] for subject in subjects]
    horizon = local_date(now) + timedelta(days=SELF_CHECK_DAYS)
    for line in self_duties(_JOB, now, only=only):
        if line.duty.due_on <= horizon:
            begun = datetime(line.duty.since.year, line.duty.since.month, line.duty.since.day, tzinfo=SHANGHAI)
            yield Matter(
                f"{DUTY}/{line.firm.id}", line.firm.region, end_of_day(line.duty.due_on),
                begun.astimezone(UTC), False, line.firm.id, line.office_id,
            )  # fmt: skip


def self_check_lines(scope: Scope, subjects: Collection[str]) -> Mapping[str, ReminderLine]:
    """What the scope may know of these enterprises' reports; those outside it are absent."""
    now = clock.now()
    horizon = local_date(now) + timedelta(days=SELF_CHECK_DAYS)
    lines = {}
    for line in self_duties(scope, now, only=[subject.rpartition("/")[2] for subject in subjects]):
        waits = line.duty.due_on <= horizon
        lines[f"{DUTY}/{line.firm.id}"] = ReminderLine(
            render("inspection.self_check.remind", {"name": line.name}),
            "/inspection/self-checks",
            end_of_day(line.duty.due_on) if waits else None,
            "bad" if line.duty.late else "plain",
        )
    return lines


def self_check_enterprise(self_check_id: Any) -> str:
    """The id of the enterprise of a self-check, as it stands today; "" for none. Unscoped: for subscribers."""
    key = as_uuid(self_check_id)
    rows = SelfCheck._default_manager.filter(pk=key) if key else SelfCheck._default_manager.none()
    found = rows.values_list("enterprise_id", flat=True).first()
    return registry.enterprise_current(found) if found else ""
