"""What a rule says: the rule's number, a code, the place, the place it contradicts, and the facts of its sentence."""

from __future__ import annotations

import tomllib
from collections import defaultdict
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

__all__ = ["DOUBT", "ERROR", "HINT", "SEVERITIES", "Finding", "Place", "sentence"]

ERROR, DOUBT, HINT = "error", "doubt", "hint"
SEVERITIES = (ERROR, DOUBT, HINT)


@dataclass(frozen=True, slots=True)
class Place:
    """A passage of the text that was given: offsets in characters, end excluded."""

    start: int
    end: int
    quote: str

    def as_dict(self) -> dict[str, Any]:
        """The JSON shape."""
        return {"quote": self.quote, "start": self.start, "end": self.end}


@dataclass(frozen=True, slots=True)
class Finding:
    """One contradiction. `others` are the other passages that it is about."""

    rule: int
    code: str
    severity: str
    place: Place
    facts: dict[str, str] = field(default_factory=dict)
    others: tuple[Place, ...] = ()

    @property
    def why(self) -> str:
        """The reasoning in one Chinese sentence, with the calculation."""
        return sentence(f"draft.{self.code}", self.facts)

    def as_dict(self) -> dict[str, Any]:
        """The JSON shape of `anlan check-draft --json`."""
        return {
            "rule": self.rule,
            **self.place.as_dict(),
            "why": self.why,
            "severity": self.severity,
            "code": self.code,
            "others": [p.as_dict() for p in self.others],
        }


@cache
def _sentences() -> dict[str, str]:
    """Our own file of the catalogue alone: reading all of it would double the time of a short check."""
    return tomllib.loads(
        resources.files("anlan.kernel.messages").joinpath("reporting.toml").read_text(encoding="utf-8")
    )


def sentence(name: str, facts: dict[str, str]) -> str:
    """The sentence `reporting.<name>` of the catalogue with its facts filled in."""
    return _sentences()[f"reporting.{name}"].format_map(defaultdict(lambda: "—", facts))
