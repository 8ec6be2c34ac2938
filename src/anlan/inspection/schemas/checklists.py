"""Input and output of checklists."""

from __future__ import annotations

from typing import Annotated

from ninja import Field, Schema


class ChecklistItemIn(Schema):
    """One item of a checklist with its clause."""

    key: str
    category: str = ""
    text: str
    law: str
    article: str
    major: str = ""


class ChecklistIn(Schema):
    """A checklist to be made."""

    code: str
    name: str
    applies: Annotated[list[str], Field(default_factory=list, max_length=20)]
    items: Annotated[list[ChecklistItemIn], Field(max_length=500)]


class ChecklistChangeIn(Schema):
    """A checklist's next version as a whole."""

    base: int = Field(ge=1, description="所见的版本号")
    name: str
    applies: list[str] | None = None
    items: Annotated[list[ChecklistItemIn], Field(max_length=500)]


class RetireIn(Schema):
    """Why something is taken out of use."""

    base: int = Field(ge=1, description="所见的版本号")
    reason: str


class ChecklistOut(Schema):
    """A checklist in one version."""

    id: str
    code: str
    name: str
    checklist_version: int
    version: int
    items: list[ChecklistItemIn]
