"""挂牌督办 begins: the office proposes a major hazard to the leader, or records the upper level's notice."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from anlan.inspection import queries
from anlan.inspection.errors import StalePage, StepRefused
from anlan.inspection.models import Hazard, Listing
from anlan.inspection.rules.hazard import check_recusal
from anlan.inspection.rules.listing import OFFICE, find_listing_action, follow_due
from anlan.inspection.rules.listing_checks import OWN_FIRM, ListFacts, check_propose, check_receive
from anlan.inspection.services.drafting import key_for, numbers_for, said
from anlan.inspection.services.listing_files import scan_text
from anlan.kernel.deadlines import end_of_day
from anlan.kernel.entry import Draft, Step
from anlan.kernel.errors import Conflict
from anlan.platform import attachments
from anlan.platform.database import writing
from anlan.platform.journal.record import NEW, record_many
from anlan.platform.scope import Scope

__all__ = ["ListInput", "ReceiveInput", "listing_propose", "listing_receive"]

_SUBJECT = Listing.SUBJECT
_FOLLOW = "inspection.listing.follow"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListInput:
    """A hazard to be listed: why (`note`), what to do, by when, who follows it up; `base`: the hazard's version seen."""

    hazard_id: str
    note: str = ""
    requirement: str = ""
    due_on: date | None = None
    follower: str = ""
    base: int | None = None
    once: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiveInput(ListInput):
    """The upper level's notice: its level, number, day, issuer and scans (hashes of photos or PDF files)."""

    level: str = "city"
    notice_number: str = ""
    notice_on: date | None = None
    issuer: str = ""
    photos: tuple[str, ...] = ()


def listing_propose(*, scope: Scope, item: ListInput, now: datetime) -> str:
    """Propose a major hazard for listing at county level; the listing's id. It takes effect when the leader signs.

    Raises:
        HazardNotFound; NotAllowed: "platform.not_allowed"; StalePage: "inspection.stale"; Conflict: "journal.conflict".
        StepRefused: "inspection.listing.refused" with every reason.
    Source: rules.listing_checks (house rule).
    """
    return _open("propose", scope, item, now)


def listing_receive(*, scope: Scope, item: ReceiveInput, now: datetime) -> str:
    """Record that a city or province listed a major hazard; the listing's id. It is followed up from now on.

    Raises:
        As `listing_propose`; BadInput: "platform.attachment.unknown", "inspection.listing.scan_type".
    Source: rules.listing_checks (house rule).
    """
    return _open("receive", scope, item, now)


def _open(action_id: str, scope: Scope, item: ListInput, now: datetime) -> str:
    action = find_listing_action(action_id)
    queries.hazard_get(scope, item.hazard_id)
    scope.require(OFFICE)
    key = key_for(scope, _SUBJECT, item.once, now)
    subject = f"{_SUBJECT}/{key}"
    if subject in queries.once_recorded(scope, [(subject, item.once)], action.kind):
        return key
    of_hazard = f"{Hazard.SUBJECT}/{queries.hazard_get(scope, item.hazard_id).id}"
    version = queries.versions_of([of_hazard])[of_hazard]
    hazard = queries.hazard_get(scope, item.hazard_id)  # after the version: a step in between must show as a conflict
    if item.base is not None and item.base != version:
        raise StalePage(hazard.number, hazard.get_state_display())
    facts = _facts(scope, hazard, item, now)
    problems = check_receive(facts) if isinstance(item, ReceiveInput) else check_propose(facts)
    if facts.follower_known:
        of_firm = queries.firm_people(hazard.enterprise_id, [item.follower], now)
        problems += check_recusal([item.follower], of_firm, *OWN_FIRM)
    if problems:
        raise StepRefused("inspection.listing.refused", problems, action=action.label)
    photos = item.photos if isinstance(item, ReceiveInput) else ()
    try:
        with writing():
            attachments.link(photos, subject, scope=scope)
            draft = _draft(action_id, key, hazard, item, facts, now)
            record_many([(draft, NEW), (_opened(hazard, draft), version)], scope=scope, now=now)
    except Conflict as error:
        if subject not in queries.once_recorded(scope, [(subject, item.once)], action.kind):
            held = queries.hazard_get(scope, item.hazard_id)
            raise StalePage(held.number, held.get_state_display()) from error
    return key


def _opened(hazard: Hazard, listing: Draft) -> Draft:
    return Draft(
        kind=f"{Hazard.SUBJECT}.listing_opened",
        subject=f"{Hazard.SUBJECT}/{hazard.id}",
        region=hazard.region,
        data={"listing": listing.subject.rpartition("/")[2]} | {n: listing.data[n] for n in ("number", "level")},
        drill=bool(hazard.drill),
    )


def _facts(scope: Scope, hazard: Hazard, item: ListInput, now: datetime) -> ListFacts:
    upper = item if isinstance(item, ReceiveInput) else None
    step = queries.listing_step(scope, None, hazard, None, now, upper.level if upper else "county")
    return ListFacts(
        step=step,
        grade=hazard.grade,
        hazard_due=hazard.due_at,
        open_levels=frozenset(hazard.listed.split()),
        reason=item.note,
        requirement=item.requirement,
        due=end_of_day(item.due_on) if item.due_on else None,
        follower=item.follower,
        follower_known=bool(queries.officers_known(scope, [item.follower], _FOLLOW, now, hazard)),
        number=upper.notice_number if upper else "",
        notice_on=upper.notice_on if upper else None,
        issuer=upper.issuer if upper else "",
        scans=len(set(upper.photos)) if upper else 0,
    )


def _draft(action_id: str, key: str, hazard: Hazard, item: ListInput, facts: ListFacts, now: datetime) -> Draft:
    action, due = find_listing_action(action_id), facts.due
    data = {
        "number": numbers_for("GP", [now])[0],
        "hazard_id": str(hazard.id),
        "hazard_number": hazard.number,
        "enterprise_id": str(hazard.enterprise_id),
        "office_id": str(hazard.office_id) if hazard.office_id else None,
        "level": facts.step.level,
        "due_at": due.isoformat() if due else None,
        "follower": item.follower,
    }
    text = said(note=item.note, requirement=item.requirement)
    if isinstance(item, ReceiveInput):
        data |= {
            "notice_number": item.notice_number.strip(),
            "notice_on": item.notice_on.isoformat() if item.notice_on else None,
            "issuer": item.issuer.strip(),
            "follow_due_at": follow_due(item.level, now).isoformat(),
        }
        text |= scan_text(item.photos)
    return Draft(
        kind=action.kind, subject=f"{_SUBJECT}/{key}", region=hazard.region, data=data, text=text,
        step=Step("", action.to), once=item.once, drill=bool(hazard.drill),
    )  # fmt: skip
