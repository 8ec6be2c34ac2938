"""An inspection's own short loop (draft, finished) and what a complete inspection needs. Pure.

Source: 安全生产法(2021) 第六十七条、第六十八条; 行政处罚法(2021) 第四十二条; 危险化学品安全管理条例(2013) 第七条第二款.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from anlan.inspection.rules.hazard import GRADES, SOURCES, grade_hazard
from anlan.inspection.rules.major import check_not_major
from anlan.inspection.rules.stating import check_stated
from anlan.inspection.rules.words import check_words
from anlan.kernel.errors import Violation
from anlan.kernel.loops import Action, Loop, State
from anlan.kernel.text import blank

__all__ = [
    "ACCOMPANIED",
    "INSPECTION_LOOP",
    "KINDS",
    "RESULTS",
    "SOLO_SOURCES",
    "FinishFacts",
    "ItemFacts",
    "StartFacts",
    "check_finish",
    "check_item",
    "check_start",
]

KINDS: tuple[tuple[str, str], ...] = (
    ("routine", "日常检查"),
    ("campaign", "专项检查"),
    ("enforcement", "执法检查"),
    ("expert", "专家服务"),
    ("third_party", "第三方检查"),
    ("peer", "互学互查"),
    ("oversight", "督导检查"),
)
# Where others than the firm's own people take part, the record names them and their bodies.
ACCOMPANIED = frozenset({"third_party", "peer"})
# A grid worker's patrol, a firm's own check and an expert's service are no inspection by officers.
SOLO_SOURCES = frozenset({"village", "enterprise", "expert"})
RESULTS: tuple[tuple[str, str], ...] = (("pass", "符合"), ("na", "不适用"), ("hazard", "隐患"))

INSPECTION_LOOP = Loop(
    id="inspection",
    subject="inspection.inspection",
    label="检查",
    states=(State("draft", "检查中"), State("finished", "已完成", terminal=True)),
    actions=(
        Action("start", "开始检查", "inspection.inspection.started", (), "draft", "inspection.inspect",
               ("officers",), "选择企业和检查表，开始检查。"),
        Action("finish", "完成检查", "inspection.inspection.finished", ("draft",), "finished", "inspection.inspect",
               ("conclusion",), "检查项全部填写后完成检查，隐患自动登记。"),
    ),
    initial_action="start",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class StartFacts:
    """A visit about to begin: its kind and source, the officers (ids), when, and whether it supervises a chemicals unit.

    `sources`: those that the person may name; None: any. `experts`: those of the officers who only accompany.
    `participants`: people and bodies that take part, in words.
    """

    kind: str
    source: str
    officers: frozenset[str]
    at: datetime
    now: datetime
    supervises_chemicals: bool = False
    sources: frozenset[str] | None = None
    experts: frozenset[str] = frozenset()
    participants: str = ""


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """One answered item of the checklist; `criterion`: of major hazards that it names, `general_reason`: why it is none."""

    key: str
    known: bool
    result: str
    description: str = ""
    grade: str = "general"
    major_basis: str = ""
    place: str = ""
    criterion: str = ""
    general_reason: str = ""


@dataclass(frozen=True, slots=True)
class FinishFacts:
    """An inspection about to be finished: its state, result by item key, the keys of its checklist, the conclusion."""

    state: str
    results: Mapping[str, str]
    keys: frozenset[str]
    conclusion: str


def check_start(facts: StartFacts) -> list[Violation]:
    """Why this inspection can't begin; empty when it can.

    Source: 行政处罚法(2021) 第四十二条 (officers come in twos, an expert is none); 危险化学品安全管理条例(2013) 第七条
    第二款 (supervision of chemicals units by two).
    """
    found = []
    if facts.kind not in dict(KINDS):
        found.append(Violation("inspection.start.kind_unknown", {"kind": facts.kind}, "kind"))
    if facts.source not in dict(SOURCES):
        found.append(Violation("inspection.start.source_unknown", {"source": facts.source}, "source"))
    elif facts.sources is not None and facts.source not in facts.sources:
        label = dict(SOURCES)[facts.source]
        found.append(Violation("inspection.start.source_not_yours", {"source": label}, "source"))
    officers = len(facts.officers - {""} - facts.experts)
    if not facts.officers - {""}:
        found.append(Violation("inspection.start.officer_missing", {}, "officers"))
    elif officers < 2 and facts.supervises_chemicals and facts.source in {"county", "department"}:
        found.append(Violation("inspection.start.two_officers_chemicals", {}, "officers"))
    elif officers < 2 and (facts.kind == "enforcement" or facts.source not in SOLO_SOURCES):
        found.append(Violation("inspection.start.two_officers", {}, "officers"))
    if facts.kind in ACCOMPANIED and blank(facts.participants):
        found.append(Violation("inspection.start.participants_missing", {}, "participants"))
    found += check_words({"participants": facts.participants})
    if facts.at > facts.now:
        found.append(Violation("inspection.start.at_in_future", {}, "at"))
    return found + check_stated(facts.at, facts.now)


def check_item(facts: ItemFacts) -> list[Violation]:
    """Why this answer to an item can't stand; empty when it can. Source: 安全生产法(2021) 第六十八条."""
    found = []
    if not facts.known:
        found.append(Violation("inspection.item.unknown", {"item": facts.key}, facts.key))
    if facts.result not in dict(RESULTS):
        found.append(
            Violation("inspection.item.result_unknown", {"item": facts.key, "result": facts.result}, facts.key)
        )
    if facts.result == "hazard":
        if blank(facts.description):
            found.append(Violation("inspection.item.description_missing", {"item": facts.key}, facts.key))
        if facts.grade not in dict(GRADES):
            found.append(Violation("inspection.item.grade_unknown", {"item": facts.key}, facts.key))
        if facts.grade == "major" and grade_hazard([facts.major_basis]) != "major":
            found.append(Violation("inspection.item.major_without_basis", {"item": facts.key}, facts.key))
        found += check_not_major(facts.grade, facts.criterion, facts.general_reason, facts.key)
    texts = {"description": facts.description, "place": facts.place, "major_basis": facts.major_basis}
    return found + check_words(texts, facts.key)


def check_finish(facts: FinishFacts) -> list[Violation]:
    """Why this inspection can't be finished; empty when it can. Source: 安全生产法(2021) 第六十八条 (a complete record)."""
    found = INSPECTION_LOOP.check_step("finish", facts.state)
    missing = sorted(facts.keys - facts.results.keys())
    if missing:
        found.append(
            Violation("inspection.finish.items_missing", {"count": len(missing), "first": missing[0]}, missing[0])
        )
    if blank(facts.conclusion):
        found.append(Violation("inspection.finish.conclusion_missing", {}, "conclusion"))
    return found + check_words({"conclusion": facts.conclusion})
