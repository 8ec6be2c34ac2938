"""Who is reminded of a form that is owed, and when: dated tables. Pure data. Source: house rule (ADR 0032)."""

from __future__ import annotations

from datetime import date

from anlan.kernel.reminders import ReminderStep, ReminderTable

__all__ = ["CHASE_REMINDERS", "FILING_REMINDERS", "FIRST_DAYS"]

# A form is handed out fewer days before its time than this; so the first step is due as soon as it is handed out.
FIRST_DAYS = 400

FILING_REMINDERS: tuple[ReminderTable, ...] = (
    ReminderTable(
        date(2000, 1, 1),
        (
            ReminderStep("asked", ("town",), -FIRST_DAYS, urgent=True),
            ReminderStep("before_1", ("town",), -1),
            ReminderStep("last_day", ("town",), 0),
            ReminderStep("over_1", ("town",), 1, every=1),
        ),
        "house rule",
    ),
)
# Whoever is chased or gets the form back hears of it at once, each time.
CHASE_REMINDERS: tuple[ReminderTable, ...] = (
    ReminderTable(
        date(2000, 1, 1),
        (
            ReminderStep("chased", ("town",), -FIRST_DAYS, urgent=True),
            ReminderStep("chased_over", ("town",), None, urgent=True),
        ),
        "house rule",
    ),
)
