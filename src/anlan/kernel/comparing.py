"""How officials set one figure against another: 同比, 环比, means of years, rates, ranks, and the words for each.

A base of zero has no percentage and is said in words; what is missing is not zero. Rounding is half up, as in print.
Source: house rule, after the wording of county reports; 《统计法实施条例》 names no form of words.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

__all__ = ["YOY", "Comparison", "compare", "mean_of", "percent_text", "points_text", "ranked", "rate", "together"]

YOY, CHAIN, MEAN = "同比", "环比", "较前三年同期平均值"
_HUNDRED = Fraction(100)

Number = int | Decimal | Fraction


@dataclass(frozen=True, slots=True)
class Comparison:
    """A figure and what it is set against.

    Attributes:
        word: 同比, 环比, 较前三年同期平均值. now: the figure. base: what it is set against; None: nothing is known of it.
        partly: records of the base exist, but not of all its days, so there is no base.
    """

    word: str
    now: Fraction
    base: Fraction | None
    partly: bool = False

    @property
    def change(self) -> Fraction | None:
        """By how much it is more (less below zero); None without a base."""
        return None if self.base is None else self.now - self.base

    @property
    def percent(self) -> Fraction | None:
        """The change in hundredths of the base, a fall negative; None where the base is zero or missing."""
        return None if not self.base else (self.now - self.base) / abs(self.base) * _HUNDRED

    def words(self, unit: str = "", places: int = 1) -> str:
        """As a report says it: 同比下降46.7%, 同比持平, 上年同期为0，同比增加8起.

        Args:
            unit: the measure word of the figure, for a base of zero. places: decimals of the percentage; ends in no 0.
        """
        before = {YOY: "上年同期", CHAIN: "上期"}.get(self.word, "前三年同期平均")
        if self.base is None:
            return f"{before}数据不全" if self.partly else f"{before}无数据"
        if self.now == self.base:
            return f"{self.word}持平"
        if self.percent is None:
            turn = "增加" if self.now > 0 else "减少"
            return f"{before}为0，{self.word}{turn}{_number_text(abs(self.now))}{unit}"
        turn = "增长" if self.now > self.base else "下降"
        said = percent_text(abs(self.percent), places)
        if said == "0%":  # so small a change that nothing of it is left in print
            return f"{self.word}基本持平"
        return f"{self.word}{turn}{said}"


def points_text(compared: Comparison, places: int = 1) -> str:
    """How a rate moved, in percentage points: 同比提高3.2个百分点, 同比持平.

    Source: house rule; a rate that moved from 80% to 84% rose by 4 percentage points, not by 5 percent.
    """
    if compared.change is None:
        return compared.words()
    said = _rounded(abs(compared.change), places)
    if said == "0":
        return f"{compared.word}{'持平' if not compared.change else '基本持平'}"
    return f"{compared.word}{'提高' if compared.change > 0 else '下降'}{said}个百分点"


def compare(word: str, now: Number, base: Number | None, *, partly: bool = False) -> Comparison:
    """Set a figure against another; `base` None where nothing is known of it, or (`partly`) not of all its days.

    Source: house rule.
    """
    return Comparison(word, Fraction(now), None if base is None or partly else Fraction(base), partly)


def mean_of(values: Sequence[Number | None]) -> Fraction | None:
    """The mean of the figures of several years; None where one of them is missing: a mean of fewer years is another figure.

    Source: house rule.
    """
    held = [Fraction(value) for value in values if value is not None]
    return sum(held, Fraction(0)) / len(held) if held and len(held) == len(values) else None


def rate(part: Number, whole: Number) -> Fraction | None:
    """Part of whole in hundredths (完成率, 占比, 覆盖率); None where the whole is zero: nothing was to be done.

    Source: house rule.
    """
    return Fraction(part) / Fraction(whole) * _HUNDRED if whole else None


def percent_text(percent: Number, places: int = 1) -> str:
    """A percentage in print, half up, without zeros at its end: 46.7%, 30%, 99.35% with two places.

    A share that is not whole is not printed as 100 %, nor one that is not nothing as 0 %: places are added, up to four.

    Source: house rule.
    """
    exact = Fraction(percent)
    for shown in range(places, 5):
        text = _rounded(exact, shown)
        if not (text == "100" and exact != 100) or shown == 4:
            break
    return f"{text}%"


def _rounded(value: Fraction, places: int) -> str:
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    text = f"{exact.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP):f}"
    text = text.rstrip("0").rstrip(".") if "." in text else text
    return "0" if text in ("-0", "") else text


def _number_text(value: Fraction) -> str:
    return str(value.numerator) if value.denominator == 1 else _rounded(value, 2)


def together(named: Mapping[str, Comparison], places: int = 1) -> str:
    """Several figures in one sentence where they moved alike: 起数、死亡人数同比均下降50%; else one after the other.

    Source: house rule.
    """
    said = {name: one.words(places=places) for name, one in named.items()}
    alike = len(set(said.values())) == 1 and len(said) > 1
    same = next(iter(named.values()), None)
    if alike and same is not None and same.base is not None and (same.percent is not None or same.now == same.base):
        rest = said[next(iter(said))].removeprefix(same.word)
        return f"{'、'.join(said)}{same.word}均{rest}"
    return "，".join(f"{name}{words}" for name, words in said.items())


def ranked(values: Iterable[tuple[str, Number | None]], *, most_first: bool = True) -> list[tuple[int | None, str]]:
    """(rank, key) by value; equal ones share a rank and the next is left out; who reported nothing has none and stands last.

    Source: house rule.
    """
    pairs = list(values)
    held = [(Fraction(value), key) for key, value in pairs if value is not None]
    held.sort(key=lambda one: -one[0] if most_first else one[0])
    found: list[tuple[int | None, str]] = []
    rank = 0
    for place, (value, key) in enumerate(held, 1):
        rank = rank if place > 1 and value == held[place - 2][0] else place
        found.append((rank, key))
    return [*found, *((None, key) for key, value in pairs if value is None)]
