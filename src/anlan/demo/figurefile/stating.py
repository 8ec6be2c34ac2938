"""Figures that no ledger holds become reported values, each with its sentence."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from anlan.demo.figurefile.acts import Act, Span
from anlan.demo.figurefile.county import County
from anlan.demo.figurefile.reading import Line
from anlan.kernel.text import shown_length
from anlan.platform.ledger.services import ledger_create

__all__ = ["stated_acts", "stated_values"]


def stated_acts(county: County, lines: Iterable[Line], now: datetime) -> Iterator[Act]:
    """A reported value for each figure that no ledger holds."""
    seen: set[tuple[Any, ...]] = set()
    for line in lines:
        key = (line.stated_name, line.period, line.place)
        extent = f"{line.period_text[:40]}（文件第{line.row}行）" if key in seen else ""
        seen.add(key)
        at = now - timedelta(minutes=20)
        if line.period is not None and not line.period.plan:
            at = min(at, Span.of(line.period, now).at(1) + timedelta(days=5))
        yield Act(at, 1, partial(_state, county, line, extent))


def _state(county: County, line: Line, extent: str, at: datetime) -> None:
    values = stated_values(county.code_of(line.place), line, extent)
    ledger_create(scope=county.officer(), ledger="reporting.value", values=values, now=at)


def stated_values(region: str, line: Line, extent: str = "") -> dict[str, Any]:
    """A figure as the ledger of reported values takes it."""
    return {
        "name": _cut(line.stated_name, 80), "value": line.value.replace(",", ""), "unit": line.unit,
        "approximate": line.approximate, "period": line.period.label if line.period else "", "region": region,
        "extent": _cut(extent, 80), "source_title": _cut(line.document, 120) or "数据文件", "source_office": "原文未注明",
        "quote": _cut(line.quote, 500),
    }  # fmt: skip


def _cut(text: str, most: int) -> str:
    while shown_length(text) > most:
        text = text[:-1]
    return text
