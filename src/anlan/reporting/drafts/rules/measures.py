"""Rule 9: measure words that are typing slips: 8加涉氨企业 for 8家, 事故3家, 31个个.

Source: house rule (the draft checker, rule 9).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from anlan.reporting.drafts.finding import DOUBT, ERROR, Finding
from anlan.reporting.drafts.quantities import Quantity
from anlan.reporting.drafts.reading import Reading

__all__ = ["measures"]

_DIGIT = r"(?<![\d.A-Za-z+×-])(?P<number>\d[\d,]*(?:\.\d+)?万?[余多]?|[二两三四五六七八九十]{1,3}[余多]?)"
_ENTERPRISE = "企业|单位|公司|场所|商户|门店|加油站|工厂|经营户|商铺|店|厂|酒店|宾馆|医院|养老院|学校|机构|车间|矿山"
# What was typed -> what was meant, what follows it, what stands before the number (either proves it).
_SLIPS: tuple[tuple[str, str, str, str], ...] = (
    ("加", "家", rf"[^\d，。；：、]{{0,12}}(?:{_ENTERPRISE})", rf"(?:{_ENTERPRISE})共?$"),
    ("架", "家", rf"[^\d，。；：、]{{0,10}}(?:{_ENTERPRISE})", rf"(?:{_ENTERPRISE})共?$"),
    (
        "各",
        "个",
        (
            r"[一-鿿]{0,4}?(?:隐患|问题|村|乡镇|项目|工地|小区|单位|部门|点位|安置点|街道|社区|监测点|"
            r"行业)"
        ),
        r"(?:隐患|问题|项目|工地|小区|点位|安置点|监测点|督导组|检查组|工作组)$",
    ),
    (
        "出|础|触|外",
        "处",
        r"(?:隐患|问题|安全隐患|重大|一般|点位|地质灾害|风险|险情|工地|滑坡|场所)",
        r"(?:隐患|问题|点位|隐患点|风险点|险情|场所|地质灾害点)$",
    ),
    (
        "其|器|气|启",
        "起",
        r"(?:事故|案件|火灾|火情|险情|警情|一般|较大|道路|生产|亡人|突发)",
        r"(?:事故|案件|火灾|火情|险情|警情|立案|查处|处罚)$",
    ),
    (
        "想|向|像|巷",
        "项",
        r"(?:隐患|问题|任务|工作|措施|制度|重点|整改|清单|内容)",
        r"(?:隐患|问题|任务|措施|制度|清单|工作)$",
    ),
    (
        "明|铭|茗",
        "名",
        r"(?:干部|人员|群众|队员|学员|职工|网格员|党员|安全|消防|专家|执法|村民|师生|负责人|民兵|志愿)",
        r"(?:干部|人员|群众|队员|学员|职工|网格员|党员|专家|村民|师生|负责人|志愿者)$",
    ),
    (
        "量|俩|亮",
        "辆",
        r"(?:车|消防车|渣土车|客车|货车|大型|危化品运输车|电动)",
        r"(?:车|车辆|客车|货车|自行车|消防车)$",
    ),
    (
        "坐|做",
        "座",
        r"(?:水库|桥|山塘|矿|尾矿库|加油站|消防站|泵站|大坝|小型)",
        r"(?:水库|桥梁|桥|山塘|尾矿库|加油站|消防站|泵站)$",
    ),
    ("锁", "所", r"(?:学校|幼儿园|中小学|医院|敬老院|养老|民办|乡镇)", r"(?:学校|幼儿园|中小学|医院|敬老院)$"),
    (
        "分",
        "份",
        r"(?:文书|通知书|宣传|资料|责任书|承诺书|整改|倡议书|告知书|交办单|问卷|手册|执法)",
        r"(?:文书|通知书|资料|责任书|承诺书|倡议书|告知书|交办单|传单|明白卡|手册|宣传单|材料)$",
    ),
    ("搜|馊", "艘", r"(?:渔船|船)", r"(?:渔船|船舶|船只|船)$"),
    ("顿", "吨", r"", r""),
    (
        "抬|苔|太",
        "台",
        r"(?:设备|电梯|发电机|水泵|排水|无人机|车辆|锅炉|挖掘机|卫星)",
        r"(?:设备|电梯|发电机|水泵|排水泵|锅炉|挖掘机|卫星电话|电话|车辆)$",
    ),
    (
        "护|互|糊",
        "户",
        r"(?:居民|群众|农户|家庭|困难|受灾|村民|出租|低保|商户|沿街|租户)",
        r"(?:居民|农户|家庭|群众|村民|受灾群众|商户|出租房|经营户|租户)$",
    ),
    (
        "调|跳",
        "条",
        r"(?:隐患|问题|意见|建议|措施|线索|短信|信息|横幅|标语|预警)",
        r"(?:隐患|问题|意见|建议|措施|线索|短信|信息|横幅|标语|预警信息)$",
    ),
    ("厂|常|长", "场", r"(?:演练|培训|讲座|会议|宣讲|活动|次)", r"(?:演练|培训|讲座|宣讲|活动|宣讲会|培训会)$"),
    ("园|员|圆|原", "元", r"(?=[，。；、）\n]|$)", r"(?:罚款|资金|经费|补助|金额|共计|价值|投入)(?:\d*)$"),
    (
        "刺|此|词",
        "次",
        r"(?:检查|督查|会议|演练|培训|专项|巡查|联合|约谈|安全)",
        r"(?:检查|督查|会议|演练|培训|巡查|约谈|行动|执法)$",
    ),
    ("枝", "支", r"(?:队伍|救援|应急|分队|专业|志愿|森林)", r"(?:队伍|救援队|分队|应急队|志愿队|扑火队)$"),
    ("讨|掏|淘", "套", r"(?:设备|系统|装备|器材|智慧)", r"(?:设备|系统|装备|器材|用电)$"),
    (
        "建|健|间",
        "件",
        r"(?:案件|物资|装备|器材|文件|信访|举报|应急)",
        r"(?:案件|物资|装备|信访件|举报|办理|救援装备)$",
    ),
    ("踪|棕|综", "宗", r"(?:隐患|案件|事故|违法)", r"(?:隐患|案件|事故|立案|违法行为)$"),
)
_BY_SLIP = {
    typed: (meant, re.compile(after) if after else None, re.compile(before) if before else None)
    for slips, meant, after, before in _SLIPS
    for typed in slips.split("|")
}
_TYPED = re.compile(rf"{_DIGIT}(?P<slip>{'|'.join(sorted(_BY_SLIP, key=len, reverse=True))})")
# Never right behind a figure; and those that may be, as a measure word of their own or the end of a word.
_NEVER_UNITS = frozenset("锁础护俩坐抬苔刺枝掏淘踪棕铭茗搜馊")
_SOMETIMES_UNITS = frozenset("架分间长量圆员园外可像巷出互常健建气器原")
_AT_END = re.compile(r"[，。；、：）\n]|$")
_TWICE = re.compile(
    r"\d\s?(?P<unit>[家个处起项名户台辆条次人份元座所宗件场封支套本只艘架栋张顶具幅块期])(?P=unit)(?![人体别])"
)
# noun -> units nobody counts it with. Only what stands right beside the number.
_NEVER: tuple[tuple[str, str, frozenset[str]], ...] = (
    (
        "死亡|遇难|失踪|受伤|重伤|轻伤",
        "人",
        frozenset({"起", "家", "处", "台", "辆", "项", "份", "座", "所", "条", "户", "件", "场", "宗"}),
    ),
    (
        "生产安全事故|安全事故|交通事故|火灾事故|亡人事故|一般事故|较大事故|火灾",
        "起",
        frozenset({"家", "人", "台", "辆", "份", "名", "所", "座", "户", "个人", "条", "套"}),
    ),
    (
        "企业|公司|经营单位|加油站",
        "家",
        frozenset({"起", "名", "台", "辆", "份", "条", "宗", "本", "套", "只", "张", "场", "幅", "期"}),
    ),
    (
        "隐患|安全问题",
        "处",
        frozenset({"名", "人", "台", "辆", "份", "所", "座", "户", "本", "套", "只", "张", "场", "期"}),
    ),
    ("学校|幼儿园|中小学", "所", frozenset({"起", "台", "辆", "份", "条", "名", "宗", "只", "件", "套", "项"})),
    ("水库|山塘|桥梁", "座", frozenset({"起", "名", "人", "辆", "份", "户", "宗", "件", "台", "家", "本", "套"})),
    (
        "群众|居民|人员|干部|职工|师生|队员|党员",
        "人",
        frozenset({"起", "台", "辆", "份", "条", "座", "所", "宗", "件", "套", "处", "张", "项"}),
    ),
    (
        "渣土车|消防车|货车|客车|电动自行车|摩托车",
        "辆",
        frozenset({"家", "起", "名", "人", "份", "户", "座", "所", "处", "项", "条", "本"}),
    ),
    (
        "宣传资料|宣传单|宣传册|宣传手册|传单|明白卡|明白纸|责任书|承诺书",
        "份",
        frozenset({"家", "起", "名", "人", "座", "所", "处", "台", "辆", "户", "宗"}),
    ),
    ("渔船|船舶|船只", "艘", frozenset({"起", "家", "名", "人", "份", "户", "座", "所", "处", "项", "本", "辆"})),
    (
        "灭火器|救生衣|沙袋|对讲机|发电机|水泵",
        "台",
        frozenset({"家", "起", "名", "人", "座", "所", "户", "宗", "项", "份", "次"}),
    ),
)
_NEVER_BEFORE = tuple(
    (re.compile(f"(?:{nouns})(?:共|共计|累计|合计)?$"), meant, wrong) for nouns, meant, wrong in _NEVER
)


def measures(r: Reading) -> Iterator[Finding]:
    """Homophones, doubled words, and measure words that the noun right before the number never takes."""
    seen: set[int] = set()
    for judged in (*_homophones(r), *_twice(r), *_never(r)):
        if not any(n in seen for n in range(judged.place.start, judged.place.end)):
            seen.update(range(judged.place.start, judged.place.end))
            yield judged


def _homophones(r: Reading) -> Iterator[Finding]:
    for match in _TYPED.finditer(r.norm):
        slip = match["slip"]
        meant, after, before = _BY_SLIP[slip]
        start, end = match.start("number"), match.end("slip")
        follows = after.match(r.norm, end) if after else None
        leads = before.search(r.norm[max(0, start - 12) : start].rstrip("”’）")) if before else None
        ends = _AT_END.match(r.norm, end)
        sure = match["number"][0].isdigit() and (slip in _NEVER_UNITS or (ends and slip not in _SOMETIMES_UNITS))
        if not (follows or (leads and ends) or sure) or _figurative(r.norm, match):
            continue
        stop = end + (min(len(follows[0]), 8) if follows else 0)
        yield r.finding(9, "measure_typo", ERROR, r.place(start, stop), typed=slip, meant=meant)


def _figurative(norm: str, match: re.Match[str]) -> bool:
    """二气, 三其 and the like as parts of other words; 10分 as a mark; 3间, 5架 as right words of their own."""
    word = match["slip"] + norm[match.end("slip") : match.end("slip") + 1]
    if not match["number"][0].isdigit() and (len(match["number"]) > 1 or match["slip"] not in {"加"}):
        return True
    if word in {
        "其中",
        "其余",
        "其他",
        "各类",
        "各种",
        "各级",
        "出台",
        "出动",
        "加强",
        "加大",
        "启动",
        "调整",
        "向上",
        "做好",
        "做到",
        "量化",
        "建成",
        "建立",
        "建设",
        "健全",
        "分别",
        "分为",
        "明确",
        "常态",
        "长期",
        "长效",
        "间隔",
        "外出",
    }:
        return True
    year = norm[max(0, match.start("number") - 1) : match.end("number")]
    return bool(re.search(r"(?:19|20)\d\d$", year)) and match["slip"] in {"各", "出", "其", "启", "向"}


def _twice(r: Reading) -> Iterator[Finding]:
    for match in _TWICE.finditer(r.norm):
        place = r.place(match.start(), match.end())
        yield r.finding(9, "measure_twice", ERROR, place, typed=r.text[match.start() + 1 : match.end()])


def _never(r: Reading) -> Iterator[Finding]:
    for q in r.quantities:
        if q.kind == "count" and q.arabic and not q.multiple:
            yield from _never_one(r, q)


def _never_one(r: Reading, q: Quantity) -> Iterator[Finding]:
    if len(q.post) > 0 and not re.match(r"均|已|全部|，|得到|完成", q.post):
        return
    for nouns, meant, wrong in _NEVER_BEFORE:
        match = nouns.search(q.pre)
        if (
            match
            and q.unit in wrong
            and not re.search(r"涉及|约谈|整改|处罚|立案|查处|处理", q.pre[-12 : -len(match[0])] or "")
        ):
            yield r.finding(9, "measure_wrong", DOUBT, r.of(q), typed=q.unit, meant=meant, noun=match[0])
            return
