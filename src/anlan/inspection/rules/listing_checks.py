"""What stands against an act on a listed hazard (挂牌督办). Pure.

Source: house rule, in the manner of 安全生产法(2021) 第七十三条 and of the reviews of rules.hazard.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from anlan.inspection.rules.hazard import HAZARD_LOOP
from anlan.inspection.rules.listing import LEVELS, LISTABLE, LISTING_LOOP, UPPER, find_listing_action
from anlan.inspection.rules.stating import check_moment
from anlan.inspection.rules.words import check_words
from anlan.kernel.deadlines import local_date
from anlan.kernel.errors import Violation
from anlan.kernel.text import blank

__all__ = [
    "OWN_FIRM",
    "ListFacts",
    "ListingStep",
    "UnlistFacts",
    "check_apply",
    "check_due_given",
    "check_follow",
    "check_listing",
    "check_noted",
    "check_propose",
    "check_reassign",
    "check_receive",
    "check_receive_end",
    "check_sign",
    "check_unlist",
]

OWN_FIRM = ("inspection.listing.own_firm", "follower")
"""What rules.hazard.check_recusal says of a follower who works for the enterprise, and at which field."""
_NOTICE_YEARS = 5
"""A notice older than this was mistyped: the hazards of those years are settled. Source: house rule."""
_ENDING = frozenset({"apply", "unlist", "receive_end"})


@dataclass(frozen=True, slots=True)
class ListingStep:
    """What every act is judged by.

    Attributes:
        state, level: of the listing; state "" before it exists. rights: the person's.
        person: id of the person acting. proposed_by: who proposed the listing.
        hazard_state: of the hazard. reopened: a look-back found the hazard again.
        at: when it happened. now: the moment of recording. since: the last step before it (all aware UTC).
        stated: a person stated `at`. own_firm: the person works for the hazard's enterprise as well.
    """

    state: str
    level: str
    rights: frozenset[str]
    person: str
    hazard_state: str
    at: datetime
    now: datetime
    since: datetime | None = None
    proposed_by: str = ""
    reopened: bool = False
    stated: bool = False
    own_firm: bool = False


@dataclass(frozen=True, slots=True)
class ListFacts:
    """A listing proposed, or the upper level's notice of one.

    Attributes:
        grade, hazard_due: of the hazard. open_levels: at which it is listed already.
        due: the notice's deadline, end of its local day. follower: person id; follower_known: may follow it up.
        number, notice_on, issuer, scans: of the upper level's notice.
    """

    step: ListingStep
    grade: str
    hazard_due: datetime | None
    open_levels: frozenset[str]
    reason: str
    requirement: str
    due: datetime | None
    follower: str = ""
    follower_known: bool = False
    number: str = ""
    notice_on: date | None = None
    issuer: str = ""
    scans: int = 0


@dataclass(frozen=True, slots=True)
class UnlistFacts:
    """A review before unlisting: note, photos, both officers, who followed it up, who applied."""

    step: ListingStep
    note: str
    photos: int
    officers: frozenset[str] = field(default_factory=frozenset)
    followers: frozenset[str] = field(default_factory=frozenset)
    applied_by: str = ""


def check_listing(action_id: str, facts: ListingStep) -> list[Violation]:
    """Why this person can't do this to the listing now, whatever is handed in; empty when the door is open.

    Returns:
        "kernel.loop.not_from_here", "inspection.listing.right_missing", "…hazard_open", "…hazard_reopened",
        "inspection.hazard.own_firm",
        "…upper_only", "…county_only", "…sign_own"; for a stated moment those of rules.stating.check_moment.
    Source: house rule (a listing ends only after its hazard; whoever proposed it does not sign it).
    """
    action = find_listing_action(action_id)
    found = []
    if facts.state not in action.from_ and (facts.state or action.from_):
        state = dict(LISTING_LOOP.choices).get(facts.state, facts.state or "—")
        found.append(Violation("kernel.loop.not_from_here", {"action": action.label, "state": state}))
    if action.right not in facts.rights:
        found.append(Violation("inspection.listing.right_missing", {"action": action.label}))
    if facts.own_firm and action.right != "inspection.view":
        found.append(Violation("inspection.hazard.own_firm", {"action": action.label}))
    if action_id in _ENDING and facts.hazard_state != "closed":
        found.append(Violation("inspection.listing.hazard_open", {}))
    if action_id in _ENDING and facts.reopened:
        found.append(Violation("inspection.listing.hazard_reopened", {}))
    if action_id in {"unlist", "notice"} and facts.level in UPPER:
        found.append(Violation("inspection.listing.upper_only", {}))
    if action_id == "receive_end" and facts.level not in UPPER:
        found.append(Violation("inspection.listing.county_only", {}))
    if action_id == "sign" and facts.person == facts.proposed_by:
        found.append(Violation("inspection.listing.sign_own", {}))
    return found + (check_moment(facts.at, facts.since, facts.now) if facts.stated else [])


def _check_hazard(facts: ListFacts) -> list[Violation]:
    found = []
    if facts.grade != "major":
        found.append(Violation("inspection.listing.not_major", {}))
    if facts.step.hazard_state not in LISTABLE:
        state = dict(HAZARD_LOOP.choices).get(facts.step.hazard_state, facts.step.hazard_state)
        found.append(Violation("inspection.listing.hazard_state", {"state": state}))
    if facts.step.level in facts.open_levels:
        found.append(Violation("inspection.listing.level_open", {"level": dict(LEVELS)[facts.step.level]}))
    return found


def check_due_given(due: datetime | None, hazard_due: datetime | None, first: date) -> list[Violation]:
    """Whether a listing may end at `due`: named, not before the local day `first`, not after the hazard's own deadline.

    Source: house rule (a listing never lengthens what the order gave).
    """
    if due is None:
        return [Violation("inspection.listing.due_missing", {}, "due_on")]
    if local_date(due) < first:
        return [Violation("inspection.listing.due_early", {"first": str(first)}, "due_on")]
    if hazard_due is not None and due > hazard_due:
        return [Violation("inspection.listing.due_after_hazard", {"due": str(local_date(hazard_due))}, "due_on")]
    return []


def _check_common(facts: ListFacts, first: date) -> list[Violation]:
    found = _check_hazard(facts)
    if blank(facts.reason):
        found.append(Violation("inspection.listing.reason_missing", {}, "note"))
    if blank(facts.requirement):
        found.append(Violation("inspection.listing.requirement_missing", {}, "requirement"))
    found += check_due_given(facts.due, facts.hazard_due, first)
    if not (facts.follower and facts.follower_known):
        found.append(Violation("inspection.listing.follower_unknown", {}, "follower"))
    return found + check_words({"note": facts.reason, "requirement": facts.requirement})


def check_propose(facts: ListFacts) -> list[Violation]:
    """Why this hazard can't be proposed for listing; empty when it can. Source: house rule (major, ordered, one a level)."""
    return check_listing("propose", facts.step) + _check_common(facts, local_date(facts.step.now))


def check_receive(facts: ListFacts) -> list[Violation]:
    """Why the upper level's notice can't be recorded; empty when it can. Source: house rule (it is shown, not retold)."""
    if facts.step.level not in UPPER:
        return [Violation("inspection.listing.level_unknown", {}, "level")]
    found = check_listing("receive", facts.step) + _check_common(facts, facts.notice_on or date.min)
    if blank(facts.issuer):
        found.append(Violation("inspection.listing.issuer_missing", {}, "issuer"))
    return (
        found
        + check_words({"issuer": facts.issuer})
        + _check_paper(facts.step, facts.number, facts.notice_on, facts.scans)
    )


def _check_paper(step: ListingStep, number: str, notice_on: date | None, scans: int) -> list[Violation]:
    found = []
    if blank(number):
        found.append(Violation("inspection.listing.number_missing", {}, "notice_number"))
    if notice_on is None:
        found.append(Violation("inspection.listing.notice_on_missing", {}, "notice_on"))
    elif notice_on > local_date(step.now):
        found.append(Violation("inspection.listing.notice_in_future", {}, "notice_on"))
    elif (local_date(step.now) - notice_on).days > 366 * _NOTICE_YEARS:
        found.append(Violation("inspection.listing.notice_too_old", {"years": _NOTICE_YEARS}, "notice_on"))
    if scans < 1:
        found.append(Violation("inspection.listing.scan_missing", {}, "photos"))
    return found + check_words({"notice_number": number})


def check_receive_end(step: ListingStep, number: str, notice_on: date | None, scans: int, note: str) -> list[Violation]:
    """Why the upper level's 摘牌 notice can't be recorded; empty when it can. Source: house rule."""
    return (
        check_listing("receive_end", step) + _check_paper(step, number, notice_on, scans) + check_words({"note": note})
    )


def check_sign(facts: ListFacts, note: str) -> list[Violation]:
    """Why this proposal can't be signed; empty when it can. The hazard is judged again: it may have moved on meanwhile.

    Args:
        facts: `open_levels` without the proposal's own.
    Source: house rule.
    """
    found = check_listing("sign", facts.step) + _check_hazard(facts)
    return (
        found + check_due_given(facts.due, facts.hazard_due, local_date(facts.step.now)) + check_words({"note": note})
    )


def check_noted(action_id: str, step: ListingStep, note: str) -> list[Violation]:
    """Why this act, which needs its reason said, can't be done; empty when it can. Source: house rule."""
    found = check_listing(action_id, step)
    if blank(note):
        found.append(Violation("inspection.listing.reason_missing", {}, "note"))
    return found + check_words({"note": note})


def check_apply(step: ListingStep, note: str) -> list[Violation]:
    """Why unlisting can't be applied for; empty when it can. Source: house rule (what was done is explained)."""
    found = check_listing("apply", step)
    if blank(note):
        found.append(Violation("inspection.listing.explanation_missing", {}, "note"))
    return found + check_words({"note": note})


def check_follow(step: ListingStep, note: str, photos: int, reused: int = 0) -> list[Violation]:
    """Why this follow-up visit can't be recorded; empty when it can.

    Args:
        reused: so many of the photos were used in this listing or for its hazard before.
    Source: house rule (the site is seen, and shown).
    """
    found = check_listing("follow", step)
    if blank(note):
        found.append(Violation("inspection.listing.visit_note_missing", {}, "note"))
    if photos < 1:
        found.append(Violation("inspection.listing.visit_photo_missing", {}, "photos"))
    if reused:
        found.append(Violation("inspection.listing.visit_photo_reused", {"count": reused}, "photos"))
    return found + check_words({"note": note})


def check_reassign(step: ListingStep, held: str, follower: str, known: bool, note: str) -> list[Violation]:
    """Why another person can't be named to follow it up; empty when it can.

    Args:
        held: who follows it up now. follower: who is to. known: that person may be named.
    Source: house rule.
    """
    found = check_listing("reassign", step)
    if not (follower and known):
        found.append(Violation("inspection.listing.follower_unknown", {}, "follower"))
    elif follower == held:
        found.append(Violation("inspection.listing.follower_same", {}, "follower"))
    return found + check_words({"note": note})


def check_unlist(facts: UnlistFacts) -> list[Violation]:
    """Why this review can't end the listing; empty when it can.

    Source: 行政处罚法(2021) 第四十二条 (two officers), applied by house rule; that one of them did not follow the listing
    up, and that nobody reviews what he applied for: house rule.
    """
    found = check_listing("unlist", facts.step)
    if blank(facts.note):
        found.append(Violation("inspection.hazard.close.note_missing", {}, "note"))
    if facts.photos < 1:
        found.append(Violation("inspection.hazard.close.review_photo_missing", {}, "photos"))
    officers = facts.officers - {""}
    if len(officers) < 2:
        found.append(Violation("inspection.hazard.close.two_officers", {}, "co_reviewer"))
    elif officers <= facts.followers:
        found.append(Violation("inspection.listing.all_followed", {}, "co_reviewer"))
    if facts.applied_by and facts.applied_by in officers:
        found.append(Violation("inspection.listing.applicant_reviews", {}, "co_reviewer"))
    return found + check_words({"note": facts.note})
