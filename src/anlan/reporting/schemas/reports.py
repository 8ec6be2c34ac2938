"""Input and output of the routes of reports."""

from __future__ import annotations

from uuid import UUID

from ninja import Schema


class ReportNumberOut(Schema):
    """One printed number: `value` as printed, a fall negative; null for a blank. `kind`: ledger, reported or blank."""

    id: int
    name: str
    label: str
    value: int | float | None
    text: str
    unit: str
    region: str
    period: str
    coverage: str
    final: bool
    kind: str
    rows: int
    rows_url: str
    sentence: str
    definition: str
    source: str
    why: str


class ReportOut(Schema):
    """A draft: its numbers and what is blank. `seen` names what was read; who issues sends it back."""

    sha256: str
    count: int
    ledger: int
    reported: int
    blank: int
    numbers: list[ReportNumberOut]
    blanks: list[str]
    seen: str


class IssueIn(Schema):
    """Which draft is issued. `reason` only where the same title, place and period was issued before."""

    template: str
    region: str = ""
    period: str
    title: str
    reason: str = ""
    seen: str


class IssuedOut(Schema):
    """The issued report; `page` shows it."""

    id: UUID
    page: str
