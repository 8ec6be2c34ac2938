"""The templates that a report can be made of."""

from __future__ import annotations

from anlan.platform.scope import Scope
from anlan.reporting.reports.outline import OUTLINES, outline_data, outline_named

__all__ = ["template_choices", "template_data", "template_title"]


def template_choices(scope: Scope) -> list[tuple[str, str]]:
    """(id, title) of those that a person may choose among."""
    return list(OUTLINES.items())


def template_data(scope: Scope, word: str) -> bytes:
    """The template's file.

    Raises:
        BadInput: "reporting.template.unknown".
    """
    return outline_data(outline_named(word) or word)


def template_title(scope: Scope, word: str) -> str:
    """What a report of it is called if nobody calls it otherwise."""
    return OUTLINES.get(outline_named(word) or "", word)
