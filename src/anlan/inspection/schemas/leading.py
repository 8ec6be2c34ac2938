"""Output for leaders: whom to interview."""

from __future__ import annotations

from ninja import Schema


class InterviewReasonOut(Schema):
    """One reason with the number behind it and the list of the rows counted."""

    code: str
    text: str
    count: int
    url: str


class InterviewOut(Schema):
    """A town (`key` = 9 digits) or an enterprise (`key` = id)."""

    kind: str
    key: str
    name: str
    reasons: list[InterviewReasonOut]


class InterviewsOut(Schema):
    """Everybody suggested, towns first."""

    items: list[InterviewOut]
