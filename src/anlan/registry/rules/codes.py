"""Code lists of the registry: supervision classes, tags, scale, status and so on, each code with its Chinese label.

A code is stored; a label is shown and understood when typed. A code never changes its meaning; one that falls out of
use is marked `retired`, so that old rows keep their label but nobody can choose it any more.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from anlan.kernel.errors import BadInput
from anlan.kernel.text import clean_cell

__all__ = [
    "CLASSES",
    "CONTACT_POSTS",
    "COORDS",
    "FORMER_KINDS",
    "GRADES",
    "LEVELS",
    "MERGE_MODES",
    "PREMISES_USES",
    "SCALES",
    "STANDARDISATIONS",
    "STATUSES",
    "TAGS",
    "Code",
    "CodeTable",
]

_SEPARATORS = re.compile(r"[、,，;；/|\n]+")


@dataclass(frozen=True, slots=True)
class Code:
    """One entry of a code list: stable id, Chinese label, group heading, other spellings clerks use."""

    id: str
    label: str
    group: str = ""
    aliases: tuple[str, ...] = ()
    tone: str = ""
    retired: bool = False


@dataclass(frozen=True)
class CodeTable:
    """A declared code list. `label` names it in sentences; `codes` are in the order shown.

    Raises:
        ValueError: two codes share an id, a label or another spelling.
    """

    id: str
    label: str
    codes: tuple[Code, ...]

    def __post_init__(self) -> None:
        words = [w for c in self.codes for w in {c.id, c.label, *c.aliases}]
        if twice := sorted({w for w in words if words.count(w) > 1}):
            raise ValueError(f"code list {self.id}: ambiguous {twice}")

    @cached_property
    def by_id(self) -> dict[str, Code]:
        """The codes by id."""
        return {c.id: c for c in self.codes}

    @cached_property
    def _spelling(self) -> dict[str, str]:
        return {w: c.id for c in self.codes for w in (c.id, c.label, *c.aliases)}

    @property
    def choices(self) -> tuple[tuple[str, str], ...]:
        """(id, label) of every code, the retired ones too, for a model's field."""
        return tuple((c.id, c.label) for c in self.codes)

    @property
    def usable(self) -> tuple[Code, ...]:
        """The codes that may still be chosen."""
        return tuple(c for c in self.codes if not c.retired)

    def label_of(self, code: str) -> str:
        """The label of a code; an unknown code (from a newer version) shows itself."""
        return self.by_id[code].label if code in self.by_id else code

    def labels_of(self, codes: Iterable[str]) -> str:
        """The labels of several codes in the order of the list, parted by 、."""
        held = set(codes)
        known = [c.label for c in self.codes if c.id in held]
        return "、".join([*known, *sorted(held - self.by_id.keys())])

    def read(self, typed: Any) -> str:
        """The code of what a clerk typed (id, label or another spelling), "" for an empty cell.

        Raises:
            BadInput: "registry.code.unknown" with the table's label, what was typed and what may be typed.
        """
        held = self.by_id.get(typed) if isinstance(typed, str) else None
        if held is not None and not held.retired:
            return held.id
        text = clean_cell(typed)
        found = self._spelling.get(text)
        if text and (found is None or self.by_id[found].retired):
            raise BadInput(
                "registry.code.unknown", label=self.label, value=text, allowed="、".join(c.label for c in self.usable)
            )
        return found or ""

    def read_many(self, typed: Any) -> list[str]:
        """The codes of a cell with several labels parted by 、 , ; / or of a list; sorted, each once.

        Raises:
            BadInput: "registry.code.unknown".
        """
        parts = _SEPARATORS.split(clean_cell(typed)) if isinstance(typed, str) or typed is None else list(typed)
        return sorted({code for part in parts if (code := self.read(part))})


# Source: house rule after 安全生产法 第十条, 危险化学品安全管理条例 第二条, 应急管理部令第10号 第二条 (工贸行业).
CLASSES = CodeTable(
    "classes",
    "监管类别",
    (
        Code("hazchem_production", "危险化学品生产", "危险化学品", ("危化品生产", "危化生产")),
        Code("hazchem_trade", "危险化学品经营", "危险化学品", ("危化品经营", "危化经营")),
        Code("hazchem_storage", "危险化学品储存", "危险化学品", ("危化品储存", "危化储存", "危险化学品仓储")),
        Code("hazchem_use", "危险化学品使用", "危险化学品", ("危化品使用", "危化使用")),
        Code("gas_station", "加油站", "危险化学品", ("加油加气站",)),
        Code("chemical", "一般化工", "危险化学品", ("化工",)),
        Code("pharmacy", "医药", "危险化学品", ("医药制造",)),
        Code("metallurgy", "冶金", "工贸", ("冶金行业",)),
        Code("nonferrous", "有色", "工贸", ("有色金属", "有色行业")),
        Code("building_materials", "建材", "工贸", ("建材行业",)),
        Code("machinery", "机械", "工贸", ("机械行业", "机械制造")),
        Code("light_industry", "轻工", "工贸", ("轻工行业",)),
        Code("textile", "纺织", "工贸", ("纺织行业",)),
        Code("tobacco", "烟草", "工贸", ("烟草行业",)),
        Code("commerce", "商贸", "工贸", ("商贸行业",)),
        Code("mine_coal", "煤矿", "矿山"),
        Code("mine_noncoal", "非煤矿山", "矿山", ("非煤矿山企业", "金属非金属矿山")),
        Code("tailings", "尾矿库", "矿山"),
        Code("fireworks_production", "烟花爆竹生产", "烟花爆竹"),
        Code("fireworks_wholesale", "烟花爆竹批发", "烟花爆竹", ("烟花批发",)),
        Code("fireworks_retail", "烟花爆竹零售", "烟花爆竹", ("烟花零售",)),
        Code("nine_small", "九小场所", "其他", ("九小",)),
        Code("construction", "建筑施工", "其他"),
        Code("transport", "道路运输", "其他", ("交通运输",)),
        Code("city_gas", "城镇燃气", "其他"),
        Code("crowded", "人员密集场所", "其他"),
        Code("other", "其他", "其他"),
    ),
)

# Source: house rule; the risks that 应急管理部令第10号 第十一至十三条 and local campaigns single out.
TAGS = CodeTable(
    "tags",
    "风险标签",
    (
        Code("ammonia", "涉氨制冷", "专项", ("液氨制冷", "涉氨")),
        Code("dust", "粉尘涉爆", "专项", ("涉爆粉尘", "粉尘爆炸")),
        Code("confined_space", "有限空间", "专项", ("有限空间作业",)),
        Code("smelting", "金属冶炼", "高温", ()),
        Code("deep_casting", "深井铸造", "高温", ("铝加工（深井铸造）", "铝加工(深井铸造)")),
        Code("induction_furnace", "中频炉", "高温", ("中频感应炉",)),
        Code("molten_metal", "高温熔融金属", "高温", ("熔融金属",)),
        Code("industrial_gas", "工业煤气", "高温", ("煤气",)),
        Code("spraying", "喷涂", "工艺", ("喷漆",)),
        Code("plating", "电镀", "工艺"),
        Code("hazardous_process", "重点监管危险化工工艺", "工艺", ("危险化工工艺",)),
        Code("major_hazard", "重大危险源", "工艺", ("危险化学品重大危险源",)),
        Code("special_chemicals", "重点监管危险化学品", "工艺", ("重点监管危化品",)),
        Code("lithium", "锂电池", "其他"),
        Code("cold_store", "冷库", "其他"),
        Code("treatment_facility", "环保设施", "其他", ("环保治理设施",)),
        Code("factory_lets", "厂房出租", "其他", ("厂中厂", "园中园")),
        Code("dormitory_inside", "住宿与生产合用", "其他", ("三合一",)),
        Code("special_equipment", "特种设备", "其他"),
    ),
)

# Source: 统计上大中小微型企业划分办法（2017）.
SCALES = CodeTable(
    "scale",
    "企业规模",
    (
        Code("large", "大型", aliases=("大",)),
        Code("medium", "中型", aliases=("中",)),
        Code("small", "小型", aliases=("小",)),
        Code("micro", "微型", aliases=("微",)),
    ),
)

STATUSES = CodeTable(
    "status",
    "生产经营状态",
    (
        Code("operating", "在产", aliases=("正常生产", "在营"), tone="good"),
        Code("suspended", "停产", aliases=("停产停业", "停业"), tone="warn"),
        Code("closed", "关闭", aliases=("注销", "已关闭"), tone="bad"),
        Code("relocated", "搬迁", aliases=("已搬迁",), tone="warn"),
    ),
)

# Source: 企业安全生产标准化建设定级办法（应急〔2021〕83号）: 一级、二级、三级; 小微 is a local grade for small firms.
STANDARDISATIONS = CodeTable(
    "standardisation",
    "安全生产标准化",
    (
        Code("first", "一级", tone="good"),
        Code("second", "二级", tone="good"),
        Code("third", "三级", tone="good"),
        Code("small", "小微", aliases=("小微企业标准化",), tone="good"),
        Code("none", "无", aliases=("未创建", "未达标")),
    ),
)

LEVELS = CodeTable(
    "level",
    "监管层级",
    (
        Code("province", "省级", aliases=("省",)),
        Code("city", "市级", aliases=("市",)),
        Code("county", "县级", aliases=("县", "区级", "区", "县（市、区）级")),
        Code("town", "乡级", aliases=("乡", "乡镇", "镇", "街道", "乡镇（街道）级", "镇街级")),
    ),
)

# Source: 关于实施遏制重特大事故工作指南构建双重预防机制的意见（安委办〔2016〕11号）: red, orange, yellow, blue.
GRADES = CodeTable(
    "grade",
    "安全风险等级",
    (
        Code("red", "重大风险（红）", aliases=("重大风险", "红", "红色"), tone="bad"),
        Code("orange", "较大风险（橙）", aliases=("较大风险", "橙", "橙色"), tone="warn"),
        Code("yellow", "一般风险（黄）", aliases=("一般风险", "黄", "黄色"), tone="info"),
        Code("blue", "低风险（蓝）", aliases=("低风险", "蓝", "蓝色"), tone="good"),
    ),
)

PREMISES_USES = CodeTable(
    "premises_use",
    "场所用途",
    (
        Code("production", "生产", aliases=("厂房", "车间")),
        Code("storage", "仓储", aliases=("仓库",)),
        Code("sales", "经营", aliases=("门店",)),
        Code("office", "办公"),
        Code("dormitory", "宿舍"),
        Code("other", "其他"),
    ),
)

# Source: 安全生产法 第五条 (主要负责人), 第二十四、二十五条 (安全生产管理机构和管理人员).
CONTACT_POSTS = CodeTable(
    "contact_post",
    "联系人职务",
    (
        Code("principal", "主要负责人", aliases=("负责人", "法定代表人")),
        Code("deputy", "分管安全负责人", aliases=("分管负责人",)),
        Code("director", "安全总监"),
        Code("officer", "安全管理人员", aliases=("安全员", "专职安全管理人员")),
        Code("duty", "值班室", aliases=("值班电话",)),
        Code("other", "其他"),
    ),
)

FORMER_KINDS = CodeTable(
    "former_kind",
    "曾用信息",
    (
        Code("name", "曾用名称"),
        Code("uscc", "曾用统一社会信用代码"),
        Code("merged_name", "并入企业名称"),
        Code("merged_uscc", "并入企业代码"),
    ),
)

# Source: house rule; which map a position was read from.
COORDS = CodeTable(
    "coords",
    "坐标系",
    (
        Code("wgs84", "WGS-84", aliases=("GPS", "天地图", "CGCS2000", "WGS84")),
        Code("gcj02", "GCJ-02", aliases=("高德", "腾讯", "火星坐标", "GCJ02")),
        Code("bd09", "BD-09", aliases=("百度", "BD09")),
    ),
)

MERGE_MODES = CodeTable(
    "merge_mode",
    "合并原因",
    (Code("duplicate", "重复登记"), Code("merger", "企业合并（吸收合并）", aliases=("企业合并", "吸收合并"))),
)
