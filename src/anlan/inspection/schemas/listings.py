"""Input and output of 挂牌督办."""

from __future__ import annotations

from datetime import date, datetime

from ninja import Field, Schema
from pydantic import AwareDatetime

from anlan.inspection.schemas.words import Photos


class ListIn(Schema):
    """提出挂牌督办: why (`note`), what to do, by when, who follows it up; `base` is the hazard's version."""

    base: int = Field(ge=1, description="所见的隐患版本号")
    note: str = ""
    requirement: str = ""
    due_on: date | None = None
    follower: str = ""


class ReceiveIn(ListIn):
    """登记上级挂牌: the notice of a city or province."""

    level: str = Field(default="city", description="city 市级、province 省级")
    notice_number: str = ""
    notice_on: date | None = None
    issuer: str = ""
    photos: Photos


class ListingIn(Schema):
    """What every act names: the version seen, words, photos, when (a visit only)."""

    base: int = Field(ge=1, description="所见的版本号")
    note: str = ""
    photos: Photos
    at: AwareDatetime | None = None


class UnlistIn(ListingIn):
    """复查摘牌: the second officer."""

    co_reviewer: str = ""


class ReassignIn(ListingIn):
    """变更跟踪督办人."""

    follower: str = ""


class EndIn(ListingIn):
    """登记上级摘牌."""

    notice_number: str = ""
    notice_on: date | None = None


class FollowUpOut(Schema):
    """One follow-up visit."""

    turn: int
    at: datetime
    officer: str
    note: str
    late: bool
    photos: list[str]


class FollowUpsOut(Schema):
    """The follow-up visits, newest first."""

    items: list[FollowUpOut]


class NoticeOut(Schema):
    """The document that was issued, and where the listing stands."""

    document: str
    id: str
    number: str
    state: str
    version: int
