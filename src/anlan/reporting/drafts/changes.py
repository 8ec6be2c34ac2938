"""Which number a percentage of change belongs to, with the change in units or the base where the sentence states them.

Source: house rule (the draft checker, rule 3).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from anlan.reporting.drafts.arithmetic import together
from anlan.reporting.drafts.metrics import metric
from anlan.reporting.drafts.quantities import Quantity
from anlan.reporting.drafts.reading import Reading
from anlan.reporting.drafts.structure import Sentence

__all__ = ["AGAINST", "Change", "DOWN", "FROM", "LAST", "TO", "UP", "changes", "is_up"]

DOWN = "下降|减少|降低|下滑|回落|缩减|压减|压缩|降|减"
UP = "增长|上升|增加|提高|提升|上涨|攀升|增|升"
AGAINST = r"(?:同比|环比|(?:较|比|与)[^，。；（）\d]{0,12}?(?:同期|相比|上年|去年|之前|前|年)?(?:平均值|平均)?|同期)"
# Between a number and its percentage nothing but the words of a comparison.
_GAP = re.compile(
    rf"^[，；（、 ]?(?:数量|总量)?(?:{AGAINST})?[，]?(?:均|都|分别|大幅|明显|略有|略|同步|实现|"
    rf"再)?(?P<way>{DOWN}|{UP})(?:了|约|幅度为|率为|近|幅|幅为|幅达|幅度达)?$"
)
_BOTH = re.compile(r"均|都")
_EACH = re.compile(r"分别")
_STEP = re.compile(rf"^[，；（、 ]?(?:{AGAINST})?[，]?(?:大幅|明显|略有)?(?P<way>{DOWN}|{UP})(?:了)?$")
LAST = re.compile(r"(?:上年同期|去年同期|上年|去年|同期|前一年|上一年)(?:同期)?(?:的|为|是|共|发生|[一-鿿]{0,6})?$")
FROM = re.compile(r"(?:由|从)[^，。；\d]{0,14}$")
TO = re.compile(
    r"(?:降为|下降为|上升为|增加为|减少为|增为|降至|降到|下降到|下降至|减少到|减少至|增加到|增加至|增长到|上升到|上升至|增至|减至|升至|提高到|提升到|提升至|压减到|压减至|压缩至|压缩到|到|至)$"
)


@dataclass(frozen=True, slots=True)
class Change:
    """A number with the percentage by which it changed, and the change in units or the base where they are stated."""

    now: Quantity
    rate: Quantity
    up: bool
    step: Quantity | None = None
    base: Quantity | None = None


def is_up(way: str) -> bool:
    """Whether a word of change means more."""
    return bool(re.match(UP, way))


def changes(r: Reading, s: Sentence) -> Iterator[Change]:
    """Every change of a sentence whose number is stated too."""
    all_ = s.quantities
    for n, q in enumerate(all_):
        if q.kind not in {"percent", "times"} or n == 0 or q.ranged:
            continue
        previous = all_[n - 1]
        gap = r.norm[previous.end : q.start]
        match = _GAP.match(gap)
        yield from _by_name(r, s, n)
        steps = _step_run(r, all_, n)
        if steps:
            yield from steps
            continue
        if not match or _EACH.search(gap) or previous.kind not in {"count", "money", "size"}:
            yield from _separately(r, all_, n)
            continue
        way = is_up(match["way"])
        two_back = all_[n - 2] if n >= 2 else None
        step = _STEP.match(r.norm[two_back.end : previous.start]) if two_back and together(two_back, previous) else None
        if two_back and step and is_up(step["way"]) == way:
            yield Change(two_back, q, way, step=previous)
            continue
        if re.search(rf"(?:{DOWN}|{UP})了?$", previous.pre):
            yield from _named_step(r, all_, n, way)
            continue
        base = _stated_base(r, all_, n)
        yield Change(previous, q, way, base=base)
        if _BOTH.search(gap) and two_back and two_back.kind == "count":
            yield Change(two_back, q, way)


_STEPS = re.compile(rf"分别(?P<way>{DOWN}|{UP})了?$")


def _step_run(r: Reading, all_: list[Quantity], n: int) -> list[Change]:
    """16起、10人，与上年相比分别减少4起、2人，下降20%和16.7%: each number with its step and its percentage."""
    for k in (2, 3, 4):
        if n - 2 * k < 0 or n + k > len(all_):
            return []
        steps, rates = all_[n - k : n], all_[n : n + k]
        match = _STEPS.search(r.norm[max(0, steps[0].start - 8) : steps[0].start])
        if not match or any(q.kind != "percent" for q in rates) or any(q.kind != "count" for q in steps):
            continue
        joined = all(
            re.fullmatch("[、和，]", r.norm[a.end : b.start].strip()) for a, b in zip(rates, rates[1:], strict=False)
        )
        nows = all_[n - 2 * k : n - k]
        if joined and all(together(a, b) for a, b in zip(nows, steps, strict=True)):
            rows = zip(nows, rates, steps, strict=True)
            return [Change(now, rate, is_up(match["way"]), step=step) for now, rate, step in rows]
    return []


_FIGURES = (
    ("死亡人数", "dead"),
    ("受伤人数", "injured"),
    ("事故起数", "accident"),
    ("事故总数", "accident"),
    ("事故数", "accident"),
)


def _by_name(r: Reading, s: Sentence, n: int) -> Iterator[Change]:
    """事故9起、死亡4人，事故起数同比下降52.6%: the number by the name of the figure, in the same sentence."""
    q = s.quantities[n]
    lead = r.norm[max(s.start, q.start - 24) : q.start]
    match = re.search(
        rf"(?:^|[，；、。])(?P<name>[一-鿿]{{2,6}}?)(?:同比|较去年同期|较上年同期|比去年同期)(?P<way>{DOWN}|{UP})了?$",
        lead,
    )
    if not match or q.kind != "percent":
        return
    for name, what in _FIGURES:
        if match["name"].endswith(name):
            mine = [p for p in s.quantities[:n] if metric(p) == what]
            if len(mine) == 1 and not re.search(r"其中|：", r.norm[mine[0].end : q.start]):
                yield Change(mine[0], q, is_up(match["way"]))
            return


def _named_step(r: Reading, all_: list[Quantity], n: int, way: bool) -> Iterator[Change]:
    """37起、死亡33人；死亡人数减少9人，下降21.4%: the number that the change is of, by the name of the figure."""
    step = all_[n - 1]
    if is_up(re.split(r"[一-鿿]{0,20}?(?=减少|增加|上升|下降|增长|降低|增|减|降)", step.pre)[-1] or "增") != way:
        return
    for words, units in (("死亡", "人名"), ("受伤", "人名"), ("事故起数|事故总数", "起")):
        if re.search(words, step.pre) and step.unit in units:
            what = {"死亡": "dead", "受伤": "injured"}.get(words, "accident")
            now = next((q for q in all_[: n - 1] if metric(q) == what and q.unit == step.unit), None)
            if now is not None:
                yield Change(now, all_[n], way, step=step)
            return


def _stated_base(r: Reading, all_: list[Quantity], n: int) -> Quantity | None:
    """由上年的15起下降到8起，下降46.7%; 8起(去年同期15起)."""
    now = all_[n - 1]
    if n < 2 or not together(all_[n - 2], now):
        return None
    before = all_[n - 2]
    if TO.search(now.pre) and (FROM.search(before.pre) or LAST.search(before.pre)):
        return before
    return None


def _separately(r: Reading, all_: list[Quantity], n: int) -> Iterator[Change]:
    """8起、7人，同比分别下降46.7%、30%: the first percentage finds all of them."""
    lead = r.norm[max(0, all_[n].start - 24) : all_[n].start]
    match = re.search(rf"分别(?P<way>{DOWN}|{UP})了?$", lead)
    if not match or all_[n].kind != "percent":
        return
    run = [all_[n]]
    for q in all_[n + 1 :]:
        if q.kind != "percent" or not re.fullmatch(r"[、和，及]", r.norm[run[-1].end : q.start].strip()):
            break
        run.append(q)
    counted = all_[max(0, n - len(run)) : n]
    bases = all_[max(0, n - 2 * len(run)) : n - len(run)]
    if len(bases) == len(counted) == len(run) > 1 and (
        LAST.search(counted[0].pre) or "相比" in r.norm[counted[-1].end : all_[n].start]
    ):
        if all(together(a, b) for a, b in zip(bases, counted, strict=True)):
            for now, base, rate in zip(bases, counted, run, strict=True):
                yield Change(now, rate, is_up(match["way"]), base=base)
        return
    if len(counted) == len(run) and len(run) > 1 and all(q.kind == "count" for q in counted):
        gap = r.norm[counted[-1].end : all_[n].start]
        if re.fullmatch(rf"[，；]?(?:{AGAINST})?分别(?:{DOWN}|{UP})了?", gap):
            for now, rate in zip(counted, run, strict=True):
                yield Change(now, rate, is_up(match["way"]))
