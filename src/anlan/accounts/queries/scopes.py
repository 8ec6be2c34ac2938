"""From a logged-in account and a post to the Scope that every query and service takes. One query for one's own post."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from django.db.models import F, Q, QuerySet

from anlan.accounts.models import Account, Deputy, Organisation, Person, Post, Role
from anlan.accounts.queries.identity import as_id
from anlan.accounts.queries.merged import with_absorbed
from anlan.accounts.queries.same_person import people_same, registrations
from anlan.platform import instances
from anlan.platform.clock import SHANGHAI
from anlan.platform.ledger.changes import CHANGES
from anlan.platform.ledger.totals import KEPT
from anlan.platform.scope import Scope

_TYPES = tuple(model.SUBJECT for model in (Deputy, Organisation, Person, Post, Role))


@dataclass(frozen=True, slots=True)
class Acting:
    """A post somebody may act in now. `deputy_for` is the name of the holder where they deputise, else ""."""

    post_id: str
    label: str
    deputy_for: str
    scope: Scope


def local_day(now: datetime) -> date:
    """The calendar day in China at the moment `now` (aware)."""
    return now.astimezone(SHANGHAI).date()


def posts_active(now: datetime) -> QuerySet[Post]:
    """Posts that give a scope at the moment `now`, with person, role and organisation."""
    today = local_day(now)
    return (
        Post.objects.filter(Q(until_on__isnull=True) | Q(until_on__gte=today), ended=0, starts_on__lte=today)
        .select_related("person", "role", "organisation")
        .order_by("starts_on", "id")
    )


def _runs(post: Post, today: date) -> bool:
    """What `posts_active` asks of the table, for one post in hand."""
    return not post.ended and post.starts_on <= today and (post.until_on is None or post.until_on >= today)


def deputies_active(now: datetime) -> QuerySet[Deputy]:
    """Deputies that act at the moment `now`; one that stands elsewhere than its post was not set by who has a say in it."""
    today = local_day(now)
    return Deputy.objects.filter(cancelled=0, starts_on__lte=today, until_on__gte=today, region=F("post__region"))


def scope_of(account: Account, post: Post | str, now: datetime) -> Scope | None:
    """What `account` may see and do in `post` at the moment `now`.

    Args:
        post: the post or its id.
    Returns:
        None for a disabled account, an ended or future post, a post of somebody else without a deputyship of today.
    """
    acting = acting_as(account, str(post.pk) if isinstance(post, Post) else post, now)
    return acting.scope if acting else None


def acting_as(account: Account, post_id: str, now: datetime) -> Acting | None:
    """As `scope_of`, with the label of the post."""
    if not account.is_active:
        return None
    # Posts, roles and deputies change by entries only, and by the day: nothing else can make the kept answer wrong.
    key = ("acting", str(account.person_id), str(post_id), local_day(now))
    acting = KEPT.get(key, CHANGES.mark(*_TYPES), lambda: _with_aliases(_found_acting(account, post_id, now)))
    return replace(acting, scope=with_absorbed(acting.scope)) if acting else None


def _with_aliases(acting: Acting | None) -> Acting | None:
    """What the person did under another registration counts as theirs, for rules of two persons."""
    if acting is None:
        return None
    scope = acting.scope
    return replace(acting, scope=replace(scope, aliases=people_same(scope.person) - {scope.person}))


def _found_acting(account: Account, post_id: str, now: datetime) -> Acting | None:
    key = as_id(post_id)
    held = instances.instances_in(Post, "id", [key] if key else [])
    if not held or not _runs(held[0], local_day(now)):
        return None
    post = held[0]
    instances.attach(held, "person", "role", "organisation")
    reach = {account.person_id: ""} if post.person_id == account.person_id else registrations(account.person_id)
    if post.region.startswith(reach.get(post.person_id, "-")):
        return _acting(post, post.person)
    deputy = deputies_active(now).filter(_held_by(reach), post_id=post.pk).select_related("person").first()
    return _acting(post, deputy.person) if deputy else None


def acting_posts(account: Account, now: datetime) -> list[Acting]:
    """Every post the account may act in now: its own first, then those it deputises for."""
    if not account.is_active:
        return []
    reach = registrations(account.person_id)
    held = _held_by(reach)
    posts = list(posts_active(now).filter(held | Q(pk__in=deputies_active(now).filter(held).values("post_id"))))
    own = [p for p in posts if p.person_id in reach]
    others = [p for p in posts if p.person_id not in reach]
    # A page lists the posts on every view: one query, the person comes along with a post of their own.
    person = own[0].person if own else Person.objects.filter(pk__in=reach, merged_into=None).first() if others else None
    acted = [*((post, post.person) for post in own), *((post, person) for post in others)]
    found = [acting for post, who in acted if (acting := _acting(post, who))]
    return [replace(acting, scope=with_absorbed(acting.scope)) for acting in found]


def _held_by(reach: Mapping[UUID, str]) -> Q:
    """What is held under one of these registrations, each within its region prefix."""
    found = Q()
    for person_id, span in reach.items():
        found |= Q(person_id=person_id, region__startswith=span) if span else Q(person_id=person_id)
    return found


def post_scopes(account: Account, now: datetime) -> list[Scope]:
    """The scopes of `acting_posts`, in the same order."""
    return [found.scope for acting in acting_posts(account, now) if (found := _with_aliases(acting))]


def post_scope(post: Post, person: Person) -> Scope | None:
    """What `person` sees in `post`; None while the post's person or role has not arrived here yet.

    An office or enterprise on a post limits it whatever the role says; a role that needs one and a post without it
    gives nothing: a mistake in either must not open the county.
    """
    role = post.role
    if role is None or post.person is None:
        return None
    if (role.by_office and not post.office_id) or (role.by_enterprise and not post.enterprise_id):
        return None
    return Scope(
        person=str(person.pk),
        post=str(post.pk),
        name=person.name,
        rights=frozenset(role.words.split()),
        region=post.prefix,
        office=str(post.office_id) if post.office_id else None,
        subjects=frozenset({str(post.enterprise_id)}) if post.enterprise_id else None,
        on_behalf_of=str(post.person_id) if post.person_id != person.pk else None,
    )


def post_label(post: Post) -> str:
    """Body and function: "应急管理局基础科 科长"."""
    body = str(post.organisation) if post.organisation else ""
    function = post.title or (post.role.label if post.role else "")
    return f"{body} {function}".strip()


def _acting(post: Post, person: Person | None) -> Acting | None:
    scope = post_scope(post, person) if person else None
    if scope is None:
        return None
    return Acting(str(post.pk), post_label(post), post.person.name if scope.on_behalf_of else "", scope)
