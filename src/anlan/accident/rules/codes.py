"""What an accident is filed under: kind of harm, line of business, why it was corrected or revoked. Pure.

Source: GB 6441-1986 《企业职工伤亡事故分类》 (the twenty 事故类别); the lines of business (行业领域) follow the words of
统计 and of the bureau's reports, house rule (ADR 0026).
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = [
    "CATEGORIES", "CORRECTIONS", "GROUPS", "LIMITS", "NATURES", "REVOCATIONS", "SECTORS", "STAGES", "group_of", "sectors_of",
]  # fmt: skip

CATEGORIES: tuple[tuple[str, str], ...] = (
    ("struck", "物体打击"),
    ("vehicle", "车辆伤害"),
    ("machine", "机械伤害"),
    ("lifting", "起重伤害"),
    ("electric", "触电"),
    ("drowning", "淹溺"),
    ("burn", "灼烫"),
    ("fire", "火灾"),
    ("fall", "高处坠落"),
    ("collapse", "坍塌"),
    ("roof", "冒顶片帮"),
    ("flooding", "透水"),
    ("blasting", "放炮"),
    ("explosives", "火药爆炸"),
    ("gas", "瓦斯爆炸"),
    ("boiler", "锅炉爆炸"),
    ("vessel", "容器爆炸"),
    ("explosion", "其他爆炸"),
    ("poisoning", "中毒和窒息"),
    ("other", "其他伤害"),
)
SECTORS: tuple[tuple[str, str], ...] = (
    ("coal", "煤矿"),
    ("mine", "非煤矿山"),
    ("chemical", "化工和危险化学品"),
    ("fireworks", "烟花爆竹"),
    ("manufacturing", "工贸"),
    ("building", "建筑施工"),
    ("municipal", "市政工程"),
    ("hydraulic", "水利工程"),
    ("decoration", "装修工程"),
    ("land", "土地整治"),
    ("city_gas", "城镇燃气"),
    ("courier", "邮政快递"),
    ("trade", "商贸服务"),
    ("industrial_other", "其他工矿商贸"),
    ("road", "道路交通"),
    ("fire", "火灾"),
    ("water", "水上交通"),
    ("railway", "铁路交通"),
    ("aviation", "民航飞行"),
    ("farm", "农业机械"),
    ("fishing", "渔业船舶"),
    ("other", "其他"),
)
# Words of reports that take several lines together; they overlap, so their numbers are never added.
GROUPS: Mapping[str, tuple[str, frozenset[str]]] = {
    "industrial": (
        "工矿商贸",
        frozenset({
            "coal", "mine", "chemical", "fireworks", "manufacturing", "building", "municipal", "hydraulic", "decoration",
            "land", "city_gas", "courier", "trade", "industrial_other",
        }),
    ),
    "construction": ("建设领域", frozenset({"building", "municipal", "hydraulic", "decoration"})),
}  # fmt: skip
NATURES: tuple[tuple[str, str], ...] = (("production", "生产安全事故"), ("other", "非生产安全事故"))
CORRECTIONS: tuple[tuple[str, str], ...] = (
    ("change", "伤亡变化补报"),
    ("finding", "调查核定"),
    ("error", "录入更正"),
)
REVOCATIONS: tuple[tuple[str, str], ...] = (("false", "误报"), ("duplicate", "重复登记"))
STAGES: tuple[tuple[str, str], ...] = (("scene", "现场材料"), ("report", "调查报告"))

# How long the texts may be: the columns of PostgreSQL refuse what is longer, SQLite would keep it.
LIMITS: Mapping[str, int] = {
    "place": 100, "unit_name": 80, "summary": 2000, "note": 2000, "team": 200, "direct_cause": 4000,
    "indirect_cause": 4000, "liability": 4000, "measures": 4000,
}  # fmt: skip


def sectors_of(group: str) -> frozenset[str]:
    """The lines of business that a word of reports takes together: a group's, or the one line of that code; else none.

    Source: house rule (ADR 0026): 工矿商贸 as the statistics use it, building included; 建设领域 as reports list it.
    """
    if group in GROUPS:
        return GROUPS[group][1]
    return frozenset({group} & dict(SECTORS).keys())


def group_of(sector: str) -> str:
    """ "industrial" for what counts under 工矿商贸, else the line itself. Source: house rule (ADR 0026)."""
    return "industrial" if sector in GROUPS["industrial"][1] else sector
