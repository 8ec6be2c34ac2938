"""What the phone's page takes along: the answer of GET /api/v1/inspection/pocket."""

from __future__ import annotations

from datetime import datetime

from ninja import Schema


class PocketItemOut(Schema):
    """An item of a checklist as the phone shows it."""

    key: str
    category: str
    text: str
    basis: str
    major: str


class PocketChecklistOut(Schema):
    """A checklist in use."""

    id: str
    name: str
    items: list[PocketItemOut]


class PocketAnswerOut(PocketItemOut):
    """An item with the answer given so far."""

    result: str
    note: str
    place: str
    grade: str
    major_basis: str
    major_criteria: list[str]
    general_reason: str
    photos: list[str]


class PocketInspectionOut(Schema):
    """An inspection of one's own that is not finished."""

    id: str
    number: str
    version: int
    enterprise_id: str
    enterprise: str
    started_at: datetime
    items: list[PocketAnswerOut]


class PocketTaskOut(Schema):
    """A task of one's own at `version`; `officers`: (person id, name) of the colleagues, `guests`: enterprises that visit."""

    id: str
    number: str
    version: int
    enterprise_id: str
    enterprise: str
    checklist_id: str
    kind: str
    source: str
    label: str
    note: str
    due_at: datetime
    officers: list[tuple[str, str]]
    guests: list[str]


class PocketReviewOut(Schema):
    """A hazard that waits for its review; `photos`: (stage, SHA-256); `reviewers`: who may be named as second officer."""

    id: str
    number: str
    version: int
    enterprise_id: str
    enterprise: str
    description: str
    place: str
    grade: str
    requirement: str
    rectification: str
    submitted_at: datetime | None = None
    due_at: datetime | None = None
    photos: list[tuple[str, str]]
    reviewers: list[str]


class PocketCriterionOut(Schema):
    """A criterion by which a major hazard is judged; `verified`: its wording was compared with the published text."""

    id: str
    citation: str
    text: str
    verified: bool


class PocketPersonOut(Schema):
    """Who the phone belongs to at this moment."""

    id: str
    name: str


class PocketOut(Schema):
    """What a phone takes along.

    `enterprises`: (id, name, address, lon, lat in WGS-84 degrees, position in `criteria_sets`); `criteria_sets`: lists
    of ids of `criteria`, one list for all enterprises that are judged alike.
    """

    account: str
    person: PocketPersonOut
    rights: list[str]
    kinds: list[tuple[str, str]]
    accompanied: list[str]
    alone: bool
    inspectors: list[tuple[str, str]]
    reviewers: list[tuple[str, str]]
    enterprises: list[tuple[str, str, str, float | None, float | None, int]]
    criteria: list[PocketCriterionOut]
    criteria_sets: list[list[str]]
    checklists: list[PocketChecklistOut]
    tasks: list[PocketTaskOut]
    inspections: list[PocketInspectionOut]
    reviews: list[PocketReviewOut]
