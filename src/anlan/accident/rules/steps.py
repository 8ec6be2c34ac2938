"""The steps after the report: what each has to hold. Pure.

Source: 生产安全事故报告和调查处理条例 第十一条 (upward), 第十三条 (补报), 第二十九条 to 第三十二条 (investigation).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from anlan.accident.rules.codes import CORRECTIONS, NATURES, REVOCATIONS
from anlan.accident.rules.grade import EXTENSION_DAYS
from anlan.accident.rules.loop import INVESTIGATE, StepFacts, check_entry
from anlan.accident.rules.report import Casualties, PlainFacts, check_casualties, check_plain, check_words
from anlan.kernel.errors import Violation
from anlan.kernel.text import blank

__all__ = [
    "AmendFacts", "CloseFacts", "CorrectFacts", "ExtendFacts", "JudgeFacts", "RevokeFacts", "check_amend", "check_close",
    "check_correct", "check_extend", "check_investigate", "check_judge", "check_report_up", "check_revoke",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class CorrectFacts:
    """Other casualties or another loss: the numbers before and after, why, and until when it is a 补报."""

    step: StepFacts
    old: Casualties
    new: Casualties
    kind: str
    note: str
    until: datetime

    @property
    def late(self) -> bool:
        """Whether the period of 补报 is over. Source: 条例第十三条第二款."""
        return self.step.now > self.until


@dataclass(frozen=True, slots=True)
class AmendFacts:
    """Other plain facts; `changed`: whether any differs. `twin` as in ReportFacts."""

    step: StepFacts
    plain: PlainFacts
    changed: bool
    twin: str = ""


@dataclass(frozen=True, slots=True)
class JudgeFacts:
    """What an accident is found to be: the nature so far, the new one, and the reason."""

    step: StepFacts
    held: str
    nature: str
    note: str


@dataclass(frozen=True, slots=True)
class ExtendFacts:
    """More days for the investigation: those granted before, those granted now, and who approved it."""

    step: StepFacts
    granted: int
    days: int
    note: str


@dataclass(frozen=True, slots=True)
class CloseFacts:
    """The result of the investigation: how many files hold the report, causes, liability, nature and its reason."""

    step: StepFacts
    files: int
    direct_cause: str
    indirect_cause: str
    liability: str
    measures: str
    nature: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class RevokeFacts:
    """Why an accident is no entry: kind, reason, and for a duplicate whether the other one stands and is another."""

    step: StepFacts
    kind: str
    note: str
    other: bool = False


def check_investigate(facts: StepFacts, team: str) -> list[Violation]:
    """Why the investigation can't begin; "accident.missing" for no team. Source: 条例第二十二条 (the investigating group)."""
    found = check_entry("investigate", facts) + check_words({"team": team})
    return found + ([Violation("accident.missing", {}, "team")] if blank(team) else [])


def check_report_up(facts: StepFacts, received_at: datetime, at: datetime, note: str) -> list[Violation]:
    """Why this report upward can't be recorded; "accident.in_future", "accident.up_too_early". Source: 条例第十一条."""
    found = check_entry("report_up", facts)
    if at > facts.now:
        found.append(Violation("accident.in_future", {}, "at"))
    if at < received_at:
        found.append(Violation("accident.up_too_early", {}, "at"))
    return found + check_words({"note": note})


def check_correct(facts: CorrectFacts) -> list[Violation]:
    """Why these numbers can't replace the others; empty when they can.

    Returns:
        the step's own, those of `check_casualties`, "accident.correction_unknown", "accident.nothing_changed"; after the
        period "accident.late_right_missing" and "accident.late_reason_missing".
    Source: 条例第十三条第二款 (30 days, road traffic and fire 7); who corrects later, and with which words: house rule.
    """
    found = check_entry("correct", facts.step) + check_casualties(facts.new) + check_words({"note": facts.note})
    if facts.kind not in dict(CORRECTIONS):
        found.append(Violation("accident.correction_unknown", {"value": facts.kind[:20]}, "kind"))
    if facts.new == facts.old:
        found.append(Violation("accident.nothing_changed", {}, "deaths"))
    if facts.late and INVESTIGATE not in facts.step.rights:
        found.append(Violation("accident.late_right_missing", {}))
    if facts.late and blank(facts.note):
        found.append(Violation("accident.late_reason_missing", {}, "note"))
    return found


def check_amend(facts: AmendFacts) -> list[Violation]:
    """Why these facts can't replace the others: as `check_plain`, "accident.nothing_changed", "accident.entered_already".

    Source: 条例第十三条第一款 (what is new is reported in addition).
    """
    found = check_entry("amend", facts.step)
    if not facts.changed:
        return [*found, Violation("accident.nothing_changed", {}, "place")]
    if facts.twin:
        found.append(Violation("accident.entered_already", {"number": facts.twin}, "place"))
    return found + check_plain(facts.plain, facts.step.now)


def check_judge(facts: JudgeFacts) -> list[Violation]:
    """Why this finding on the nature can't be recorded; "accident.nature_unknown", "accident.nature_same", "accident.missing".

    Source: 条例第二十五条第二项 (the group finds the nature); that the reason is stated either way: house rule.
    """
    found = check_entry("judge", facts.step) + check_words({"note": facts.note})
    if facts.nature not in dict(NATURES):
        found.append(Violation("accident.nature_unknown", {"value": facts.nature[:20]}, "nature"))
    elif facts.nature == facts.held:
        found.append(Violation("accident.nature_same", {"nature": dict(NATURES)[facts.held]}, "nature"))
    return found + ([Violation("accident.missing", {}, "note")] if blank(facts.note) else [])


def check_extend(facts: ExtendFacts) -> list[Violation]:
    """Why the period can't be extended; "accident.extension_days", "accident.missing". Source: 条例第二十九条."""
    found = check_entry("extend", facts.step) + check_words({"note": facts.note})
    left = EXTENSION_DAYS - facts.granted
    if not 1 <= facts.days <= left:
        found.append(Violation("accident.extension_days", {"most": EXTENSION_DAYS, "left": left}, "days"))
    return found + ([Violation("accident.missing", {}, "note")] if blank(facts.note) else [])


def check_close(facts: CloseFacts) -> list[Violation]:
    """Why the case can't be closed; empty when it can.

    Returns:
        the step's own, "accident.report_missing", "accident.missing" for each text, "accident.nature_unknown".
    Source: 条例第三十条第一款第三、四项 (causes, nature and liability stand in the report).
    """
    found = check_entry("close", facts.step)
    if facts.files < 1:
        found.append(Violation("accident.report_missing", {}, "files"))
    texts = {n: getattr(facts, n) for n in ("direct_cause", "indirect_cause", "liability", "measures", "note")}
    needed = ("direct_cause", "indirect_cause", "liability", *(("note",) if facts.nature == "other" else ()))
    found += [Violation("accident.missing", {}, name) for name in needed if blank(texts[name])]
    if facts.nature not in dict(NATURES):
        found.append(Violation("accident.nature_unknown", {"value": facts.nature[:20]}, "nature"))
    return found + check_words(texts)


def check_revoke(facts: RevokeFacts) -> list[Violation]:
    """Why this entry can't be revoked; "accident.revocation_unknown", "accident.missing", "accident.duplicate_unknown".

    Source: 条例第四条 (nothing is concealed): a revoked entry stays, with who revoked it and why; house rule.
    """
    found = check_entry("revoke", facts.step) + check_words({"note": facts.note})
    if facts.kind not in dict(REVOCATIONS):
        found.append(Violation("accident.revocation_unknown", {"value": facts.kind[:20]}, "kind"))
    if facts.kind == "duplicate" and not facts.other:
        found.append(Violation("accident.duplicate_unknown", {}, "duplicate_of"))
    return found + ([Violation("accident.missing", {}, "note")] if blank(facts.note) else [])
