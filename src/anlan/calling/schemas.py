"""Input and output of the API of calling."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from ninja import Field, Schema
from pydantic import AwareDatetime

MOST = 200


class NoticeOut(Schema):
    """One notice as its reader sees it; `title` and `url` are empty for a matter outside the reader's scope."""

    id: int
    form: str
    label: str
    title: str
    text: str
    url: str
    due_at: datetime | None
    made_at: datetime
    state: str
    why: str
    read_at: datetime | None
    count: int


class NoticesOut(Schema):
    """One page of the inbox; `after` asks for the next one. `calls`: open calls to oneself; `sound`: one must be heard."""

    items: list[NoticeOut]
    after: int | None
    unread: int
    calls: int
    sound: bool


class NoticeDetailOut(NoticeOut):
    """A notice with the items of a digest; `more`: items that are not listed."""

    items: list[NoticeOut]
    more: int


class ReadIn(Schema):
    """The notices to mark as read."""

    ids: list[Annotated[int, Field(ge=1, le=2**63 - 1)]] = Field(min_length=1, max_length=MOST)


class ReadOut(Schema):
    """How many were unread before, and how many are unread now."""

    changed: int
    unread: int


class CalledOut(Schema):
    """Somebody who is called; `deputy_for`: whom they stand in for, "" for nobody."""

    person_id: str
    name: str
    deputy_for: str


class CallOut(Schema):
    """A call in a list. `until`: end of the present step's time."""

    id: str
    title: str
    text: str
    address: str
    urgency: str
    urgency_label: str
    state: str
    state_label: str
    place: str
    drill: bool
    opened_at: datetime
    until: datetime | None
    step: int
    steps: int
    people: list[CalledOut]
    answered_by: str
    answered_at: datetime | None
    word: str
    word_label: str


class CallsOut(Schema):
    """Open calls; `sound`: one of them must be heard."""

    calls: list[CallOut]
    sound: bool


class AttemptOut(Schema):
    """One message, without number or text."""

    step: int
    person_id: str
    channel: str
    state: str
    due_at: datetime
    sent_at: datetime | None
    told_at: datetime | None
    tries: int
    why: str


class AnswerOut(Schema):
    """One answer; `repeated`: it came after the one that counts."""

    person_id: str
    name: str
    word: str
    channel: str
    at: datetime
    by: str
    reason: str
    repeated: bool


class CallDetailOut(CallOut):
    """A call with what was sent and answered."""

    attempts: list[AttemptOut]
    answers: list[AnswerOut]


class AnswerIn(Schema):
    """One's own answer."""

    word: str = Field(max_length=20)


class AnswerForIn(AnswerIn):
    """An answer on behalf: whose, how the desk knows, and when it truly was."""

    person_id: str = Field(max_length=36)
    reason: str = Field(max_length=600)
    at: AwareDatetime | None = None


class AnsweredOut(Schema):
    """first: this answer ended the calling. word: the person's answer as it stands."""

    call_id: str
    first: bool
    word: str


class TakenOut(Schema):
    """How many of a provider's reports named something of ours, and the codes of those that did not."""

    taken: int
    refused: list[str]
