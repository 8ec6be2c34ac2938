"""What a reminder is made of: a matter with a deadline, and the dated tables that say who hears of it when. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

__all__ = ["LEVELS", "Matter", "ReminderStep", "ReminderTable"]

# Who is reminded, from the one who has to act upwards.
LEVELS = ("post", "enterprise", "town", "office", "leader")


@dataclass(frozen=True, slots=True)
class Matter:
    """One open matter that somebody has to finish by a deadline.

    Attributes:
        subject: `inspection.hazard/<id>`. region: 12-digit code.
        due_at: the deadline. set_at: when it was set; what would have been said before that moment is not said. Both
            aware UTC.
        major: grave enough for the steps that are for grave matters only.
        enterprise_id, office_id: who has to act and who supervises; "" for none.
        posts: ids of the posts that have to act themselves, for the level "post".
    """

    subject: str
    region: str
    due_at: datetime
    set_at: datetime
    major: bool = False
    enterprise_id: str = ""
    office_id: str = ""
    posts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReminderStep:
    """One row of a table: from which day on, counted from the last day of the deadline, whom to remind.

    Attributes:
        id: short word, part of what keeps a reminder from being sent twice.
        to: levels of LEVELS.
        days: 0 is the last day itself, -7 a week before it, 3 the third day after it; None: as soon as it is overdue.
        every: days after which the step is repeated; 0: once.
        major: for grave matters only.
        urgent: shown at once by itself; others wait for the day's digest.
    """

    id: str
    to: tuple[str, ...]
    days: int | None
    every: int = 0
    major: bool = False
    urgent: bool = False


@dataclass(frozen=True, slots=True)
class ReminderTable:
    """The steps that hold from the local day `since` until the next table begins; `source`: statute or house rule."""

    since: date
    steps: tuple[ReminderStep, ...]
    source: str
