"""The loop of an accident: what may follow what and who may do it. Pure.

Source: 生产安全事故报告和调查处理条例 (国务院令第493号); who holds which right is a house rule (ADR 0026).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from anlan.kernel.errors import Violation
from anlan.kernel.loops import Action, Loop, State

__all__ = ["ACCIDENT_ACTS", "ACCIDENT_LOOP", "REPORT", "StepFacts", "check_entry", "find_action"]

REPORT, INVESTIGATE = "accident.report", "accident.investigate"
_OPEN = ("reported", "investigating")
_STANDING = (*_OPEN, "closed")

ACCIDENT_LOOP = Loop(
    id="accident",
    subject="accident.accident",
    label="事故",
    states=(
        State("reported", "已接报"),
        State("investigating", "调查中"),
        State("closed", "已结案", terminal=True),
        State("revoked", "已撤销", terminal=True),
    ),
    actions=(
        Action("report", "登记事故", "accident.accident.reported", (), "reported", REPORT,
               ("place", "summary", "occurred_at"), "登记接到报告的事故。"),
        Action("investigate", "启动调查", "accident.accident.investigated", ("reported",), "investigating", INVESTIGATE,
               ("team",), "成立事故调查组，开始调查。"),
        Action("close", "调查结案", "accident.accident.closed", ("investigating",), "closed", INVESTIGATE,
               ("file", "direct_cause", "indirect_cause", "liability"), "上传调查报告，登记原因、责任认定和事故性质后结案。"),
        Action("revoke", "撤销", "accident.accident.revoked", _OPEN, "revoked", INVESTIGATE, ("note",),
               "误报、重复登记的，写明理由后撤销；记录保留，不再纳入统计。"),
    ),
    initial_action="report",
)  # fmt: skip

# `record` is the other way into the loop, which declares one only; the rest add facts while the state stays.
ACCIDENT_ACTS: tuple[Action, ...] = (
    Action("record", "补录已结案事故", "accident.accident.recorded", (), "closed", REPORT, ("closed_on",),
           "补录以前年度已经结案的事故。"),
    Action("report_up", "登记上报", "accident.accident.reported_up", _STANDING, "", REPORT, (),
           "登记向上级报告的时间和去向。"),
    Action("correct", "更正伤亡和损失", "accident.accident.corrected", _STANDING, "", REPORT, ("kind",),
           "伤亡人数、直接经济损失有变化的，及时补报；事故等级随之重新认定。"),
    Action("amend", "修改基本情况", "accident.accident.amended", _STANDING, "", REPORT, (),
           "更正时间、地点、类别、行业领域等基本情况，修改留痕。"),
    Action("judge", "认定事故性质", "accident.accident.judged", _STANDING, "", INVESTIGATE, ("note",),
           "经调查认定不属于生产安全事故的，写明理由，不再纳入统计；认定有误的可以改回。"),
    Action("extend", "延长调查期限", "accident.accident.extended", _OPEN, "", INVESTIGATE, ("days", "note"),
           "经负责调查的人民政府批准，可以延长，累计不超过60日。"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class StepFacts:
    """What every step is judged by.

    Attributes:
        state: the accident's state; "" before it exists. rights: the person's.
        is_enterprise: the person acts for an enterprise. now: the moment of recording (aware UTC).
    """

    state: str
    rights: frozenset[str]
    now: datetime
    is_enterprise: bool = False


def find_action(action_id: str) -> Action:
    """The act or the loop's action of this id. Source: as the loop.

    Raises:
        BadInput: "kernel.loop.unknown_action".
    """
    return next((act for act in ACCIDENT_ACTS if act.id == action_id), None) or ACCIDENT_LOOP.action(action_id)


def check_entry(action_id: str, facts: StepFacts) -> list[Violation]:
    """Why this person can't take this step now, whatever is handed in; empty when the door is open.

    Returns:
        "kernel.loop.not_from_here", "accident.right_missing", "accident.enterprise_never".
    Source: 条例第十条、第十九条 (authorities report and investigate); the enterprise writes nothing here: house rule.
    """
    action = find_action(action_id)
    found = []
    if facts.state not in action.from_ and not (facts.state == "" and not action.from_):
        state = dict(ACCIDENT_LOOP.choices).get(facts.state, facts.state or "—")
        found.append(Violation("kernel.loop.not_from_here", {"action": action.label, "state": state}))
    if action.right not in facts.rights:
        found.append(Violation("accident.right_missing", {"action": action.label}))
    if facts.is_enterprise:
        found.append(Violation("accident.enterprise_never", {"action": action.label}))
    return found
