"""Rule 5: slips of unit or magnitude: 万元 for 元, a price no one pays, a rainfall no one measures.

The ranges are house rules, wide on purpose: what lies outside is out by a factor of hundreds.

Source: house rule (the draft checker, rule 5).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal

from anlan.reporting.drafts import words
from anlan.reporting.drafts.finding import DOUBT, ERROR, Finding
from anlan.reporting.drafts.metrics import metric, noun
from anlan.reporting.drafts.numerals import UNBOUNDED
from anlan.reporting.drafts.quantities import Quantity, shown
from anlan.reporting.drafts.reading import Reading
from anlan.reporting.drafts.structure import Sentence

__all__ = ["magnitude"]

_MULTIPLES = re.compile(r"(?<=\d)(?:万万|亿亿|亿万)元?")
_WAN, _YI = Decimal(10**4), Decimal(10**8)
# Price of one, in 元: least and most. House rule.
_PRICES: tuple[tuple[str, int, int], ...] = (
    ("口罩", 0, 30),
    ("手套", 0, 100),
    ("防护服|隔离衣", 2, 1000),
    ("灭火器", 20, 2000),
    ("灭火毯|逃生绳|手电筒|应急灯|雨衣|雨鞋", 3, 1000),
    ("救生衣|救生圈|安全帽|反光衣", 5, 1000),
    ("烟感", 10, 2000),
    ("报警器|探测器", 10, 20000),
    ("沙袋|编织袋|麻袋", 0, 200),
    ("应急包", 10, 3000),
    ("棉被|被子|毛毯|睡袋|棉大衣|大衣", 10, 1000),
    ("折叠床", 30, 2000),
    ("帐篷", 100, 50000),
    ("卫星电话", 1000, 60000),
    ("对讲机", 50, 20000),
    ("无人机", 500, 1500000),
    ("发电机", 300, 1000000),
    ("水泵|排水泵|抽水机", 100, 1500000),
    ("摄像头|探头|监控", 50, 100000),
    ("宣传单|传单|明白纸|折页|海报", 0, 50),
    ("宣传册|手册|宣传资料", 0, 200),
    ("冲锋舟|橡皮艇", 500, 600000),
    ("油锯|割灌机|风力灭火机", 100, 20000),
    ("方便面|矿泉水|面包", 0, 300),
    ("消防栓|消火栓", 100, 50000),
    ("头盔", 10, 3000),
)
_ITEMS = tuple((re.compile(names), Decimal(low), Decimal(high)) for names, low, high in _PRICES)
_SPENT = re.compile(r"价值|投入|采购|购置|购买|花费|耗资|总价|金额|资金|共计|合计")
_STATE = re.compile(r"生产总值|GDP|存款|贷款|全国|全省|保额|保障|总产值|营业收入|规模")
_GIVEN = re.compile(r"发放|补助|救助|慰问|下拨|补偿|赔付|兑现|奖励|抚恤")
_EACH = re.compile(r"每(?!年|季|月|周)|人均|户均|均价|单价|标准|/|元至|不等|按")
_LARGE_FINE = re.compile(
    r"产值|保额|保险|投资|损失|生产总值|GDP|税收|收入|授信|贷款|销售|营业|保障|存款|项目|工程|预算"
)
_SPENDING = re.compile(r"罚款|罚没|物资|补助|救助|经费|慰问|奖励|奖金|采购|购置|装备|资金")
# More than any county gives or takes in one item, in 元. House rule.
_LIMITS = tuple(
    (re.compile(names), Decimal(most))
    for names, most in (
        ("奖励|奖金|慰问", 5 * 10**7),
        ("罚款|罚没|处罚金额", 5 * 10**8),
        ("救助金|救助资金|补助资金|补助|补贴", 2 * 10**9),
        ("经费|采购|购置|装备", 10**9),
        ("赔付|理赔|赔偿", 10**9),
    )
)
_BIG_COUNT = re.compile(r"容纳|接待群众|参演|参与|转移|安置|撤离|受灾|培训|救助|疏散|参训|宣传教育|参加")
_SMALL_MONEY = re.compile(
    r"(?:投入|争取|安排|落实|拨付|下拨|统筹|筹集|收缴|整合|支出)[一-鿿]{0,10}(?:资金|经费|专项资金|补助资金|补助|罚款|物资)?(?:达|共计|合计|总计|约)?$|(?:资金|经费|罚款|罚没款|处罚金额)(?:共计|合计|达|总计|约|为)?$"
)
_MEASURES: tuple[tuple[re.Pattern[str], str, Decimal, str], ...] = (
    (re.compile(r"雨量|降雨|降水|雨强"), "毫米", Decimal(2500), "mm"),
    (re.compile(r"风力|阵风|风速达|台风"), "级", Decimal(18), "wind"),
    (re.compile(r"地震|震级"), "级", Decimal("9.5"), "quake"),
    (re.compile(r"气温|高温|最高温"), "摄氏度", Decimal(60), "heat"),
)


def magnitude(r: Reading) -> Iterator[Finding]:
    """Money, prices, fines, subsidies and measurements that are out by orders of magnitude."""
    yield from _twice(r)
    for s in r.sentences:
        for number, q in enumerate(s.quantities):
            judged = _money(r, s, number, q) if q.kind == "money" else _measured(r, q)
            if judged:
                yield judged
    for match in _MULTIPLES.finditer(r.norm):
        yield r.finding(5, "multiple_twice", ERROR, r.place(match.start(), match.end()), typed=match[0])


def _money(r: Reading, s: Sentence, number: int, q: Quantity) -> Finding | None:
    around = r.norm[max(s.start, q.start - 30) : min(s.end, q.end + 14)]
    decimals = len(q.digits.partition(".")[2])
    whole = len(q.digits.replace(",", "").partition(".")[0])
    if q.span.low >= 1000 * _YI and q.span.high < UNBOUNDED and not _STATE.search(around):
        facts = {
            "money": q.text,
            "yi": shown(q.value / _YI),
            "plain": q.digits + ("亿元" if q.multiple == "万亿" else "万元"),
        }
        return r.finding(5, "money_huge", DOUBT, r.of(q), **facts)
    if q.multiple in {"万", "亿"} and not _LARGE_FINE.search(around):
        cents = q.multiple == "万" and whole >= 6 and decimals == 2
        if cents or (q.span.low >= 50 * _YI and _SPENDING.search(around)):
            facts = {"money": q.text, "yi": shown(round(q.value / _YI, 2)), "plain": f"{q.digits}元"}
            return r.finding(5, "money_huge", ERROR, r.of(q), **facts)
    if re.search(r"每[只具床件顶份张][^，。；]{0,6}$", q.pre) and q.span.low >= 100_000:
        return r.finding(5, "price_odd", DOUBT, r.of(q), sum=f"{shown(q.value)}元", money=q.text)
    limit = next((most for words_, most in _LIMITS if words_.search(q.pre)), None)
    if limit is not None and q.span.low >= limit and q.span.high < UNBOUNDED and not _LARGE_FINE.search(around):
        facts = {
            "money": q.text,
            "yi": shown(round(q.value / _YI, 2)),
            "plain": q.digits + ("万元" if q.multiple == "亿" else "元"),
        }
        return r.finding(5, "money_huge", DOUBT, r.of(q), **facts)
    if _EACH.search(r.norm[max(s.start, q.start - 8) : min(s.end, q.end + 3)]):
        return _average(r, s, number, q)
    return _fine(r, s, number, q) or _price(r, s, number, q) or _given(r, s, number, q) or _tiny(r, s, q)


def _average(r: Reading, s: Sentence, number: int, q: Quantity) -> Finding | None:
    """理赔9起，赔付283万元，平均每起31.4万元: the average is the one by the other."""
    match = re.search(r"平均每(.)[^，。；\d]{0,6}$", q.pre)
    before = s.quantities[max(0, number - 4) : number]
    money = next((p for p in reversed(before) if p.kind == "money" and p.exact), None)
    count = next((p for p in reversed(before) if match and p.unit == match[1] and p.exact and p.value > 0), None)
    if not match or money is None or count is None or not q.exact:
        return None
    true = money.value / count.value
    if abs(true - q.value) <= max(q.span.step, true / 50):
        return None
    text = f"{shown(money.value)}元÷{shown(count.value)}={shown(round(true, 2))}元"
    return r.finding(5, "average_wrong", DOUBT, r.of(q), r.of(money), r.of(count), sum=text, money=q.text)


def _fine(r: Reading, s: Sentence, number: int, q: Quantity) -> Finding | None:
    if metric(q) != "fine":
        return None
    for p in reversed(s.quantities[max(0, number - 3) : number]):
        if (
            p.kind == "count"
            and words.CASES.search(p.near)
            and p.unit in {"起", "件", "宗", "例", "次", "家"}
            and p.span.low > 0
        ):
            each = q.value / p.span.high if p.span.high < UNBOUNDED else q.value
            filed = bool(re.search(r"立案|行政处罚", p.near))
            if each < (100 if filed else 10) or each > 5_000_000:
                text = f"{shown(q.value)}元÷{shown(p.value)}={shown(round(each, 2))}元"
                return r.finding(5, "fine_odd", DOUBT, r.of(q), r.of(p), sum=text, money=q.text)
            return None
    return None


def _price(r: Reading, s: Sentence, number: int, q: Quantity) -> Finding | None:
    if not _SPENT.search(r.norm[max(s.start, q.start - 20) : q.start]):
        return None
    begin = max((r.norm.rfind(c, s.start, q.start) for c in "；。"), default=s.start)
    stop = min((n for n in (r.norm.find(c, q.end, s.end) for c in "；。") if n >= 0), default=s.end)
    around = [p for p in s.quantities if begin <= p.start < stop and p is not q]
    counted = [
        p for p in around if p.kind == "count" and p.unit not in {"人", "名", "家", "户", "次", "人次", "场", "期"}
    ]
    if any(p.kind == "money" for p in around) or not counted or abs(counted[-1].start - q.start) > 60:
        return None
    if len(counted) > 1:
        return _bundle(r, q, [p for p in counted if p.end <= q.start])
    item = counted[-1]
    for names, low, high in _ITEMS:
        if names.search(item.post[:10]) or (not item.post and names.search(item.pre[-8:])):
            more = re.search(r"等|及|以及|和|、", r.norm[item.end : max(q.start, item.end + 16)]) is not None
            each = q.value / item.value if item.value > 0 else Decimal(0)
            if each > high * (20 if more else 1) or (each < low and item.value > 0):
                text = f"{shown(q.value)}元÷{shown(item.value)}={shown(round(each, 2))}元"
                return r.finding(5, "price_odd", DOUBT, r.of(q), r.of(item), sum=text, money=q.text)
    return None


def _bundle(r: Reading, q: Quantity, counted: list[Quantity]) -> Finding | None:
    """Several kinds for one sum: too much where all of them at their dearest would cost less."""
    dearest = [
        next((high for names, _, high in _ITEMS if names.search(f"{p.pre[-8:]} {p.post}")), None) for p in counted
    ]
    if not counted or any(high is None for high in dearest):
        return None
    most = sum((p.value * high for p, high in zip(counted, dearest, strict=True) if high is not None), Decimal(0))
    if q.span.low <= most or re.search("等", r.norm[counted[-1].end : q.start]):
        return None
    text = f"{shown(q.value)}元÷{shown(sum((p.value for p in counted), Decimal(0)))}件"
    return r.finding(5, "price_odd", DOUBT, r.of(q), *map(r.of, counted), sum=text, money=q.text)


def _given(r: Reading, s: Sentence, number: int, q: Quantity) -> Finding | None:
    if not _GIVEN.search(r.norm[max(s.start, q.start - 24) : min(s.end, q.end + 10)]):
        return None
    near = [p for p in s.quantities[max(0, number - 2) : number + 2] if p is not q and p.kind == "count"]
    for p in near:
        if p.unit in {"户", "人", "名", "户次", "人次"} and abs(p.start - q.start) < 50 and p.value > 0:
            each = q.value / p.value
            most = Decimal(1_000_000) if p.unit == "户" else Decimal(500_000)
            if each > most or each < 1:
                text = f"{shown(q.value)}元÷{shown(p.value)}={shown(round(each, 2))}元"
                return r.finding(5, "subsidy_odd", DOUBT, r.of(q), r.of(p), sum=text, money=q.text)
    return None


def _tiny(r: Reading, s: Sentence, q: Quantity) -> Finding | None:
    """投入资金120元: an office's spending of less than a thousand 元 has lost its 万."""
    if (
        q.multiple
        or not q.exact
        or q.value >= 2000
        or not _SMALL_MONEY.search(r.norm[max(s.start, q.start - 24) : q.start])
    ):
        return None
    if (
        re.match(r"的罚|罚款|以上|以下", q.post)
        or re.search(r"处以|处罚款|当场|补缴|退赔|悬赏", q.pre)
        or "人" in q.pre[-6:]
    ):
        return None
    return r.finding(5, "money_tiny", DOUBT, r.of(q), money=q.text)


def _measured(r: Reading, q: Quantity) -> Finding | None:
    hourly = q.unit == "毫米" and re.search(r"(?:小时|雨强)[^，。；]{0,10}$", r.norm[max(0, q.start - 14) : q.start])
    if (
        hourly
        and 300 < q.span.low < UNBOUNDED
        and not re.search(r"(?:[2-9]|1[0-9]|2[0-9]|4[0-9]|7[0-9])\s?小时", r.norm[q.start - 14 : q.start])
    ):
        return r.finding(5, "measure_odd", ERROR, r.of(q), measure=q.text, most="每小时300毫米")
    for named, unit, most, _ in _MEASURES:
        if (
            q.unit == unit
            and named.search(r.norm[max(0, q.start - 30) : q.start])
            and q.span.low > most
            and q.span.low < UNBOUNDED
        ):
            return r.finding(5, "measure_odd", ERROR, r.of(q), measure=q.text, most=f"{shown(most)}{unit}")
    if q.kind == "count" and q.unit in {"人", "名", "户"} and q.span.low >= 3_000_000 and _BIG_COUNT.search(q.pre):
        return r.finding(5, "people_odd", DOUBT, r.of(q), people=q.text)
    return None


def _twice(r: Reading) -> Iterator[Finding]:
    """罚款166.7万元 here and 166.7元 or 166.7亿元 there: the same digits for the same thing in another multiple."""
    by_digits: dict[str, list[Quantity]] = defaultdict(list)
    for q in r.quantities:
        if q.kind == "money" and len(q.digits.replace(".", "").rstrip("0")) >= 2:
            group = by_digits[q.digits]
            if len(group) < 6:
                other = next((p for p in group if p.multiple != q.multiple and _same(p, q)), None)
                if other is not None:
                    yield r.finding(5, "money_twice", ERROR, r.of(q), r.of(other), one=other.text, other=q.text)
                group.append(q)


def _same(p: Quantity, q: Quantity) -> bool:
    if metric(p) == metric(q) == "fine":
        return True
    tail = re.sub(r"[共计约达了为已累合总]", "", q.pre)[-4:]
    return len(tail) >= 4 and tail in re.sub(r"[共计约达了为已累合总]", "", p.pre) and noun(p) == noun(q)
