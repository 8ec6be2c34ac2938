"""Input and output of the API of reporting."""

from __future__ import annotations

from datetime import datetime

from ninja import Field, Schema


class PlaceOut(Schema):
    """A passage; offsets count characters (code points) of the text, the end excluded."""

    quote: str
    start: int
    end: int


class DismissalOut(Schema):
    """That the office does not follow a finding; `carried`: judged on an earlier draft with the same sentences."""

    id: int
    by: str
    at: datetime
    reason: str
    carried: bool


class FindingOut(PlaceOut):
    """One contradiction, as `anlan check-draft --json` gives it; `mark` names it for a judgement."""

    rule: int
    why: str
    severity: str
    code: str
    others: list[PlaceOut]
    paragraph: int
    mark: str
    dismissed: DismissalOut | None


class CheckedOut(Schema):
    """A draft checked; `id` is the SHA-256 of its text, `numbers` how many quantities were read in it."""

    id: str
    findings: list[FindingOut]
    form: str
    characters: int
    paragraphs: int
    numbers: int
    text: str | None


class DismissIn(Schema):
    """The mark of a finding, and why it is not followed."""

    mark: str = Field(max_length=400)
    reason: str = Field(max_length=1000)


class TakenBackOut(Schema):
    """How many judgements were taken back."""

    changed: int
