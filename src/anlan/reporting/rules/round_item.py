"""What a round may ask for, and what a town may answer. Pure.

Source: house rule (ADR 0032): what is known is never asked again; 统计法（2024修正）第七条 (true and whole).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from anlan.kernel.amounts import Amount
from anlan.kernel.errors import BadInput, Violation
from anlan.kernel.periods import Period
from anlan.kernel.text import blank, shown_length
from anlan.reporting.rules.round import KINDS, LONGEST_NOTE
from anlan.reporting.rules.value import amount_text

__all__ = [
    "Answer", "Item", "OpenFacts", "TOTALS", "check_answers", "check_open", "default_total", "factor_of",
    "written",
]  # fmt: skip

TOTALS: tuple[tuple[str, str], ...] = (("sum", "加总"), ("none", "不加总"))
MOST_ITEMS = 60
_LONGEST_TITLE, _LONGEST_NAME, _LONGEST_DAYS = 80, 80, 366
_RATES = ("率", "比例", "占比", "比重", "平均", "人均", "均值")
_DIVISIBLE = frozenset({"%", "元", "吨", "平方米"})


@dataclass(frozen=True, slots=True)
class Item:
    """One line of a form.

    Attributes:
        key: "1", "2" … as it stands in the form. indicator: id of the indicator that the ledgers answer it by, "" for
            what the town is asked. unit: as it is written, 万元. total: one of TOTALS.
    """

    key: str
    name: str
    unit: str
    indicator: str = ""
    total: str = "sum"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a town says to one line.

    Attributes:
        value: the number as typed; "" for none. unit: "" for the line's own. none: 无此项, stated as nought.
        remark: 说明, of a ledger's figure all that a town may add.
    """

    value: str = ""
    unit: str = ""
    none: bool = False
    remark: str = ""


@dataclass(frozen=True, slots=True)
class OpenFacts:
    """A round to be opened.

    Attributes:
        towns: codes asked; known: all of the region. today, now: local day and moment of opening.
        indicators: what the ledgers' indicators are called -> their id. asked: name of a free item -> title of another
            round that asks it for the same period. twin: the same round is open already.
    """

    title: str
    kind: str
    period: Period
    due_at: datetime
    items: Sequence[Item]
    towns: Collection[str]
    known: Collection[str]
    today: date
    now: datetime
    note: str = ""
    indicators: Mapping[str, str] | None = None
    asked: Mapping[str, str] | None = None
    twin: bool = False


def default_total(name: str, unit: str) -> str:
    """Whether a line can be summed over towns at all. Source: house rule: shares and averages have no sum."""
    return "none" if unit.strip() == "%" or any(word in name for word in _RATES) else "sum"


def factor_of(unit: str) -> Decimal:
    """How many of the plain unit one of this is: 10000 for 万元.

    Raises:
        BadInput: "kernel.amount.unit_unknown".
    Source: house rule.
    """
    return Amount.of(1, unit).value


def check_open(facts: OpenFacts) -> list[Violation]:
    """Everything that keeps a round from being opened. Source: house rule."""
    found = []
    if blank(facts.title):
        found.append(Violation("reporting.round.title_missing", {}, "title"))
    if shown_length(facts.title) > _LONGEST_TITLE:
        found.append(Violation("reporting.round.long", {"most": _LONGEST_TITLE}, "title"))
    if shown_length(facts.note) > LONGEST_NOTE:
        found.append(Violation("reporting.round.long", {"most": LONGEST_NOTE}, "note"))
    if facts.kind not in dict(KINDS):
        found.append(Violation("reporting.round.kind_unknown", {"kind": facts.kind[:20]}, "kind"))
    if facts.period.plan:
        found.append(Violation("reporting.round.plan", {}, "period"))
    elif facts.period.first > facts.today:
        found.append(Violation("reporting.round.future", {"period": facts.period.label}, "period"))
    if facts.due_at <= facts.now:
        found.append(Violation("reporting.round.due_past", {}, "due_at"))
    if facts.due_at - facts.now > timedelta(days=_LONGEST_DAYS):
        found.append(Violation("reporting.round.due_far", {"days": _LONGEST_DAYS}, "due_at"))
    if not facts.towns:
        found.append(Violation("reporting.round.towns_missing", {}, "towns"))
    if strange := sorted(set(facts.towns) - set(facts.known)):
        found.append(Violation("reporting.round.town_unknown", {"towns": "、".join(strange)[:80]}, "towns"))
    if facts.twin:
        found.append(Violation("reporting.round.open_already", {"title": facts.title, "period": facts.period.label}, "title"))
    return found + _items(facts)


def _items(facts: OpenFacts) -> list[Violation]:
    if not facts.items:
        return [Violation("reporting.round.items_missing", {}, "items")]
    if len(facts.items) > MOST_ITEMS:
        return [Violation("reporting.round.items_many", {"most": MOST_ITEMS}, "items")]
    found, seen = [], set()
    for item in facts.items:
        said = {"name": item.name or item.key}
        if blank(item.name) or shown_length(item.name) > _LONGEST_NAME:
            found.append(Violation("reporting.round.item_name", {"most": _LONGEST_NAME, **said}, "items"))
        if item.name in seen:
            found.append(Violation("reporting.round.item_twice", said, "items"))
        seen.add(item.name)
        if item.total not in dict(TOTALS):
            found.append(Violation("reporting.round.total_unknown", said, "items"))
        if item.total == "sum" and default_total(item.name, item.unit) == "none" and not item.indicator:
            found.append(Violation("reporting.round.not_summable", said, "items"))
        if not item.indicator:
            found += _free(item, facts)
    return found


def _free(item: Item, facts: OpenFacts) -> list[Violation]:
    found = []
    try:
        factor_of(item.unit)
    except BadInput as error:
        found.append(Violation(error.code, {**error.facts, "name": item.name}, "items"))
    if item.name in (facts.indicators or {}):
        found.append(Violation("reporting.round.known", {"name": item.name}, "items"))
    if other := (facts.asked or {}).get(item.name):
        found.append(Violation("reporting.round.asked_already", {"name": item.name, "title": other}, "items"))
    return found


def check_answers(items: Sequence[Item], answers: Mapping[str, Answer], known: Collection[str]) -> list[Violation]:
    """Everything that is wrong with what a town hands in.

    Args:
        known: keys of the lines that ledgers or other documents answer; a number for one of them is refused.
    Returns:
        Violations whose field is `value_<key>` or `remark_<key>`.
    Source: house rule: what is missing is not nought; who has nothing says so (无此项).
    """
    keys = {item.key for item in items}
    found = [Violation("reporting.round.item_unknown", {"key": key[:20]}, "") for key in answers if key not in keys]
    for item in items:
        answer = answers.get(item.key, Answer())
        field, beside = f"value_{item.key}", f"remark_{item.key}"
        if shown_length(answer.remark) > LONGEST_NOTE:
            found.append(Violation("reporting.round.long", {"most": LONGEST_NOTE}, beside))
        if item.key in known:
            if answer.value or answer.none:
                found.append(Violation("reporting.round.not_asked", {"name": item.name}, field))
            continue
        if answer.none and answer.value not in ("", "0"):
            found.append(Violation("reporting.round.none_and_number", {"name": item.name}, field))
        elif not answer.none and blank(answer.value):
            found.append(Violation("reporting.round.unanswered", {"name": item.name}, field))
        elif not answer.none:
            found += [Violation(v.code, v.facts, field) for v in _number(item, answer)]
    return found


def _number(item: Item, answer: Answer) -> list[Violation]:
    try:
        amount, wanted = Amount.of(answer.value, answer.unit or item.unit), Amount.of(0, item.unit)
    except BadInput as error:
        return [Violation(error.code, error.facts)]
    if amount.unit != wanted.unit:
        return [Violation("reporting.round.unit_differs", {"name": item.name, "unit": item.unit, "typed": answer.unit})]
    if amount.value < 0 and amount.unit != "%":
        return [Violation("reporting.value.negative", {})]
    if amount.unit not in _DIVISIBLE and amount.value != int(amount.value):
        return [Violation("reporting.value.broken", {"unit": amount.unit})]
    if abs(amount.value) >= Decimal(10) ** 15:
        return [Violation("reporting.value.huge", {})]
    return []


def written(item: Item, answer: Answer) -> str:
    """The number of a checked answer in the line's own unit, digits only. Source: house rule."""
    if answer.none:
        return "0"
    amount = Amount.of(answer.value, answer.unit or item.unit)
    return amount_text(Amount(amount.value / factor_of(item.unit), amount.unit))
