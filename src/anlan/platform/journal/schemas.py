"""What the API of the journal takes and gives: redactions, clock corrections, changes of regions, a subject at a moment."""

from __future__ import annotations

from datetime import date

from ninja import Schema
from pydantic import Field


class ToldIn(Schema):
    """Why, on what basis, and that it was checked: what is recorded cannot be taken back."""

    reason: str = Field(max_length=300)
    basis: str = Field(max_length=200)
    confirmed: bool = False


class RedactionIn(ToldIn):
    """`entries`: ids of journal entries, as a history gives them."""

    entries: list[str] = Field(min_length=1, max_length=500)


class RedactionOut(Schema):
    """The redaction's own entry; attachments blanked; those that other subjects hold still, with these subjects."""

    entry: str
    erased: list[str]
    kept: dict[str, list[str]]


class ClockIn(ToldIn):
    """Entries `first` to `last` of a node were stamped `offset_ms` milliseconds too early (negative: too late)."""

    node: str = Field(max_length=24)
    first: int
    last: int
    offset_ms: int


class EntryOut(Schema):
    """The entry that was recorded."""

    entry: str


class PlaceIn(Schema):
    """A successor: 12-digit code and name."""

    code: str
    name: str = Field("", max_length=80)


class RegionIn(ToldIn):
    """`action`: renamed, recoded, merged, split, founded; `below`: old code -> new code of regions directly below."""

    code: str
    action: str
    on: date
    name: str = Field("", max_length=80)
    successors: list[PlaceIn] = []
    below: dict[str, str] = {}


class RegionOut(Schema):
    """Subjects that followed; subjects whose place a person must say; the codes that the regions below got."""

    moved: int
    staying: int
    below: dict[str, str]


class FieldOut(Schema):
    """One field as text."""

    field: str
    label: str
    text: str


class StoodOut(Schema):
    """How a subject stood; `fields` empty and `exists` false where there was nothing yet."""

    subject: str
    exists: bool
    fields: list[FieldOut]
