"""挂牌督办: the loop of a listed major hazard, and how often it has to be followed up. Pure.

Source: 安全生产法(2021) 第四十一条第三款、第七十三条 (the authority supervises the mending of major hazards); levels, rhythm
and who signs what are house rules.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from itertools import combinations

from anlan.kernel.deadlines import days_after, end_of_day, local_date
from anlan.kernel.loops import Action, Loop, State

__all__ = [
    "FOLLOW_LIMITS",
    "LEVELS",
    "LISTABLE",
    "LISTED",
    "LISTING_ACTS",
    "LISTING_LOOP",
    "LISTING_STAGES",
    "OFFICE",
    "UPPER",
    "FollowLimit",
    "find_listing_action",
    "follow_days",
    "follow_due",
]

LEVELS: tuple[tuple[str, str], ...] = (("county", "县级"), ("city", "市级"), ("province", "省级"))
UPPER = frozenset({"city", "province"})
LISTED: tuple[tuple[str, str], ...] = tuple(
    (" ".join(sorted(level for level, _ in some)), "、".join(label for _, label in some))
    for count in (1, 2, 3)
    for some in combinations(LEVELS, count)
)
"""What a hazard says of its open listings: their levels by name, parted by blanks, and how people read it."""
LISTABLE = frozenset({"ordered", "submitted", "doubted"})
"""States of a hazard in which it can be listed."""
LISTING_STAGES: tuple[tuple[str, str], ...] = (
    ("notice", "挂牌通知"),
    ("follow", "跟踪督办"),
    ("review", "摘牌复查"),
    ("end", "摘牌通知"),
)
OFFICE = "inspection.listing.propose"
_SIGN, _APPLY, _FOLLOW = "inspection.listing.sign", "inspection.listing.apply", "inspection.listing.follow"

LISTING_LOOP = Loop(
    id="listing",
    subject="inspection.listing",
    label="挂牌督办",
    states=(
        State("proposed", "拟挂牌"),
        State("listed", "挂牌督办"),
        State("unlisting_applied", "申请摘牌"),
        State("unlisted", "已摘牌", terminal=True),
        State("refused", "不予挂牌", terminal=True),
        State("cancelled", "已撤销", terminal=True),
    ),
    actions=(
        Action("propose", "提出挂牌督办", "inspection.listing.proposed", (), "proposed", OFFICE,
               ("note", "requirement", "due_on", "follower"), "将重大隐患提请局领导签发县级挂牌督办。"),
        Action("sign", "签发挂牌督办", "inspection.listing.signed", ("proposed",), "listed", _SIGN, (),
               "同意挂牌督办，即时生效。"),
        Action("decline", "不予挂牌", "inspection.listing.declined", ("proposed",), "refused", _SIGN, ("note",),
               "不同意挂牌的，写明理由；隐患整改照常进行。"),
        Action("apply", "申请摘牌", "inspection.listing.unlisting_applied", ("listed",), "unlisting_applied", _APPLY,
               ("note",), "隐患销号后，说明治理情况，申请摘牌。"),
        Action("unlist", "复查摘牌", "inspection.listing.unlisted", ("unlisting_applied",), "unlisted", OFFICE,
               ("note", "photo", "co_reviewer"), "两人现场复查合格，予以摘牌；其中至少一人未参与跟踪督办。"),
        Action("return", "不予摘牌", "inspection.listing.unlisting_refused", ("unlisting_applied",), "listed", OFFICE,
               ("note",), "不同意摘牌的，写明理由，继续挂牌督办。"),
        Action("receive_end", "登记上级摘牌", "inspection.listing.upper_unlisted", ("listed", "unlisting_applied"),
               "unlisted", OFFICE, ("notice_number", "notice_on", "photo"), "登记上级摘牌通知的文号、日期和扫描件。"),
        Action("cancel", "撤销挂牌", "inspection.listing.cancelled", ("proposed", "listed", "unlisting_applied"),
               "cancelled", _SIGN, ("note",), "不应挂牌的，写明理由后撤销；不代表隐患已经整改。"),
    ),
    initial_action="propose",
)  # fmt: skip

# `receive` is the other way into the loop, which declares one only; the rest add facts while the state stays.
LISTING_ACTS: tuple[Action, ...] = (
    Action("receive", "登记上级挂牌", "inspection.listing.received", (), "listed", OFFICE,
           ("level", "notice_number", "notice_on", "issuer", "photo"), "登记市级、省级挂牌督办通知。"),
    Action("follow", "记录跟踪督办", "inspection.listing.followed", ("listed",), "", _FOLLOW, ("note", "photo"),
           "到现场督办治理进展，按规定的间隔记录。"),
    Action("reassign", "变更跟踪督办人", "inspection.listing.reassigned", ("proposed", "listed", "unlisting_applied"), "",
           OFFICE, ("follower",), "原跟踪督办人不能继续督办的，另行指定；变更留痕。"),
    Action("notice", "出具通知书", "inspection.listing.noticed", ("listed", "unlisting_applied", "unlisted"), "", OFFICE,
           (), "出具挂牌督办通知书；摘牌后出具摘牌通知书。"),
    Action("withdraw", "撤回", "inspection.listing.withdrawn",
           ("proposed", "listed", "unlisting_applied", "unlisted", "refused", "cancelled"), "", "inspection.view", (),
           "本人误操作的，十分钟内且后续未办理时可以撤回，恢复到办理前的情况；撤回留痕。"),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class FollowLimit:
    """From `since` on (local date), a hazard listed at `level` is followed up at least every `days` natural days."""

    level: str
    since: date
    days: int
    source: str


FOLLOW_LIMITS: tuple[FollowLimit, ...] = (
    FollowLimit("county", date(2000, 1, 1), 15, "house rule"),
    FollowLimit("city", date(2000, 1, 1), 10, "house rule"),
    FollowLimit("province", date(2000, 1, 1), 7, "house rule"),
)


def find_listing_action(action_id: str) -> Action:
    """The act or the loop's action of this id.

    Raises:
        BadInput: "kernel.loop.unknown_action".
    """
    return next((act for act in LISTING_ACTS if act.id == action_id), None) or LISTING_LOOP.action(action_id)


def follow_days(level: str, day: date, limits: tuple[FollowLimit, ...] = FOLLOW_LIMITS) -> int:
    """Natural days between follow-ups of a listing at `level` on the local date `day`. Source: house rule (dated).

    Raises:
        LookupError: no rhythm is declared for this level and day (a defect of the rule data).
    """
    held = [limit for limit in limits if limit.level == level and limit.since <= day]
    if not held:
        raise LookupError(f"no follow-up rhythm for {level} on {day}")
    return max(held, key=lambda limit: limit.since).days


def follow_due(level: str, seen_at: datetime) -> datetime:
    """By when the next follow-up has to be made after the one (or the listing) at `seen_at`; the end of that local day.

    Raises:
        BadInput: "kernel.deadline.out_of_range".
    Source: house rule (FOLLOW_LIMITS); the first day is not counted: 民法典 第二百零一条.
    """
    day = local_date(seen_at)
    return end_of_day(days_after(day, follow_days(level, day)))
