"""Declarations of the contexts, from which the platform makes plumbing: panels, todos, jobs, reminders, matters."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from anlan.kernel.reminders import Matter, ReminderTable
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
    `prompt`: it waits for no other job, however long that one takes (a backup, an import); two of it at once must do no
    harm, and it takes seconds.
    """

    id: str
    label: str
    run: Callable[[datetime], str]
    every: timedelta | None = None
    daily_at: str | None = None
    prompt: bool = False


@dataclass(frozen=True)
class ReminderLine:
    """What one reader sees of a reminded matter: name, page, and the deadline it waits for (None: it waits no longer)."""

    title: str
    url: str
    due_at: datetime | None
    tone: str = "plain"


@dataclass(frozen=True)
class Reminder:
    """Matters of one context of which `calling` reminds people until they are finished.

    Attributes:
        id: `inspection.hazard_due`. label: Chinese heading of its notices.
        subject: the subject type, `inspection.hazard`.
        tables: whom to remind when, dated.
        rights: level of kernel.reminders.LEVELS -> the right that a post must hold to be reminded at it.
        matters: (subjects or None for all) -> the open matters with a deadline, of the whole node, drills left out.
        lines: (scope, subjects) -> those of them that the scope may see; must apply the scope itself.
    """

    id: str
    label: str
    subject: str
    tables: tuple[ReminderTable, ...]
    rights: Mapping[str, str]
    matters: Callable[[Collection[str] | None], Iterable[Matter]]
    lines: Callable[[Scope, Collection[str]], Mapping[str, ReminderLine]]


@dataclass(frozen=True)
class MatterKind:
    """A kind of matter for which people are called (叫应), declared in a context's `callable.py` as MATTERS.

    Attributes:
        kind: the subject type, `sensing.alarm`. label: Chinese, what the pages call it.
        is_open: (id of the subject, without its type) -> whether it still needs anybody; asked before every attempt, inside
            the transaction that takes the attempt, so it must be a quick look and must not write.
    """

    kind: str
    is_open: Callable[[str], bool]
    label: str

    @property
    def id(self) -> str:
        """The kind."""
        return self.kind
