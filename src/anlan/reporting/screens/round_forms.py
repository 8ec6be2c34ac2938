"""Reading the forms of the pages of reporting rounds."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, QueryDict

from anlan.kernel.errors import AnlanError, BadInput
from anlan.reporting.queries import Answer
from anlan.reporting.services.round_steps import Pressed
from anlan.reporting.services.rounds import AskedItem, items_typed

__all__ = ["errors_of", "read_answers", "read_items", "read_pressed"]

_FIELD = re.compile(r"(value|none|remark)_([0-9]{1,3})")


def errors_of(error: AnlanError | None) -> dict[str, list[str]]:
    """The sentences of a refusal by the field they belong to, "" for the rest."""
    found: dict[str, list[str]] = defaultdict(list)
    for violation in error.violations if error else ():
        found[violation.field].append(violation.message)
    return dict(found)


def read_pressed(request: HttpRequest) -> Pressed:
    """The version that the page showed, and the key that was made with it.

    Raises:
        BadInput: "reporting.round.base_missing" for a form that did not come from our page.
    """
    base = request.POST.get("base", "")
    if not (base.isascii() and base.isdigit() and len(base) < 10):
        raise BadInput("reporting.round.base_missing")
    return Pressed(int(base), request.POST.get("once", "")[:80] or None)


def read_items(post: QueryDict) -> list[AskedItem]:
    """The lines of a new round: indicators that were ticked, then one line of text for each question, 名称，单位[，不加总].

    Raises:
        As `items_typed`.
    """
    return [AskedItem(indicator=key) for key in post.getlist("indicator")] + items_typed(post.get("items", "").splitlines())


def read_answers(post: Mapping[str, Any]) -> dict[str, Answer]:
    """What a town typed, by the line's key."""
    held: dict[str, dict[str, str]] = defaultdict(dict)
    for name, typed in post.items():
        if found := _FIELD.fullmatch(name):
            held[found[2]][found[1]] = str(typed).strip()
    return {
        key: Answer(said.get("value", ""), none=said.get("none") == "1", remark=said.get("remark", ""))
        for key, said in held.items()
    }
