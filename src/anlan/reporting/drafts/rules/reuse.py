"""Rule 4: the same number, or the same row of numbers, given for two different things or scopes.

Source: house rule (the draft checker, rule 4).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from anlan.reporting.drafts import words
from anlan.reporting.drafts.finding import DOUBT, Finding
from anlan.reporting.drafts.metrics import metric, noun
from anlan.reporting.drafts.quantities import Quantity, shown
from anlan.reporting.drafts.reading import Reading

__all__ = ["reuse"]

_ROW = 3
_MOST = 6
_FAMILY = {"found": "h", "mended": "h", "hazard": "h", "both": "h", "remaining": "h"}


def reuse(r: Reading) -> Iterator[Finding]:
    """Rows of three numbers and more that come back, then single telling numbers."""
    taken: set[int] = set()
    for a, b in _rows(r):
        if taken & {a[0].start, b[0].start}:
            continue
        mine, theirs = _scope(r, a[0]), _scope(r, b[0])
        if mine != theirs and (not mine or not theirs or not mine & theirs):
            taken |= {q.start for q in (*a, *b)}
            row = "、".join(q.text for q in a)
            place = r.place(b[0].start - len(b[0].pre), b[-1].end)
            yield r.finding(4, "row_again", DOUBT, place, r.place(a[0].start - len(a[0].pre), a[-1].end), row=row)
    yield from _singles(r, taken)
    yield from _across(r, taken)


def _telling(q: Quantity) -> bool:
    """A number that two counts hardly share by chance: three figures, not round."""
    return q.exact and q.arabic and not q.multiple and q.kind == "count" and q.value >= 100 and q.value % 10 != 0


def _rows(r: Reading) -> Iterator[tuple[list[Quantity], list[Quantity]]]:
    """Rows of at least three equal numbers in the same order in two sentences, one of them telling."""
    seen: dict[tuple[object, ...], list[int]] = defaultdict(list)
    qs = [q for q in r.quantities if q.kind in {"count", "money"} and q.arabic and q.exact]
    for n in range(len(qs) - _ROW + 1):
        window = qs[n : n + _ROW]
        if window[0].sentence != window[-1].sentence or not any(_telling(q) for q in window):
            continue
        if len({q.value for q in window}) < _ROW:
            continue
        key = tuple((q.value, q.unit) for q in window)
        for m in seen[key][:_MOST]:
            if qs[m].sentence != qs[n].sentence:
                size = _ROW
                while n + size < len(qs) and qs[n + size].value == qs[m + size].value:
                    if qs[n + size].sentence != qs[n].sentence or qs[m + size].sentence != qs[m].sentence:
                        break
                    size += 1
                yield qs[m : m + size], qs[n : n + size]
        seen[key].append(n)


def _scope(r: Reading, q: Quantity) -> frozenset[str]:
    s = r.sentences[q.sentence]
    at = s.text.rfind("是", 0, q.start - s.start)
    return words.sectors(s.text[max(0, at - 60) : q.start - s.start])


def _singles(r: Reading, taken: set[int]) -> Iterator[Finding]:
    groups: dict[tuple[object, str], list[Quantity]] = defaultdict(list)
    for q in r.quantities:
        if _telling(q) and q.start not in taken and len(groups[q.value, q.unit]) < _MOST:
            groups[q.value, q.unit].append(q)
    for same in groups.values():
        for n, b in enumerate(same[1:], 1):
            a = next((a for a in same[:n] if a.sentence != b.sentence and _different(r, a, b)), None)
            if a is not None:
                yield r.finding(
                    4, "number_again", DOUBT, r.of(b), r.of(a), number=b.text, first=_named(r, a), second=_named(r, b)
                )
                break


def _across(r: Reading, taken: set[int]) -> Iterator[Finding]:
    """A figure of four digits and more that counts things of two kinds, which no pair of things has one of each."""
    groups: dict[object, list[Quantity]] = defaultdict(list)
    for q in r.quantities:
        if _telling(q) and q.value >= 1000 and q.start not in taken and len(groups[q.value]) < _MOST:
            groups[q.value].append(q)
    for same in groups.values():
        for a, b in zip(same, same[1:], strict=False):
            apart = a.sentence != b.sentence or "；" in r.norm[a.end : b.start]
            if a.unit != b.unit and apart and not _one_each(a, b):
                facts = {"number": shown(b.value), "first": _named(r, a), "second": _named(r, b)}
                yield r.finding(4, "number_again", DOUBT, r.of(b), r.of(a), **facts)
                break


_HOLDERS = frozenset({"人", "名", "户", "家", "位", "个", "人次", "家次", "户次", "所", "台", "辆", "艘"})
_GIVEN = frozenset({"份", "册", "本", "张", "套", "封", "户", "人", "名", "块", "卡", "次", "个", "家", "只", "件"})
_HAZARDS = frozenset({"处", "项", "条", "个", "起", "宗", "件"})


def _one_each(a: Quantity, b: Quantity) -> bool:
    """People and the letters they got, households and their members in charge, hazards counted 处 here and 项 there."""
    units = (a.unit, b.unit)
    if any(x in _HOLDERS and y in _GIVEN for x, y in (units, units[::-1])):
        return True
    hazards = all(_FAMILY.get(metric(q)) == "h" for q in (a, b))
    return hazards or (a.unit in _HAZARDS and b.unit in _HAZARDS and noun(a) == noun(b) != "")


def _named(r: Reading, q: Quantity) -> str:
    start, end = r.clause(q.start)
    return r.norm[max(start, q.start - 20) : min(end, q.end + 12)].strip()


def _different(r: Reading, a: Quantity, b: Quantity) -> bool:
    """Whether both say what they count, and it is not the same."""
    mine, theirs = metric(a), metric(b)
    if _FAMILY.get(mine, mine) == _FAMILY.get(theirs, theirs) == "h":
        return False
    one, other = noun(a), noun(b)
    if one and other and one != other:
        return abs(a.sentence - b.sentence) > 1
    here, there = _around(r, a), _around(r, b)
    return bool(one == other and here and there and not here & there)


def _around(r: Reading, q: Quantity) -> frozenset[str]:
    """The sectors named in the clauses around a number and in the heading right above it."""
    s = r.sentences[q.sentence]
    start = max(s.start, q.start - 60)
    begin = max((r.norm.rfind(c, start, q.start) for c in "；。是"), default=start)
    near = words.sectors(r.norm[max(begin, start) : min(s.end, q.end + 12)])
    title = words.sectors(r.headings[s.section].title) if s.section >= 0 else frozenset()
    near_all = near or title
    return near_all if not re.search(r"等(?:重点)?(?:行业|领域)", s.text) else frozenset()
