"""The hazard loop and its law: who may take which step with which evidence. Pure.

Source: 安全生产法(2021) 第四十一条、第六十五条、第六十八条; 行政处罚法(2021) 第四十二条 (two officers, applied to reviews
by house rule); the enterprise never reviews itself (house rule).
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from anlan.inspection.rules.deadline import Granted, check_due, check_new_due
from anlan.inspection.rules.stating import check_moment
from anlan.inspection.rules.words import check_words
from anlan.kernel.errors import Violation
from anlan.kernel.geo import check_lonlat
from anlan.kernel.loops import Action, Loop, State
from anlan.kernel.text import blank

__all__ = [
    "DECISIONS",
    "DUE_UNITS",
    "GRADES",
    "HAZARD_LOOP",
    "PHOTO_STAGES",
    "SOURCES",
    "CloseFacts",
    "OrderFacts",
    "ReportFacts",
    "ReturnFacts",
    "StepFacts",
    "SubmitFacts",
    "check_back",
    "check_close",
    "check_entry",
    "check_order",
    "check_person",
    "check_recusal",
    "check_report",
    "check_return",
    "check_submit",
    "grade_hazard",
    "is_overdue",
]

GRADES: tuple[tuple[str, str], ...] = (("general", "一般隐患"), ("major", "重大隐患"))
# How an order named its deadline.
DUE_UNITS: tuple[tuple[str, str], ...] = (("days", "自然日"), ("working", "工作日"), ("date", "指定日期"))
SOURCES: tuple[tuple[str, str], ...] = (
    ("county", "县级检查"),
    ("town", "乡镇（街道）检查"),
    ("village", "村（社区）网格巡查"),
    ("department", "行业部门检查"),
    ("expert", "专家检查"),
    ("enterprise", "企业自查"),
    ("public", "群众举报"),
    ("alarm", "监测报警"),
    ("upper", "上级交办"),
)
PHOTO_STAGES: tuple[tuple[str, str], ...] = (
    ("before", "整改前"),
    ("after", "整改后"),
    ("review", "复查"),
    ("lookback", "回头看"),
)

# What a further officer decides on doubtful photos.
DECISIONS = frozenset({"confirm", "reject"})

HAZARD_LOOP = Loop(
    id="hazard",
    subject="inspection.hazard",
    label="隐患",
    states=(
        State("found", "已发现"),
        State("ordered", "责令整改"),
        State("submitted", "已提交"),
        State("doubted", "存疑复核"),
        State("closed", "已销号", terminal=True),
        State("dismissed", "误报", terminal=True),
        State("merged", "重复", terminal=True),
    ),
    actions=(
        Action("report", "登记隐患", "inspection.hazard.found", (), "found", "inspection.inspect", ("description",),
               "登记检查中发现的隐患。"),
        Action("order", "责令限期整改", "inspection.hazard.ordered", ("found",), "ordered", "inspection.hazard.order",
               ("due_at",), "责令企业在期限内完成整改。"),
        Action("submit", "提交整改", "inspection.hazard.submitted", ("ordered",), "submitted", "inspection.hazard.submit",
               ("note", "photo"), "企业整改完成后，提交整改说明和照片。"),
        Action("return", "退回", "inspection.hazard.returned", ("submitted",), "ordered", "inspection.hazard.review",
               ("reason",), "复查不合格，退回企业继续整改。"),
        Action("close", "复查销号", "inspection.hazard.closed", ("submitted",), "closed", "inspection.hazard.review",
               ("note", "photo", "co_reviewer"), "现场复查合格，隐患销号。"),
        # Taken by the closing itself when its photos are doubtful (rules.suspicion).
        Action("doubt", "转存疑复核", "inspection.hazard.doubted", ("submitted",), "doubted", "inspection.hazard.review",
               ("note", "photo", "co_reviewer"), "复查照片存疑，由另一名复查人员核实。", automatic="hazard_close"),
        Action("confirm", "核实销号", "inspection.hazard.confirmed", ("doubted",), "closed", "inspection.hazard.review",
               ("note",), "经核实照片真实、整改到位，隐患销号。"),
        Action("reject", "核实不通过", "inspection.hazard.rejected", ("doubted",), "ordered", "inspection.hazard.review",
               ("reason",), "照片不实或者整改不到位，退回企业继续整改。"),
        Action("dispute", "提出异议", "inspection.hazard.disputed", ("closed",), "doubted", "inspection.hazard.review",
               ("reason",), "被列为同行复查人而未参加复查或者不同意销号的，七日内提出异议，由其他复查人员核实。"),
        Action("dismiss", "认定误报", "inspection.hazard.dismissed", ("found", "ordered", "submitted"), "dismissed",
               "inspection.hazard.dismiss", ("reason",), "经核实不是隐患的，写明理由后终止办理；不再计入统计。"),
        Action("merge", "并入其他隐患", "inspection.hazard.merged", ("found", "ordered", "submitted"), "merged",
               "inspection.hazard.dismiss", ("into", "reason"), "与同一企业的另一条隐患重复的，并入后只办理另一条。"),
    ),
    initial_action="report",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class StepFacts:
    """What every step is judged by.

    Attributes:
        state: the hazard's state; "" before it exists.
        rights: the person's rights.
        person: id of the person acting.
        is_enterprise: the person acts for an enterprise (sees own subjects only).
        of_this_enterprise: that enterprise is the hazard's own.
        at: when the step happened (aware UTC).
        stated: a person stated `at`; otherwise it is the clock's, which may run ahead of `now` but never back.
        tried: the person is one of the two officers whose closing is in doubt, or handed in the mending.
        own_firm: an officer who works for the hazard's enterprise as well, in whichever post he acts.
        last_at: when the step before it happened; None for the first.
        now: the moment of recording.
    """

    state: str
    rights: frozenset[str]
    person: str
    is_enterprise: bool
    of_this_enterprise: bool
    at: datetime
    now: datetime
    last_at: datetime | None = None
    stated: bool = False
    tried: bool = False
    own_firm: bool = False


@dataclass(frozen=True, slots=True)
class ReportFacts:
    """A new hazard: what was found, how grave, on what ground, from which source.

    `sources`: those that the person may name; None: any. `lon`, `lat`: WGS-84, where the hazard has its own position.
    """

    step: StepFacts
    description: str
    grade: str
    major_basis: str
    source: str
    place: str = ""
    basis: str = ""
    sources: frozenset[str] | None = None
    lon: float | None = None
    lat: float | None = None


@dataclass(frozen=True, slots=True)
class OrderFacts:
    """An order to mend: the hazard's grade, the deadline given (aware UTC, None when none was given), what to do."""

    step: StepFacts
    grade: str
    due_at: datetime | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class SubmitFacts:
    """The enterprise's report: what was done, and how many photos show it."""

    step: StepFacts
    note: str
    photos: int


@dataclass(frozen=True, slots=True)
class ReturnFacts:
    """A failed review: why, and the new deadline if one is set (otherwise the old one stands).

    `granted`: the time given so far. `listed`: levels of the hazard's open listings (挂牌督办).
    """

    step: StepFacts
    reason: str
    grade: str
    granted: Granted
    due_at: datetime | None = None
    new_deadline: bool = False
    listed: str = ""


@dataclass(frozen=True, slots=True)
class CloseFacts:
    """A passed review: the note, the review photos, all officers (signer included), who submitted the mending, and how
    many of the photos this hazard had already from the enterprise or an earlier review (those of its finding: suspicion)."""

    step: StepFacts
    note: str
    photos: int
    officers: frozenset[str] = field(default_factory=frozenset)
    submitted_by: str = ""
    reused_photos: int = 0


def grade_hazard(ticked: Iterable[str]) -> str:
    """ "major" when any clause of the major-hazard criteria is ticked, else "general".

    Args:
        ticked: codes or citations of the criteria the officer ticked; blanks don't count.
    Source: 安全生产法(2021) 第一百一十八条第二款 (criteria of the State Council's department); 应急管理部令第10号.
    """
    return "major" if any(not blank(t) for t in ticked) else "general"


def is_overdue(due_at: datetime | None, state: str, now: datetime) -> bool:
    """Whether the enterprise is late: ordered, not submitted, the deadline past. Never stored, always asked.

    A submitted hazard waits for the officers and is not the enterprise's delay. Source: house rule.
    """
    return state == "ordered" and due_at is not None and now > due_at


def check_entry(action_id: str, facts: StepFacts) -> list[Violation]:
    """Why this person can't take this step now, whatever evidence is handed in; empty when the door is open.

    Returns:
        "kernel.loop.not_from_here", "inspection.hazard.right_missing", "inspection.hazard.enterprise_only",
        "inspection.hazard.enterprise_never_reviews", "inspection.hazard.own_firm", "inspection.hazard.doubt.own_review",
        "inspection.hazard.at_in_future", "inspection.hazard.at_too_early", "inspection.hazard.at_beyond_allowance".
    Source: 安全生产法(2021) 第四十一条第二款 (the enterprise mends), 第六十五条 (the authority orders and reviews);
    行政处罚法(2021) 第四十三条 (回避), applied to every step by house rule.
    """
    return HAZARD_LOOP.check_step(action_id, facts.state) + check_person(HAZARD_LOOP.action(action_id), facts)


def check_person(action: Action, facts: StepFacts) -> list[Violation]:
    """Why this person can't do this at this moment, whatever the hazard's state; reasons as `check_entry`.

    What needs the enterprise's right is the enterprise's own, what needs any other is not; what needs only the right
    to look is anybody's who did it. Who works for the enterprise takes no officer's step on its hazards; an objection to
    a closing he was named for is no decision. Source: as `check_entry`.
    """
    found = []
    if action.right not in facts.rights:
        found.append(Violation("inspection.hazard.right_missing", {"action": action.label}))
    mending = action.right == "inspection.hazard.submit"
    if mending and not (facts.is_enterprise and facts.of_this_enterprise):
        found.append(Violation("inspection.hazard.enterprise_only", {}))
    if not mending and action.right != "inspection.view" and facts.is_enterprise:
        found.append(Violation("inspection.hazard.enterprise_never_reviews", {"action": action.label}))
    if facts.own_firm and not mending and action.right != "inspection.view" and action.id != "dispute":
        found.append(Violation("inspection.hazard.own_firm", {"action": action.label}))
    if action.id in DECISIONS and facts.tried:
        found.append(Violation("inspection.hazard.doubt.own_review", {}))
    return found + (check_moment(facts.at, facts.last_at, facts.now) if facts.stated else [])


def check_report(facts: ReportFacts) -> list[Violation]:
    """Why this hazard can't be filed; empty when it can. Source: 安全生产法(2021) 第六十八条 (record what was found)."""
    found = check_entry("report", facts.step)
    if blank(facts.description):
        found.append(Violation("inspection.hazard.report.description_missing", {}, "description"))
    if facts.grade not in dict(GRADES):
        found.append(Violation("inspection.hazard.report.grade_unknown", {"grade": facts.grade}, "grade"))
    if facts.grade == "major" and grade_hazard([facts.major_basis]) != "major":
        found.append(Violation("inspection.hazard.report.major_without_basis", {}, "major_basis"))
    if facts.source not in dict(SOURCES):
        found.append(Violation("inspection.hazard.report.source_unknown", {"source": facts.source}, "source"))
    elif facts.sources is not None and facts.source not in facts.sources:
        label = dict(SOURCES)[facts.source]
        found.append(Violation("inspection.hazard.report.source_not_yours", {"source": label}, "source"))
    texts = {n: getattr(facts, n) for n in ("description", "place", "basis", "major_basis")}
    return found + _check_position(facts.lon, facts.lat) + check_words(texts)


def _check_position(lon: float | None, lat: float | None) -> list[Violation]:
    if lon is None and lat is None:
        return []
    if lon is None or lat is None:
        return [Violation("inspection.hazard.report.place_half", {}, "lon" if lon is None else "lat")]
    return [Violation(v.code, v.facts, v.field or "lon") for v in check_lonlat(lon, lat, china=True)]


def check_order(facts: OrderFacts) -> list[Violation]:
    """Why this order can't be given; empty when it can. Source: 安全生产法(2021) 第六十五条第一款第二、三项."""
    due = check_due(facts.grade, facts.step.at, facts.due_at, facts.step.now)
    return check_entry("order", facts.step) + due + check_words({"note": facts.note})


def check_submit(facts: SubmitFacts) -> list[Violation]:
    """Why this report of mending can't be handed in; empty when it can. Source: 安全生产法(2021) 第四十一条第二款."""
    found = check_entry("submit", facts.step)
    if blank(facts.note):
        found.append(Violation("inspection.hazard.submit.note_missing", {}, "note"))
    if facts.photos < 1:
        found.append(Violation("inspection.hazard.submit.photo_missing", {}, "photos"))
    return found + check_words({"note": facts.note})


def check_return(facts: ReturnFacts) -> list[Violation]:
    """Why this review can't send the hazard back; empty when it can. Source: house rule (the reason is the enterprise's)."""
    return check_back("return", Violation("inspection.hazard.return.reason_missing", {}, "reason"), facts)


def check_back(action_id: str, missing: Violation, facts: ReturnFacts) -> list[Violation]:
    """As `check_return`, for any action that sends the hazard back; `missing`: what is said where no reason is given.

    Source: house rule (the reason is the enterprise's).
    """
    found = check_entry(action_id, facts.step)
    if blank(facts.reason):
        found.append(missing)
    if facts.new_deadline and facts.listed:
        # Only the leader moves the deadline of a listed hazard, by granting an extension.
        found.append(Violation("inspection.hazard.return.listed", {}, "due_on"))
    elif facts.new_deadline:
        found += check_new_due(facts.grade, facts.step.at, facts.due_at, facts.step.now, facts.granted)
    return found + check_words({"note": facts.reason}, "reason")


def check_recusal(
    officers: Collection[str],
    of_firm: Collection[str],
    code: str = "inspection.hazard.close.own_firm",
    field: str = "co_reviewer",
) -> list[Violation]:
    """Whether one of the officers named (person ids) works for the enterprise (`of_firm`) beside the office held.

    Returns:
        one violation with this `code` at this `field`; empty when there is none.
    Source: 行政处罚法(2021) 第四十三条 (回避), applied to visits, reviews and follow-ups by house rule.
    """
    return [Violation(code, {}, field)] if set(officers) & set(of_firm) else []


def check_close(facts: CloseFacts) -> list[Violation]:
    """Why this review can't close the hazard; empty when it can.

    Returns:
        every reason: the step's own, "inspection.hazard.close.note_missing", "…review_photo_missing",
        "…two_officers", "…submitter_reviews".
    Source: 行政处罚法(2021) 第四十二条 (no fewer than two officers), applied to reviews by house rule.
    """
    found = check_entry("close", facts.step)
    if blank(facts.note):
        found.append(Violation("inspection.hazard.close.note_missing", {}, "note"))
    if facts.photos < 1:
        found.append(Violation("inspection.hazard.close.review_photo_missing", {}, "photos"))
    if facts.reused_photos:
        found.append(Violation("inspection.hazard.close.photo_reused", {"count": facts.reused_photos}, "photos"))
    if len(facts.officers - {""}) < 2:
        found.append(Violation("inspection.hazard.close.two_officers", {}, "co_reviewer"))
    if facts.submitted_by and facts.submitted_by in facts.officers:
        found.append(Violation("inspection.hazard.close.submitter_reviews", {}, "co_reviewer"))
    return found + check_words({"note": facts.note})
