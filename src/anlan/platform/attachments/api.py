"""POST /api/v1/attachments: one file in, its facts out. Mounted by config/api.py under /attachments."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.http import HttpRequest
from ninja import File, Router, Schema, Status
from ninja.files import UploadedFile

from anlan.kernel.errors import BadInput
from anlan.platform import attachments

router = Router(tags=["附件"])


class AttachmentOut(Schema):
    """Facts of a stored file; `sha256` is what steps refer to."""

    sha256: str
    media_type: str
    size: int
    name: str
    width: int | None = None
    height: int | None = None
    taken_at: datetime | None = None
    lon: float | None = None
    lat: float | None = None
    look: str = ""


@router.post("", response={201: AttachmentOut}, summary="上传一个附件（图片、PDF、Office 文档）")
def attachment_store(request: HttpRequest, file: File[UploadedFile]) -> Status:
    """Keep one file; the same bytes twice are one file."""
    if file.size is not None and file.size > settings.UPLOAD_MAX_BYTES:
        raise BadInput("platform.attachment.too_large", name=file.name, limit_mb=settings.UPLOAD_MAX_BYTES // 1048576)
    facts = attachments.store(file.read(), file.name or "", scope=request.scope, now=request.now)
    return Status(201, facts.as_dict())


@router.get("/{sha256}", response=AttachmentOut, summary="附件的基本信息")
def attachment_get(request: HttpRequest, sha256: str) -> dict[str, object]:
    """Facts of an attachment that this person may see."""
    attachments.read(sha256, request.scope)
    return attachments.facts_of([sha256])[sha256].as_dict()
