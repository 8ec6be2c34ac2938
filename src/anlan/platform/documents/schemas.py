"""What the API of documents takes and gives."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from ninja import Schema
from pydantic import AwareDatetime


class IssueIn(Schema):
    """`template`: id of a kind, `inspection.order`; `subject`: `inspection.hazard/<id>`; `facts`: for kinds that need them."""

    template: str
    subject: str
    facts: dict[str, str] = {}


class StepIn(Schema):
    """Every step: the version that was seen, and when it happened (left out: now)."""

    base: int
    at: AwareDatetime | None = None


class SignIn(StepIn):
    """`signer`: party, officer, witness, receiver; `form`: signature or scan; `file`: sha256 of the uploaded attachment."""

    name: str
    signer: str = "party"
    form: str = "signature"
    file: str


class RefuseIn(StepIn):
    """A refusal to sign with two witnesses."""

    reason: str
    witnesses: tuple[str, str]


class ServeIn(StepIn):
    """`way`: direct, lien, entrust, post, electronic, notice."""

    way: str
    receiver: str


class VoidIn(Schema):
    """Why the document is void."""

    base: int
    reason: str


class DocumentOut(Schema):
    """A document; its bytes are at /api/v1/documents/<id>/file."""

    id: UUID
    number: str
    template: str
    label: str
    about: str
    title: str
    state: str
    version: int
    sha256: str
    issued_at: datetime
    refused_at: datetime | None = None
    served_at: datetime | None = None
    voided_at: datetime | None = None


class DocumentsOut(Schema):
    """Documents about one subject, newest first."""

    items: list[DocumentOut]


class TemplateOut(Schema):
    """A kind of document that may be issued by hand."""

    id: str
    label: str


class TemplatesOut(Schema):
    """Kinds for one subject."""

    items: list[TemplateOut]
