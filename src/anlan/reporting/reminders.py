"""Of what people are reminded: forms of reporting rounds that their town owes. `calling` does the rest."""

from anlan.platform.declare import Reminder
from anlan.reporting.queries import round_due
from anlan.reporting.rules.reminder import CHASE_REMINDERS, FILING_REMINDERS

_TOWN = {"town": "reporting.round.submit"}

REMINDERS = [
    Reminder(
        id=round_due.DUE, label="报送时限", subject="reporting.filing", tables=FILING_REMINDERS, rights=_TOWN,
        matters=round_due.filings_reminded, lines=round_due.filing_lines,
    ),
    Reminder(
        id=round_due.CHASED, label="催报和退回", subject="reporting.filing", tables=CHASE_REMINDERS, rights=_TOWN,
        matters=round_due.chased_reminded, lines=round_due.chased_lines,
    ),
]  # fmt: skip
