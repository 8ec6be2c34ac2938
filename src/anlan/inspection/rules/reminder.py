"""Who is reminded of a hazard's deadline, and when: dated tables, the later the higher. Pure data.

Source: house rule for the rhythm; that the authority follows major hazards until they are mended: 安全生产法(2021)
第四十一条第三款、第七十三条.
"""

from __future__ import annotations

from datetime import date

from anlan.kernel.reminders import ReminderStep, ReminderTable

__all__ = [
    "CO_REVIEW_REMINDERS",
    "FOLLOW_REMINDERS",
    "HAZARD_REMINDERS",
    "LISTING_REMINDERS",
    "REMINDED_STATE",
    "SELF_CHECK_DAYS",
    "SELF_CHECK_REMINDERS",
    "TASK_REMINDERS",
]

# Only what the enterprise still has to mend: what it has handed in waits for the officers and is not its delay.
REMINDED_STATE = "ordered"

_BEFORE = (
    ReminderStep("before_7", ("enterprise",), -7),
    ReminderStep("before_1", ("enterprise", "town"), -1),
    ReminderStep("last_day", ("enterprise", "town"), 0),
)
_OVERDUE = (
    ReminderStep("major_overdue", ("office", "leader"), None, major=True, urgent=True),
    ReminderStep("over_1", ("enterprise", "town", "office"), 1),
    ReminderStep("over_3", ("enterprise", "town", "office"), 3),
    ReminderStep("over_7", ("enterprise", "town", "office", "leader"), 7, every=7),
)

HAZARD_REMINDERS: tuple[ReminderTable, ...] = (
    ReminderTable(date(2000, 1, 1), (*_BEFORE, *_OVERDUE), "house rule; 安全生产法(2021) 第四十一条、第七十三条"),
)

# Who was named as second officer of a review hears of it at once, and once more before he can answer no longer.
CO_REVIEW_REMINDERS: tuple[ReminderTable, ...] = (
    ReminderTable(
        date(2000, 1, 1),
        (ReminderStep("named", ("post",), -7, urgent=True), ReminderStep("before_2", ("post",), -2)),
        "house rule",
    ),
)

# 挂牌督办: the enterprise hears of its deadline by the hazard's own reminders; these are for those who supervise.
FOLLOW_REMINDERS: tuple[ReminderTable, ...] = (
    ReminderTable(
        date(2000, 1, 1),
        (
            ReminderStep("before_1", ("town", "office"), -1),
            ReminderStep("last_day", ("town", "office"), 0),
            ReminderStep("over_1", ("town", "office"), 1),
            ReminderStep("over_3", ("town", "office", "leader"), 3, every=3),
        ),
        "house rule",
    ),
)
# Who was sent hears first; late, so does whoever sent them.
TASK_REMINDERS: tuple[ReminderTable, ...] = (
    ReminderTable(
        date(2000, 1, 1),
        (
            ReminderStep("before_3", ("post",), -3),
            ReminderStep("last_day", ("post",), 0),
            ReminderStep("over_1", ("post", "office"), 1),
            ReminderStep("over_7", ("post", "office", "leader"), 7, every=7),
        ),
        "house rule",
    ),
)
LISTING_REMINDERS: tuple[ReminderTable, ...] = (
    ReminderTable(
        date(2000, 1, 1),
        (
            ReminderStep("before_7", ("town", "office"), -7),
            ReminderStep("last_day", ("town", "office", "leader"), 0),
            ReminderStep("overdue", ("office", "leader"), None, major=True, urgent=True),
            ReminderStep("over_3", ("town", "office", "leader"), 3, every=3),
        ),
        "house rule; 安全生产法(2021) 第七十三条",
    ),
)
# Of a self-check nothing is said before this many days are left.
SELF_CHECK_DAYS = 3
SELF_CHECK_REMINDERS: tuple[ReminderTable, ...] = (
    ReminderTable(
        date(2000, 1, 1),
        (
            ReminderStep("before_3", ("enterprise",), -SELF_CHECK_DAYS),
            ReminderStep("last_day", ("enterprise",), 0),
            ReminderStep("over_1", ("enterprise",), 1),
            ReminderStep("over_3", ("enterprise", "town"), 3, every=7),
            ReminderStep("over_14", ("office",), 14, every=14),
        ),
        "house rule; 安全生产法(2021) 第四十一条第二款",
    ),
)
