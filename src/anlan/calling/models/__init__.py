"""Tables of calling."""

from anlan.calling.models.call import ATTEMPT_STATES, Attempt, Call, CallAnswer, CallRound, ReplySeen
from anlan.calling.models.chain import Chain, Link, RosterLine, Shift
from anlan.calling.models.notice import FORMS, WITHDRAWN, Notice

__all__ = [
    "ATTEMPT_STATES",
    "FORMS",
    "WITHDRAWN",
    "Attempt",
    "Call",
    "CallAnswer",
    "CallRound",
    "Chain",
    "Link",
    "Notice",
    "ReplySeen",
    "RosterLine",
    "Shift",
]
