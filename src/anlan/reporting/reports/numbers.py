"""The printed numbers of a report in the words of programs: value as printed, a fall negative."""

from __future__ import annotations

import re
from collections.abc import Iterable
from decimal import Decimal, InvalidOperation
from fractions import Fraction
from typing import Any

from anlan.kernel.comparing import percent_text
from anlan.reporting.reports.appendix import Used
from anlan.reporting.reports.figure import BLANK, Figure

__all__ = ["number_words", "printed_value"]

_PRINTED = re.compile(r"-?\d+(?:\.\d+)?")


def printed_value(one: Used) -> tuple[int | float | None, str]:
    """(value, unit) of what is printed: 46.7% down is (-46.7, "%"), 第2位 (2, "位"), no change (0, "%").

    Returns:
        (None, unit) for a blank.
    """
    figure = one.figure
    if figure.kind == BLANK:
        return None, figure.unit
    if figure.question.compare:
        percent = figure.compared.percent if figure.compared else None
        if percent is None:
            return _plain(figure.compared.change if figure.compared else None), figure.unit
        shown = percent_text(abs(percent)).removesuffix("%")
        return _plain(Fraction(shown) * (-1 if percent < 0 else 1)), "%"
    shown = _PRINTED.findall(one.text)
    unit = "%" if one.text.endswith("%") else "位" if one.text.startswith("第") else figure.unit
    if not shown:
        return _plain(figure.number), unit
    try:
        return _plain(Fraction(Decimal(shown[0]))), unit
    except InvalidOperation:
        return _plain(figure.number), unit


def _plain(number: Fraction | None, places: int = 6) -> int | float | None:
    if number is None:
        return None
    return int(number) if number.denominator == 1 else round(float(number), places)


def number_words(used: Iterable[Used]) -> list[dict[str, Any]]:
    """One mapping for each printed number, blanks too."""
    return [_words(one) for one in used]


def _words(one: Used) -> dict[str, Any]:
    figure: Figure = one.figure
    question = figure.question
    value, unit = printed_value(one)
    compared = figure.compared
    return {
        "id": one.ordinal, "name": question.name, "label": figure.label, "value": value, "text": one.text, "unit": unit,
        "region": question.region, "period": question.period.label, "where": {k: list(v) for k, v in question.where},
        "comparison": {
            "kind": question.compare, "now": _plain(compared.now), "base": _plain(compared.base), "text": compared.words()
        } if compared else None,
        "coverage": figure.coverage, "final": figure.final, "kind": figure.kind, "rows": figure.rows,
        "rows_url": figure.url, "sentence": one.sentence, "definition": figure.definition, "source": figure.source,
        "why": figure.why,
    }  # fmt: skip
