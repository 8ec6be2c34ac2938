"""What the services of sensing share: ids, versions, titles of alarms."""

from __future__ import annotations

import uuid
from typing import Any

from anlan.kernel.messages import render
from anlan.kernel.text import blank
from anlan.platform.journal.node import new_id
from anlan.platform.scope import Scope

__all__ = ["alarm_title", "fixed_id", "key_for", "number_text", "said"]

_ONCE = uuid.UUID("8c2f6d54-0b55-5b0c-9a5e-51d1a3f6c7e2")


def fixed_id(*parts: str) -> str:
    """The same id for the same parts, on every node and at every repetition."""
    return str(uuid.uuid5(_ONCE, "\0".join(parts)))


def key_for(scope: Scope, what: str, once: str | None, now: Any) -> str:
    """A new id; with a client's key always the same one, so that a repeated request finds what the first one made."""
    return fixed_id(what, scope.person, once) if once else new_id(now)


def said(**texts: str) -> dict[str, str]:
    """The texts that are not empty, trimmed."""
    return {name: text.strip() for name, text in texts.items() if not blank(text)}


def number_text(value: float | None, digits: int = 6) -> str:
    """A measured value as people write it: no trailing zeros, no exponent; "—" for none."""
    if value is None:
        return "—"
    text = f"{value:.{digits}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def alarm_title(kind: str, **facts: Any) -> str:
    """The sentence that says what an alarm is about, at most 160 characters."""
    return render(f"sensing.alarm.title.{kind}", facts)[:160]
