"""The built-in roles and which rights each holds; what an edited role may never become.

Source: house rule (roles of a county bureau; who inspects: 安全生产法 articles 10 and 62; separation of duties:
whoever manages accounts does no business).
"""

from __future__ import annotations

import uuid
from collections.abc import Collection
from dataclasses import dataclass

from anlan.kernel.errors import Violation

ADMIN = "admin"
MANAGE = "accounts.manage"

_NAMESPACE = uuid.UUID("7b0c5d2e-52c4-5c0f-9c35-3f6f0f6a1d10")
_READING = frozenset({"view", "read", "import", "reveal"})
_ADMINISTRATION = frozenset({"accounts", "platform", "journal"})
_JUDGING = frozenset({"decide", "redact"})


@dataclass(frozen=True, slots=True)
class BuiltinRole:
    """A role that every installation has.

    Attributes:
        word: stable id, used in code and files.
        label: Chinese name.
        rights: what a post of this role may do.
        by_office: a post needs an office, and sees only what that office supervises.
        by_enterprise: a post needs an enterprise, and sees only that one.
    """

    word: str
    label: str
    rights: frozenset[str]
    by_office: bool = False
    by_enterprise: bool = False


def _role(word: str, label: str, rights: str, *, office: bool = False, enterprise: bool = False) -> BuiltinRole:
    return BuiltinRole(word, label, frozenset(rights.split()), office, enterprise)


_LOOK = "registry.view inspection.view platform.document.view sensing.view "
_LEAD = "inspection.leading.view "
# Alarms: whoever is called answers, whoever is there handles, the authority finds what it was.
_ALARMS = " sensing.alarm.answer sensing.alarm.handle"
_WATCH = _ALARMS + " sensing.alarm.end"
_DEVICES = " sensing.device.change sensing.rule.change"
# The duty desk: sees the calls of its region, and answers on behalf of whoever rang back.
_DESK = " calling.call.view calling.call.answer"
_ORDER = (
    "inspection.inspect inspection.hazard.order inspection.hazard.review inspection.hazard.extend"
    " inspection.hazard.dismiss inspection.hazard.transfer inspection.listing.follow "
)

# Accidents: a town and every office file and correct, the bureau investigates, closes and revokes; the enterprise, whose
# investigation it is, sees nothing of them (ADR 0026).
_ACCIDENTS = " accident.view accident.report"
_INVESTIGATE = _ACCIDENTS + " accident.investigate"

# Who sees plans, teams and tasks: everybody but the enterprises, which are not told beforehand.
_PLANS = " inspection.plan.view "
_ASSIGN = _PLANS + "inspection.team.change inspection.task.assign"


# Reads drafts of the office's reports for what contradicts itself; what it does not follow is remembered with its reason.
_DRAFTS = " reporting.draft.check"
# Figures that other departments own: whoever writes the office's reports enters them, leaders read them.
_FIGURES = " reporting.value.view"
_REPORTED = _FIGURES + " reporting.value.change"
# Who sees all that a report counts and answers for it: a post limited to one office's enterprises can't make one.
_ISSUE = " reporting.report.issue"
# Whoever writes or issues the office's reports has templates of its own.
_TEMPLATES = " reporting.template.change"
# Rounds of reporting: the bureau opens, chases, returns and closes, the town fills its own form (ADR 0032).
_ROUNDS = " reporting.round.view reporting.round.manage"
_FILING = " reporting.round.view reporting.round.submit"


def _sources(words: str) -> str:
    """The rights to name these sources of an inspection or hazard (inspection.rules.hazard.SOURCES)."""
    return "".join(f" inspection.source.{word}" for word in words.split())


ROLES: tuple[BuiltinRole, ...] = (
    _role(
        "leader",
        "局领导",
        _LOOK
        + _LEAD
        + "accounts.view journal.read journal.decide platform.redact vault.reveal inspection.campaign.change"
        + _PLANS
        + "inspection.plan.approve"
        + " calling.escalation.read inspection.listing.sign inspection.hazard.extend"
        + _DESK
        + " calling.chain.change"
        + " sensing.alarm.answer"
        + " accident.view"
        + _FIGURES
        + _ISSUE
        + _TEMPLATES
        + _ROUNDS
        + _DRAFTS,
    ),
    _role(
        "supervision",
        "监管科室",
        _LOOK
        + _LEAD
        + _ORDER
        + "vault.reveal registry.change registry.import inspection.checklist.change inspection.campaign.change"
        + " inspection.listing.propose inspection.self_check.rule"
        + _ASSIGN
        + " inspection.plan.change"
        + _DESK
        + " calling.chain.change"
        + _WATCH
        + _DEVICES
        + _INVESTIGATE
        + _DRAFTS
        + _REPORTED
        + _TEMPLATES
        + _ROUNDS
        + _sources("county department expert enterprise public alarm upper"),
        office=True,
    ),
    _role(
        "enforcement",
        "执法人员",
        _LOOK
        + _ORDER
        + "vault.reveal"
        + _PLANS
        + _DESK
        + _WATCH
        + _INVESTIGATE
        + _DRAFTS
        + _sources("county public alarm upper"),
    ),
    _role(
        "town",
        "乡镇（街道）应急办",
        _LOOK
        + _LEAD
        + _ORDER
        + "vault.reveal registry.change journal.decide inspection.listing.apply"
        + _ASSIGN
        + _DESK
        + " calling.chain.change"
        + _WATCH
        + _DEVICES
        + _ACCIDENTS
        + _DRAFTS
        + _REPORTED
        + _TEMPLATES
        + _ISSUE
        + _FILING
        + _sources("town village expert enterprise public alarm upper"),
    ),
    _role("grid", "村（社区）网格员", _LOOK + "inspection.inspect registry.add" + _PLANS + _ALARMS + _sources("town village")),
    _role(
        "department",
        "行业主管部门",
        _LOOK
        + _LEAD
        + _ORDER
        + "vault.reveal registry.change"
        + _ASSIGN
        + _WATCH
        + _DEVICES
        + _ACCIDENTS
        + _DRAFTS
        + _sources("department expert enterprise public alarm upper"),
        office=True,
    ),
    _role(
        "enterprise",
        "企业安全员",
        _LOOK
        + "inspection.hazard.submit inspection.listing.apply inspection.self_check.report"
        + _ALARMS
        + _sources("enterprise"),
        enterprise=True,
    ),
    _role("expert", "专家", _LOOK + "inspection.inspect" + _PLANS + _sources("expert")),
    _role("auditor", "审计人员", _LOOK + _LEAD + "accounts.view journal.read" + _PLANS + " calling.call.view accident.view"),
    _role(
        ADMIN,
        "系统管理员",
        _LOOK + "accounts.manage accounts.view journal.read registry.import platform.operate platform.peers",
    ),
)


def role_id(word: str) -> str:
    """The id of a built-in role: the same on every node, so that two nodes install one role, not two."""
    return str(uuid.uuid5(_NAMESPACE, f"accounts.role/{word}"))


def is_business_write(right: str) -> bool:
    """Whether a right changes the county's record (and not accounts, settings or jobs).

    Source: house rule; the last word of a right says what it does, the first which context it belongs to.
    """
    act = right.rpartition(".")[2]
    return act in _JUDGING or (right.partition(".")[0] not in _ADMINISTRATION and act not in _READING)


def check_rights(word: str, rights: Collection[str], known: Collection[str]) -> list[Violation]:
    """Every reason why a role may not hold these rights.

    Args:
        word: the role's word; "" for a role that an administrator made.
        known: every right that the installed contexts declare.
    Source: house rule: unknown rights, an administrator role without administration (nobody could get back in), and
        administration together with business writes (whoever makes accounts must not act through them) are refused.
    """
    problems = [
        Violation("accounts.role.right_unknown", {"right": r}, "rights") for r in sorted(set(rights) - set(known))
    ]
    if word == ADMIN and MANAGE not in rights:
        problems.append(Violation("accounts.role.admin_without_manage", field="rights"))
    if MANAGE in rights and (mixed := sorted(r for r in set(rights) & set(known) if is_business_write(r))):
        problems.append(Violation("accounts.role.duties_mixed", {"rights": "、".join(mixed)}, "rights"))
    return problems
