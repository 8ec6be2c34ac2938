"""The quantity reader: every number of a text that counts or measures something, with unit, bound and context."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from anlan.reporting.drafts import words
from anlan.reporting.drafts.numerals import Span, han, interval

__all__ = ["Quantity", "shown", "quantities"]

_HAN = "零一二三四五六七八九十百千万亿两"
_BEFORE = (
    "不少于|不低于|不小于|不超过|不高于|不多于|至少|最少|最多|超过|高于|多于|少于|低于|不足|不到|将近|接近|大约|突破"
    "|(?<![节预签合特])约(?!谈)|(?<![最附邻临就])近|(?<![高])超|逾|(?<![以及晚早路网线会])上(?=[百千万])"
)
_NUMBER = re.compile(
    rf"(?P<before>{_BEFORE})?\s?"
    rf"(?P<num>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d+(?:\.\d+)?|[数几][十百千万]+|[{_HAN}]+几?)"
    r"(?:\s?(?P<dash>[-至到])\s?(?P<num2>\d+(?:\.\d+)?))?"
    r"\s?(?P<inner>余|多|来|几)?\s?(?P<mult>万亿|亿|千万|百万|十万|万|千(?![克瓦米])|百(?!分))?(?P<vague>余|多|来)?\s?"
    rf"(?P<unit>{words.UNITS})?"
    r"(?P<late>[余多](?=[，。；、：）（\n ]|[年月天小]|$))?(?P<after>及?以上|及?以下|以内|之内|左右|上下)?"
)
_HAN_UNIT = re.compile(words.HAN_UNITS)
_STOP = re.compile(r"[，。；：！？（）、\n-]")
_NO_TENTH = re.compile(r"[立为功果员效本都人]")
_PRE, _POST = 40, 20


@dataclass(slots=True)
class Quantity:
    """One number of the text.

    `start` and `end` are offsets in the text; `pre` is what stands before it since the last mark or number, `post` what
    follows up to the next. `span` is in single units: 5万元 is 50000, kind money, unit 元.
    """

    start: int
    end: int
    span: Span
    unit: str
    kind: str
    text: str
    arabic: bool
    digits: str
    multiple: str
    pre: str = ""
    post: str = ""
    sentence: int = -1
    ranged: bool = False

    @property
    def value(self) -> Decimal:
        """The value as stated, the lower bound of an approximate one."""
        return self.span.low

    @property
    def exact(self) -> bool:
        """Whether one value is stated."""
        return self.span.exact

    @property
    def near(self) -> str:
        """The words on both sides, together."""
        return self.pre + self.post


def quantities(norm: str, hidden: list[tuple[int, int]]) -> list[Quantity]:
    """Every quantity of a normalised text, in order, but for the stretches that are `hidden` (numbers of headings).

    Source: house rule; dates, document numbers, ordinals, telephone numbers and codes are no quantities (`words`).
    """
    masked = words.NOT_QUANTITIES.sub(lambda m: "\x00" * len(m[0]), _hide(norm, hidden))
    found = list(_scan(masked))
    last = 0
    for n, q in enumerate(found):
        following = found[n + 1].start if n + 1 < len(found) else len(norm)
        before = norm[max(last, q.start - _PRE) : q.start]
        marks = [m.end() for m in _STOP.finditer(before)]
        q.pre = before[marks[-1] if marks else 0 :].strip()
        after = norm[q.end : min(following, q.end + _POST)]
        mark = _STOP.search(after)
        q.post = after[: mark.start() if mark else len(after)].strip()
        last = q.end
    return found


def _hide(norm: str, hidden: list[tuple[int, int]]) -> str:
    parts, at = [], 0
    for start, end in hidden:
        parts += [norm[at:start], "\x00" * (end - start)]
        at = end
    return "".join([*parts, norm[at:]])


def _scan(masked: str) -> Iterator[Quantity]:
    at = 0
    while match := _NUMBER.search(masked, at):
        at = match.end()
        number, unit = match["num"], match["unit"] or ""
        arabic = number[0].isdigit()
        if not arabic and not _counts(number, unit, masked[match.end() : match.end() + 1]):
            at = match.start("num") + len(number)
            continue
        if len(number) > 18:
            continue
        if unit == "成" and _NO_TENTH.match(masked, match.end("unit")):
            unit, at = "", match.end("mult") if match["mult"] else match.end("num")
        yield _quantity(match, masked, unit, min(at, match.end()), arabic)


def _counts(number: str, unit: str, following: str) -> bool:
    """Whether a Chinese numeral is a number here: 三家, 数十个; not 一个, 一批, 统一, 万一."""
    if not _HAN_UNIT.fullmatch(unit) or (unit == "成" and _NO_TENTH.match(following)):
        return False
    return number not in {"一", "零", "万", "千", "百", "百千万", "千万", "亿", "两"} or (
        number == "两" and unit != "两"
    )


def _quantity(match: re.Match[str], masked: str, unit: str, end: int, arabic: bool) -> Quantity:
    number, multiple = match["num"], match["mult"] or ""
    vague, inner = match["vague"] or match["late"] or "", match["inner"] or ""
    before, after = match["before"] or "", (match["after"] or "") if unit or multiple else ""
    if not arabic and (number[0] in "数几" or number[-1] == "几"):
        span = _several(number, multiple)
    else:
        span = interval(
            number, multiple, before, vague or inner, after.removeprefix("及"), inner=bool(inner and multiple)
        )
    ranged = bool(match["num2"])
    if ranged:
        low, high = interval(number, multiple, "", "", ""), interval(match["num2"], multiple, "", "", "")
        span = Span(min(low.low, high.low), max(low.high, high.high), False, high.step)
    start = match.start() if before else match.start("num")
    kind = words.KINDS.get(unit, "bare")
    return Quantity(start, end, span, unit, kind, masked[start:end].strip(), arabic, number, multiple, ranged=ranged)


def _several(number: str, multiple: str) -> Span:
    """数十 is 20 to 99, 十几 11 to 19."""
    if number[-1] == "几":
        base = han(number[:-1]) or Decimal(10)
        return Span(base + 1, base + 9, False, Decimal(1))
    power = han(number[1:]) or Decimal(10)
    return Span(power * 2, power * 10 - 1, False, Decimal(1))


def shown(value: Decimal) -> str:
    """A number for a sentence: no exponent, no trailing zeros.

    Source: house rule.
    """
    plain = format(value, "f")
    return plain.rstrip("0").rstrip(".") if "." in plain else plain
