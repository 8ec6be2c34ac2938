"""Which reminder each level owes its attention to now, by dated tables. Pure.

Source: house rule throughout (rhythm and levels of reminders; no statute names them). An overdue grave matter reaches the
leader on the same day: 安全生产法(2021) 第七十三条 asks the authorities to supervise the mending of major hazards.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from anlan.kernel.deadlines import local_date
from anlan.kernel.reminders import LEVELS, Matter, ReminderStep, ReminderTable

__all__ = ["DIGEST_HOUR", "DueStep", "StepsDue", "levels_above", "said_of", "steps_due", "table_on", "working_day"]

# From this local hour on a day's reminders are given out, in one digest for each post.
DIGEST_HOUR = 8
# "As soon as it is overdue" comes after the last day's own reminder and before the next morning's.
_AT_ONCE = 0.5


@dataclass(frozen=True, slots=True)
class DueStep:
    """The newest step that a level has reached: `rank` orders steps in time, `key` is unique within one deadline."""

    rank: float
    key: str
    urgent: bool


def working_day(moment: datetime) -> date:
    """The local day whose reminders are out at an aware moment: before DIGEST_HOUR it is still the day before."""
    return local_date(moment - timedelta(hours=DIGEST_HOUR))


def table_on(tables: Sequence[ReminderTable], day: date) -> ReminderTable | None:
    """The table in force on a local day; None before the first. Source: house rule (rules are dated data)."""
    held = [table for table in tables if table.since <= day]
    return max(held, key=lambda table: table.since) if held else None


class StepsDue:
    """`steps_due` of one table at one moment, for thousands of matters: those as old as each other are worked out once."""

    def __init__(self, table: ReminderTable, now: datetime) -> None:
        self._table, self._now, self._day = table, now, working_day(now)
        self._known: dict[tuple[int, int, bool, bool], dict[str, DueStep]] = {}

    def of(self, matter: Matter) -> Mapping[str, DueStep]:
        """As steps_due. Source: house rule."""
        last_day, overdue = local_date(matter.due_at), self._now > matter.due_at
        # When it was set decides only about the steps before the deadline.
        set_age = 0 if overdue else (working_day(matter.set_at) - last_day).days
        asked = ((self._day - last_day).days, set_age, overdue, matter.major)
        if asked not in self._known:
            self._known[asked] = _newest(self._table, *asked)
        return self._known[asked]


def steps_due(table: ReminderTable, matter: Matter, now: datetime) -> Mapping[str, DueStep]:
    """For each level the newest step it has reached at `now`; levels that have reached none are absent.

    Only the newest: after a sleep of ten days each level hears once, of how things stand now. What would have fallen before
    the deadline was set is not said, and once the deadline is past nothing is said of how long is left.

    Args:
        now: aware moment.
    Source: house rule.
    """
    return StepsDue(table, now).of(matter)


def _newest(table: ReminderTable, age: int, set_age: int, overdue: bool, major: bool) -> dict[str, DueStep]:
    """By level; `age`, `set_age`: days from the last day of the deadline to today and to the day when it was set."""
    found: dict[str, DueStep] = {}
    for step in table.steps:
        rank = _rank(step, age, set_age, overdue)
        if rank is None or (step.major and not major):
            continue
        turn = int(rank - step.days) // step.every if step.every and step.days is not None else 0
        due = DueStep(rank, f"{step.id}+{turn}" if turn else step.id, step.urgent)
        for level in step.to:
            if level not in found or found[level].rank < rank:
                found[level] = due
    return found


def _rank(step: ReminderStep, age: int, set_age: int, overdue: bool) -> float | None:
    """The day, from the last day of the deadline, of the step's latest turn; None when it is not (or no longer) due."""
    if step.days is None:
        return _AT_ONCE if overdue else None
    before = step.days <= 0
    if age < step.days or before == overdue or (before and step.days <= set_age):
        return None
    return step.days + (age - step.days) // step.every * step.every if step.every else step.days


def levels_above(level: str) -> tuple[str, ...]:
    """Who is reminded instead, one after the other, where a level has nobody: up to the office, never the leader.

    Source: house rule (a reminder must reach somebody; what no office takes up stands in the result of the job).
    """
    chain = LEVELS[: LEVELS.index("leader")]
    return chain[chain.index(level) + 1 :] if level in chain else ()


def said_of(due_at: datetime, now: datetime) -> tuple[str, dict[str, str | int]]:
    """The sentence's code and facts for a deadline as it stands at `now`."""
    last_day = local_date(due_at)
    days = (last_day - local_date(now)).days
    facts: dict[str, str | int] = {"due": last_day.isoformat(), "days": abs(days)}
    if now > due_at:
        return ("calling.remind.over" if days else "calling.remind.just_over"), facts
    return ("calling.remind.before" if days else "calling.remind.today"), facts
