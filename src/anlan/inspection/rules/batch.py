"""What is asked of several hazards handed in together. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from anlan.kernel.errors import Violation

__all__ = ["check_once_each"]


def check_once_each(hazard_ids: Sequence[str]) -> list[Violation]:
    """Every place of a list at which a hazard stands that stood before; places from 1. Source: house rule."""
    first: dict[str, int] = {}
    found = []
    for place, key in enumerate(hazard_ids, 1):
        if first.setdefault(key, place) != place:
            facts = {"position": place, "first": first[key]}
            found.append(Violation("inspection.batch.twice", facts, f"items.{place - 1}.hazard_id"))
    return found
