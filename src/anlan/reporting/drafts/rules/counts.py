"""Rule 7: a count that its enumeration contradicts: 省、市、区两级, 4大类 followed by three.

Source: house rule (the draft checker, rule 7).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from anlan.reporting.drafts.finding import DOUBT, ERROR, Finding
from anlan.reporting.drafts.numerals import han
from anlan.reporting.drafts.reading import Reading

__all__ = ["counts"]

_NUM = r"\d{1,2}|[一二两三四五六七八九十]{1,3}"
_MEASURE = (
    "大类|个|家|级|类|项|大|种|镇|乡|村|县|区|市|街道|部门|行业|领域|方面|条|支|座|所|处|名|位|"
    "张|起|场|期|点|环节|层面|单位|企业|步"
)
# A list, 等 or not, then number, measure word and noun: 东城、西城、院桥三个镇.
_AFTER = re.compile(
    rf"(?P<list>(?:[^，。；：！？\n、（）]{{1,24}}、){{1,30}}[^，。；：！？\n、（）]{{1,30}}?)(?P<etc>等)?(?P<num>{_NUM})(?P<unit>{_MEASURE})(?P<noun>[一-鿿]{{0,6}})"
)
_LEVELS = re.compile(
    r"(?<![一-鿿])?(?P<list>[国部省市区县旗乡镇街村社组企]{2,8})(?P<num>[二两三四五六]|\d)级(?!以上|及|公路|响应|标准|企业|医院|单位|重大|文物|资质|风险|管控的|预警)"
)
# A number, measure word and noun, then the list behind a colon or in brackets: 4大类：A、B、C.
_BEFORE = re.compile(
    rf"(?P<num>(?<![\d.零一二三四五六七八九十百千万第])(?:{_NUM}))(?P<unit>{_MEASURE})(?P<noun>[^，。；：！？\n（）、\d]{{0,16}}|(?<=类)\d+(?:种|项|个)[^，。；：！？\n（）、]{{0,12}})"
    r"(?P<open>：|（(?:即|分别是|分别为|包括|为)?：?|，?(?:即|分别是|分别为|包括)：?)(?P<list>[^。；！？\n）：]{2,400})(?P<close>[。；！？\n）]|$)"
)
_ITEMS = re.compile(
    rf"(?P<num>(?<![\d.零一二三四五六七八九十百千万第])(?:{_NUM}))(?P<unit>个|项|大|条|点|方面|步|种)(?P<noun>[^，。；：！？\n（）、\d]{{0,14}})[：。，；]?\s?(?:即|就是|主要是)?：?\s?(?P<first>一是|（?一）|第一，)"
)
_QUOTED = re.compile(r"[“‘”][^“”‘’]*[”’]|《[^《》]*》|（[^（）]*）")
_AND = re.compile(r"和|及|与|以及|暨|或")
_VAGUE = re.compile(r"等$|等等|之一|以上|左右|不同|多$|余$|各类|其他$")
_LONE = re.compile(r"^(?:含|其中|不含|指|如|见|按|注|每|较|同比|上年|去年|实际|共|不|已|未|另|原)")
_ORDER = "一二三四五六七八九十"


def counts(r: Reading) -> Iterator[Finding]:
    """Lists against the number right behind or before them, 一是…二是… against the number announced."""
    plain = _QUOTED.sub(lambda m: m[0][0] + "\x01" * (len(m[0]) - 2) + m[0][-1], r.norm)
    seen: set[int] = set()
    for judged in (*_after(r, plain), *_levels(r), *_before(r), *_announced(r)):
        if judged.place.start not in seen:
            seen.add(judged.place.start)
            yield judged


def _value(word: str) -> int:
    return int(word) if word.isdigit() else int(han(word) or 0)


def _possible(listed: list[str]) -> tuple[int, int]:
    """How few and how many things a list may name: 和 may join two of them or stand inside one."""
    joins = sum(1 for item in listed if _AND.search(item.strip("和及与")[1:-1] if len(item) > 2 else ""))
    return len(listed), len(listed) + joins


def _after(r: Reading, plain: str) -> Iterator[Finding]:
    bare = re.sub(r"（[^（）\n]{0,30}）", lambda m: "\x02" * len(m[0]), plain)
    at = 0
    while match := _AFTER.search(bare, at):
        at = match.end("num")
        number, listed = _value(match["num"]), _split(match["list"])
        listed[0] = re.split(r"\d", listed[0])[-1]
        if len(listed[0]) < 2 and re.search(r"\d", match["list"]):
            continue
        if number < 2 or match["unit"] in {"市", "区", "县", "点"} and not match["noun"] or _far(match, bare):
            continue
        low, high = _possible(listed)
        if _starts_inside(listed[0]):
            low = low - 1 if len(listed[0]) > 14 else low
        if re.search(r"联合|会同|协同|牵头|[与和]", listed[0]):
            high += 1
        wrong = low > number if match["etc"] else not low <= number <= high
        if not wrong or not _plain_list(listed, match):
            continue
        start = match.start() + len(match["list"]) - len(match["list"].lstrip())
        place = r.place(max(start, match.end() - 80), match.end())
        severity = ERROR if match["unit"] in {"级", "镇", "乡", "村"} or all(len(i) <= 6 for i in listed) else DOUBT
        facts = {
            "items": "、".join(i.strip() for i in listed),
            "listed": _bounds(low, high),
            "number": match["num"] + match["unit"],
        }
        yield r.finding(7, "count_list", severity, place, **_readable(r, facts, match.start(), match.end("list")))


def _readable(r: Reading, facts: dict[str, str], start: int, end: int) -> dict[str, str]:
    return {**facts, "items": r.text[start:end].strip()[-60:]}


def _bounds(low: int, high: int) -> str:
    return str(low) if low == high else f"{low}至{high}"


def _split(text: str) -> list[str]:
    return text.split("、")


def _far(match: re.Match[str], bare: str) -> bool:
    """A list that belongs to something else: a verb or 的 between it and the number, a number inside it, a longer word."""
    last = match["list"].rsplit("、", 1)[-1]
    follows = bare[match.end("unit") : match.end("unit") + 2]
    if re.match(r"以上|多|余|左右|月|小时|百分|工作日|人次", follows) or re.search(
        r"第$|“$|[\d.]$|每$|各$|近$|约$|超$|前$|\x02$", last
    ):
        return True
    if re.search(r"\d", match["list"].partition("、")[2]) or re.search(r"[“‘]\x01*[”’]?$", last) and not match["etc"]:
        return True
    return bool(_VERB.search(last)) and not match["etc"]


_VERB = re.compile(
    r"共|的$|对|将|了|已|在|有|开展|组织|建立|制定|成立|设立|下发|发现|检查|实现|形成|落实|推进|完成|投入|抓好|做好|实施|新增|建成|建设了|安排|召开|打造|培育|"
    r"创建|执行|突出|围绕|聚焦|坚持|把握|严守|强化|深化|推动|印发|出台|增强|健全|完善|做到|坚定|派出|争取|确定|划分|分为|抽调|举办|涉及|覆盖|排查|整治|取缔|约谈|查处|处罚|分"
)


def _starts_inside(first: str) -> bool:
    return bool(re.search(r"的|对|在|由|从|将|把|向|了|有", first))


def _plain_list(listed: list[str], match: re.Match[str]) -> bool:
    """Whether the items are names of one kind: none has a verb of its own but the first, which may begin earlier."""
    rest = listed[1:]
    if any(len(item) > 22 for item in rest) or any(re.search(r"[，。]", i) for i in rest):
        return False
    if match["etc"]:
        return all(len(i) <= 16 for i in rest)
    noun = match["noun"]
    if match["unit"] == "级":
        return all(len(i.strip("\x02")) <= 8 for i in rest)
    return bool(noun) or match["unit"] in {
        "类",
        "大类",
        "镇",
        "乡",
        "村",
        "街道",
        "部门",
        "行业",
        "领域",
        "方面",
        "环节",
        "层面",
    }


_SPELT = re.compile(r"乡镇|镇街|区县|县区|街道|村组|村社|村居|社区|国家|省部|部省")


def _levels(r: Reading) -> Iterator[Finding]:
    """省市县三级: each character is a level; 乡镇, 镇街 and 区县 may be one or two."""
    for match in _LEVELS.finditer(r.norm):
        word, number = match["list"], _value(match["num"])
        if match.start() and r.norm[match.start() - 1] in "、和及-":
            continue
        pairs = len(_SPELT.findall(word))
        if number < 2 or len(word) - pairs <= number <= len(word) or (len(word) == 2 and pairs):
            continue
        facts = {"items": word, "listed": _bounds(len(word) - pairs, len(word)), "number": match["num"] + "级"}
        yield r.finding(7, "count_list", ERROR, r.place(match.start(), match.end()), **facts)


def _before(r: Reading) -> Iterator[Finding]:
    at = 0
    while match := _BEFORE.search(r.norm, at):
        at = match.end("unit")
        number, text = _value(match["num"]), match["list"]
        bracket = match["open"].startswith("（")
        if number < 2 or (bracket and match["close"] != "）") or _LONE.match(text) or re.search(r"\d", text):
            continue
        if "、" not in text or any(_VAGUE.search(said) for said in (text.rstrip("”"), match["noun"][:2])):
            continue
        if re.search(r"[一二三]是|^\s?[一二三四五六七八九十]、", text):
            continue
        covered = _QUOTED.sub(lambda m: "\x01" * len(m[0]), text)
        if not bracket and "，" in covered:
            covered, rest = covered.split("，", 1)
            if "、" in rest or "、" not in covered:
                continue
        low, high = _possible(_split(covered))
        if "，" in covered or low <= number <= high or any(len(i) > 24 for i in _split(covered)):
            continue
        stop = match.start("list") + len(covered)
        place = r.place(match.start(), min(stop, match.start() + 160))
        facts = {"items": r.text[match.start("list") : stop].strip()[:60], "listed": _bounds(low, high)}
        severity = ERROR if bracket or match["open"].endswith("：") else DOUBT
        yield r.finding(7, "count_list", severity, place, number=match["num"] + match["unit"], **facts)


def _announced(r: Reading) -> Iterator[Finding]:
    """抓好以下四项工作：一是…二是…三是…: as many as were announced, up to the end of the paragraph."""
    for match in _ITEMS.finditer(r.norm):
        number = _value(match["num"])
        if number < 2 or number > 10 or match["first"] != "一是":
            continue
        stop = r.norm.find("\n", match.end())
        body = r.norm[match.end("first") - 2 : stop if stop >= 0 else len(r.norm)][:6000]
        again = body.find("一是", 2)
        head = re.search(r"[。\s]（[一二三四五六七八九十]）|[。\s][一二三四五六七八九十]、", body)
        body = body[: min(n for n in (again if again > 0 else len(body), head.start() if head else len(body)))]
        last = 1
        for k in range(2, 11):
            if re.search(rf"(?:^|[，。；：！？\s”）]){_ORDER[k - 1]}是", body):
                last = k
        lead = r.norm[max(0, match.start() - 12) : match.start()]
        if (
            last > 1
            and last != number
            and re.search(r"以下|如下|下列|从|重点|主要|采取|突出|抓好|做到|做好|存在", lead + match["noun"])
        ):
            place = r.place(match.start(), match.start("first"))
            yield r.finding(7, "count_items", DOUBT, place, number=match["num"] + match["unit"], listed=str(last))
