"""Rule 8: a target and a result that do not close: 全部完成 with fewer, 超额 with less, 在10个基础上增加30个 and then 30.

Source: house rule (the draft checker, rule 8).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from anlan.reporting.drafts.arithmetic import together
from anlan.reporting.drafts.finding import DOUBT, ERROR, Finding
from anlan.reporting.drafts.quantities import Quantity, shown
from anlan.reporting.drafts.reading import Reading
from anlan.reporting.drafts.structure import Sentence

__all__ = ["targets"]

_TARGET = re.compile(r"(?:计划|目标|任务|下达|应|拟|要求|承诺|确定|指标|年初)[^\d，。；]{0,16}$")
_TARGET_AFTER = re.compile(r"^[^\d，。；]{0,14}(?:任务|目标|计划|指标)")
_RESULT = re.compile(
    r"(?:完成|建成|竣工|实际|实现|办结|培训|新增|建设|改造|整治|创建|投用|发生|落实|开展|达到?|执行|检查|评定)[^\d，。；]{0,12}$"
)
_RESULT_AFTER = re.compile(r"^[^\d，。；]{0,14}(?:已|均已|全部)?(?:全部)?(?:完成|建成|竣工|投用|办结|改造完成)")
_ALL = re.compile(
    r"(?:全部|全面|如期|圆满|按期|按时|提前)(?:按期|如期|超额|全部|全面)?(?:完成|竣工|建成|办结|实现|完工|交付|到位)|全部(?:任务)?(?:竣工|完成|建成)|完成率(?:达到?|为)?100%|100%完成|任务全部完成|均已完成"
)
_OVER = re.compile(r"超额")
_NOT_ALL = re.compile(r"未完成|尚未|未能|将完成|力争|确保|争取|正在|计划于|预计|年底前|下一步|拟于")
_LIMIT = re.compile(r"(?:控制(?:指标|数|目标|在)|不超过|指标为|考核指标)[^\d，。；]{0,10}$")
_KEPT = re.compile(
    r"未突破|未超过|没有突破|控制在(?:市|省|上级|下达|规定|考核)?[^，。；]{0,8}(?:以内|之内|内)|在控制指标(?:以内|之内|内|范围)|低于(?:控制|考核)?指标"
)
_BASIS = re.compile(r"在[^，。；]{0,24}$")
_MORE = re.compile(r"(?:自我加压|自加压力|主动加压|追加|增加|新增|加码|扩面)[^\d，。；]{0,8}$")


def targets(r: Reading) -> Iterator[Finding]:
    """Targets and results of one sentence, or of two that follow each other in a paragraph."""
    for s in r.sentences:
        if not s.quantities:
            continue
        yield from _added(r, s)
        yield from _closes(r, s)
        yield from _limit(r, s)


def _added(r: Reading, s: Sentence) -> Iterator[Finding]:
    """在10个任务基础上，自我加压30个，30个已全部竣工: of 10, 30 or 40?"""
    all_ = s.quantities
    for n, (base, more) in enumerate(zip(all_, all_[1:], strict=False)):
        between = r.norm[base.end : more.start]
        if "基础上" not in between or not _MORE.search(more.pre) or not together(base, more):
            continue
        for q in all_[n + 2 :]:
            said = r.norm[q.end : q.end + 40].split("。")[0]
            lead = r.norm[max(s.start, q.start - 30) : q.start]
            if not together(q, base) or not re.search(r"全部|均已|完成|竣工|建成", q.pre + said + lead[-12:]):
                continue
            whole = base.value + more.value
            if q.exact and q.value != whole and q.value in {base.value, more.value}:
                text = f"{shown(base.value)}+{shown(more.value)}={shown(whole)}"
                facts = {"base": base.text, "more": more.text, "sum": text, "done": q.text}
                yield r.finding(8, "target_added", DOUBT, r.place(base.start, q.end), r.of(base), r.of(more), **facts)
            elif q.exact and q.value != whole and _ALL.search(lead + said):
                text = f"{shown(base.value)}+{shown(more.value)}={shown(whole)}≠{shown(q.value)}"
                facts = {"base": base.text, "more": more.text, "sum": text, "done": q.text}
                yield r.finding(8, "target_added", DOUBT, r.place(base.start, q.end), r.of(base), r.of(more), **facts)
            break


def _closes(r: Reading, s: Sentence) -> Iterator[Finding]:
    before = (
        r.sentences[s.index - 1].quantities if s.index and r.sentences[s.index - 1].paragraph == s.paragraph else []
    )
    all_ = [*before[-4:], *s.quantities]
    for n, target in enumerate(all_):
        if not target.exact or target.kind not in {"count", "money", "size"} or _MORE.search(target.pre):
            continue
        if not (_TARGET.search(target.pre) or _TARGET_AFTER.match(target.post)) or _LIMIT.search(target.pre):
            continue
        for q in all_[n + 1 : n + 4]:
            if q.sentence == s.index and together(q, target) and q.exact:
                judged = _judge(r, s, target, q)
                if judged:
                    yield judged
                break


def _judge(r: Reading, s: Sentence, target: Quantity, q: Quantity) -> Finding | None:
    if not (_RESULT.search(q.pre) or _RESULT_AFTER.match(q.post)):
        return None
    between = r.norm[target.end : q.start]
    stops = [n for n in (r.norm.find(c, q.end, s.end) for c in "；。") if n >= 0]
    after = r.norm[q.end : min([*stops, s.end, q.end + 40])]
    if (
        "其中" in between
        or "基础上" in between
        or _NOT_ALL.search(between + after)
        or re.search(r"同比|较|\d", after[:8])
    ):
        return None
    lead = r.norm[max(s.start, target.start - 20) : target.start]
    text = lead + between + after
    facts = {"target": target.text, "done": q.text}
    start, end = target.start - min(len(target.pre), 12), min(q.end + len(after), q.end + 24)
    place = r.place(max(start, 0), end)
    if _OVER.search(text) and "提前" not in after[:0] and q.value <= target.value and "完成" in text:
        return r.finding(
            8, "target_not_exceeded", ERROR, place, r.of(target), sum=f"{shown(q.value)}≤{shown(target.value)}", **facts
        )
    if _ALL.search(between + q.pre + after) and q.value < target.value:
        return r.finding(
            8, "target_not_met", ERROR, place, r.of(target), sum=f"{shown(q.value)}＜{shown(target.value)}", **facts
        )
    return None


def _limit(r: Reading, s: Sentence) -> Iterator[Finding]:
    """控制指标10起，实际发生12起，未突破控制指标."""
    if not _KEPT.search(s.text):
        return
    for n, limit in enumerate(s.quantities):
        if _LIMIT.search(limit.pre) or (re.search(r"指标|控制", limit.pre) and limit.kind == "count"):
            pairs = [*s.quantities[n + 1 : n + 3], *s.quantities[max(0, n - 2) : n]]
            for q in pairs:
                if together(q, limit) and re.search(r"发生|实际|死亡|亡人", q.pre) and q.span.low > limit.span.high:
                    facts = {"limit": limit.text, "done": q.text, "sum": f"{shown(q.value)}＞{shown(limit.value)}"}
                    yield r.finding(8, "limit_broken", ERROR, r.of(q), r.of(limit), **facts)
                    return
