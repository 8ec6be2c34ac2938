"""Reading the forms of this context's pages."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest

from anlan.accident import queries
from anlan.kernel.errors import AnlanError, BadInput
from anlan.kernel.text import parse_date
from anlan.platform import attachments

__all__ = [
    "errors_of", "read_base", "read_day", "read_files", "read_float", "read_loss", "read_number", "read_once",
]  # fmt: skip

MOST_FILES = 30


def read_base(request: HttpRequest) -> int:
    """The version that the page showed.

    Raises:
        BadInput: "accident.form.base_missing" for a form that did not come from our page.
    """
    base = request.POST.get("base", "")
    if not (base.isascii() and base.isdigit() and len(base) < 10):
        raise BadInput("accident.form.base_missing")
    return int(base)


def read_once(request: HttpRequest) -> str | None:
    """The key that was made when the page was rendered."""
    return request.POST.get("once", "")[:80] or None


def read_number(request: HttpRequest, name: str) -> int | None:
    """A whole number as typed, negative ones too (the rules refuse them), None where empty.

    Raises:
        BadInput: "kernel.text.not_a_number".
    """
    typed = request.POST.get(name, "").strip()
    if not typed:
        return None
    if not (typed.isascii() and typed.removeprefix("-").isdigit() and len(typed) <= 12):
        raise BadInput("kernel.text.not_a_number", value=typed[:20])
    return int(typed)


def read_float(request: HttpRequest, name: str) -> float | None:
    """A number as typed, None where empty.

    Raises:
        BadInput: "kernel.text.not_a_number".
    """
    typed = request.POST.get(name, "").strip()
    if not typed:
        return None
    try:
        value = float(typed)
    except ValueError:
        value = float("nan")
    if not abs(value) < 1e15:
        raise BadInput("kernel.text.not_a_number", value=typed[:20])
    return value


def read_loss(request: HttpRequest, name: str = "loss_wan") -> int | None:
    """A loss typed in 万元, in yuan; None where empty. Raises BadInput: "accident.loss_malformed"."""
    typed = request.POST.get(name, "").strip()
    return queries.loss_yuan(typed) if typed else None


def read_day(request: HttpRequest, name: str) -> date | None:
    """A date as typed, None where empty. Raises BadInput: "kernel.text.not_a_date"."""
    return parse_date(request.POST.get(name, ""))


def read_files(request: HttpRequest) -> tuple[str, ...]:
    """Hashes of the papers of a form: those uploaded now (stored first) and those it carries from before.

    Raises:
        BadInput: "platform.attachment.*" for a file that can't be kept, "accident.files_too_many".
    """
    files = request.FILES.getlist("files")
    kept = request.POST.getlist("files_kept")
    if len(kept) + len(files) > MOST_FILES:
        raise BadInput("accident.files_too_many", most=MOST_FILES)
    return tuple(dict.fromkeys([*kept, *(_stored(request, file) for file in files)]))


def _stored(request: HttpRequest, file: UploadedFile[Any]) -> str:
    if file.size is not None and file.size > settings.UPLOAD_MAX_BYTES:
        raise BadInput("platform.attachment.too_large", name=file.name, limit_mb=settings.UPLOAD_MAX_BYTES // 1048576)
    scope, now = request.scope, request.now  # type: ignore[attr-defined]
    return attachments.store(file.read(), file.name or "", scope=scope, now=now).sha256


def errors_of(error: AnlanError | None) -> dict[str, list[str]]:
    """The sentences of an error's reasons by the field they belong to."""
    found: dict[str, list[str]] = {}
    for violation in error.violations if error else ():
        found.setdefault(violation.field or "", []).append(violation.message)
    return found
