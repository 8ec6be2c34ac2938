"""What can be done to a hazard beside the steps of its loop: facts that are added while its state stays. Pure.

Source: house rule; the single acts name theirs (rules.extension, rules.major, rules.ending, rules.withdrawal).
"""

from __future__ import annotations

from anlan.inspection.rules.hazard import HAZARD_LOOP, StepFacts, check_person
from anlan.inspection.rules.words import check_words
from anlan.kernel.errors import Violation
from anlan.kernel.loops import Action
from anlan.kernel.text import blank

__all__ = ["ACTS", "LOOK_BACK_RESULTS", "act_of", "check_act", "check_look_back", "check_transfer", "find_action"]

LOOK_BACK_RESULTS: tuple[tuple[str, str], ...] = (("fine", "未反弹"), ("again", "已反弹"))

# `to` is empty: the state stays (a withdrawal brings back the one before, whichever that was).
ACTS: tuple[Action, ...] = (
    Action("judge", "判定级别", "inspection.hazard.judged", ("found",), "", "inspection.hazard.order",
           ("major_criteria",), "责令整改前，对照判定标准勾选条款，判定是否为重大隐患。"),
    Action("extend", "申请延期", "inspection.hazard.extension_applied", ("ordered",), "", "inspection.hazard.submit",
           ("reason", "days"), "期限届满前，因客观原因不能按期完成的，可以申请延期；批准前原期限不变。"),
    Action("grant", "批准延期", "inspection.hazard.extension_granted", ("ordered",), "", "inspection.hazard.extend",
           ("days",), "批准企业的延期申请，整改期限顺延。"),
    Action("refuse", "不予延期", "inspection.hazard.extension_refused", ("ordered",), "", "inspection.hazard.extend",
           ("reason",), "不批准延期，企业仍须按原期限完成整改。"),
    Action("transfer", "移送执法", "inspection.hazard.transferred", ("ordered", "submitted", "closed"), "",
           "inspection.hazard.transfer", ("violated", "reason"), "涉嫌违法的，移送执法机构查处；隐患整改照常进行。"),
    Action("co_confirm", "确认参加复查", "inspection.hazard.co_confirmed", ("closed",), "", "inspection.hazard.review",
           (), "被列为同行复查人的，销号后七日内确认本人参加了复查。"),
    Action("look_back", "回头看", "inspection.hazard.looked_back", ("closed",), "", "inspection.hazard.review",
           ("note", "photo"), "销号后回访现场；问题反弹的，登记为新隐患并与本条相互关联。"),
    Action("withdraw", "撤回", "inspection.hazard.withdrawn",
           ("found", "ordered", "submitted", "doubted", "closed", "dismissed"), "", "inspection.view", (),
           "本人误操作的，十分钟内且后续未办理时可以撤回，恢复到办理前的情况；撤回留痕。"),
)  # fmt: skip


def act_of(act_id: str) -> Action | None:
    """The act of this id, None for a step of the loop."""
    return next((act for act in ACTS if act.id == act_id), None)


def find_action(action_id: str) -> Action:
    """The act or the loop's action of this id.

    Raises:
        BadInput: "kernel.loop.unknown_action".
    """
    return act_of(action_id) or HAZARD_LOOP.action(action_id)


def check_act(act_id: str, facts: StepFacts) -> list[Violation]:
    """Why this person can't do this to a hazard in this state, whatever is handed in; empty when the door is open.

    Returns:
        "kernel.loop.not_from_here" and the reasons of rules.hazard.check_person. Source: house rule.
    """
    action = find_action(act_id)
    if not action.to and facts.state not in action.from_:
        labels = dict(HAZARD_LOOP.choices)
        state = labels.get(facts.state, facts.state or "—")
        found = [Violation("kernel.loop.not_from_here", {"action": action.label, "state": state})]
    else:
        found = [] if not action.to else HAZARD_LOOP.check_step(act_id, facts.state)
    return found + check_person(action, facts)


def check_transfer(facts: StepFacts, violated: str, reason: str, transferred: bool) -> list[Violation]:
    """Why this hazard can't be handed to enforcement; empty when it can.

    Args:
        violated: what was violated, as cited. transferred: it has been handed over before.
    Source: 安全生产法(2021) 第六十五条第一款第二项 (依法作出行政处罚决定); 行政处罚法(2021) 第五十四条.
    """
    found = check_act("transfer", facts)
    if transferred:
        found.append(Violation("inspection.hazard.transfer.already", {}))
    if blank(violated):
        found.append(Violation("inspection.hazard.transfer.violated_missing", {}, "violated"))
    if blank(reason):
        found.append(Violation("inspection.hazard.transfer.reason_missing", {}, "note"))
    return found + check_words({"note": reason, "violated": violated})


def check_look_back(facts: StepFacts, note: str, photos: int, reopened: bool, reused: int = 0) -> list[Violation]:
    """Why this look-back can't be recorded; empty when it can.

    Args:
        reopened: an earlier look-back found it again; the new hazard is looked after instead.
        reused: so many of the photos are earlier ones of this hazard, or copies of them; another press of the button at
            the site mends it, so there is no second reviewer to wait for.
    Source: house rule (回头看: the site is seen again, and shown).
    """
    found = check_act("look_back", facts)
    if reopened:
        found.append(Violation("inspection.hazard.look_back.reopened_already", {}))
    if blank(note):
        found.append(Violation("inspection.hazard.look_back.note_missing", {}, "note"))
    if photos < 1:
        found.append(Violation("inspection.hazard.look_back.photo_missing", {}, "photos"))
    if reused:
        found.append(Violation("inspection.hazard.look_back.photo_reused", {"count": reused}, "photos"))
    return found + check_words({"note": note})
