"""Rule 3: 同比 and 较…, whether any base yields the percentage, and whether the bases of total and parts agree.

Source: house rule (the draft checker, rule 3).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal

from anlan.reporting.drafts.arithmetic import sum_low, together
from anlan.reporting.drafts.changes import AGAINST, DOWN, FROM, LAST, TO, UP, Change, changes, is_up
from anlan.reporting.drafts.finding import DOUBT, ERROR, Finding, Place
from anlan.reporting.drafts.quantities import Quantity, shown
from anlan.reporting.drafts.reading import Reading
from anlan.reporting.drafts.structure import Sentence

__all__ = ["comparisons"]

_EVEN = re.compile(r"(?:基本)?持平")
_INTEGERS = {
    "起",
    "人",
    "家",
    "个",
    "处",
    "件",
    "宗",
    "次",
    "名",
    "例",
    "项",
    "条",
    "户",
    "场",
    "台",
    "辆",
    "份",
    "座",
    "所",
    "期",
    "人次",
    "家次",
}
_HUNDRED = Decimal(100)


def comparisons(r: Reading) -> Iterator[Finding]:
    """Every change of the report by itself, then the changes of parts against that of their total."""
    for s in r.sentences:
        if len(s.quantities) < 1:
            continue
        yield from _impossible(r, s)
        found = list(changes(r, s))
        for change in found:
            judged = _judge(r, change)
            if judged:
                yield judged
        yield from _from_to(r, s)
        yield from _even(r, s)
        yield from _bases(r, s, found)


def _bounds(change: Change) -> tuple[Decimal, Decimal] | None:
    """The least and greatest base that gives the percentage as stated, rounded or cut off; None when there is none."""
    q, now = change.rate, change.now
    slack = q.span.step if q.exact else Decimal(0)
    if q.exact and q.value > _HUNDRED and q.value % 10 == 0:
        slack = Decimal(10)
    if q.kind == "times":
        low, high = (q.span.low - slack) * _HUNDRED, (q.span.high + slack) * _HUNDRED
    else:
        low, high = q.span.low - slack, q.span.high + slack
    if change.up:
        return now.span.low / (1 + high / _HUNDRED), now.span.high / (1 + max(low, Decimal(0)) / _HUNDRED)
    if low >= _HUNDRED:
        return None
    top = 1 - high / _HUNDRED
    return now.span.low / (1 - max(low, Decimal(0)) / _HUNDRED), (now.span.high / top if top > 0 else Decimal(10) ** 12)


def _whole_bases(change: Change) -> range | None:
    """The integers between the bounds, both bounds excluded; None when the number is no count of things."""
    bounds = _bounds(change)
    if bounds is None or change.now.unit not in _INTEGERS or change.now.multiple or not change.now.exact:
        return None
    if not change.rate.exact or change.rate.kind != "percent":
        return None
    low = int(bounds[0].to_integral_value(ROUND_FLOOR)) + 1
    high = int(bounds[1].to_integral_value(ROUND_CEILING)) - 1
    if change.rate.value == 0:
        return range(int(change.now.value), int(change.now.value) + 1)
    return range(low, min(high, low + 10**7) + 1)


def _judge(r: Reading, change: Change) -> Finding | None:
    q, now = change.rate, change.now
    place = r.place(max(now.start - len(now.pre[-12:]), 0), q.end)
    if q.kind == "times" and q.unit != "倍":
        return None
    if now.value == 0 and not change.up:
        return None if q.value == _HUNDRED or not q.exact else _wrong(r, place, "from_zero", now, q)
    if change.step is not None:
        return _judge_step(r, change, place)
    if change.base is not None:
        return _judge_base(r, change, change.base, place)
    whole = _whole_bases(change)
    if whole is not None and len(whole) == 0:
        return _no_base(r, change, place)
    return None


def _wrong(r: Reading, place: Place, code: str, now: Quantity, q: Quantity) -> Finding:
    return r.finding(3, code, ERROR, place, now=now.text, rate=q.text)


def _percent(now: Decimal, base: Decimal) -> Decimal:
    return abs(now - base) / base * _HUNDRED


def _base_text(now: Decimal, base: Decimal) -> str:
    return f"({shown(max(now, base))}-{shown(min(now, base))})÷{shown(base)}={shown(round(_percent(now, base), 2))}%"


def _no_base(r: Reading, change: Change, place: Place) -> Finding:
    now, q = change.now.value, change.rate.value
    raw = now / (1 + q / _HUNDRED) if change.up else now / (1 - q / _HUNDRED)
    low = max(int(raw), 1)
    tries = "，".join(
        f"上期为{b}时是{shown(round(_percent(now, Decimal(b)), 2))}%" for b in (low, low + 1) if Decimal(b) != now
    )
    return r.finding(3, "no_base", ERROR, place, now=change.now.text, rate=change.rate.text, tries=tries)


def _judge_step(r: Reading, change: Change, place: Place) -> Finding | None:
    assert change.step is not None
    base = change.now.value - change.step.value if change.up else change.now.value + change.step.value
    if LAST.search(change.now.pre):
        base = change.now.value
    if not (change.now.exact and change.step.exact and change.rate.exact) or base <= 0 or change.rate.kind != "percent":
        return None
    true = change.step.value / base * _HUNDRED
    if abs(true - change.rate.value) < change.rate.span.step:
        return None
    sign = "-" if change.up else "+"
    text = (
        f"上期为{shown(change.now.value)}{sign}{shown(change.step.value)}={shown(base)}，"
        f"{shown(change.step.value)}÷{shown(base)}={shown(round(true, 2))}%"
    )
    return r.finding(3, "rate_of_step", ERROR, place, r.of(change.step), sum=text, rate=change.rate.text)


def _judge_base(r: Reading, change: Change, base: Quantity, place: Place) -> Finding | None:
    q, now = change.rate, change.now
    if not (base.exact and now.exact and q.exact) or base.value <= 0:
        return None
    true = _percent(now.value, base.value)
    stated = q.value * _HUNDRED if q.kind == "times" else q.value
    step = q.span.step * _HUNDRED if q.kind == "times" else q.span.step
    if abs(true - stated) < step and (now.value >= base.value) == change.up:
        return None
    text = _base_text(now.value, base.value)
    start = min(base.start, place.start)
    return r.finding(3, "rate_of_base", ERROR, r.place(start, q.end), r.of(base), sum=text, rate=q.text)


def _impossible(r: Reading, s: Sentence) -> Iterator[Finding]:
    """下降120%, 下降2倍: what falls by all of itself is gone."""
    for q in s.quantities:
        if q.kind not in {"percent", "times"} or q.unit == "番" or q.unit == "成":
            continue
        lead = r.norm[max(s.start, q.start - 10) : q.start]
        match = re.search(rf"(?P<way>{DOWN})(?:了|幅度达|幅度为|率为)?$", lead)
        most = Decimal(1) if q.kind == "times" else _HUNDRED
        if match and not is_up(match["way"]) and (q.span.low > most or (q.kind == "times" and q.span.low >= most)):
            yield r.finding(3, "falls_too_far", ERROR, r.place(q.start - len(match[0]), q.end), rate=q.text)


def _from_to(r: Reading, s: Sentence) -> Iterator[Finding]:
    """从85%提高到92%，提高5个百分点; 由12起上升到8起; a stated base beside: 8起，去年同期15起，下降40%."""
    all_ = s.quantities
    for a, b in zip(all_, all_[1:], strict=False):
        gap = r.norm[a.end : b.start]
        if not (FROM.search(a.pre) and together(a, b) and len(gap) < 14 and a.exact and b.exact):
            continue
        way = re.search(rf"(?P<way>{DOWN}|{UP})(?:了)?(?:到|至|为)$", gap)
        if way and a.value != b.value and is_up(way["way"]) != (b.value > a.value):
            yield r.finding(
                3, "wrong_way", ERROR, r.place(a.start - len(a.pre), b.end), was=a.text, now=b.text, way=way["way"]
            )
    for n in range(2, len(all_)):
        a, b, c = all_[n - 2], all_[n - 1], all_[n]
        if c.kind == "points" and a.kind == b.kind == "percent" and a.exact and b.exact and c.exact:
            gap = r.norm[b.end : c.start]
            if FROM.search(a.pre) and len(gap) <= 12 and re.search(rf"(?:{DOWN}|{UP})(?:了)?$", gap):
                true = abs(b.value - a.value)
                if abs(true - c.value) > c.span.step / 2 + max(a.span.step, b.span.step) / 2 and true != c.value:
                    text = f"{shown(max(a.value, b.value))}-{shown(min(a.value, b.value))}={shown(true)}"
                    yield r.finding(3, "points_wrong", ERROR, r.place(b.start, c.end), r.of(a), sum=text, rate=c.text)
        yield from _beside(r, a, b, c)


def _beside(r: Reading, a: Quantity, b: Quantity, c: Quantity) -> Iterator[Finding]:
    """8起（去年同期15起），下降40%: in either order of the two years."""
    if c.kind != "percent" or not c.exact or not together(a, b) or not (a.exact and b.exact):
        return
    way = re.search(
        rf"^[，）；、 ]{{0,2}}(?:{AGAINST})?(?:大幅|明显)?(?P<way>{DOWN}|{UP})(?:了)?$", r.norm[b.end : c.start]
    )
    if not way or len(r.norm[a.end : b.start]) > 16:
        return
    if re.search(rf"(?:{DOWN}|{UP}|多|少)了?$", b.pre):
        return
    now, base = (a, b) if LAST.search(b.pre) else (b, a) if LAST.search(a.pre) else (None, None)
    if now is None or base is None or base.value <= 0 or (FROM.search(a.pre) and TO.search(b.pre)):
        return
    true, up = _percent(now.value, base.value), is_up(way["way"])
    if abs(true - c.value) >= c.span.step or (now.value > base.value) != up:
        text = _base_text(now.value, base.value)
        yield r.finding(3, "rate_of_base", ERROR, r.place(a.start, c.end), r.of(base), sum=text, rate=c.text)


def _even(r: Reading, s: Sentence) -> Iterator[Finding]:
    """8起，与去年同期9起持平; 2起、2人，与去年同期3起、2人持平."""
    for match in _EVEN.finditer(s.text):
        end = s.start + match.end()
        before = [q for q in s.quantities if q.end <= end][-8:]
        first = next((n for n, q in enumerate(before) if LAST.search(q.pre)), None)
        if not first or "基本" in match[0] or end - before[-1].end > 8:
            continue
        run = before[first:]
        for a, b in zip(before[max(0, first - len(run)) : first], run, strict=False):
            if len(before[:first]) >= len(run) and together(a, b) and a.exact and b.exact and a.value != b.value:
                yield r.finding(3, "not_even", ERROR, r.place(a.start, end), r.of(b), now=a.text, was=b.text)


def _bases(r: Reading, s: Sentence, found: list[Change]) -> Iterator[Finding]:
    """A total and the parts that make it up: what they were a year ago must add up too."""
    among = s.text.find("其中")
    if among < 0 or len(found) < 3:
        return
    before = [c for c in found if c.now.end <= s.start + among]
    after = [c for c in found if c.now.start >= s.start + among]
    for total in before:
        mine = [c for c in after if together(c.now, total.now)]
        bases = [_whole_bases(c) for c in (total, *mine)]
        if len(mine) < 2 or sum_low([c.now for c in mine]) != total.now.value or any(not b for b in bases):
            continue
        whole, *pieces = [b for b in bases if b]
        low, high = sum(b[0] for b in pieces), sum(b[-1] for b in pieces)
        if low > whole[-1] or high < whole[0]:
            text = "+".join(_range(b) for b in pieces) + f"={_range(range(low, high + 1))}≠{_range(whole)}"
            place = r.place(total.now.start, total.rate.end)
            yield r.finding(3, "bases_differ", DOUBT, place, *(r.of(c.rate) for c in mine), sum=text)


def _range(values: range) -> str:
    return str(values[0]) if len(values) == 1 else f"({values[0]}至{values[-1]})"
