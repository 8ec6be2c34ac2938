"""Reading 挂牌督办: one, many, what may be done with it, who follows it up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet

from anlan.accounts import queries as accounts
from anlan.inspection.errors import ListingNotFound
from anlan.inspection.models import Hazard, Listing, ListingFollowUp, ListingPhoto
from anlan.inspection.queries.acts import last_entry
from anlan.inspection.queries.hazards import ActionView
from anlan.inspection.queries.history import HistoryLine
from anlan.inspection.queries.listing_withdrawal import listing_withdraw_reasons
from anlan.inspection.queries.officers import firms_of_officer, own_firm
from anlan.inspection.queries.scoped import as_uuid, visible
from anlan.inspection.rules.listing import LISTABLE, LISTING_ACTS, LISTING_LOOP, OFFICE, UPPER
from anlan.inspection.rules.listing_checks import ListingStep, check_listing
from anlan.kernel.errors import Violation
from anlan.platform import reading
from anlan.platform.documents import queries as documents
from anlan.platform.journal.models import Head
from anlan.platform.journal.refold import entries_of
from anlan.platform.scope import Scope
from anlan.registry import queries as registry

__all__ = [
    "FollowUpView",
    "follow_up_views",
    "listing_actions",
    "listing_followers",
    "listing_get",
    "listing_list",
    "listing_photos",
    "listing_photos_used",
    "listing_step",
    "listing_due_given",
    "listing_unit",
    "listings_of_enterprise",
    "listings_of_hazard",
    "may_list",
    "notice_stands",
]


@dataclass(frozen=True, slots=True)
class FollowUpView:
    """One follow-up visit as the page shows it; `doubts`: on its photos, for those who review."""

    turn: int
    at: datetime
    officer: str
    note: str
    late: bool
    photos: tuple[str, ...]
    doubts: tuple[Any, ...] = ()


def listing_get(scope: Scope, listing_id: Any) -> Listing:
    """One listing with its hazard, enterprise and office.

    Raises:
        ListingNotFound: "inspection.listing.not_found", also for one outside the scope.
    """
    key = as_uuid(listing_id)
    found: Listing | None = listing_list(scope).filter(pk=key).first() if key else None
    if found is None:
        raise ListingNotFound
    return found


def listing_list(scope: Scope, *, open_only: bool = False, state: str = "") -> QuerySet[Listing]:
    """Listings in scope, newest first."""
    rows = visible(Listing, scope).select_related("hazard", "enterprise", "office")
    rows = rows.filter(ended_at__isnull=True) if open_only else rows
    rows = rows.filter(state=state) if state else rows
    return rows.order_by("-created_at", "-id")


def listings_of_hazard(scope: Scope, hazard: Hazard) -> list[Listing]:
    """The listings of one hazard, newest first, those that ended included."""
    # Hardly any hazard has one: asked plainly first, on the page that is opened most.
    known = reading.select_in(Listing, ("id",), "hazard", [hazard.id])
    return list(listing_list(scope).filter(hazard_id=hazard.id)) if known else []


def listings_of_enterprise(scope: Scope, enterprise_id: Any) -> QuerySet[Listing]:
    """The listings of one enterprise and of those merged into it, newest first."""
    return listing_list(scope).filter(enterprise_id__in=registry.enterprise_component(enterprise_id))


def may_list(scope: Scope, hazard: Hazard) -> bool:
    """Whether this person is offered to list this hazard; the rules have the last word."""
    return scope.may(OFFICE) and hazard.grade == "major" and hazard.state in LISTABLE


def listing_step(
    scope: Scope, listing: Listing | None, hazard: Hazard, at: datetime | None, now: datetime, level: str = ""
) -> ListingStep:
    """What the rules need to know of an act on `listing` (None: a new one at `level`)."""
    steps = (listing.listed_at, listing.followed_at, listing.stepped_at) if listing else ()
    since = max(filter(None, steps), default=None)
    return ListingStep(
        state=listing.state if listing else "",
        level=listing.level if listing else level,
        rights=scope.rights,
        person=scope.person,
        hazard_state=hazard.state,
        at=at or max(now, (listing.stepped_at if listing else None) or now),
        now=now,
        since=since,
        proposed_by=scope.who(listing.proposed_by) if listing else "",
        reopened=bool(hazard.reopened_as_id),
        stated=at is not None,
        own_firm=own_firm(hazard.enterprise_id, firms_of_officer(scope, now)),
    )


def listing_actions(scope: Scope, listing: Listing, now: datetime) -> Sequence[ActionView]:
    """What this person may do with the listing now, and why not the rest; what is not for its level is left out."""
    step = listing_step(scope, listing, listing.hazard, None, now)
    views = []
    for action in (*LISTING_LOOP.actions, *LISTING_ACTS):
        if action.id in {LISTING_LOOP.initial_action, "receive"} or _of_other_level(action.id, listing.level):
            continue
        reasons = tuple(check_listing(action.id, step))
        if action.id == "withdraw":
            last = last_entry(listing)
            reasons = tuple(listing_withdraw_reasons(listing, last, step)) if last else reasons
        if action.id == "notice" and not reasons and notice_stands(scope, listing):
            reasons = (Violation("inspection.listing.notice_issued", {}),)
        views.append(ActionView(action.id, action.label, not reasons, reasons, action.evidence, action.help))
    return views


def _of_other_level(action_id: str, level: str) -> bool:
    return action_id in ({"sign", "decline", "unlist", "notice"} if level in UPPER else {"receive_end"})


def notice_stands(scope: Scope, listing: Listing) -> bool:
    """Whether the notice that is due now (of the listing, or of its end) was issued and is not void."""
    held = listing.end_document if listing.state == "unlisted" else listing.notice_document
    about = f"{Hazard.SUBJECT}/{listing.hazard_id}"
    return bool(held) and any(str(d.pk) == held and d.state != "void" for d in documents.documents_of(scope, about))


def listing_followers(listing: Listing) -> frozenset[str]:
    """Person ids of the follow-up officer and of whoever recorded a visit."""
    visits = ListingFollowUp._default_manager.filter(parent_id=listing.id).values_list("visited_by", flat=True)
    return frozenset({listing.follower, *visits}) - {""}


def listing_due_given(listing: Listing) -> datetime:
    """The deadline that the listing was signed with, before the extensions of its hazard moved it along."""
    sid = Head.objects.filter(subject=f"{Listing.SUBJECT}/{listing.pk}").values_list("sid", flat=True).first()
    moved = [e for e in entries_of(sid) if e.kind == f"{Listing.SUBJECT}.due_moved"] if sid is not None else []
    return datetime.fromisoformat(moved[0].data["due_before"]) if moved else listing.due_at


def listing_unit(listing: Listing) -> str:
    """Who follows a listing up, as its notice says: the responsible office and the follow-up officer's name."""
    name = accounts.person_names([listing.follower]).get(listing.follower, "")
    office = str(listing.office) if listing.office_id else ""
    return f"{office}（{name}）" if office and name else office or name


def listing_photos(listing: Listing, stage: str) -> list[str]:
    """Hashes of a stage's photos or scans, oldest first."""
    rows = ListingPhoto._default_manager.filter(parent_id=listing.id, stage=stage).order_by("added_at", "key")
    return list(rows.values_list("sha256", flat=True))


def listing_photos_used(listing: Listing, photos: Iterable[str]) -> int:
    """How many of these photos were used in this listing or for its hazard before."""
    used = {p.sha256 for p in (*listing.photos.all(), *listing.hazard.photos.all())}
    return len(used & set(photos))


def follow_up_views(listing: Listing, lines: Sequence[HistoryLine] = ()) -> list[FollowUpView]:
    """The follow-up visits, newest first, with names and photos; `lines`: the listing's history, for the doubts."""
    doubts = {line.data["turn"]: line.doubts for line in lines if line.kind == "followed"}
    visits = list(ListingFollowUp._default_manager.filter(parent_id=listing.id).order_by("-visited_at", "-key"))
    names = accounts.person_names({v.visited_by for v in visits}) if visits else {}
    shown: dict[int, list[str]] = {}
    rows = ListingPhoto._default_manager.filter(parent_id=listing.id, stage="follow").order_by("added_at", "key")
    for turn, sha256 in rows.values_list("turn", "sha256"):
        shown.setdefault(turn, []).append(sha256)
    return [
        FollowUpView(
            int(v.key),
            v.visited_at,
            names.get(v.visited_by, ""),
            v.note,
            bool(v.late),
            tuple(shown.get(int(v.key), ())),
            doubts.get(int(v.key), ()),
        )
        for v in visits
    ]
