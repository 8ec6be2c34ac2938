"""Routes of reporting of the draft checker: check a draft, take it with comments, judge a finding."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.http import content_disposition_header
from ninja import File, Form, Status
from ninja.files import UploadedFile

from anlan.kernel.errors import BadInput
from anlan.kernel.messages import render
from anlan.platform.attachments.facts import safe_name
from anlan.reporting import queries
from anlan.reporting.api.router import router
from anlan.reporting.schemas import drafts as schemas
from anlan.reporting.services import dismissals

_File = File[UploadedFile | None]
_DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


def _draft(request: HttpRequest, file: UploadedFile | None, text: str) -> tuple[bytes, str]:
    """The bytes to check and their name. The answer to a repeated key is not kept: it would keep the draft.

    Raises:
        NotAllowed: "platform.not_allowed". BadInput: "reporting.drafts.input" for none or both, "reporting.draft.file.large".
    """
    request.keyed = None  # type: ignore[attr-defined]
    request.scope.require(queries.CHECK)  # type: ignore[attr-defined]
    if (file is None) == (not text):
        raise BadInput("reporting.drafts.input")
    if file is None:
        return text.encode("utf-8", "surrogatepass"), render("reporting.drafts.pasted", {})
    if (file.size or 0) > queries.LARGEST:
        raise BadInput(
            "reporting.draft.file.large", name=safe_name(file.name or ""), most=queries.LARGEST // 1024 // 1024
        )
    return file.read(), file.name or ""


@router.post("/drafts/check", tags=["审稿"], response=schemas.CheckedOut, summary="审读一份文稿")
def draft_check(
    request: HttpRequest,
    file: _File = None,
    text: Form[str] = "",
    with_text: Form[bool] = False,
) -> dict[str, Any]:
    """Check a .docx or .txt, or text as it was pasted; nothing of it is kept or logged."""
    data, name = _draft(request, file, text)
    checked = queries.draft_check(request.scope, data, name).as_dict(with_text)
    for finding in checked["findings"]:
        finding["dismissed"] = asdict(finding["dismissed"]) if finding["dismissed"] else None
    return checked


@router.post("/drafts/annotated", tags=["审稿"], summary="导出带批注的文稿（.docx）")
def draft_annotated(request: HttpRequest, file: _File = None, text: Form[str] = "") -> HttpResponse:
    """The draft as a .docx with a comment for each finding that the office follows."""
    data, name = _draft(request, file, text)
    made = queries.draft_annotated(request.scope, data, name)
    answer = HttpResponse(made, content_type=_DOCX)
    title = render("reporting.drafts.annotated_name", {"name": safe_name(name).rpartition(".")[0] or safe_name(name)})
    answer["Content-Disposition"] = content_disposition_header(True, title) or "attachment"
    return answer


@router.post("/drafts/dismissals", tags=["审稿"], response={201: schemas.DismissalOut}, summary="不采纳一条审稿意见")
def finding_dismiss(request: HttpRequest, body: schemas.DismissIn) -> Status:
    """Remember that the office does not follow a finding, and why."""
    judged = dismissals.finding_dismiss(scope=request.scope, mark=body.mark, reason=body.reason, now=request.now)
    return Status(201, asdict(judged))


@router.post(
    "/drafts/dismissals/{dismissal_id}/take-back", tags=["审稿"], response=schemas.TakenBackOut, summary="恢复一条审稿意见"
)
def dismissal_take_back(request: HttpRequest, dismissal_id: int) -> dict[str, int]:
    """Follow a finding again."""
    changed = dismissals.dismissal_take_back(scope=request.scope, dismissal_id=dismissal_id, now=request.now)
    return {"changed": changed}
