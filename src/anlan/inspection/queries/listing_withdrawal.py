"""Whether a listing's last entry can be taken back, and what the listing was before it."""

from __future__ import annotations

from anlan.inspection.models import Hazard, Listing
from anlan.inspection.queries.acts import LastEntry
from anlan.inspection.rules.listing_checks import ListingStep
from anlan.inspection.rules.withdrawal import LISTING_ENDS, ListingWithdrawFacts, check_listing_withdraw
from anlan.kernel.errors import Violation
from anlan.platform.journal.models import Head, JournalEntry
from anlan.platform.journal.refold import entry_of

__all__ = ["listing_withdraw_facts", "listing_withdraw_reasons"]


def listing_withdraw_reasons(listing: Listing, last: LastEntry, step: ListingStep) -> list[Violation]:
    """Why this person can't take the listing's last entry back; empty when it can. Source: rules.withdrawal."""
    return check_listing_withdraw(listing_withdraw_facts(listing, last, step))


def listing_withdraw_facts(listing: Listing, last: LastEntry, step: ListingStep) -> ListingWithdrawFacts:
    """What the rules need; an entry of a contested history is nobody's to withdraw."""
    kind = last.kind if last.settled else ""
    moved_on = kind in LISTING_ENDS and not _last_of_hazard_is_this_end(listing)
    return ListingWithdrawFacts(step, kind, last.actor, last.recorded_at, moved_on)


def _last_of_hazard_is_this_end(listing: Listing) -> bool:
    head = Head.objects.filter(subject=f"{Hazard.SUBJECT}/{listing.hazard_id}").first()
    stored = JournalEntry.objects.filter(pk=head.last_id).first() if head and head.last_id and head.settled else None
    entry = entry_of(stored) if stored else None
    ended = f"{Hazard.SUBJECT}.listing_ended"
    return entry is not None and entry.kind == ended and entry.data.get("listing") == str(listing.id)
