"""GET /attachments/<sha256>: the bytes, for whoever may see what they belong to. Never sniffed, never run."""

from __future__ import annotations

from urllib.parse import quote

from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseNotModified
from django.urls import path
from django.views.decorators.http import require_safe

from anlan.kernel.errors import BadInput, NotFound
from anlan.platform import attachments
from anlan.platform.attachments import files
from anlan.platform.attachments.facts import IMAGES
from anlan.platform.scope import Scope
from anlan.platform.web import screen

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; sandbox"


@require_safe
@screen
def attachment_show(request: HttpRequest, sha256: str) -> HttpResponse:
    """The file, or with `?w=160|320|640|1280` a thumbnail of a picture."""
    width = _width(request)
    try:
        row = attachments.read(sha256, request.scope)
    except NotFound:
        return _on_its_way(sha256, width, request.scope)
    if width is not None and row.media_type not in IMAGES:
        raise BadInput("platform.attachment.no_thumbnail")
    tag = f'"{sha256}-{width or 0}"'
    if request.headers.get("If-None-Match") == tag:
        return HttpResponseNotModified()
    file = files.thumbnail(sha256, width) if width else files.path_of(sha256)
    if file is None or not file.is_file():
        raise NotFound("platform.attachment.bytes_missing")
    response = FileResponse(file.open("rb"), content_type="image/jpeg" if width else row.media_type)
    kind = "inline" if row.media_type in IMAGES else "attachment"
    response["Content-Disposition"] = f"{kind}; filename*=UTF-8''{quote(row.name, safe='')}"
    response["Content-Security-Policy"] = _POLICY
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, max-age=3600"
    response["ETag"] = tag
    return response


def _on_its_way(sha256: str, width: int | None, scope: Scope) -> HttpResponse:
    """The small picture of a photo whose original is still coming from another node.

    Raises:
        NotFound: "platform.attachment.not_found", "platform.attachment.on_its_way" for the original.
    """
    if not attachments.awaited(sha256, scope):
        raise NotFound("platform.attachment.not_found")
    small = files.thumbnail_path(sha256, 320)
    if width is None or not small.is_file():
        raise NotFound("platform.attachment.on_its_way")
    response = FileResponse(small.open("rb"), content_type="image/jpeg")
    response["Content-Security-Policy"] = _POLICY
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "no-store"
    return response


def _width(request: HttpRequest) -> int | None:
    raw = request.GET.get("w")
    if raw is None:
        return None
    if raw not in {str(w) for w in files.THUMBNAIL_WIDTHS}:
        raise BadInput("platform.attachment.no_thumbnail")
    return int(raw)


urlpatterns = [path("attachments/<str:sha256>", attachment_show, name="attachment")]
