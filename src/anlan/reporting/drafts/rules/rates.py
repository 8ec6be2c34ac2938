"""Rule 2: percentages that do not follow from the two numbers they are made of, shares above a hundred.

Source: house rule (the draft checker, rule 2).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

from anlan.reporting.drafts.arithmetic import together
from anlan.reporting.drafts.finding import DOUBT, ERROR, Finding
from anlan.reporting.drafts.numerals import UNBOUNDED
from anlan.reporting.drafts.quantities import Quantity, shown
from anlan.reporting.drafts.reading import Reading

__all__ = ["rates"]

_RATE = re.compile(
    r"(?P<name>[一-鿿]{0,8}?)(?:率|比例|比率|占比|覆盖面)(?:均|已|也|都|分别|同比|由|从)?(?:实现|完成|保持在|提高到|提升到|提升至|上升至|升至|稳定在|达到了|达到|达|是|为|：)?$"
)
_SHARE = re.compile(r"占(?P<of>[^，。；]{0,14}?)(?:的比例|的比重|比例|比重)?(?:为|达到|达|是|：)?$")
_PLAN = re.compile(r"完成(?:全年|年度|季度|上级)?(?P<of>计划|任务|目标|指标)(?:任务|数|量)?的$")
_VIEW = re.compile(r"(?:从|按)[^，。；\d]{1,8}(?:看|分|来看)")
_CHANGE = re.compile(
    r"同比|环比|较|比上|比去|相比|增长|下降|上升|减少|增加|提高了|降低|提升了|降幅|增幅|增速|幅度|升|降"
)
_TARGET = re.compile(r"要求|确保|力争|目标|不低于|不少于|以上|计划|应当|须|争取|标准")
_CORES = (
    ("整改", "整改|修复|治理|销号|消除"),
    ("销号", "销号|整改"),
    ("完成", "完成|已|完工|建成|竣工"),
    ("办结", "办结|办理|办复|回复"),
    ("合格", "合格|通过|及格"),
    ("及格", "及格|合格|通过"),
    ("通过", "通过|合格"),
    ("达标", "达标|合格|通过|创建"),
    ("持证", "持证|取证|取得"),
    ("覆盖", "覆盖|安装|参与|完成|签订|检查"),
    ("签订", "签订|签"),
    ("参保", "参保|投保"),
    ("投保", "投保|参保"),
    ("安装", "安装|完成"),
    ("到位", "到位"),
    ("参训", "参训|参加|培训|完成"),
    ("参与", "参与|参加"),
    ("参加", "参加|参与|参训|到"),
    ("培训", "培训|参训|完成"),
    ("应答", "应答|接听|回应"),
    ("响应", "响应|应答"),
    ("接通", "接通|接听"),
    ("到岗", "到岗|在岗"),
    ("报废", "报废"),
    ("检验", "检验"),
    ("上线", "上线|在线|接入"),
    ("在线", "在线|上线"),
    ("接入", "接入|联网"),
    ("联网", "联网|接入"),
    ("入库", "入库|录入"),
    ("录入", "录入|入库"),
    ("建档", "建档"),
    ("申报", "申报"),
    ("备案", "备案"),
    ("开工", "开工"),
    ("竣工", "竣工|完工|完成"),
    ("开展", "开展|完成"),
    ("落实", "落实|完成"),
    ("执行", "执行|支出|完成"),
    ("处置", "处置|处理|办结"),
    ("转移", "转移"),
    ("立案", "立案"),
    ("破案", "破|侦破"),
    ("检查", "检查"),
    ("抽查", "抽查"),
)
_HUNDRED = Decimal(100)


def rates(r: Reading) -> Iterator[Finding]:
    """Rates and shares against the numbers before them in the sentence or in the one before."""
    for s in r.sentences:
        shares: list[Quantity] = []
        pairs: list[tuple[Quantity, Quantity]] = []
        for number, q in enumerate(s.quantities):
            if q.kind != "percent":
                continue
            lead = r.norm[max(s.start, q.start - 24) : q.start]
            lead = re.split(r"[，；。（）]", lead)[-1]
            rate, share = _RATE.search(lead), _SHARE.search(lead)
            share = share or _PLAN.search(lead)
            if _CHANGE.search(lead) or (not rate and not share):
                continue
            if q.span.low > _HUNDRED and not re.search(
                r"完成率|执行率|增长率|完成.{0,6}率|完成[^，。；]{0,6}的$|满负荷|覆盖率达到任务", lead
            ):
                yield r.finding(2, "over_hundred", ERROR, r.place(q.start - len(lead.strip()), q.end), rate=q.text)
            elif s.text[q.end - s.start : q.end - s.start + 1] not in {"-", "的"}:
                before = s.quantities[:number]
                counted = [p for p in before if p.kind in {"count", "money", "size"}]
                alone = not any(together(p, counted[-1]) for p in counted[:-1]) if counted else True
                if alone and s.index and r.sentences[s.index - 1].paragraph == s.paragraph:
                    before = [*r.sentences[s.index - 1].quantities, *before]
                follows = s.quantities[number + 1] if number + 1 < len(s.quantities) else None
                if follows is not None and re.match(r"（[^）\d]{1,8}$", r.norm[q.end : follows.start]):
                    before = [*before, follows]
                if share and (_named(share["of"]) or (alone and _VIEW.search(s.text[: q.start - s.start]))):
                    before = [
                        *(p for m in r.sentences[max(0, s.index - 3) : s.index] for p in m.quantities),
                        *s.quantities[:number],
                    ]
                judged = (
                    _share(r, q, before, share["of"]) if share else _rate(r, q, before, rate["name"] if rate else "")
                )
                if judged:
                    yield judged
            if share:
                shares.append(q)
                if number and s.quantities[number - 1].kind == "count":
                    pairs.append((s.quantities[number - 1], q))
        yield from _sum_of_shares(r, shares)
        yield from _outlier(r, pairs)


def _named(of: str) -> str:
    """What a share says it is of: 死亡 in 占全市死亡人数的; empty for 总数 and the like."""
    core = re.sub(r"[全总本]|[省市县区镇乡]的?|起数|数|的|比例|占比|部|量|人", "", of)
    return core if len(core) >= 2 else ""


def _candidates(before: list[Quantity]) -> list[Quantity]:
    return [
        p
        for p in before[-24:]
        if p.arabic and p.kind in {"count", "money", "size"} and not p.ranged and p.span.high < UNBOUNDED
    ]


def _fits(part: Quantity, whole: Quantity, q: Quantity) -> bool:
    """Whether part/whole, rounded or cut off, can be the percentage as stated."""
    if whole.span.high <= 0:
        return False
    low = part.span.low / whole.span.high * _HUNDRED
    high = part.span.high / max(whole.span.low, Decimal("0.001")) * _HUNDRED
    if q.exact and q.value == _HUNDRED:
        return low <= _HUNDRED <= high + Decimal("0.5") if part.exact and whole.exact else high >= _HUNDRED
    slack = q.span.step if q.exact else Decimal(0)
    return low < q.span.high + slack and high > q.span.low - slack


def _rate(r: Reading, q: Quantity, before: list[Quantity], name: str) -> Finding | None:
    near = _candidates(before)
    words = next(
        (w for core, w in _CORES if name.endswith(core)), next((w for core, w in _CORES if core in name), name[-2:])
    )
    if (
        not words
        or len(near) < 2
        or _TARGET.search(re.split(r"[，；。]", r.norm[max(0, q.start - 24) : q.end + 3])[-1])
    ):
        return None
    for n, part in enumerate(reversed(near)):
        at = len(near) - 1 - n
        if not re.search(words, part.pre[-14:] + "|" + part.post):
            continue
        wholes = [p for p in near[:at] if _same_thing(p, part) and p.span.high >= part.span.low]
        wholes = [p for p in wholes if not re.search(r"[及和与、]$", r.norm[p.end : part.start])]
        if not wholes or not _is_of(name, part, wholes):
            continue
        pairs = [(b, a) for i, a in enumerate(near) for b in near[i + 1 :] if together(a, b)]
        pairs += [(a, b) for b, a in pairs]
        if any(_fits(b, a, q) for b, a in pairs):
            return None
        if _LEFT.search(part.pre[-6:] + "|" + part.post[:6]):
            return _left(r, q, part, wholes[-1])
        return _finding(r, q, part, wholes[-1])
    return None


_LEFT = re.compile(r"还有|尚有|仍有|剩余|其余|没有|尚未|未|正在")


def _left(r: Reading, q: Quantity, rest: Quantity, whole: Quantity) -> Finding | None:
    """5632条，还有73条没有整改，整改率98.7%: the rate is that of what is done."""
    true = (whole.value - rest.value) / whole.value * _HUNDRED if whole.value else Decimal(0)
    if abs(true - q.value) < q.span.step or not (q.exact and rest.exact and whole.exact):
        return None
    text = f"({shown(whole.value)}-{shown(rest.value)})÷{shown(whole.value)}={shown(round(true, 2))}%"
    return r.finding(2, "rate_wrong", ERROR, r.of(q), r.of(whole), r.of(rest), sum=text, rate=q.text)


def _is_of(name: str, part: Quantity, wholes: list[Quantity]) -> bool:
    """Whether what the rate is called after (隐患 in 隐患整改率) is what the numbers count."""
    core = max((c for c, _ in _CORES if name.endswith(c)), key=len, default=name[-2:])
    subject = name.removesuffix(core)
    text = part.near + "".join(p.near for p in wholes)
    return len(subject) < 2 or any(subject[i : i + 2] in text for i in range(len(subject) - 1))


def _same_thing(whole: Quantity, part: Quantity) -> bool:
    loose = {"个", "处", "项", "条", "宗", "件"}
    return together(whole, part) or (whole.unit in loose and part.unit in loose)


def _share(r: Reading, q: Quantity, before: list[Quantity], of: str) -> Finding | None:
    near = _candidates(before[-24:])
    if len(near) < 2:
        return None
    if re.search(r"\d", of) and of[-1:] in "元家个处起人名户件的":
        part, whole = near[-2], near[-1]
        said = together(part, whole) and whole.value >= part.value and part.exact and whole.exact
        return _finding(r, q, part, whole) if said and not _fits(part, whole, q) else None
    part = near[-1]
    wholes = [p for p in near[:-1] if together(p, part) and p.span.high >= part.span.low]
    gap = r.norm[part.end : q.start]
    if not wholes or len(gap) > 30 or "；" in gap or "。" in gap or re.search(r"\d", of):
        return None
    if any(_fits(part, p, q) for p in near[:-1] if p.kind == part.kind):
        return None
    middle = [p for p in before if p.kind == "percent"]
    core = _named(of)
    if core:
        wholes = [p for p in wholes if any(core[i : i + 2] in p.near for i in range(len(core) - 1))][-1:]
    else:
        wholes = [p for p in wholes if not any(p.end <= m.start <= part.start for m in middle)]
    if not wholes:
        return None
    whole = wholes[-1] if len(wholes) == 1 else max(wholes, key=lambda p: p.value)
    between = r.norm[whole.end : part.start]
    if not re.search(r"其中|，|、", between) or (len(between) > 120 and not core):
        return None
    others = [p for p in near[:-1] if together(p, part)]
    rest = sum((p.value for p in others), Decimal(0)) + part.value
    if (
        not core
        and (whole.value != max(p.value for p in others))
        or abs(part.value / rest * _HUNDRED - q.value) < q.span.step
    ):
        return None
    return _finding(r, q, part, whole)


def _finding(r: Reading, q: Quantity, part: Quantity, whole: Quantity) -> Finding:
    true = part.value / whole.value * _HUNDRED if whole.value else Decimal(0)
    places = max(1, -int(q.span.step.as_tuple().exponent)) if isinstance(q.span.step.as_tuple().exponent, int) else 1
    text = f"{shown(part.value)}÷{shown(whole.value)}={shown(round(true, max(places, 2)))}%"
    lead = r.norm[max(0, q.start - 16) : q.start]
    start = q.start - len(re.split(r"[，；。（）]", lead)[-1])
    severity = ERROR if part.exact and whole.exact and q.exact else DOUBT
    return r.finding(2, "rate_wrong", severity, r.place(start, q.end), r.of(whole), r.of(part), sum=text, rate=q.text)


def _outlier(r: Reading, pairs: list[tuple[Quantity, Quantity]]) -> Iterator[Finding]:
    """48件占31.2%、37件占24.0%、33件占12.4%: one share that belongs to another total than all the others."""
    pairs = [(p, q) for p, q in pairs if p.exact and q.exact and q.value > 0 and together(p, pairs[0][0])]
    if not 3 <= len(pairs) <= 20:
        return
    spans = [
        (p.value * _HUNDRED / (q.value + q.span.step), p.value * _HUNDRED / max(q.value - q.span.step, Decimal("0.01")))
        for p, q in pairs
    ]
    for n, (part, q) in enumerate(pairs):
        others = [s for m, s in enumerate(spans) if m != n]
        low, high = max(s[0] for s in others), min(s[1] for s in others)
        if low <= high and (spans[n][0] > high or spans[n][1] < low):
            total = max(round((low + high) / 2), 1)
            text, whole = f"{shown(part.value)}÷{total}={shown(round(part.value * _HUNDRED / total, 2))}%", str(total)
            yield r.finding(2, "share_wrong", DOUBT, r.place(part.start, q.end), sum=text, rate=q.text, whole=whole)


def _sum_of_shares(r: Reading, shares: list[Quantity]) -> Iterator[Finding]:
    """占45%、占30%、占35%: shares of one whole are at most a hundred together."""
    if len(shares) < 2 or not all(q.exact for q in shares) or not all(q.pre.endswith("占") for q in shares):
        return
    total = sum((q.value for q in shares), Decimal(0))
    gaps = [r.norm[a.end : b.start] for a, b in zip(shares, shares[1:], strict=False)]
    if total > _HUNDRED + sum((q.span.step for q in shares), Decimal(0)) and all(
        len(g) < 24 and "；" not in g for g in gaps
    ):
        text = "+".join(shown(q.value) for q in shares) + f"={shown(total)}%＞100%"
        yield r.finding(2, "shares_exceed", DOUBT, r.place(shares[0].start, shares[-1].end), sum=text)
