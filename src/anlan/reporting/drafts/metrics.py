"""What a quantity counts: the few figures every report of safety work has, told by verb and noun around the number."""

from __future__ import annotations

import re

from anlan.reporting.drafts import words
from anlan.reporting.drafts.quantities import Quantity

__all__ = ["NOUNS", "metric", "noun"]

# The longest first; synonyms share a name.
NOUNS: tuple[tuple[str, str], ...] = (
    ("hazard", "隐患|问题|风险点|缺陷"),
    ("accident", "事故|火灾|火情|警情"),
    ("money", "罚款|资金|经费|补助"),
    ("notice", "通知书|文书|指令书|交办单|督办单|告知书|责任书|承诺书|整改单"),
    ("enterprise", "企业|公司|经营单位|单位|商户|门店|加油站|店铺|工厂|市场主体|经营户"),
    ("school", "学校|幼儿园|校园"),
    ("site", "工地|项目|工程"),
    ("place", "场所|点位|小区|市场|网点|安置点|避难场所"),
    ("vehicle", "车辆|渣土车|货车|客车|车"),
    ("vessel", "渔船|船舶|船只|船"),
    (
        "person",
        "人员|群众|职工|员工|干部|学员|负责人|党员|师生|学生|村民|居民|网格员|安全员|责任人|队员|驾驶员|灾民|老人|从业者",
    ),
    ("household", "户|家庭|农户|房屋"),
    ("meeting", "会议|例会|分析会|推进会|培训班|讲座|演练|活动|宣讲|培训"),
    ("material", "资料|手册|传单|宣传册|宣传单|海报|横幅|标语|短信|一封信|折页"),
    ("device", "设备|设施|灭火器|电梯|锅炉|报警器|探测器|发电机|水泵|电话|无人机|探头|摄像头"),
    ("team", "队伍|救援队|分队|小组|专班|检查组|督导组"),
    ("water", "水库|山塘|堤防|河道"),
    ("village", "乡镇|街道|村|社区|镇街"),
    ("case", "案件|违法行为|立案|处罚"),
    ("plan", "预案|方案|制度|措施"),
)
_NOUNS = tuple((name, re.compile(pattern)) for name, pattern in NOUNS)
_AFTER_MENDED = re.compile(
    r"^(?:的)?(?:隐患|问题)?(?:均|都|已|全部|也)*(?:完成|得到|落实)?(?:整改|修复|治理|销号|消除)"
)
_CHANGED = re.compile(r"(?:减少|增加|上升|下降|增长|降低|多|增|减)(?:了|约)?$")
_BOTH = re.compile(r"(?:发现|排查)(?:并|且|、)?(?:及时|已|全部|完成)?(?:整改|修复|治理)")
_ORDERED = re.compile(r"责令|下达|下发|发出|开具|签发|通知书|指令书|文书|交办单|整改单")


def noun(q: Quantity) -> str:
    """The kind of thing counted: named right after the number, else right before it; empty when neither says.

    Source: house rule.
    """
    after = q.post.lstrip("的")[:12]
    hits = [(m.start(), m.end(), name) for name, p in _NOUNS for m in (p.search(after),) if m and m.start() <= 8]
    if hits and q.kind != "money":
        return max(hits, key=lambda h: h[1])[2]
    hits = [(m.end(), len(m[0]), name) for name, p in _NOUNS for m in p.finditer(q.pre[-14:])]
    return max(hits)[2] if hits else ""


def metric(q: Quantity) -> str:
    """The figure that a quantity is, empty for any other: found, mended, both, remaining, fine, case, dead, injured, accident.

    Source: house rule.
    """
    if _CHANGED.search(q.pre):
        return ""
    if q.kind == "money" or (q.kind == "bare" and q.multiple):
        return (
            "fine" if words.FINES.search(q.pre) or re.search(r"(?:处罚|收缴|处罚金额)(?:共?计?|金额)?$", q.pre) else ""
        )
    if q.kind != "count":
        return ""
    if words.DEATHS.search(q.pre[-6:]) or re.match(r"死亡|遇难", q.post):
        return "dead" if q.unit in {"人", "名", "位"} else ""
    if words.INJURED.search(q.pre[-6:]) or re.match(r"受伤|轻伤|重伤", q.post):
        return "injured" if q.unit in {"人", "名", "位"} else ""
    if (
        words.ACCIDENTS.search(q.near)
        and q.unit in {"起", "宗", "次", "件", "例"}
        and not words.CASES.search(q.pre[-6:])
    ):
        return "accident"
    return _hazards(q) or ("case" if re.search(r"立案(?:查处|调查|侦办)?\D{0,4}$", q.pre) else "")


def _hazards(q: Quantity) -> str:
    if q.unit not in {"个", "处", "项", "条", "宗", "起", "件", "例", "次", "类", "点"} or _ORDERED.search(q.near):
        return ""
    if words.REMAINING.search(q.pre) or words.REMAINING.match(q.post) or words.NOT_MENDED.search(q.near):
        return "remaining"
    named = words.HAZARD.search(q.near)
    mended = words.MENDED.search(q.pre) or _AFTER_MENDED.match(q.post)
    happened = words.HAPPENED.search(q.pre)
    if mended and happened and not _AFTER_MENDED.match(q.post):
        return "both" if _BOTH.search(q.pre) and named else ""
    if mended:
        return "mended"
    return ("found" if happened else "hazard") if named else ""
