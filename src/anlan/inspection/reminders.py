"""Of what people are reminded: deadlines of hazards, listings, self-checks and tasks. `calling` does the rest."""

from __future__ import annotations

from anlan.inspection.queries import co_reviews, due, listing_due, self_due, task_due
from anlan.inspection.rules.reminder import (
    CO_REVIEW_REMINDERS,
    FOLLOW_REMINDERS,
    HAZARD_REMINDERS,
    LISTING_REMINDERS,
    SELF_CHECK_REMINDERS,
    TASK_REMINDERS,
)
from anlan.platform.declare import Reminder

_FOLLOW = "inspection.listing.follow"
_SUPERVISE = {"town": _FOLLOW, "office": _FOLLOW, "leader": "calling.escalation.read"}

REMINDERS = [
    Reminder(
        id="inspection.hazard_due",
        label="隐患整改期限",
        subject="inspection.hazard",
        tables=HAZARD_REMINDERS,
        rights={
            "enterprise": "inspection.hazard.submit",
            "town": "inspection.hazard.order",
            "office": "inspection.hazard.order",
            "leader": "calling.escalation.read",
        },
        matters=due.hazards_reminded,
        lines=due.hazard_lines,
    ),
    Reminder(
        id=co_reviews.CO_REVIEW,
        label="被列为复查人员，请确认",
        subject="inspection.hazard",
        tables=CO_REVIEW_REMINDERS,
        rights={"post": "inspection.hazard.review"},
        matters=co_reviews.co_reviews_reminded,
        lines=co_reviews.co_review_lines,
    ),
    Reminder(
        id="inspection.listing_follow",
        label="挂牌督办跟踪期限",
        subject="inspection.listing",
        tables=FOLLOW_REMINDERS,
        rights=_SUPERVISE,
        matters=listing_due.listings_following,
        lines=listing_due.follow_lines,
    ),
    Reminder(
        id="inspection.listing_due",
        label="挂牌督办期限",
        subject="inspection.hazard",
        tables=LISTING_REMINDERS,
        rights=_SUPERVISE,
        matters=listing_due.listings_due,
        lines=listing_due.due_lines,
    ),
    Reminder(
        id="inspection.self_check_due",
        label="企业自查上报",
        subject=self_due.DUTY,
        tables=SELF_CHECK_REMINDERS,
        rights={
            "enterprise": "inspection.self_check.report",
            "town": "inspection.hazard.order",
            "office": "inspection.hazard.order",
        },
        matters=self_due.self_checks_reminded,
        lines=self_due.self_check_lines,
    ),
    Reminder(
        id="inspection.task_due",
        label="检查任务期限",
        subject="inspection.task",
        tables=TASK_REMINDERS,
        rights={
            "post": "inspection.inspect",
            "town": "inspection.task.assign",
            "office": "inspection.task.assign",
            "leader": "calling.escalation.read",
        },
        matters=task_due.tasks_reminded,
        lines=task_due.task_lines,
    ),
]
