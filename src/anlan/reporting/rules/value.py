"""What a reported value must be: a number that can be counted, in a unit of its own, of a period that can be named. Pure.

Source: 统计法（2024修正）第二十九条 (who reports states where a figure comes from); the rest is a house rule (ADR 0028).
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from anlan.kernel.amounts import Amount
from anlan.kernel.errors import BadInput, Violation
from anlan.kernel.periods import Period, read_period
from anlan.kernel.text import blank, shown_length

__all__ = ["APPROXIMATE", "WHOLE", "amount_text", "check_value", "derive_value", "period_of"]

APPROXIMATE: tuple[tuple[str, str], ...] = (
    ("", "准确数"), ("over", "余（多、超）"), ("under", "近（不足）"), ("about", "约"),
)  # fmt: skip
WHOLE = "全部"
"""What a figure is of that names no part."""
_LONGEST = {"name": 80, "extent": 80, "source_title": 120, "source_office": 80, "quote": 500}
_SIGNED = frozenset({"%"})


def amount_text(amount: Amount) -> str:
    """A number as it is kept: digits only, without zeros at its end.

    Source: house rule.
    """
    return f"{amount.value.normalize():f}" if amount.value else "0"


def derive_value(values: Mapping[str, Any], held: Mapping[str, Any] | None) -> dict[str, Any]:
    """What follows from number, unit and period as they were typed; what can't be read follows nothing (`check_value` says so).

    Source: house rule.
    """
    full = {**(held or {}), **values}
    found = dict(values) | {"extent": str(full.get("extent") or "").strip() or WHOLE}
    try:
        amount = Amount.of(full.get("value") or "", full.get("unit") or "")
        found |= {"amount": amount_text(amount), "measure": amount.unit}
    except BadInput:
        found |= {"amount": "", "measure": ""}
    try:
        period = read_period(full.get("period") or "")
    except BadInput:
        return found
    found |= {
        "period": period.label, "first_on": period.first, "last_on": period.last,
        "span": period.kind, "planned": int(period.plan),
    }  # fmt: skip
    return found


def period_of(values: Mapping[str, Any]) -> Period:
    """The period that was typed.

    Raises:
        BadInput: "kernel.period.unreadable".
    """
    return read_period(str(values.get("period") or ""))


def check_value(values: Mapping[str, Any]) -> list[Violation]:
    """Everything that is wrong with a value, each with its field.

    Args:
        values: the whole row as it would stand.
    Source: house rule; a share may fall, a count of things is not below zero.
    """
    found = [
        Violation("reporting.value.long", {"most": most}, name)
        for name, most in _LONGEST.items()
        if shown_length(str(values.get(name) or "")) > most
    ]
    found += [
        Violation("reporting.value.missing", {}, name)
        for name in ("name", "source_title", "source_office")
        if blank(str(values.get(name) or ""))
    ]
    try:
        amount = Amount.of(values.get("value") or "", values.get("unit") or "")
        if amount.value < 0 and amount.unit not in _SIGNED:
            found.append(Violation("reporting.value.negative", {}, "value"))
        if amount.unit not in {"%", "元", "吨", "平方米"} and amount.value != int(amount.value):
            found.append(Violation("reporting.value.broken", {"unit": amount.unit}, "value"))
        if abs(amount.value) >= Decimal(10) ** 15:
            found.append(Violation("reporting.value.huge", {}, "value"))
    except BadInput as error:
        found.append(Violation(error.code, error.facts, "unit" if "unit" in error.code else "value"))
    try:
        period_of(values)
    except BadInput as error:
        found.append(Violation(error.code, error.facts, "period"))
    return found
