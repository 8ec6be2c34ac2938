"""Ids of new subjects, and how what clerks type becomes a column's value."""

from __future__ import annotations

import hashlib
import uuid
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from anlan.kernel.errors import AnlanError, BadInput, Violation
from anlan.kernel.text import check_hidden, parse_date
from anlan.platform.journal.node import new_id
from anlan.platform.scope import Scope

_NAMES = frozenset({"name", "number_word", "short_name", "label", "title", "prefix", "kind"})


def subject_id(subject_type: str, *, scope: Scope, now: datetime, once: str | None) -> str:
    """The id of a subject about to be created.

    With `once` it follows from the person and that key, so that a form sent twice creates one subject: the second
    `record` finds the first one's entry.
    """
    if not once:
        return new_id(now)
    digest = hashlib.sha256(f"{subject_type}\0{scope.person}\0{once}".encode()).digest()
    return str(uuid.UUID(bytes=digest[:16], version=5))


def day(value: Any, field: str, problems: list[Violation]) -> date | None:
    """A date as a person or a form gives it; what can't be read is added to `problems`."""
    try:
        return parse_date(value)
    except AnlanError as error:
        problems.append(Violation(error.code, error.facts, field))
        return None


def text(values: Mapping[str, Any], field: str) -> str:
    """A value as trimmed text, "" when absent.

    Raises:
        BadInput: "accounts.text_refused" for characters that nobody sees.
    """
    if found := check_hidden(values.get(field), field, name=field in _NAMES):
        raise BadInput("accounts.text_refused", found)
    return plain(values.get(field))


def plain(value: Any) -> str:
    """A value as trimmed text without NUL (PostgreSQL refuses it even in a search), for looking something up."""
    return str(value or "").replace("\0", "").strip()
