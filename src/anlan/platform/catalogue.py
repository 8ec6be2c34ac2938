"""What the contexts declare, collected once at start by config: folds, projections, ledgers, panels, todos, jobs.

Others read it; nobody adds to it after start. A duplicate id stops the start.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from anlan.kernel.entry import Entry

Row = dict[str, Any]
Fold = Callable[[Row | None, Entry], Row]


@dataclass(slots=True)
class Catalogue:
    """All declarations by kind and id."""

    folds: dict[str, Fold] = field(default_factory=dict)
    projections: dict[str, type] = field(default_factory=dict)
    ledgers: dict[str, Any] = field(default_factory=dict)
    loops: dict[str, Any] = field(default_factory=dict)
    indicators: dict[str, Any] = field(default_factory=dict)
    layers: dict[str, Any] = field(default_factory=dict)
    panels: dict[str, Any] = field(default_factory=dict)
    todos: dict[str, Any] = field(default_factory=dict)
    jobs: dict[str, Any] = field(default_factory=dict)
    reminders: dict[str, Any] = field(default_factory=dict)
    documents: dict[str, Any] = field(default_factory=dict)
    topics: dict[str, Any] = field(default_factory=dict)
    matters: dict[str, Any] = field(default_factory=dict)
    duplicates: dict[str, Any] = field(default_factory=dict)
    rights: dict[str, str] = field(default_factory=dict)

    def add(self, kind: str, items: Iterable[Any]) -> None:
        """Add dataclass declarations with an `id` to the mapping named `kind`.

        Raises:
            ValueError: an id is declared twice.
        """
        for item in items:
            self.add_named(kind, {item.id: item})

    def add_named(self, kind: str, items: Mapping[str, Any]) -> None:
        """Add declarations by key (folds by kind, projections by subject type, rights by word).

        Raises:
            ValueError: a key is declared twice.
        """
        target: dict[str, Any] = getattr(self, kind)
        for key, value in items.items():
            if key in target and target[key] is not value:
                raise ValueError(f"{kind}: {key!r} is declared twice")
            target[key] = value


CATALOGUE = Catalogue()
