"""Rule 10: totals of several campaigns side by side, without a word on whether they overlap. A hint.

Source: house rule (the draft checker, rule 10).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator

from anlan.reporting.drafts import words
from anlan.reporting.drafts.finding import HINT, Finding
from anlan.reporting.drafts.metrics import metric
from anlan.reporting.drafts.quantities import Quantity
from anlan.reporting.drafts.reading import Reading

__all__ = ["overlap"]

_CAMPAIGN = re.compile(
    r"行动|专项|大排查|大检查|大整治|督查|检查组|督导组|工作专班|平台|攻坚|回头看|检查|抽查|自查|巡查"
)
_SAID = re.compile(r"去重|不重复|剔除重复|重复计|合并计|互不|不含|上述|以上(?:各|合计|共)|包含在|含在|合计|总计")
_LEAST = 4


def overlap(r: Reading) -> Iterator[Finding]:
    """At least four figures of hazards found, in one section, from different campaigns, with nothing said of their union."""
    groups: dict[tuple[int, int], list[Quantity]] = defaultdict(list)
    for q in r.quantities:
        if q.sentence < 0 or not q.exact or metric(q) != "found" or q.value < 10:
            continue
        s = r.sentences[q.sentence]
        path = r.headings[s.section].path if s.section >= 0 else ()
        groups[path[0] if path else -1, path[1] if len(path) > 1 else s.paragraph].append(q)
    for mine in groups.values():
        judged = _judge(r, mine[:40])
        if judged:
            yield judged


def _judge(r: Reading, mine: list[Quantity]) -> Finding | None:
    picked: list[Quantity] = []
    for q in mine:
        segment = _segment(r, q)
        if _CAMPAIGN.search(segment) and "其中" not in segment and all(q.value != p.value for p in picked):
            picked.append(q)
    if len(picked) < _LEAST or _SAID.search(r.norm[picked[0].start : picked[-1].end]):
        return None
    by_sector = [words.sectors(_segment(r, q)) for q in picked]
    apart = all(by_sector) and all(not a & b for n, a in enumerate(by_sector) for b in by_sector[n + 1 :])
    sums = sum(q.value for q in picked[1:])
    if apart or picked[0].value == sums or picked[-1].value == sum(q.value for q in picked[:-1]):
        return None
    listed = "、".join(q.text for q in picked)
    return r.finding(
        10, "overlap", HINT, r.of(picked[0]), *map(r.of, picked[1:]), listed=listed, count=str(len(picked))
    )


def _segment(r: Reading, q: Quantity) -> str:
    """From the last full stop, semicolon or 一是 up to the number."""
    s = r.sentences[q.sentence]
    head = s.text[: q.start - s.start]
    return re.split(r"；|[一二三四五六七八九十]是", head)[-1]
