"""Of what people are reminded: deadlines of hazards. `calling` does the rest and knows nothing of hazards."""

from __future__ import annotations

from anlan.inspection.queries import due
from anlan.inspection.rules.reminder import HAZARD_REMINDERS
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
]
