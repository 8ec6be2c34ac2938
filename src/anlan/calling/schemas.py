"""Input and output of the API of calling."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from ninja import Field, Schema

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
    """One page of the inbox; `after` asks for the next one."""

    items: list[NoticeOut]
    after: int | None
    unread: int


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
