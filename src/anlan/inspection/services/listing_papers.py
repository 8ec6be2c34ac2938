"""The notices of 挂牌督办, issued from what the record says: of the listing, and of its end."""

from __future__ import annotations

from datetime import datetime

from anlan.inspection import queries
from anlan.inspection.errors import StalePage, StepRefused
from anlan.inspection.models import Hazard, Listing
from anlan.inspection.rules.document import ListingFacts, UnlistingFacts
from anlan.inspection.rules.listing import find_listing_action
from anlan.inspection.rules.listing_checks import check_listing
from anlan.inspection.services.listing_steps import ListingInput
from anlan.kernel.deadlines import local_date
from anlan.kernel.entry import Draft
from anlan.kernel.errors import Violation
from anlan.platform.database import writing
from anlan.platform.documents import queries as documents
from anlan.platform.documents.services import document_issue
from anlan.platform.journal.record import record
from anlan.platform.scope import Scope

__all__ = ["listing_notice"]

_SUBJECT = Listing.SUBJECT


def listing_notice(*, scope: Scope, item: ListingInput, now: datetime) -> str:
    """Issue 挂牌督办通知书 of a listed hazard, or 摘牌通知书 once it is unlisted; the document's id.

    The document is about the hazard, so that whoever sees that finds it there; the listing keeps its number. A notice is
    issued once, and again only where the first one was declared void.

    Raises:
        ListingNotFound; NotAllowed: "platform.not_allowed"; StalePage: "inspection.stale"; Conflict: "journal.conflict".
        StepRefused: "inspection.listing.refused". Unavailable: "platform.document.template_broken".
    Source: rules.listing_checks (house rule).
    """
    action = find_listing_action("notice")
    listing = queries.listing_get(scope, item.listing_id)
    scope.require(action.right)
    subject = f"{_SUBJECT}/{listing.id}"
    done = subject in queries.once_recorded(scope, [(subject, item.once)], action.kind)
    version = queries.versions_of([subject])[subject]
    listing = queries.listing_get(scope, item.listing_id)
    of_end = listing.state == "unlisted"
    if done:
        return listing.end_document if of_end else listing.notice_document
    if item.base is not None and item.base != version:
        raise StalePage(listing.number, listing.get_state_display())
    about = f"{Hazard.SUBJECT}/{listing.hazard_id}"
    problems = check_listing("notice", queries.listing_step(scope, listing, listing.hazard, None, now))
    if queries.notice_stands(scope, listing):
        problems.append(Violation("inspection.listing.notice_issued", {}))
    if problems:
        raise StepRefused("inspection.listing.refused", problems, action=action.label)
    facts = _end_facts(listing) if of_end else _facts(listing)
    template = "inspection.unlisting" if of_end else "inspection.listing"
    with writing():
        document_id = document_issue(scope=scope, template=template, subject=about, facts=facts, now=now)
        number = documents.document_get(scope, document_id).number
        data = {"document": document_id, "number": number, "issued_on": local_date(now).isoformat(), "of_end": of_end}
        draft = Draft(
            kind=action.kind,
            subject=subject,
            region=listing.region,
            data=data,
            once=item.once,
            drill=bool(listing.drill),
        )
        record(draft, scope=scope, now=now, base=version)
    return document_id


def _facts(listing: Listing) -> ListingFacts:
    return ListingFacts(
        level=listing.get_level_display(),
        reason=listing.reason,
        requirement=listing.requirement,
        due_on=local_date(queries.listing_due_given(listing)),
        follower=queries.listing_unit(listing),
    )


def _end_facts(listing: Listing) -> UnlistingFacts:
    return UnlistingFacts(
        level=listing.get_level_display(),
        listing_number=listing.notice_number,
        listed_on=local_date(listing.listed_at or listing.created_at),
        review=listing.end_note,
        reviewed_on=local_date(listing.ended_at or listing.changed_at),
    )
