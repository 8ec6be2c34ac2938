"""Reading the forms of this context's pages."""

from __future__ import annotations

from django.http import HttpRequest

from anlan.kernel.errors import AnlanError, BadInput

__all__ = ["errors_of", "read_base", "read_float", "read_once"]


def read_base(request: HttpRequest) -> int:
    """The version that the page showed.

    Raises:
        BadInput: "sensing.form.base_missing" for a form that did not come from our page.
    """
    base = request.POST.get("base", "")
    if not (base.isascii() and base.isdigit() and len(base) < 10):
        raise BadInput("sensing.form.base_missing")
    return int(base)


def read_once(request: HttpRequest) -> str | None:
    """The key that was made when the page was rendered."""
    return request.POST.get("once", "")[:80] or None


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


def errors_of(error: AnlanError | None) -> dict[str, list[str]]:
    """The sentences of an error's reasons by the field they belong to."""
    found: dict[str, list[str]] = {}
    for violation in error.violations if error else ():
        found.setdefault(violation.field or "", []).append(violation.message)
    return found
