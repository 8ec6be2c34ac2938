"""Rule 1 across a report: what the sections by sector add up to, against the overall paragraph.

Source: house rule (the draft checker, rule 1).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from anlan.reporting.drafts import words
from anlan.reporting.drafts.arithmetic import scaled, sum_low, sum_text
from anlan.reporting.drafts.finding import DOUBT, Finding
from anlan.reporting.drafts.metrics import metric
from anlan.reporting.drafts.quantities import Quantity
from anlan.reporting.drafts.reading import Reading

__all__ = ["sections"]

_METRICS = ("found", "mended", "fine", "dead", "injured", "accident", "case")
_ITEM = re.compile(r"[。；：，\n]\s?[一二三四五六七八九十]{1,2}是")
_MOST = 40


def sections(r: Reading) -> Iterator[Finding]:
    """A total of the overview that is less than the sum of the sections or items that divide it by sector."""
    by_metric: dict[str, list[Quantity]] = {name: [] for name in _METRICS}
    for q in r.quantities:
        if q.sentence >= 0 and not q.ranged and q.span.low > 0:
            what = metric(q)
            for name in ("found", "mended") if what == "both" else (what,):
                if name in by_metric and len(by_metric[name]) < 2000:
                    by_metric[name].append(q)
    for name, all_ in by_metric.items():
        done: set[str] = set()
        for n, total in enumerate(all_[:-2]):
            if _overall(r, total) and total.digits not in done:
                done.add(total.digits)
                yield from _against(r, name, total, all_[n + 1 : n + 1 + _MOST])


def _overall(r: Reading, q: Quantity) -> bool:
    s = r.sentences[q.sentence]
    head = s.text[: q.start - s.start]
    if words.sectors(s.text) or not q.exact or words.sectors(r.section_titles(s)):
        return False
    return bool(words.WHOLE.search(head) or words.SUMMED.search(head))


def _against(r: Reading, name: str, total: Quantity, later: list[Quantity]) -> Iterator[Finding]:
    picked: dict[object, Quantity] = {}
    for q in later:
        key = _sector_of(r, total, q)
        if key and q.value != total.value and (key not in picked):
            picked[key] = q
    listed = list(picked.values())
    if len(listed) < 2 or len(listed) == len([q for q in listed if q.sentence == total.sentence]):
        return
    if sum_low(listed) > total.span.high:
        text = f"{sum_text(listed, [total])}＞{scaled(total.value, [*listed, total])}"
        yield r.finding(1, "sections_exceed", DOUBT, r.of(total), *map(r.of, listed), sum=text, total=total.text)


def _sector_of(r: Reading, total: Quantity, q: Quantity) -> object:
    """The sector section or item that a figure stands in, if it is one of those that divide the total's field."""
    s, overall = r.sentences[q.sentence], r.sentences[total.sentence]
    if s.section >= 0 and s.section != overall.section:
        title = r.headings[s.section].title
        above = r.headings[s.section].path[:-1]
        shared = above == r.headings[overall.section].path[:-1] if overall.section >= 0 else True
        top = overall.section >= 0 and len(r.headings[overall.section].path) == 1
        return ("section", s.section) if words.sectors(title) and (shared or top) else None
    if s.paragraph == overall.paragraph and s.index != overall.index:
        start = [m.start() for m in _ITEM.finditer(r.norm, overall.start, q.start)]
        lead = r.norm[start[-1] if start else s.start : q.start][:24]
        found = words.sectors(lead)
        return ("item", found) if found else None
    return None
