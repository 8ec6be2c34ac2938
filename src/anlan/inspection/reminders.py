"""Of what people are reminded: deadlines of hazards. `calling` does the rest and knows nothing of hazards."""

from __future__ import annotations

from anlan.inspection.queries import due, self_due
from anlan.inspection.rules.reminder import HAZARD_REMINDERS, SELF_CHECK_REMINDERS
from anlan.platform.declare import Reminder

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
]
