"""Counted things: a number with the word it is counted by. What is counted by different words is never added up.

Source: house rule, after the measure words of county reports; money and 万/亿 by custom of accounting.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from anlan.kernel.errors import BadInput

__all__ = ["Amount", "MEASURE_WORDS", "total"]

MEASURE_WORDS = frozenset((
    "起", "人", "人次", "家", "家次", "个", "处", "条", "次", "项", "项次", "宗", "件", "份", "台", "套", "名", "场", "期",
    "类", "级", "支", "路", "座", "幢", "户", "间", "吨", "天", "工作日", "小时", "平方米", "元", "%",
    "只", "分", "个月", "年", "步", "公斤", "升", "本", "栋", "箱", "张", "轮", "辆", "位", "艘", "块", "会", "报",
))  # fmt: skip
"""家 counts enterprises, 家次 visits to them; 次 events, 项次 their items: each is a unit of its own."""
_MOST_DIGITS = 18
_SCALES = {"十": 10, "百": 100, "千": 1_000, "万": 10_000, "亿": 100_000_000}


@dataclass(frozen=True, slots=True)
class Amount:
    """A number of things. `unit`: one of MEASURE_WORDS; money in 元, however it was written; % in hundredths."""

    value: Decimal
    unit: str

    @classmethod
    def of(cls, value: Decimal | int | str, unit: str) -> Amount:
        """An amount as it is written: ("10", "万份") is 100000份, ("633.745", "万元") is 6337450元.

        Raises:
            BadInput: "kernel.amount.unit_unknown", "kernel.amount.unreadable".
        """
        word, factor = unit.strip(), 1
        while word not in MEASURE_WORDS and word[:1] in _SCALES:
            word, factor = word[1:], factor * _SCALES[word[0]]
        if word not in MEASURE_WORDS:
            raise BadInput("kernel.amount.unit_unknown", unit=unit[:20])
        try:
            number = Decimal(str(value))
        except ArithmeticError as error:
            raise BadInput("kernel.amount.unreadable", value=str(value)[:40]) from error
        if not number.is_finite() or abs(number.adjusted()) > _MOST_DIGITS:
            raise BadInput("kernel.amount.unreadable", value=str(value)[:40])
        return cls(number * factor, word)

    def __add__(self, other: Amount) -> Amount:
        """Both together.

        Raises:
            BadInput: "kernel.amount.units_mixed" for different units, and for percentages, which have no sum.
        """
        if self.unit != other.unit or self.unit == "%":
            raise BadInput("kernel.amount.units_mixed", one=self.unit, other=other.unit)
        return Amount(self.value + other.value, self.unit)


def total(amounts: Iterable[Amount], unit: str) -> Amount:
    """The sum of amounts of this unit; of none 0.

    Raises:
        BadInput: "kernel.amount.units_mixed".
    """
    found = Amount(Decimal(0), unit)
    for amount in amounts:
        found += amount
    return found
