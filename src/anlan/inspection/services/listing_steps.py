"""挂牌督办 after its beginning: signed or declined, followed up, unlisted, cancelled. One service for each act.

All go one way: row within scope, right, repeated key, stale page, the rule's reasons, then one transaction, in which the
hazard hears of the end, so that neither moves on without the other.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, TypeVar

from anlan.accounts import queries as accounts
from anlan.inspection import queries
from anlan.inspection.errors import StalePage, StepRefused
from anlan.inspection.models import Hazard, Listing
from anlan.inspection.rules.hazard import check_recusal
from anlan.inspection.rules.listing import LISTING_LOOP, find_listing_action, follow_due
from anlan.inspection.rules.listing_checks import (
    OWN_FIRM,
    ListFacts,
    ListingStep,
    UnlistFacts,
    check_apply,
    check_follow,
    check_noted,
    check_reassign,
    check_receive_end,
    check_sign,
    check_unlist,
)
from anlan.inspection.services.doubting import Doubt
from anlan.inspection.services.drafting import require_plausible, said
from anlan.inspection.services.listing_files import scan_text, visit_text
from anlan.kernel.entry import Draft, Step
from anlan.kernel.errors import Conflict, Violation
from anlan.kernel.stated import settled
from anlan.platform import attachments
from anlan.platform.database import writing
from anlan.platform.journal.record import record_many
from anlan.platform.scope import Scope

__all__ = [
    "EndInput",
    "ListingInput",
    "ReassignInput",
    "UnlistInput",
    "listing_apply",
    "listing_cancel",
    "listing_decline",
    "listing_follow",
    "listing_reassign",
    "listing_receive_end",
    "listing_return",
    "listing_sign",
    "listing_unlist",
]

_SUBJECT = Listing.SUBJECT
_FOLLOW = "inspection.listing.follow"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListingInput:
    """What every act names: the listing, the version seen (None: any), a client's key, words, photos, when (a visit)."""

    listing_id: str
    base: int | None = None
    once: str | None = None
    note: str = ""
    photos: tuple[str, ...] = ()
    at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class UnlistInput(ListingInput):
    """A passed review: the opinion (`note`), photos, and the second officer's person id."""

    co_reviewer: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndInput(ListingInput):
    """The upper level's 摘牌 notice: number and day; its scans stand in `photos`."""

    notice_number: str = ""
    notice_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReassignInput(ListingInput):
    """Who follows it up from now on (person id); why stands in `note`."""

    follower: str = ""


_Input = TypeVar("_Input", bound=ListingInput)
# (listing, input, facts) -> (reasons against, what the entry's data carries)
_Judge = Callable[[Listing, _Input, ListingStep], tuple[list[Violation], dict[str, Any]]]


def _take(action_id: str, scope: Scope, item: _Input, now: datetime, judge: _Judge[_Input]) -> str:
    action = find_listing_action(action_id)
    item = replace(item, at=settled(item.at, now))
    require_plausible(item.at)
    listing = queries.listing_get(scope, item.listing_id)
    scope.require(action.right)
    subject, of_hazard = f"{_SUBJECT}/{listing.id}", f"{Hazard.SUBJECT}/{listing.hazard_id}"
    if subject in queries.once_recorded(scope, [(subject, item.once)], action.kind):
        return str(listing.id)
    versions = queries.versions_of([subject, of_hazard])
    listing = queries.listing_get(scope, item.listing_id)  # after the versions: a step in between must show
    if item.base is not None and item.base != versions[subject]:
        raise StalePage(listing.number, listing.get_state_display())
    facts = queries.listing_step(scope, listing, listing.hazard, item.at, now)
    problems, data = judge(listing, item, facts)
    if problems:
        raise StepRefused("inspection.listing.refused", problems, action=action.label)
    files = scan_text(item.photos) if action_id == "receive_end" else visit_text(item.photos)
    draft = Draft(
        kind=action.kind, subject=subject, region=listing.region, data=data, text=said(note=item.note) | files, at=item.at,
        step=Step(listing.state, action.to) if action.to else None, once=item.once, drill=bool(listing.drill),
    )  # fmt: skip
    drafts: list[tuple[Draft, int | None]] = [(draft, versions[subject])]
    if action.to and LISTING_LOOP.state(action.to).terminal:
        drafts.append((_ended(listing, action.to), versions[of_hazard]))
    try:
        with writing():
            attachments.link(item.photos, subject, scope=scope)
            record_many(drafts, scope=scope, now=now)
    except Conflict as error:
        if subject not in queries.once_recorded(scope, [(subject, item.once)], action.kind):
            held = queries.listing_get(scope, item.listing_id)
            raise StalePage(held.number, held.get_state_display()) from error
    return str(listing.id)


def _ended(listing: Listing, state: str) -> Draft:
    return Draft(
        kind=f"{Hazard.SUBJECT}.listing_ended",
        subject=f"{Hazard.SUBJECT}/{listing.hazard_id}",
        region=listing.hazard.region,
        data={"listing": str(listing.id), "number": listing.number, "level": listing.level, "state": state},
        drill=bool(listing.drill),
    )


def _doubt(listing: Listing, photos: Sequence[str], now: datetime) -> dict[str, Any]:
    """The marks on photos of a visit or review that look copied, too old or taken elsewhere. Source: rules.suspicion."""
    doubt = Doubt([(str(listing.hazard_id), photos)], now)
    return doubt.of(listing.hazard, photos, "before_listing", listing.listed_at)


def listing_sign(*, scope: Scope, item: ListingInput, now: datetime) -> str:
    """Sign a proposal: the hazard is listed from now on; the listing's id.

    Raises:
        ListingNotFound; NotAllowed: "platform.not_allowed"; StalePage: "inspection.stale"; Conflict: "journal.conflict".
        StepRefused: "inspection.listing.refused" with every reason.
    Source: rules.listing_checks (house rule).
    """

    def judge(listing: Listing, item: ListingInput, step: ListingStep) -> tuple[list[Violation], dict[str, Any]]:
        others = frozenset(listing.hazard.listed.split()) - {listing.level}
        hazard = listing.hazard
        facts = ListFacts(
            step, hazard.grade, hazard.due_at, others, listing.reason, listing.requirement, listing.due_at
        )
        return check_sign(facts, item.note), {"follow_due_at": follow_due(listing.level, now).isoformat()}

    return _take("sign", scope, item, now, judge)


def _noted(action_id: str, scope: Scope, item: ListingInput, now: datetime) -> str:
    def judge(listing: Listing, item: ListingInput, step: ListingStep) -> tuple[list[Violation], dict[str, Any]]:
        again = {"follow_due_at": follow_due(listing.level, now).isoformat()} if action_id == "return" else {}
        return check_noted(action_id, step, item.note), again

    return _take(action_id, scope, item, now, judge)


def listing_decline(*, scope: Scope, item: ListingInput, now: datetime) -> str:
    """Refuse a proposal with the reason in `note`; the hazard goes on unlisted. Raises as `listing_sign`."""
    return _noted("decline", scope, item, now)


def listing_cancel(*, scope: Scope, item: ListingInput, now: datetime) -> str:
    """Take a listing back with the reason in `note`, whatever the hazard's state. Raises as `listing_sign`."""
    return _noted("cancel", scope, item, now)


def listing_return(*, scope: Scope, item: ListingInput, now: datetime) -> str:
    """Refuse to unlist, with the reason in `note`: it stays listed. Raises as `listing_sign`."""
    return _noted("return", scope, item, now)


def listing_follow(*, scope: Scope, item: ListingInput, now: datetime) -> str:
    """Record a follow-up visit: what was seen (`note`), photos, when (`at`, None: now). Raises as `listing_sign`.

    Photos that look copied, too old or taken elsewhere are marked for those who review, not refused.

    Source: rules.listing.FOLLOW_LIMITS (house rule).
    """

    def judge(listing: Listing, item: ListingInput, step: ListingStep) -> tuple[list[Violation], dict[str, Any]]:
        reused = queries.listing_photos_used(listing, item.photos)
        problems = check_follow(step, item.note, len(set(item.photos)), reused)
        late = listing.follow_due_at is not None and step.at > listing.follow_due_at
        next_due = follow_due(listing.level, step.at).isoformat()
        if problems:
            return problems, {}
        data = {"turn": listing.follow_ups.count() + 1, "late": late, "follow_due_at": next_due}
        return [], data | _doubt(listing, item.photos, now)

    return _take("follow", scope, item, now, judge)


def listing_reassign(*, scope: Scope, item: ReassignInput, now: datetime) -> str:
    """Name another follow-up officer; what the former one recorded stays. Raises as `listing_sign`."""

    def judge(listing: Listing, item: ReassignInput, step: ListingStep) -> tuple[list[Violation], dict[str, Any]]:
        known = bool(queries.officers_known(scope, [item.follower], _FOLLOW, now, listing))
        problems = check_reassign(step, listing.follower, item.follower, known, item.note)
        problems += check_recusal([item.follower], queries.firm_people(listing.enterprise_id, [item.follower], now), *OWN_FIRM)
        return problems, {"follower": item.follower, "follower_before": listing.follower}

    return _take("reassign", scope, item, now, judge)


def listing_apply(*, scope: Scope, item: ListingInput, now: datetime) -> str:
    """Apply for unlisting after the hazard was closed, saying in `note` what was done. Raises as `listing_sign`."""

    def judge(listing: Listing, item: ListingInput, step: ListingStep) -> tuple[list[Violation], dict[str, Any]]:
        return check_apply(step, item.note), {}

    return _take("apply", scope, item, now, judge)


def listing_unlist(*, scope: Scope, item: UnlistInput, now: datetime) -> str:
    """End a county listing after a review by two officers, one of whom did not follow it up. Raises as `listing_sign`."""

    def judge(listing: Listing, item: UnlistInput, step: ListingStep) -> tuple[list[Violation], dict[str, Any]]:
        stands = accounts.standing_by()
        officers = frozenset(stands(one) for one in (scope.person, item.co_reviewer))
        followers = frozenset(stands(one) for one in queries.listing_followers(listing))
        photos = set(item.photos)
        applicant = stands(listing.applied_by)
        problems = check_unlist(UnlistFacts(step, item.note, len(photos), officers, followers, applicant))
        problems += check_recusal([item.co_reviewer], queries.firm_people(listing.enterprise_id, [item.co_reviewer], now))
        if reused := queries.listing_photos_used(listing, photos):
            problems.append(Violation("inspection.listing.photo_reused", {"count": reused}, "photos"))
        if item.co_reviewer and not queries.officers_known(scope, [item.co_reviewer], _FOLLOW, now, listing):
            problems.append(Violation("inspection.listing.co_reviewer_unknown", {}, "co_reviewer"))
        return problems, {"co_reviewer": item.co_reviewer} | ({} if problems else _doubt(listing, item.photos, now))

    return _take("unlist", scope, item, now, judge)


def listing_receive_end(*, scope: Scope, item: EndInput, now: datetime) -> str:
    """Record the upper level's 摘牌 notice. Raises as `listing_sign`; BadInput: "inspection.listing.scan_type"."""

    def judge(listing: Listing, item: EndInput, step: ListingStep) -> tuple[list[Violation], dict[str, Any]]:
        scans = len(set(item.photos))
        day = item.notice_on.isoformat() if item.notice_on else None
        problems = check_receive_end(step, item.notice_number, item.notice_on, scans, item.note)
        return problems, {"notice_number": item.notice_number.strip(), "notice_on": day}

    return _take("receive_end", scope, item, now, judge)
