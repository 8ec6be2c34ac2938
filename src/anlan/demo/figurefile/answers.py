"""What the system answers to each figure of a file once the county stands: asked like any report's question."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Any

from anlan.demo.figurefile.accidents import stated_change
from anlan.demo.figurefile.meaning import Meaning
from anlan.demo.figurefile.reading import Line
from anlan.kernel.codes import region_prefix
from anlan.platform.scope import Scope
from anlan.reporting import queries

__all__ = ["Answer", "answers"]

_COMPARED = {"yoy": "yoy", "mean3": "mean3"}
_BLANK, _LEDGER, _REPORTED = "blank", "ledger", "reported"


@dataclass(frozen=True, slots=True)
class Answer:
    """One figure of the file and what the system says of it.

    Attributes:
        kind: "ledger", "reported", or "blank" where the file itself has no number. rows: behind a ledger's number.
        question: indicator, region, period, filters and comparison as `anlan indicators` takes them.
        equal: whether the number is the file's; None for blanks. compared: likewise of a stated comparison, None without.
        why: why it is no ledger figure.
    """

    line: Line
    kind: str
    number: Fraction | None
    rows: int
    question: Mapping[str, Any]
    equal: bool | None
    compared: bool | None
    why: str

    @property
    def data(self) -> dict[str, Any]:
        """As JSON."""
        number = None if self.number is None else _plain(self.number)
        return {
            "row": self.line.row, "document": self.line.document, "name": self.line.name, "value": self.line.value,
            "unit": self.line.unit, "period": self.line.period.label if self.line.period else "", "kind": self.kind,
            "number": number, "rows": self.rows, "equal": self.equal, "compared": self.compared,
            "question": dict(self.question), "why": self.why,
        }  # fmt: skip


def answers(
    scope: Scope, told: Sequence[tuple[Line, Meaning]], codes: Mapping[str, str], why: Mapping[int, str], now: datetime
) -> list[Answer]:
    """What is answered to each line.

    Args:
        scope: who asks. codes: the file's word for a place -> its region, 12 digits.
        why: rows that are stated although a ledger counts such things, or are blank, with the reason.
    """
    return [_answer(scope, line, meant, codes[line.place], why, now) for line, meant in told]


def _answer(scope: Scope, line: Line, meant: Meaning, code: str, why: Mapping[int, str], now: datetime) -> Answer:
    region = region_prefix(code)
    reason = why.get(line.row, meant.why)
    if line.period is None or line.number is None:
        return Answer(line, _BLANK, None, 0, {}, None, None, reason)
    if meant.kind == "stated" or line.row in why:
        found = queries.reported_named(scope, line.stated_name, region, line.period)
        question = {"name": line.stated_name, "region": region, "period": line.period.label}
        wanted = _scaled(line)
        equal = [value for value in found if value.number == wanted]
        if not found:
            return Answer(line, _BLANK, None, 0, question, None, None, reason)
        number = (equal or found)[0].number
        return Answer(line, _REPORTED, number, 0, question, bool(equal), None, reason)
    return _counted(scope, line, meant, region, now, why.get(-line.row, ""))


def _counted(scope: Scope, line: Line, meant: Meaning, region: str, now: datetime, why: str) -> Answer:
    if line.period is None:
        raise ValueError(line.row)
    where = {dimension: list(values) for dimension, values in meant.where.items()}
    if meant.stem and meant.kind in {"found", "closed", "visits", "firms_seen", "listed"}:
        where["campaign"] = [meant.stem]
    if meant.kind in {"devices", "device_firms"}:
        where["model"] = [meant.stem]
    stated = stated_change(line.comparison)
    against = stated[0] if stated else ""
    if meant.kind == "change":
        against = "mean3" if "三年" in line.comparison else "yoy"
    asked = queries.figure_asked(scope, meant.name, region, line.period, now, (), where)
    total = queries.figure_table(scope, asked, now, against).total
    question = {"name": meant.name, "region": region, "period": line.period.label, "where": where, "compare": against}
    percent = total.compared.percent if total.compared else None
    if meant.kind == "change":
        equal = percent is not None and _rounded(percent, line.value) == Decimal(line.value)
        return Answer(line, _LEDGER, percent, total.rows, question, equal, None, why)
    compared = None
    if stated:
        compared = percent is not None and _rounded(percent, str(stated[1])) == stated[1]
    equal = total.number is not None and total.number == _scaled(line)
    return Answer(line, total.kind, total.number, total.rows, question, equal, compared, why)


def _rounded(percent: Fraction, as_printed: str) -> Decimal:
    places = len(as_printed.partition(".")[2])
    number = Decimal(percent.numerator) / Decimal(percent.denominator)
    return number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP)


def _scaled(line: Line) -> Fraction:
    """The line's number in the unit's own measure: 204万元 are 2040000元."""
    from anlan.kernel.amounts import Amount

    return Fraction(Amount.of(line.number or 0, line.unit).value)


def _plain(number: Fraction) -> int | float:
    return int(number) if number.denominator == 1 else round(float(number), 4)
