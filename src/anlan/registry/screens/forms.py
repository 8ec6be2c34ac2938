"""What the registry's forms share: reading version, day and region from a POST."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest

from anlan.kernel.errors import AnlanError, BadInput, Violation
from anlan.kernel.text import parse_date
from anlan.platform.ledger import places

__all__ = ["read_base", "read_day", "read_region", "violations_by_field"]


def read_base(request: HttpRequest) -> int:
    """The version that the form was made for.

    Raises:
        BadInput: "registry.form.base_missing" for a form that did not come from our page.
    """
    raw = request.POST.get("base", "")
    if not (raw.isascii() and raw.isdigit() and len(raw) < 10):
        raise BadInput("registry.form.base_missing")
    return int(raw)


def read_day(request: HttpRequest, name: str) -> date | None:
    """A day as typed or picked, None for an empty field.

    Raises:
        BadInput: "registry.enterprise.invalid" with "kernel.text.not_a_date".
    """
    try:
        return parse_date(request.POST.get(name, ""))
    except BadInput as error:
        raise BadInput("registry.enterprise.invalid", [Violation(error.code, error.facts, name)]) from None


def read_region(typed: str, prefix: str, field: str = "region") -> str:
    """The code of a region as typed: a code, or a name within the person's county.

    Raises:
        BadInput: "registry.enterprise.invalid" with "ledger.region.*" or "kernel.region.*".
    """
    try:
        return places.read(typed, prefix) if typed.strip() else ""
    except BadInput as error:
        raise BadInput("registry.enterprise.invalid", [Violation(error.code, error.facts, field)]) from None


def violations_by_field(error: AnlanError | None) -> dict[str, str]:
    """The first reason for each field, for the line under it."""
    found: dict[str, str] = {}
    for violation in error.violations if error else ():
        if violation.field:
            found.setdefault(violation.field, violation.message)
    return found
