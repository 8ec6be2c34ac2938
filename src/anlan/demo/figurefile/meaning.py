"""What the name of a figure counts: which indicator, of which part of the ledger. Pure; words in data/figures.toml."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

from anlan.demo.figurefile.reading import Line

__all__ = ["Meaning", "accident_words", "meanings"]

_BRACKETS = re.compile(r"(?:[(（][^()（）]*[)）])+$")
# 大排查 and 大检查 are names of drives: their 排查 is not the verb.
_STEM = r"(?P<stem>(?:.*?大(?:排查|检查))|.*?)"
_FOUND = tuple(map(re.compile, (
    _STEM + r"(?:排查发现|排查治理|排查|发现|检出|查出)(?P<grade>一般|重大)?隐患(?:数|总数|处数)?",
    _STEM + r"(?P<grade>一般|重大)?隐患(?:发现|排查|检出)(?:数|总数)?",
    r"(?P<stem>.+?)(?P<grade>一般|重大)?隐患",
)))  # fmt: skip
_CLOSED = tuple(map(re.compile, (
    _STEM + r"(?:已整改|完成整改|整改完成|整改|销号)(?P<grade>一般|重大)?隐患(?:数|总数)?",
    _STEM + r"(?P<grade>一般|重大)?隐患(?:已整改|完成整改|整改|销号)(?:数|总数)?",
    r"(?:修复|消除|治理)(?P<stem>.+?)(?P<grade>一般|重大)?隐患",
)))  # fmt: skip
_CLOSED_OF = re.compile(_STEM + r"(?:已整改|完成整改|整改完成|整改)(?:数)?")
_VISITS = tuple(map(re.compile, (
    _STEM + r"(?:督导检查|检查|抽查|排查|巡查)(?P<what>.*?(?:企业|单位))(?:家次|家数|数)?",
    r"(?P<stem>.+?)(?:企业|单位)(?:全覆盖)?检查(?:家次|家数|数)?",
    r"(?P<stem>互学互查|互查)企业(?:数)?",
)))  # fmt: skip
_LISTED = re.compile(r"(?P<level>省级|市级)(?:挂牌)?(?P<stem>.+?)(?:重大)?隐患(?:点|单位|企业)?")
_LISTED_RATE = re.compile(r"挂牌(?:督办)?(?:重大)?隐患(?:整改)?(?:完成|办结|整改)率")
_CLOSED_FIRMS = re.compile(r"(?P<what>.+?企业)关闭(?:数)?")
_DROP = re.compile(r"(?P<what>.*?)(?:人数|起数)?(?:降幅|增幅)")
_COUNTED = frozenset({"处", "条", "个", "项", "宗", "件", "起", "次", "项次"})
_MOST_ROWS = 100_000
_MOST = {"accidents": 2_000, "deaths": 2_000, "listed": 500, "visits": 50_000, "firms_seen": 20_000, "firms": 20_000}
_LEVELS = {"省级": "province", "市级": "city"}


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a line counts.

    Attributes:
        kind: "found", "closed", "visits", "firms_seen", "firms", "firms_closed", "listed", "listed_rate", "devices",
            "device_firms", "accidents", "deaths", "change" (a percentage alone), "stated".
        name: of the indicator; "" for what no ledger holds. stem: the campaign, or the model of devices.
        where: dimension -> codes, beside campaign and model. grade: of hazards.
        why: why a figure is stated only.
    """

    kind: str
    name: str = ""
    stem: str = ""
    where: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    grade: str = ""
    why: str = ""


@cache
def _words() -> dict[str, Any]:
    return tomllib.loads(resources.files("anlan.demo").joinpath("data/figures.toml").read_text(encoding="utf-8"))


def accident_words() -> dict[str, list[str]]:
    """Sectors by the indicator's word for a kind of accidents."""
    return dict(_words()["sector"])


def meanings(lines: Iterable[Line]) -> list[tuple[Line, Meaning]]:
    """Each line with what it counts; closings without the word 隐患 where the same document counts the finding."""
    held = list(lines)
    found = [(line, _meaning(line)) for line in held]
    stems = {(line.document, line.place, m.stem) for line, m in found if m.kind == "found"}
    return [(line, _closing(line, stems) if m.kind == "stated" and not m.why else m) for line, m in found]


def _closing(line: Line, stems: set[tuple[str, str, str]]) -> Meaning:
    match = _CLOSED_OF.fullmatch(_plain(line.name))
    if match and line.unit in _COUNTED and (line.document, line.place, match["stem"]) in stems:
        return Meaning("closed", "隐患.整改", match["stem"])
    return Meaning("stated", why="没有对应的业务台账")


def _plain(name: str) -> str:
    return _BRACKETS.sub("", name).strip()


def _meaning(line: Line) -> Meaning:
    if line.number is None:
        return Meaning("stated", why="原文不是一个数" if line.value.strip("×xX_ ") else "原文空缺")
    if line.period is None:
        return Meaning("stated", why="原文期间无法辨认")
    if line.period.plan:
        return Meaning("stated", why="计划数，台账只记已发生的")
    name = _plain(line.name)
    for read in (_accident, _listing, _hazard, _visit, _firm, _device):
        if (meant := read(name, line)) is not None:
            if line.number > _MOST.get(meant.kind, _MOST_ROWS):
                return Meaning("stated", why="数量过大，不逐条登记")
            return meant
    return Meaning("stated")


def _whole(line: Line) -> bool:
    return line.number is not None and line.number == int(line.number) and line.number >= 0


def _accident(name: str, line: Line) -> Meaning | None:
    words: dict[str, str] = _words()["accident"]
    if line.unit == "%" and (match := _DROP.fullmatch(name)) and line.number is not None:
        what = match["what"]
        kind = "deaths" if "死亡" in what else "accidents" if what.endswith("事故") else ""
        group = words.get(what.removesuffix("死亡").removesuffix("事故"))
        return Meaning("change", _accident_name(group, kind), group) if kind and group is not None else None
    if not _whole(line):
        return None
    if line.unit == "起" and (match := re.fullmatch(r"(.*?)(一般)?事故(?:起数|数|次数)?", name)):
        group = words.get(match[1])
        where = {"grade": ("general",)} if match[2] else {}
        return Meaning("accidents", _accident_name(group, "accidents"), group, where) if group is not None else None
    if line.unit == "人" and (match := re.fullmatch(r"(.*?)(一般)?(?:事故)?死亡(?:人数)?", name)):
        group = words.get(match[1])
        where = {"grade": ("general",)} if match[2] else {}
        return Meaning("deaths", _accident_name(group, "deaths"), group, where) if group is not None else None
    return None


def _accident_name(group: str | None, kind: str) -> str:
    return f"事故.{group or ''}{'死亡' if kind == 'deaths' else '起数'}"


def _listing(name: str, line: Line) -> Meaning | None:
    if line.unit == "%" and _LISTED_RATE.fullmatch(name):
        return Meaning("listed_rate", "挂牌.办结率")
    if line.unit in {"处", "家", "个"} and _whole(line) and (match := _LISTED.fullmatch(name)):
        return Meaning("listed", "挂牌.督办", match["stem"], {"level": (_LEVELS[match["level"]],)})
    return None


def _hazard(name: str, line: Line) -> Meaning | None:
    if line.unit not in _COUNTED or not _whole(line) or "隐患点" in name:
        return None
    for kind, indicator, patterns in (("closed", "隐患.整改", _CLOSED), ("found", "隐患.排查", _FOUND)):
        for pattern in patterns:
            if match := pattern.fullmatch(name):
                grade = {"一般": "general", "重大": "major"}.get(match["grade"] or "", "")
                return Meaning(kind, indicator, match["stem"], {"grade": (grade,)} if grade else {}, grade)
    return None


def _visit(name: str, line: Line) -> Meaning | None:
    if line.unit not in {"家", "家次", "个"} or not _whole(line):
        return None
    kind, indicator = ("visits", "检查.家次") if line.unit == "家次" else ("firms_seen", "检查.企业")
    for pattern in _VISITS:
        if match := pattern.fullmatch(name):
            what = (match.groupdict().get("what") or "").removeprefix("各类").removesuffix("企业").removesuffix("单位")
            return Meaning(kind, indicator, match["stem"] or what)
    return None


def _firm(name: str, line: Line) -> Meaning | None:
    if line.unit not in {"家", "个"} or not _whole(line):
        return None
    closed = _CLOSED_FIRMS.fullmatch(name)
    for row in _words()["enterprise"]:
        where = {dimension: tuple(codes) for dimension, codes in row["where"].items()}
        if closed and re.fullmatch(row["pattern"], closed["what"]):
            return Meaning("firms_closed", "企业.关闭", "", where)
        if re.fullmatch(row["pattern"], name):
            return Meaning("firms", "企业.在册", "", where)
    return None


def _device(name: str, line: Line) -> Meaning | None:
    if not _whole(line):
        return None
    for key, kind, indicator in (("device", "devices", "设备.在册"), ("device_firms", "device_firms", "设备.企业")):
        for row in _words()[key]:
            if re.fullmatch(row["pattern"], name):
                return Meaning(kind, indicator, row["model"])
    return None
