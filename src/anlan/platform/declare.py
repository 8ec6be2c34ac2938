"""Declarations that contexts make and the platform derives plumbing from: panels, todos, jobs, indicators."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from anlan.platform.scope import Scope


@dataclass(frozen=True)
class PanelRow:
    """One line of a panel: text, where it leads, and the state's label and tone (`good`, `warn`, `bad`, `plain`)."""

    text: str
    url: str
    state: str = ""
    tone: str = "plain"
    at: datetime | None = None


@dataclass(frozen=True)
class Panel:
    """Rows that one context shows on another context's record page (a hazard on its enterprise's page).

    Attributes:
        id: `inspection.enterprise_hazards`.
        subject: the subject type whose page shows it, `registry.enterprise`.
        label: Chinese heading.
        rows: (scope, subject id, limit) -> (rows, total); must apply the scope itself.
        url: (subject id) -> address of the full list.
    """

    id: str
    subject: str
    label: str
    rows: Callable[[Scope, str, int], tuple[Sequence[PanelRow], int]]
    url: Callable[[str], str]
    order: int = 100


@dataclass(frozen=True)
class TodoItem:
    """One open item of a person: what, where, by when."""

    text: str
    url: str
    due_at: datetime | None = None
    overdue: bool = False
    tone: str = "plain"


@dataclass(frozen=True)
class Todo:
    """A kind of open items for 我的待办: (scope, now, limit) -> (items, total)."""

    id: str
    label: str
    items: Callable[[Scope, datetime, int], tuple[Sequence[TodoItem], int]]
    order: int = 100


@dataclass(frozen=True)
class Job:
    """Timed work. Runs once when due; after a sleep or a restart it catches up once, not once per missed turn.

    `run(now)` returns a one-line result for the job list. `daily_at` is "HH:MM" in Asia/Shanghai, instead of `every`.
    """

    id: str
    label: str
    run: Callable[[datetime], str]
    every: timedelta | None = None
    daily_at: str | None = None


@dataclass(frozen=True)
class Indicator:
    """A named number over ledgers for (scope, region, period), with the query that yields its rows.

    `value(scope, region, since, until)` -> number; `rows(...)` -> queryset of exactly the rows counted.
    """

    id: str
    label: str
    unit: str
    definition: str
    source: str
    value: Callable[[Scope, str, date, date], int | float]
    rows: Callable[[Scope, str, date, date], Any]
