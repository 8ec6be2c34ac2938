"""Of what people are reminded: deadlines of hazards and of tasks. `calling` does the rest and knows neither."""

from __future__ import annotations

from anlan.inspection.queries import due, task_due
from anlan.inspection.rules.reminder import HAZARD_REMINDERS, TASK_REMINDERS
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
