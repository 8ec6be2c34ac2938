"""Taking back one's own last step on a listing (挂牌督办) within minutes; the hazard hears of it in the same transaction."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from anlan.inspection import queries
from anlan.inspection.errors import StalePage, StepRefused
from anlan.inspection.models import Hazard, Listing
from anlan.inspection.queries.listing_withdrawal import listing_withdraw_reasons
from anlan.inspection.rules.listing import find_listing_action
from anlan.inspection.rules.withdrawal import LISTING_ENDS, LISTING_OPENS
from anlan.inspection.services.listing_steps import ListingInput
from anlan.kernel.entry import Draft, Step
from anlan.kernel.errors import Conflict, Violation
from anlan.platform.database import writing
from anlan.platform.journal.record import record_many
from anlan.platform.scope import Scope

__all__ = ["listing_withdraw"]

_SUBJECT = Listing.SUBJECT


def listing_withdraw(*, scope: Scope, item: ListingInput, now: datetime) -> str:
    """Withdraw the last entry of a listing; its id. The entry stays in the history, its photos leave the record.

    A proposal or an upper level's notice entered by mistake ends as cancelled: the listing was there for some minutes. An
    end taken back lists the hazard again.

    Raises:
        ListingNotFound; NotAllowed: "platform.not_allowed"; StalePage: "inspection.stale".
        StepRefused: "inspection.listing.refused" with every reason.
    Source: rules.withdrawal (house rule).
    """
    action = find_listing_action("withdraw")
    listing = queries.listing_get(scope, item.listing_id)
    scope.require(action.right)
    subject, of_hazard = f"{_SUBJECT}/{listing.id}", f"{Hazard.SUBJECT}/{listing.hazard_id}"
    if subject in queries.once_recorded(scope, [(subject, item.once)], action.kind):
        return str(listing.id)
    versions = queries.versions_of([subject, of_hazard])
    last = queries.last_entry(listing)
    if item.base is not None and item.base != versions[subject]:
        raise StalePage(listing.number, listing.get_state_display())
    listing = queries.listing_get(scope, item.listing_id)  # after the versions: a step in between must show
    step = queries.listing_step(scope, listing, listing.hazard, None, now)
    missing = [Violation("inspection.listing.withdraw.nothing", {})]
    problems = missing if last is None else listing_withdraw_reasons(listing, last, step)
    if problems or last is None:
        raise StepRefused("inspection.listing.refused", problems, action=action.label)
    state, data, text = _undone(last)
    draft = Draft(
        kind=action.kind, subject=subject, region=listing.region, data={"entry": last.id, "kind": last.kind} | data,
        text=text, step=Step(listing.state, state) if state != listing.state else None, once=item.once,
        drill=bool(listing.drill),
    )  # fmt: skip
    drafts: list[tuple[Draft, int | None]] = [(draft, last.version)]
    if last.kind in LISTING_OPENS | LISTING_ENDS:
        drafts.append((_told(listing, last.kind, state), versions[of_hazard]))
    try:
        with writing():
            record_many(drafts, scope=scope, now=now)
    except Conflict as error:
        if subject not in queries.once_recorded(scope, [(subject, item.once)], action.kind):
            held = queries.listing_get(scope, item.listing_id)
            raise StalePage(held.number, held.get_state_display()) from error
    return str(listing.id)


def _undone(last: queries.LastEntry) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """(state, data, text) of the entry: a beginning is cancelled, anything else is as before."""
    return ("cancelled", {"begun": True}, {}) if last.kind in LISTING_OPENS else queries.row_before(last)


def _told(listing: Listing, kind: str, state: str) -> Draft:
    """What the hazard hears: its listing at this level is there again, or has ended."""
    opened = {"listing": str(listing.id), "number": listing.number, "level": listing.level}
    word, data = ("ended", opened | {"state": state}) if kind in LISTING_OPENS else ("opened", opened)
    return Draft(
        kind=f"{Hazard.SUBJECT}.listing_{word}", subject=f"{Hazard.SUBJECT}/{listing.hazard_id}",
        region=listing.hazard.region, data=data, drill=bool(listing.drill),
    )  # fmt: skip
