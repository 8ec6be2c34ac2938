"""Routes under /api/v1/documents: issue, read, sign, refuse, serve, void, print several."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Status

from anlan.kernel.errors import BadInput
from anlan.platform.documents import queries, schemas, services
from anlan.platform.documents.bundle import DOCX, bundle, document_bytes, file_name
from anlan.platform.documents.models import Document

router = Router(tags=["文书"])


def _shown(document: Document) -> dict[str, Any]:
    names = ("number", "template", "label", "about", "title", "state", "sha256")
    moments = ("issued_at", "refused_at", "served_at", "voided_at")
    version = queries.document_versions([document])[str(document.pk)]
    return {"id": document.pk, "version": version} | {n: getattr(document, n) for n in (*names, *moments)}


def _stood(request: HttpRequest, document_id: Any) -> dict[str, Any]:
    return _shown(queries.document_get(request.scope, document_id))


def _step(request: HttpRequest, document_id: UUID, body: Any) -> dict[str, Any]:
    return {"scope": request.scope, "document_id": document_id, "now": request.now, "once": request.once} | body.dict()


@router.get("", response=schemas.DocumentsOut, summary="一个对象的文书")
def document_list(request: HttpRequest, subject: str) -> dict[str, Any]:
    """Documents about one subject, void ones included."""
    return {"items": [_shown(d) for d in queries.documents_of(request.scope, subject)]}


@router.get("/templates", response=schemas.TemplatesOut, summary="可出具的文书种类")
def document_templates(request: HttpRequest, subject: str) -> dict[str, Any]:
    """The kinds this person may issue about a subject."""
    queries.subject_row(request.scope, subject)
    found = queries.templates_for(request.scope, subject.partition("/")[0])
    return {"items": [{"id": t.id, "label": t.label} for t in found]}


@router.post("", response={201: schemas.DocumentOut}, summary="出具文书")
def document_issue(request: HttpRequest, body: schemas.IssueIn) -> Status:
    """Number and keep a document."""
    if not queries.template_get(body.template).by_hand:
        raise BadInput("platform.document.not_by_hand", label=queries.template_get(body.template).label)
    key = services.document_issue(scope=request.scope, now=request.now, once=request.once, **body.dict())
    return Status(201, _stood(request, key))


@router.get("/print", summary="打包下载多份文书")
def document_print(request: HttpRequest, ids: str) -> HttpResponse:
    """Several documents in one .zip; `ids` parted by commas."""
    data = bundle(queries.documents_get(request.scope, [i for i in ids.split(",") if i]))
    return as_file(data, "application/zip", "documents.zip")


@router.get("/{document_id}", response=schemas.DocumentOut, summary="一份文书")
def document_get(request: HttpRequest, document_id: UUID) -> dict[str, Any]:
    """One document."""
    return _stood(request, document_id)


@router.get("/{document_id}/file", summary="下载文书")
def document_file(request: HttpRequest, document_id: UUID) -> HttpResponse:
    """The .docx as it was issued."""
    document = queries.document_get(request.scope, document_id)
    return as_file(document_bytes(document), DOCX, file_name(document))


@router.post("/{document_id}/sign", response=schemas.DocumentOut, summary="签字")
def document_sign(request: HttpRequest, document_id: UUID, body: schemas.SignIn) -> dict[str, Any]:
    """Add a signature or a scanned page."""
    services.document_sign(**_step(request, document_id, body))
    return _stood(request, document_id)


@router.post("/{document_id}/refuse", response=schemas.DocumentOut, summary="拒绝签字")
def document_refuse(request: HttpRequest, document_id: UUID, body: schemas.RefuseIn) -> dict[str, Any]:
    """Record a refusal to sign."""
    services.document_refuse(**_step(request, document_id, body))
    return _stood(request, document_id)


@router.post("/{document_id}/serve", response=schemas.DocumentOut, summary="送达")
def document_serve(request: HttpRequest, document_id: UUID, body: schemas.ServeIn) -> dict[str, Any]:
    """Record the service."""
    services.document_serve(**_step(request, document_id, body))
    return _stood(request, document_id)


@router.post("/{document_id}/void", response=schemas.DocumentOut, summary="作废")
def document_void(request: HttpRequest, document_id: UUID, body: schemas.VoidIn) -> dict[str, Any]:
    """Declare the document void."""
    services.document_void(**_step(request, document_id, body))
    return _stood(request, document_id)


def as_file(data: bytes, media_type: str, name: str) -> HttpResponse:
    """A download that no browser opens or guesses at."""
    response = HttpResponse(data, content_type=media_type)
    response["Content-Disposition"] = f"attachment; filename*=UTF-8''{quote(name, safe='')}"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
