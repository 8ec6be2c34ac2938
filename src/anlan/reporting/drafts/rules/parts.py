"""Rule 1 within a sentence: parts after 其中, in brackets, after a colon or 分别, before 合计, against their total.

Source: house rule (the draft checker, rule 1).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from anlan.reporting.drafts.arithmetic import scaled, sum_high, sum_low, sum_text, together
from anlan.reporting.drafts.finding import DOUBT, ERROR, Finding
from anlan.reporting.drafts.quantities import Quantity
from anlan.reporting.drafts.reading import Reading
from anlan.reporting.drafts.structure import Sentence

__all__ = ["parts"]

_AMONG = re.compile(r"其中(?![之的])")
_ENDS = re.compile(
    r"[，；](?:同时|此外|另外|另有|另|并(?![列且])|全年|今年以来|目前|截至|截止|累计|共(?!有)|总计|合计|总投资|均|都)"
)
_CHANGE = re.compile(
    r"(?:增加|减少|上升|下降|增长|提高|降低|增|减|多|少|较|比)(?:了|为)?$|每(?:个|家|户|人|起|处)?$|人均|平均|不低于$|原(?:有|来)?$"
)
_EXTREME = re.compile(r"最[大高低小多少长强]|平均|单日|小时|极大|人均|户均")
_ACTION = re.compile(
    r"检查|培训|开展|出动|发放|组织|张贴|约谈|走访|召开|举办|排查|投入|转移|安置|发现|整改|立案|处罚|罚款|参加|参训"
)
_STATUS = re.compile(r"整改|修复|立案|办结|移送|取缔|处罚|罚款|验收|销号|约谈|曝光")
_AXES = (
    re.compile(r"重大|较大"),
    re.compile(r"新增|新建|新购|首次|今年"),
    re.compile(r"男|女"),
    re.compile(r"党员|干部|青年|妇女|老年|儿童|老人|低保|残疾|五保|困难"),
    re.compile(r"重点|主要|规上|规模以上"),
)
_PAIRS = (
    ("重大", "一般"),
    ("男", "女"),
    ("已整改", "未整改"),
    ("城镇", "农村"),
    ("甲级", "乙级"),
    ("A级", "B级"),
    ("轻伤", "重伤"),
)
# Sets that lie inside one another, or that one person may be in twice.
_NESTED = (
    ("成灾", "绝收"),
    ("受灾", "成灾"),
    ("转移", "安置"),
    ("转移", "救助"),
    ("较大", "重大"),
    ("死亡", "失踪"),
    ("重旱", "绝收"),
    ("检查", "隐患"),
    ("规上", "危化"),
    ("特困", "残疾"),
    ("低保", "残疾"),
)
_OPEN_LIST = re.compile(r"等|主要|重点是|包含|例如|如：")
_NOT_PARTS = re.compile(r"^（\s?(?:其中)?(?:不含|含|较|同比|上年|去年|比|环比|另|约|实际|新增|截至|每)")
_TOGETHER = re.compile(r"(合计|共计|总计|总共|一共|累计|共)(\D{0,8})$")


def parts(r: Reading) -> Iterator[Finding]:
    """Parts that exceed their total, or do not make it up where they are listed as all there is."""
    for s in r.sentences:
        if not s.quantities:
            continue
        yield from _among(r, s)
        if len(s.quantities) >= 3:
            yield from _bracketed(r, s)
            yield from _listed(r, s)
            yield from _added(r, s)
        yield from _above(r, s)
        yield from _each(r, s)
        yield from _seen_by(r, s)


def _among(r: Reading, s: Sentence) -> Iterator[Finding]:
    for match in _AMONG.finditer(s.text):
        at = s.start + match.start()
        before = [q for q in s.quantities if q.end <= at]
        if not before and s.index and r.sentences[s.index - 1].paragraph == s.paragraph:
            before = r.sentences[s.index - 1].quantities
        stop, bracketed = _region(s, match.end())
        after = [q for q in s.quantities if at <= q.start < stop and q.kind in {"count", "money", "size"}]
        seen: set[str] = set()
        for first in after:
            key = first.kind if first.kind == "money" else first.unit
            if key in seen:
                continue
            seen.add(key)
            totals = [q for q in before if together(q, first) and not q.ranged]
            mine = [q for q in after if together(q, first) and not _CHANGE.search(q.pre) and not q.ranged]
            mine = [q for q in mine if not _EXTREME.search(q.pre)]
            if totals and mine:
                close = at - totals[-1].end <= 8
                yield from _against(r, s, totals[-1:] if close else totals, mine, bracketed)


def _region(s: Sentence, at: int) -> tuple[int, bool]:
    """Where the parts after 其中 end, and whether they stand in brackets."""
    opened = s.text.rfind("（", 0, at)
    if opened >= 0 and "）" not in s.text[opened:at]:
        closed = s.text.find("）", at)
        return s.start + (closed if closed >= 0 else len(s.text)), True
    stops = [m.start() for m in (_ENDS.search(s.text, at), _AMONG.search(s.text, at)) if m]
    return s.start + min(stops, default=len(s.text)), False


def _against(
    r: Reading, s: Sentence, totals: list[Quantity], mine: list[Quantity], bracketed: bool
) -> Iterator[Finding]:
    total = totals[-1]
    stop = r.norm.find("；", mine[0].end, mine[-1].end) if not bracketed else -1
    near = [q for q in mine if stop < 0 or q.start < stop]
    for q in near:
        if q.span.low > max(t.span.high for t in totals) and not _other_action(q, total):
            facts = {
                "part": q.text,
                "total": total.text,
                "sum": f"{scaled(q.value, [q, total])}＞{scaled(total.value, [q, total])}",
            }
            yield r.finding(1, "part_exceeds", ERROR, r.of(q), r.of(total), **facts)
            return
    all_ = near if len(near) > 1 or any(q.span.low > total.span.high for q in mine) else mine
    listed = _alike(all_)
    if len(listed) < 2:
        return
    if sum_low(listed) > total.span.high and not any(sum_low(listed) <= t.span.high for t in totals):
        severity = ERROR if len(listed) == len(mine) else DOUBT
        yield _sum(r, "parts_exceed", severity, total, listed, "＞")
    elif _whole(s, total, listed, mine) and sum_high(listed) < total.span.low:
        yield _sum(r, "parts_differ", DOUBT, total, listed, "≠")


def _other_action(q: Quantity, total: Quantity) -> bool:
    mine, theirs = _ACTION.search(q.pre), _ACTION.search(total.pre)
    return bool(mine and (not theirs or mine[0] != theirs[0]) and q.unit not in {"处"})


def _alike(mine: list[Quantity]) -> list[Quantity]:
    """Parts of one division: not what became of them, not a second division by size, sex or rank."""
    labels = [re.sub(r"[“‘][^”’]*[”’]", "", q.near).replace("其中", "") for q in mine]
    if any(_STATUS.search(label) for label in labels) and not all(_STATUS.search(label) for label in labels):
        mine = [q for q, label in zip(mine, labels, strict=True) if not _STATUS.search(label)]
        labels = [q.near for q in mine]
    if not mine:
        return []
    for a, b in _NESTED:
        if any(a in n and b not in n for n in labels) and any(b in n and a not in n for n in labels):
            return []
    for axis in _AXES:
        hits = [bool(axis.search(label)) for label in labels]
        if any(hits) and not all(hits):
            return []
    if (
        mine[0].kind == "count"
        and all(_STATUS.search(label) for label in labels)
        and not any("未" in n or "正在" in n or "其余" in n for n in labels)
    ):
        return []
    return mine


def _whole(s: Sentence, total: Quantity, listed: list[Quantity], mine: list[Quantity]) -> bool:
    """Whether the parts are surely meant as all there is: so near to the total that an omission would be odd."""
    text = s.text[max(0, listed[0].start - s.start - 20) : listed[-1].end - s.start + 3]
    if _OPEN_LIST.search(text) or len(listed) != len(mine) or total.value <= 0:
        return False
    labels = [q.near for q in listed]
    for pair in _PAIRS:
        if len(listed) == 2 and all(any(word in label for label in labels) for word in pair):
            return True
    ratio, missing = sum_high(listed) / total.value, total.value - sum_high(listed)
    small = total.value <= 60 and missing <= 2 and total.unit in {"起", "人", "宗", "名"} and ratio >= 0.6
    return (len(listed) >= 3 and ratio >= 0.9) or small or ratio >= 0.98


def _sum(r: Reading, code: str, severity: str, total: Quantity, listed: list[Quantity], sign: str) -> Finding:
    start, end = min(total.start, listed[0].start), max(total.end, listed[-1].end)
    text = f"{sum_text(listed, [total])}{sign}{scaled(total.value, [*listed, total])}"
    places = [r.of(q) for q in listed]
    if end - start <= 200:
        lead = len(total.pre) if start == total.start else 0
        return r.finding(
            1, code, severity, r.place(max(0, start - min(lead, 12)), end), *places, sum=text, total=total.text
        )
    return r.finding(1, code, severity, r.of(total), *places, sum=text, total=total.text)


def _bracketed(r: Reading, s: Sentence) -> Iterator[Finding]:
    """7家(加油站4家、氧气站1家、粉尘企业2家): what stands in brackets right behind a total divides it."""
    for number, total in enumerate(s.quantities[:-2]):
        opened = r.norm.find("（", total.end, min(total.end + 16, s.end))
        if (
            opened < 0
            or re.search(r"[，；、。：]", r.norm[total.end : opened])
            or _NOT_PARTS.match(r.norm[opened : opened + 8])
        ):
            continue
        closed = _closing(r.norm, opened, min(opened + 400, s.end))
        inside = [q for q in s.quantities[number + 1 :] if opened < q.start < closed and together(q, total)]
        between = r.norm[opened:closed]
        if len(inside) < 2 or _OPEN_LIST.search(between) or "其中" in between or _CHANGE.search(inside[0].pre):
            continue
        inside = _alike(inside)
        if len(inside) >= 2 and (sum_low(inside) > total.span.high or sum_high(inside) < total.span.low):
            yield _sum(r, "parts_differ", ERROR, total, inside, "≠")


def _closing(norm: str, opened: int, stop: int) -> int:
    """Where the bracket that opens here is closed, brackets inside it passed over."""
    depth = 0
    for at in range(opened, stop):
        depth += (norm[at] == "（") - (norm[at] == "）")
        if depth == 0:
            return at
    return -1


def _listed(r: Reading, s: Sentence) -> Iterator[Finding]:
    """共检查100家：甲镇30家、乙镇40家、丙镇20家, and the same with 分别."""
    for number, total in enumerate(s.quantities[:-2]):
        if not total.arabic or total.kind not in {"count", "money"}:
            continue
        between = r.norm[total.end : s.quantities[number + 1].start]
        colon = re.match(r"[^，；。（]{0,12}：", between)
        apart = re.search(r"^[^；。（]{0,40}分别", between) and "同比" not in between
        if not (colon or apart):
            continue
        stop = min((n for n in (r.norm.find(c, total.end, s.end) for c in "；。") if n >= 0), default=s.end)
        if s.quantities[number + 1].start > stop:
            continue
        stop = stop if apart else s.end
        listed = [q for q in s.quantities[number + 1 :] if q.start < stop]
        mine = [q for q in listed if together(q, total) and not _CHANGE.search(q.pre)]
        if len(mine) < 2 or _OPEN_LIST.search(r.norm[total.end : mine[-1].end + 2]) or len(_alike(mine)) != len(mine):
            continue
        if any(re.search(r"合计|共|累计|总", q.pre) or _other_action(q, total) for q in mine):
            continue
        ratio = sum_high(mine) / total.value if total.value else 0
        if sum_low(mine) > total.span.high or (sum_high(mine) < total.span.low and ratio > 0.7):
            yield _sum(r, "parts_differ", DOUBT if apart else ERROR, total, mine, "≠")
            return


def _above(r: Reading, s: Sentence) -> Iterator[Finding]:
    """以上共排查重大隐患57项: some of the figures of the paragraph before it add up to it."""
    for total in s.quantities:
        if not re.search(
            r"(?:以上|上述)[^，。；\d]{0,8}(?:共|合计|总计)", r.norm[max(s.start, total.start - 24) : total.start]
        ):
            continue
        before = [
            q for m in r.sentences[max(0, s.index - 8) : s.index] if m.paragraph == s.paragraph for q in m.quantities
        ]
        before = [q for q in (*before, *s.quantities) if q.end <= total.start and together(q, total) and q.exact][-8:]
        if len(before) < 2 or not total.exact:
            continue
        sums = {q.value for q in before}
        for q in before:
            sums |= {total_ + q.value for total_ in sums}
        if total.value not in sums and sum_low(before) != total.value:
            yield _sum(r, "parts_differ", DOUBT, total, before, "≠")


_EACH = re.compile(
    r"(?P<list>(?:[^，。；：、\d（）]{1,14}、)+[^，。；：、\d（）]{1,14}?)各(?P<n>\d+)(?P<unit>[名人个支台份家处套])[，；]?(?:合计|共计|共)(?P<sum>\d+)(?P=unit)"
)


_TIMES = re.compile(
    r"(?P<n>\d+)[支个组队班][^，。；\d]{0,6}，每[支个组队班](?P<m>\d+)(?P<unit>[人名台])，(?:合计|共计|共)(?P<sum>\d+)(?P=unit)"
)


def _each(r: Reading, s: Sentence) -> Iterator[Finding]:
    """行政、技术、巡查责任人各27名，合计81名."""
    for match in _TIMES.finditer(s.text):
        product = int(match["n"]) * int(match["m"])
        if product != int(match["sum"]):
            place = r.place(s.start + match.start(), s.start + match.end())
            yield r.finding(1, "parts_differ", ERROR, place, sum=f"{match['n']}×{match['m']}={product}≠{match['sum']}")
    for match in _EACH.finditer(s.text):
        items = match["list"].count("、") + 1
        if not any(
            int(match["n"]) * k == int(match["sum"]) for k in (items, items + len(re.findall("和|及", match["list"])))
        ):
            text = f"{match['n']}×{items}={int(match['n']) * items}≠{match['sum']}"
            place = r.place(s.start + match.start("list"), s.start + match.end())
            yield r.finding(1, "parts_differ", ERROR, place, sum=text)


_VIEW = re.compile(r"(?:从|按|分)(?!而|业)[^，。；：\d]{1,10}(?:看|分|来看|划分)[，：]")


def _seen_by(r: Reading, s: Sentence) -> Iterator[Finding]:
    """分行业看，道路运输61起、建筑业17起、其他25起: a division of some total said shortly before."""
    views = [s.start + m.start() for m in _VIEW.finditer(s.text)]
    for n, at in enumerate(views):
        stop = views[n + 1] if n + 1 < len(views) else s.end
        mine = [q for q in s.quantities if at < q.start < stop and q.kind == "count" and q.exact and q.arabic]
        mine = [q for q in mine if together(q, mine[0]) and not _CHANGE.search(q.pre)]
        before = [q for m in r.sentences[max(0, s.index - 6) : s.index + 1] for q in m.quantities]
        before = [q for q in before if q.end <= at and mine and together(q, mine[0]) and q.exact]
        if len(mine) < 2 or not before or _OPEN_LIST.search(r.norm[at:stop]):
            continue
        total = sum_low(mine)
        if any(q.value == total for q in before) or len(mine) > 12:
            continue
        close = [q for q in before if abs(q.value - total) * 4 <= q.value and q.value >= max(p.value for p in mine)]
        if close:
            yield _sum(r, "parts_differ", DOUBT, close[-1], mine, "≠")


def _added(r: Reading, s: Sentence) -> Iterator[Finding]:
    """A 10家、B 20家，合计30家."""
    for number, total in enumerate(s.quantities):
        beside = number and s.quantities[number - 1].end == total.start
        match = _TOGETHER.search(s.quantities[number - 1].pre if beside and not total.pre else total.pre)
        if number < 2 or not match or not total.exact or total.kind not in {"count", "money", "size"}:
            continue
        mine: list[Quantity] = []
        for q in reversed(s.quantities[:number]):
            gap = r.norm[q.end : mine[-1].start if mine else total.start]
            if len(gap) > 60 or "；" in gap or _AMONG.search(gap):
                break
            if together(q, total) and not _CHANGE.search(q.pre):
                if mine and "、" not in r.norm[q.end : mine[-1].start] and _chained(r, mine):
                    break
                mine.append(q)
                if re.search(r"合计|共|累计|总", q.pre):
                    break
        mine.reverse()
        if not _adds_up_to(match, total, mine):
            continue
        if sum_low(mine) > total.span.high or sum_high(mine) < total.span.low:
            loose = match[1] in {"累计", "共"}
            yield _sum(r, "parts_differ", DOUBT if loose else ERROR, total, mine, "≠")


def _chained(r: Reading, mine: list[Quantity]) -> bool:
    """Whether what was gathered so far, last first, is already a list joined by 、."""
    return len(mine) >= 2 and all("、" in r.norm[b.end : a.start] for a, b in zip(mine, mine[1:], strict=False))


def _adds_up_to(match: re.Match[str], total: Quantity, mine: list[Quantity]) -> bool:
    """Whether the words say that `total` is the sum of just these."""
    if len(mine) < 2 or any(re.search(r"合计|共|累计|总", q.pre) for q in mine) or len(_alike(mine)) != len(mine):
        return False
    strict = match[1] not in {"累计", "共"}
    rest, text = match[2].strip(), "".join(q.near for q in mine)
    if strict:
        return not rest or rest in text or len(rest) <= 4
    return not rest and total.value >= max(q.value for q in mine) and len(total.post) <= 2
