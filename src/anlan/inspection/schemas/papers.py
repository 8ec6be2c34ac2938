"""Input and output of issuing several documents together."""

from __future__ import annotations

from ninja import Schema
from pydantic import Field


class OrdersIn(Schema):
    """The hazards, at most 100."""

    ids: list[str] = Field(max_length=101)


class OrderPaperOut(Schema):
    """One issued document."""

    id: str
    number: str
    about: str
    title: str


class OrdersOut(Schema):
    """One document for each enterprise."""

    items: list[OrderPaperOut]
