"""A figure in the words of programs: what the API and the command line answer."""

from __future__ import annotations

from typing import Any

from anlan.kernel.codes import region_pad
from anlan.kernel.comparing import percent_text, points_text, ranked, rate
from anlan.platform import regions
from anlan.platform.indicator import ask
from anlan.platform.indicator.declare import Distinct, Indicator, Many, Through
from anlan.reporting.queries.figures import FigureLine, FigureTable, number_text, plain_number, rows_url

__all__ = ["figure_words", "indicator_words"]


def indicator_words(indicator: Indicator) -> dict[str, Any]:
    """What an indicator is."""
    told = indicator.definitions[-1] if indicator.definitions else None
    return {
        "id": indicator.id, "name": indicator.name, "label": indicator.label, "unit": indicator.unit,
        "definition": told.text if told else _rate_text(indicator), "since": told.since if told else None,
        "source": indicator.source,
        "dimensions": [{"id": name, "label": label} for name, label in ask.dimensions_of(indicator).items()],
        "filters": [{"id": name, "label": indicator.facts.columns[name].label} for name in indicator.by],
    }  # fmt: skip


def _rate_text(indicator: Indicator) -> str:
    rate = indicator.percent
    if rate is None:
        return ""
    return f"{ask.indicator_find(rate.part).label}占{ask.indicator_find(rate.whole).label}的百分比"


def figure_words(table: FigureTable) -> dict[str, Any]:
    """The whole answer: lines, total, coverage."""
    asked, coverage = table.asked, table.coverage
    indicator, period = asked.indicator, asked.period
    return {
        "id": indicator.id, "name": indicator.name, "label": indicator.label, "unit": indicator.unit, "kind": table.total.kind,
        "region": asked.region, "region_name": regions.name(region_pad(asked.region)) if asked.region else "",
        "period": {"label": period.label, "first": period.first, "last": period.last},
        "definition": table.definition, "source": indicator.source, "by": list(asked.by),
        "where": [{"id": name, "values": list(values)} for name, values in asked.where], "compare": table.compare,
        "lines": _lines(table), "total": _line(table, table.total, total=True),
        "coverage": {
            "told": coverage.told, "should": len(coverage.units), "label": coverage.label, "final": coverage.final,
            "missing": [unit.name for unit in coverage.missing], "oldest": coverage.oldest, "newest": coverage.newest,
        },
        "begins": table.begins, "partly": table.partly, "differ": table.differ,
        "reported": [
            {
                "value": plain_number(each.number), "text": each.text, "extent": each.extent, "url": each.url,
                "source_title": each.source_title, "source_office": each.source_office,
            }
            for each in table.reported
        ],
    }  # fmt: skip


def _lines(table: FigureTable) -> list[dict[str, Any]]:
    """The lines with their rank by value, and their share of the total where shares add up to all of it."""
    ranks = {key: rank for rank, key in ranked([(repr(line.key), line.number) for line in table.lines])}
    asked, whole = table.asked, table.total.number
    counted = not asked.indicator.percent and not isinstance(asked.indicator.definition_on(asked.on).counted, Distinct)
    many = any(isinstance(asked.indicator.facts.columns.get(name), Many | Through) for name in asked.by)
    found = []
    for line in table.lines:
        share = rate(line.number, whole) if counted and not many and line.number is not None and whole else None
        said = None if share is None else percent_text(share)
        words = {"rank": ranks[repr(line.key)], "share": plain_number(share), "share_text": said}
        found.append(_line(table, line, total=False) | words)
    return found


def _line(table: FigureTable, line: FigureLine, *, total: bool) -> dict[str, Any]:
    asked, unit = table.asked, table.asked.indicator.unit
    return {
        "key": dict(zip(asked.by, line.key, strict=not total)), "label": "、".join(line.labels) or "合计",
        "value": plain_number(line.number), "text": number_text(line.number, unit), "rows": line.rows,
        "part": line.part, "whole": line.whole, "told": line.told, "kind": line.kind,
        "rows_url": rows_url(asked, None if total else line.key),
        "comparison": _comparison(line, unit), "rank": None, "share": None, "share_text": None,
    }  # fmt: skip


def _comparison(line: FigureLine, unit: str) -> dict[str, Any] | None:
    compared = line.compared
    if compared is None:
        return None
    points = unit == "%"
    return {
        "word": compared.word, "base": plain_number(compared.base), "change": plain_number(compared.change),
        "percent": None if points else plain_number(compared.percent),
        "text": points_text(compared) if points else compared.words(unit),
    }  # fmt: skip
