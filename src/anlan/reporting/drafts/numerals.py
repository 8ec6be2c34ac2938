"""One number as it is written: Arabic or Chinese, with 万/亿 and the words that make it a bound, as a closed interval."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

__all__ = ["DIGITS", "UNBOUNDED", "Span", "han", "interval", "written"]

DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"两": 2, "〇": 0}
_POWERS = {"十": 10, "百": 100, "千": 1000}
MULTIPLES = {
    "": Decimal(1),
    "十": Decimal(10),
    "百": Decimal(100),
    "千": Decimal(1000),
    "万": Decimal(10**4),
    "十万": Decimal(10**5),
    "百万": Decimal(10**6),
    "千万": Decimal(10**7),
    "亿": Decimal(10**8),
    "万亿": Decimal(10**12),
}
UNBOUNDED = Decimal(10) ** 30

_LEAST = (
    "不少于",
    "不低于",
    "不小于",
    "至少",
    "最少",
    "超过",
    "高于",
    "多于",
    "超",
    "逾",
    "上",
    "以上",
    "及以上",
    "突破",
)
_MOST = ("不超过", "不高于", "不多于", "最多", "少于", "低于", "不足", "不到", "以下", "以内", "之内", "及以下")
_BELOW = ("将近", "接近", "近")
_AROUND = ("大约", "约", "左右", "上下")


@dataclass(frozen=True, slots=True)
class Span:
    """What a written number may stand for: from `low` to `high`, both included; `exact` when it is one value as stated."""

    low: Decimal
    high: Decimal
    exact: bool
    # The unit of the last digit as written: 1 for 46, 0.1 for 46.7, 10000 for 5万.
    step: Decimal


def han(word: str) -> Decimal | None:
    """The value of a Chinese numeral such as 二百零五 or 一千二百万; None for what is no numeral.

    Source: house rule; common written usage, 二〇二三 digit by digit included.
    """
    if not word:
        return None
    if len(word) > 1 and all(c in DIGITS for c in word):
        return Decimal("".join(str(DIGITS[c]) for c in word[:18]))
    total, section, digit = Decimal(0), 0, -1
    for c in word:
        if c in DIGITS:
            digit = DIGITS[c]
        elif c in _POWERS:
            section += (1 if digit < 0 else digit) * _POWERS[c]
            digit = -1
        elif c == "万":
            total, section, digit = total + (section + max(digit, 0)) * MULTIPLES[c], 0, -1
        elif c == "亿":
            total, section, digit = (total + section + max(digit, 0)) * MULTIPLES[c], 0, -1
        else:
            return None
    return total + section + max(digit, 0)


def written(number: str, multiple: str) -> tuple[Decimal, Decimal]:
    """A plain number with its multiple: the value, and the unit of its last digit.

    Source: house rule.
    """
    plain = number.replace(",", "")
    value = Decimal(plain) if plain[:1].isdigit() else han(plain) or Decimal(0)
    decimals = len(plain.partition(".")[2])
    return value * MULTIPLES[multiple], MULTIPLES[multiple] / Decimal(10) ** decimals


def interval(number: str, multiple: str, before: str, vague: str, after: str, *, inner: bool = False) -> Span:
    """What the number may stand for, with the words around it.

    Args:
        number: Arabic digits or Chinese numerals. multiple: 万, 亿 and so on, or empty. before: 约, 超过, 不少于… or empty.
        vague: 余, 多, 几 or empty; `inner` when it stands before the multiple (30余万). after: 以上, 左右… or empty.
    Returns:
        60余 is 61 to 69, 204万多 is 2040001 to 2049999, 近20 is 18 to 20, 约20 is 19 to 21, 99以上 is 99 and more.
    Source:
        House rule.
    """
    value, step = written(number, multiple)
    if vague:
        zeros = number.replace(",", "").rstrip("0") if "." not in number and number[:1].isdigit() else number
        wide = step * Decimal(10) ** (len(number.replace(",", "")) - len(zeros))
        if number[:1] in DIGITS or number[:1] in _POWERS:
            wide = _last_power(number) * MULTIPLES[multiple]
        least = min(Decimal(1), step) if not inner else Decimal(1)
        return Span(value + min(least, wide), value + wide - min(least, wide) / 1, False, step)
    if before in _LEAST or after in _LEAST:
        return Span(value, UNBOUNDED, False, step)
    if before in _MOST or after in _MOST:
        return Span(Decimal(0), value, False, step)
    if before in _BELOW:
        return Span(value * Decimal("0.88"), value, False, step)
    if before in _AROUND or after in _AROUND:
        return Span(value * Decimal("0.93"), value * Decimal("1.07"), False, step)
    return Span(value, value, True, step)


def _last_power(word: str) -> Decimal:
    """十余 is 11 to 19, 三百多 301 to 399: the smallest power that is written."""
    return Decimal(_POWERS.get(word[-1], 1)) if word[-1] not in "万亿" else MULTIPLES[word[-1]]
