"""Reading the forms of this context's pages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest

from anlan.kernel.errors import AnlanError, BadInput
from anlan.kernel.text import parse_date
from anlan.platform import attachments

MOST_PHOTOS = 12


def read_base(request: HttpRequest) -> int:
    """The version that the page showed.

    Raises:
        BadInput: "inspection.form.base_missing" for a form that did not come from our page.
    """
    base = request.POST.get("base", "")
    if not (base.isascii() and base.isdigit() and len(base) < 10):
        raise BadInput("inspection.form.base_missing")
    return int(base)


def read_once(request: HttpRequest) -> str | None:
    """The key that was made when the page was rendered."""
    return request.POST.get("once", "")[:80] or None


def read_day(request: HttpRequest, name: str) -> date | None:
    """A date as typed, None where empty.

    Raises:
        BadInput: "kernel.text.not_a_date".
    """
    return parse_date(request.POST.get(name, ""))


def read_number(request: HttpRequest, name: str, digits: int = 4) -> int | None:
    """A whole number of at most so many digits, None where empty.

    Raises:
        BadInput: "kernel.text.not_a_number".
    """
    typed = request.POST.get(name, "").strip()
    if not typed:
        return None
    if not (typed.isascii() and typed.isdigit() and len(typed) <= digits):
        raise BadInput("kernel.text.not_a_number", value=typed[:20])
    return int(typed)


_TERMS: Mapping[str, Callable[[HttpRequest, str], Any]] = {
    "due_on": read_day,
    "days": read_number,
    "working_days": read_number,
}


def read_term(request: HttpRequest) -> dict[str, Any]:
    """The deadline in the one way that was chosen; without a choice, whatever field is filled in.

    Raises:
        BadInput: "kernel.text.not_a_date", "kernel.text.not_a_number".
    """
    chosen = request.POST.get("by", "")
    named = (chosen,) if chosen in _TERMS else tuple(_TERMS)
    return {name: value for name in named if (value := _TERMS[name](request, name)) is not None}


def read_photos(request: HttpRequest, name: str = "photos", drop: str = "") -> tuple[str, ...]:
    """Hashes of the photos of a form: those uploaded now (stored first) and those it carries from before.

    Args:
        name: of the file field; `<name>_kept` holds earlier hashes. drop: name of a field of hashes to leave out.
    Raises:
        BadInput: "platform.attachment.*" for a file that can't be kept, "inspection.photos.too_many".
    """
    dropped = set(request.POST.getlist(drop)) if drop else set()
    kept = [sha for sha in request.POST.getlist(f"{name}_kept") if sha not in dropped]
    files = request.FILES.getlist(name)
    if len(kept) + len(files) > MOST_PHOTOS:
        raise BadInput("inspection.photos.too_many", most=MOST_PHOTOS)
    return tuple(dict.fromkeys([*kept, *(_stored(request, file) for file in files)]))


def _stored(request: HttpRequest, file: UploadedFile[Any]) -> str:
    if file.size is not None and file.size > settings.UPLOAD_MAX_BYTES:
        raise BadInput("platform.attachment.too_large", name=file.name, limit_mb=settings.UPLOAD_MAX_BYTES // 1048576)
    stored = attachments.store(file.read(), file.name or "", scope=request.scope, now=request.now)
    return stored.sha256


def errors_of(error: AnlanError | None) -> dict[str, list[str]]:
    """The sentences of an error's reasons by the field they belong to."""
    found: dict[str, list[str]] = {}
    for violation in error.violations if error else ():
        found.setdefault(violation.field or "", []).append(violation.message)
    return found
