"""Rule 1 between neighbours: mended more than found, a remainder that is not the difference, more passed than took part.

Source: house rule (the draft checker, rule 1).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from anlan.reporting.drafts.arithmetic import scaled, together
from anlan.reporting.drafts.finding import DOUBT, ERROR, Finding
from anlan.reporting.drafts.metrics import metric
from anlan.reporting.drafts.quantities import Quantity, shown
from anlan.reporting.drafts.reading import Reading
from anlan.reporting.drafts.structure import Sentence

__all__ = ["balance"]

_HISTORY = re.compile(r"历年|往年|上年|去年|以往|遗留|历史|存量|累计整改|前期|此前|（含|复查")
_JOINED = re.compile(
    r"^(?:其中)?(?:现|目前|均)?已(?:投保|参保|签订|签约|接入|安装|达标|创建|取证|备案|建档|申报|入库|完成)$"
)
_TAKEN = re.compile(r"(?:受理|接报|接到|收到|立案|接收)[^\d，。；]{0,12}$")
_SETTLED = re.compile(r"(?:办结|结案)[^\d，。；]{0,6}$")
_REST = re.compile(
    r"(?:其余|剩余|余下|剩下|尚余|尚有|还有|仍有|还剩|另有)[^\d，；。]{0,10}$|(?:限期|正在|尚未|未|逾期)(?:完成)?(?:整改|办理|办结|销号|推进|修复)[^\d，。；]{0,4}$"
)
_REST_AFTER = re.compile(
    r"^(?:隐患|问题|任务|项目|企业)?(?:正在|尚未|未|限期|将于|仍在)(?:按?\w{0,4})?(?:整改|完成|推进|治理|办理|建设|销号)"
)
_DONE = re.compile(r"完成|整改|办结|到位|建成|竣工|达标|合格|通过|销号|修复|停业|关闭|搬迁|取缔|已")
_PASSED = re.compile(r"(?:合格|及格|通过|达标|已回复|已签订|已完成)(?:了|的)?(?:考核|考试|验收|企业|人员|数量)?$")


def balance(r: Reading) -> Iterator[Finding]:
    """Pairs and triples of figures in one sentence, or in two that follow each other."""
    last: Quantity | None = None
    taken: Quantity | None = None
    for s in r.sentences:
        for number, q in enumerate(s.quantities):
            what = metric(q)
            if what in {"found", "hazard"} and not q.ranged:
                last = q if what == "found" or last is None or last.sentence != q.sentence else last
            elif what == "mended" and last is not None and q.sentence - last.sentence <= 1:
                yield from _mended(r, last, q)
            if _TAKEN.search(q.pre) and q.exact and q.kind == "count":
                taken = q
            elif taken is not None and _SETTLED.search(q.pre) and q.sentence - taken.sentence < 8:
                yield from _settled(r, taken, q)
            yield from _rest(r, s, number)
            if number and _JOINED.search(q.pre) and len(r.norm[s.quantities[number - 1].end : q.start]) <= 12:
                yield from _joined(r, s.quantities[number - 1], q)
            if number and _PASSED.search(q.pre):
                yield from _passed(r, s.quantities[number - 1], q)


def _joined(r: Reading, whole: Quantity, q: Quantity) -> Iterator[Finding]:
    """高危企业168家，已投保186家."""
    if together(whole, q) and q.kind == "count" and q.span.low > whole.span.high and not whole.ranged:
        facts = {"part": q.text, "total": whole.text, "sum": f"{shown(q.value)}＞{shown(whole.value)}"}
        yield r.finding(1, "part_exceeds", DOUBT, r.of(q), r.of(whole), **facts)


def _settled(r: Reading, taken: Quantity, q: Quantity) -> Iterator[Finding]:
    """受理86件, and later 办结91件."""
    more = together(taken, q) and q.span.low > taken.span.high
    if more and not _HISTORY.search(r.norm[taken.start : q.start]):
        facts = {"part": q.text, "total": taken.text, "sum": f"{shown(q.value)}＞{shown(taken.value)}"}
        yield r.finding(1, "part_exceeds", DOUBT, r.of(q), r.of(taken), **facts)


def _mended(r: Reading, found: Quantity, q: Quantity) -> Iterator[Finding]:
    between = r.norm[found.start - len(found.pre) : q.end + 20]
    same = r.sentences[found.sentence].paragraph == r.sentences[q.sentence].paragraph
    if same and q.span.low > found.span.high and not _HISTORY.search(between) and len(between) < 160:
        facts = {"found": shown(found.value), "mended": shown(q.value)}
        yield r.finding(1, "mended_exceeds", ERROR, r.of(q), r.of(found), **facts)


def _rest(r: Reading, s: Sentence, number: int) -> Iterator[Finding]:
    """215家, 已整改170家, 其余45家: the remainder is the difference."""
    q = s.quantities[number]
    if not q.exact or q.kind not in {"count", "money"} or not (_REST.search(q.pre) or _REST_AFTER.match(q.post)):
        return
    before = [p for p in s.quantities[max(0, number - 8) : number] if together(p, q)]
    if len(before) == 1 and s.index and r.sentences[s.index - 1].paragraph == s.paragraph:
        before = [*[p for p in r.sentences[s.index - 1].quantities if together(p, q)][-1:], *before]
    if len(before) < 2 or not all(p.exact for p in before):
        return
    values = [p.value for p in before]
    for i in range(len(values)):
        rest = values[i]
        for j in range(i + 1, len(values)):
            rest -= values[j]
            if rest == q.value or values[i] - values[j] == q.value:
                return
    whole = max(range(len(values)), key=lambda n: values[n])
    taken = before[whole + 1 :]
    if (
        not taken
        or not any(_DONE.search(p.near) for p in taken)
        or re.search(r"[；]", r.norm[before[whole].end : q.start])
    ):
        return
    last = taken[-1:] if values[whole] < sum(values[whole + 1 :]) or _nested(taken) else taken
    left = values[whole] - sum(p.value for p in last)
    text = "-".join(scaled(p.value, ()) for p in (before[whole], *last))
    facts = {"sum": f"{text}={shown(left)}", "rest": shown(q.value)}
    yield r.finding(1, "rest_differs", ERROR, r.of(q), r.of(before[whole]), *map(r.of, last), **facts)


def _nested(taken: list[Quantity]) -> bool:
    return len(taken) > 1 and any(re.search(r"其中|发现", p.pre) for p in taken)


def _passed(r: Reading, whole: Quantity, q: Quantity) -> Iterator[Finding]:
    between = r.norm[whole.end : q.start]
    if not together(whole, q) or q.span.low <= whole.span.high or between.count("，") > 2 or "；" in between:
        return
    if re.search(r"检|考|参|培训|应|共|签|抽|任务", whole.pre):
        facts = {"part": q.text, "total": whole.text, "sum": f"{shown(q.value)}＞{shown(whole.value)}"}
        yield r.finding(1, "part_exceeds", ERROR, r.of(q), r.of(whole), **facts)
