"""An enterprise's check of itself (自查自报): its short loop, and what an answer and a report need. Pure.

Source: 安全生产法(2021) 第四十一条第二款 (the enterprise finds, records and mends its hazards), 第二十一条第五项; that a
major hazard is reported and not mended quietly: 第四十一条第三款.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from anlan.inspection.rules.words import check_words
from anlan.kernel.errors import Violation
from anlan.kernel.loops import Action, Loop, State
from anlan.kernel.text import blank

__all__ = [
    "OWN_ITEMS",
    "SELF_CHECK_LOOP",
    "SELF_RESULTS",
    "SELF_STAGES",
    "AnswerFacts",
    "SelfStartFacts",
    "check_answer",
    "check_dropped",
    "check_once",
    "check_report_of",
    "check_self_start",
    "is_own",
]

RIGHT = "inspection.self_check.report"
SELF_RESULTS: tuple[tuple[str, str], ...] = (
    ("pass", "符合"), ("na", "不适用"), ("mended", "当场整改"), ("hazard", "上报隐患"),
)  # fmt: skip
SELF_STAGES: tuple[tuple[str, str], ...] = (("before", "整改前"), ("after", "整改后"))
# House rule: at most a year.
_LONGEST_PLAN_DAYS = 366
# What the enterprise found beside its checklist.
OWN_ITEMS: tuple[str, ...] = ("own-1", "own-2", "own-3", "own-4", "own-5")
_OWN = re.compile(r"own-[1-5]")

SELF_CHECK_LOOP = Loop(
    id="self_check",
    subject="inspection.self_check",
    label="企业自查",
    states=(State("draft", "自查中"), State("reported", "已上报", terminal=True)),
    actions=(
        Action("start", "开始自查", "inspection.self_check.started", (), "draft", RIGHT, (),
               "选择检查表，开始自查。"),
        Action("report", "上报自查", "inspection.self_check.reported", ("draft",), "reported", RIGHT, (),
               "各项填写后上报；没有发现问题的，也要上报（零报告）。上报后不能修改，有误的另报更正。"),
    ),
    initial_action="start",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class AnswerFacts:
    """One answer of a self-check.

    Attributes:
        key: of the checklist's item, or one of OWN_ITEMS. known: it is one of these.
        criterion: the item's criterion of major hazards, "" for none. major: "yes" or "no" as the enterprise judged it.
        before, after: number of photos. planned_on: by when a reported hazard is to be mended.
        held: the report that this one corrects had filed a hazard here.
    """

    key: str
    known: bool
    result: str
    note: str = ""
    place: str = ""
    measure: str = ""
    criterion: str = ""
    major: str = ""
    before: int = 0
    after: int = 0
    planned_on: date | None = None
    held: bool = False


def is_own(key: str) -> bool:
    """Whether the item is the enterprise's own, beside the checklist."""
    return bool(_OWN.fullmatch(key))


@dataclass(frozen=True, slots=True)
class SelfStartFacts:
    """What beginning a self-check is judged by.

    Attributes:
        gone: the enterprise is merged or retired. checklist: its name. fits: it is one for this enterprise.
        corrects: number of the report that is to be corrected; None: a new check. correctable: it is a report of this
            enterprise. corrected: it has a correction already. draft: number of a check begun and not reported yet.
    """

    gone: bool
    checklist: str
    checklist_retired: bool
    fits: bool
    corrects: str | None = None
    correctable: bool = False
    corrected: bool = False
    draft: str = ""


def check_self_start(facts: SelfStartFacts) -> list[Violation]:
    """Why a self-check can't begin; empty when it can. Source: house rule (one at a time, a report corrected once)."""
    found = [Violation("inspection.self_check.start.enterprise_gone", {})] if facts.gone else []
    if facts.corrects is not None:
        if not facts.correctable:
            found.append(Violation("inspection.self_check.start.nothing_to_correct", {}))
        if facts.corrected:
            found.append(Violation("inspection.self_check.start.corrected_already", {"number": facts.corrects}))
    elif facts.checklist_retired:
        found.append(Violation("inspection.start.checklist_retired", {"name": facts.checklist}, "checklist"))
    elif not facts.fits:
        found.append(Violation("inspection.self_check.start.checklist_unfit", {"name": facts.checklist}, "checklist"))
    if facts.draft:
        found.append(Violation("inspection.self_check.start.draft_open", {"number": facts.draft}))
    return found


def check_answer(facts: AnswerFacts, today: date) -> list[Violation]:
    """Why this answer can't stand; empty when it can. Source: 安全生产法(2021) 第四十一条第二款、第三款."""
    key, item = facts.key, {"item": facts.key}
    found = [] if facts.known else [Violation("inspection.self_check.item.unknown", item, key)]
    if facts.result not in dict(SELF_RESULTS):
        found.append(Violation("inspection.self_check.item.result_unknown", item, key))
    if facts.held and facts.result != "hazard":
        found.append(Violation("inspection.self_check.item.hazard_kept", item, key))
    if facts.result in {"mended", "hazard"}:
        if blank(facts.note):
            found.append(Violation("inspection.self_check.item.note_missing", item, key))
        if facts.criterion and facts.major not in {"yes", "no"}:
            found.append(Violation("inspection.self_check.item.major_unanswered", item, key))
    if facts.result == "mended":
        if facts.major == "yes":
            found.append(Violation("inspection.self_check.item.major_mended", item, key))
        if facts.before < 1 or facts.after < 1:
            found.append(Violation("inspection.self_check.item.photos_missing", item, key))
    if facts.result == "hazard":
        found += _planned(facts, today)
    texts = {"description": facts.note, "place": facts.place, "measures": facts.measure}
    return found + check_words(texts, key)


def check_dropped(facts: AnswerFacts) -> list[Violation]:
    """Why an answer can't be taken back; empty when it can. Source: house rule (a reported hazard does not vanish)."""
    key, item = facts.key, {"item": facts.key}
    found = [] if facts.known else [Violation("inspection.self_check.item.unknown", item, key)]
    return found + ([Violation("inspection.self_check.item.hazard_kept", item, key)] if facts.held else [])


def check_once(keys: Sequence[str]) -> list[Violation]:
    """Why these answers can't come together: an item is answered twice. Source: house rule."""
    twice = [key for key, count in Counter(keys).items() if count > 1]
    return [Violation("inspection.self_check.item.twice", {"item": key}, key) for key in twice]


def _planned(facts: AnswerFacts, today: date) -> list[Violation]:
    item, found = {"item": facts.key}, []
    if blank(facts.measure):
        found.append(Violation("inspection.self_check.item.measure_missing", item, facts.key))
    if facts.planned_on is None:
        found.append(Violation("inspection.self_check.item.planned_missing", item, facts.key))
    elif facts.planned_on < today and not facts.held:
        found.append(Violation("inspection.self_check.item.planned_past", item, facts.key))
    elif (facts.planned_on - today).days > _LONGEST_PLAN_DAYS:
        found.append(Violation("inspection.self_check.item.planned_far", item, facts.key))
    return found


def check_report_of(state: str, keys: frozenset[str], results: Mapping[str, str], note: str) -> list[Violation]:
    """Why this self-check can't be reported; empty when it can. Nothing found is a report too.

    Args:
        keys: of the checklist's items. results: by key, the enterprise's own items among them.
    Source: 安全生产法(2021) 第四十一条第二款.
    """
    found = SELF_CHECK_LOOP.check_step("report", state)
    missing = sorted(keys - results.keys())
    if missing:
        facts = {"count": len(missing), "first": missing[0]}
        found.append(Violation("inspection.self_check.report.items_missing", facts, missing[0]))
    return found + check_words({"conclusion": note})
