"""The rows behind a number, as lists show them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from anlan.kernel.deadlines import SHANGHAI
from anlan.kernel.errors import BadInput
from anlan.platform import regions
from anlan.platform.indicator import ask
from anlan.platform.indicator.declare import Asked, Indicator
from anlan.platform.scope import Scope

__all__ = ["figure_rows", "pairs_list", "pairs_read", "rows_label"]

_LONG = 80


def pairs_list(pairs: Iterable[str]) -> list[tuple[str, str]]:
    """`campaign=…`, `town=331003001` taken apart.

    Raises:
        BadInput: "platform.indicator.pair".
    """
    found = []
    for pair in pairs:
        name, equals, value = pair.partition("=")
        if not equals:
            raise BadInput("platform.indicator.pair", value=pair[:40])
        found.append((name, value))
    return found


def pairs_read(pairs: Iterable[str]) -> dict[str, str]:
    """As `pairs_list`, the last of a name.

    Raises:
        BadInput: "platform.indicator.pair".
    """
    return dict(pairs_list(pairs))


def rows_label(indicator: Indicator, *, part: bool = False) -> str:
    """What the rows behind a number are called: of a rate, the side that was asked for."""
    if indicator.percent is None:
        return indicator.label
    return ask.indicator_find(indicator.percent.part if part else indicator.percent.whole).label


def figure_rows(
    scope: Scope, asked: Asked, cell: Mapping[str, str], *, part: bool = False, start: int = 0, most: int = 50
) -> dict[str, Any]:
    """How many rows stand behind a number, and some of them: id, address, and the ledger's columns as text.

    Raises:
        BadInput: "platform.indicator.cell_unknown".
    """
    facts = asked.indicator.facts
    rows = ask.indicator_rows(scope, asked, cell, part=part)
    paths = [path for path, _ in facts.titles]
    shown = rows.values_list("pk", "region", *paths)[start : start + most]
    return {
        "count": rows.count(),
        "heads": ["所在地", *(head for _, head in facts.titles)],
        "items": [
            {
                "id": str(pk), "url": facts.page.replace("{id}", str(pk)),
                "cells": [regions.full_name(region, below=asked.region), *(_text(value) for value in values)],
            }
            for pk, region, *values in shown
        ],
    }  # fmt: skip


def _text(value: Any) -> str:
    if value is None or value == "":
        return "—"
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    text = str(value)
    return text if len(text) <= _LONG else f"{text[:_LONG]}…"
