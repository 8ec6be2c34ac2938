"""What the administration pages show, read in few queries."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from axes.helpers import get_cool_off

from anlan.accounts.models import Account, Deputy, Organisation, Person, Post, Role
from anlan.accounts.queries.enterprises import enterprise_names
from anlan.accounts.queries.lockout import shut_somewhere, wrong_by_address
from anlan.accounts.queries.logins import accounts_of
from anlan.accounts.queries.people import office_choices, organisation_list, person_get, person_list, role_list
from anlan.accounts.queries.posts import OpenWork, colleagues_of, deputies_of, open_work, posts_of
from anlan.accounts.queries.scopes import local_day, post_label, posts_active
from anlan.accounts.rules.organisations import KINDS
from anlan.data import region_name, region_rows
from anlan.kernel.codes import region_prefix
from anlan.platform import vault
from anlan.platform.catalogue import CATALOGUE
from anlan.platform.journal.record import version_of
from anlan.platform.scope import Scope, limit


def require_view(scope: Scope) -> None:
    """Refuse people who may neither see nor manage accounts.

    Raises:
        NotAllowed: "platform.not_allowed".
    """
    if not scope.may("accounts.manage"):
        scope.require("accounts.view")


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One line of the list of people."""

    person: Person
    posts: tuple[str, ...]
    accounts: tuple[Account, ...]


@dataclass(frozen=True, slots=True)
class AccountCard:
    """An account on the person's page; `locked` while wrong passwords keep it shut somewhere."""

    account: Account
    locked: bool


@dataclass(frozen=True, slots=True)
class PostCard:
    """A post on the person's page. `state`: running, coming, over (past its last day), ended."""

    post: Post
    label: str
    reach: str
    enterprise: str
    state: str
    deputies: tuple[tuple[Deputy, int], ...]


@dataclass(frozen=True, slots=True)
class PersonCard:
    """Everything on the person's page; `version` is what a change must name as its base."""

    person: Person
    version: int
    region: str
    phone: str
    accounts: tuple[AccountCard, ...]
    posts: tuple[PostCard, ...]


@dataclass(frozen=True, slots=True)
class LeaveCard:
    """A post about to be left: its open work by kind, colleagues who see the same, posts that could take it over."""

    post: Post
    label: str
    reach: str
    version: int
    work: tuple[OpenWork, ...]
    total: int
    colleagues: int
    successors: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class PostChoices:
    """What can be chosen where a post is given: (value, label) pairs."""

    people: tuple[tuple[str, str], ...] = ()
    organisations: tuple[tuple[str, str], ...] = ()
    offices: tuple[tuple[str, str], ...] = ()
    roles: tuple[tuple[str, str], ...] = ()
    regions: tuple[tuple[str, str], ...] = ()


def people_rows(scope: Scope, people: Sequence[Person], now: datetime) -> list[PersonRow]:
    """The list's lines for one page of people already fetched through the scope."""
    ids = [person.pk for person in people]
    posts: dict[object, list[str]] = defaultdict(list)
    for post in limit(posts_active(now).filter(person_id__in=ids), scope):
        posts[post.person_id].append(post_label(post))
    accounts: dict[object, list[Account]] = defaultdict(list)
    for account in limit(Account.objects.filter(person_id__in=ids), scope).order_by("username"):
        accounts[account.person_id].append(account)
    return [PersonRow(p, tuple(posts[p.pk]), tuple(accounts[p.pk])) for p in people]


def person_card(scope: Scope, person_id: str, now: datetime) -> PersonCard:
    """One person in scope.

    Raises:
        NotFound: "accounts.person.not_found".
    """
    person = person_get(scope, person_id)
    posts = list(posts_of(scope, [str(person.pk)]))
    deputies: dict[object, list[tuple[Deputy, int]]] = defaultdict(list)
    for deputy in deputies_of(posts).filter(cancelled=0):
        deputies[deputy.post_id].append((deputy, version_of(f"accounts.deputy/{deputy.pk}")))
    accounts = list(accounts_of(scope, str(person.pk)))
    ref = f"accounts.person/{person.pk}"
    firms = enterprise_names(scope, [str(p.enterprise_id) for p in posts if p.enterprise_id])
    return PersonCard(
        person=person,
        version=version_of(ref),
        region=region_name(person.region) or person.region,
        phone=vault.masked([ref], ["phone"]).get((ref, "phone"), ""),
        accounts=tuple(AccountCard(a, locked(a, now)) for a in accounts),
        posts=tuple(
            PostCard(
                post=p,
                label=post_label(p),
                reach=region_name(p.prefix) or p.prefix,
                enterprise=firms.get(str(p.enterprise_id), ""),
                state=post_state(p, now),
                deputies=tuple(deputies[p.pk]),
            )
            for p in posts
        ),
    )


def post_state(post: Post, now: datetime) -> str:
    """running, coming, over or ended."""
    today = local_day(now)
    if post.ended:
        return "ended"
    if post.starts_on > today:
        return "coming"
    return "over" if post.until_on and post.until_on < today else "running"


def locked(account: Account, now: datetime) -> bool:
    """Whether wrong passwords keep the account shut for some address now."""
    cool_off = get_cool_off()
    if cool_off is None:
        return False
    return shut_somewhere(wrong_by_address(account.username, now - cool_off))


def post_leave_card(scope: Scope, post: Post, now: datetime) -> LeaveCard:
    """What somebody must see before ending a post that was fetched through the scope."""
    work = tuple(open_work(post, now))
    others = limit(posts_active(now).exclude(pk=post.pk), scope).exclude(person_id=post.person_id)
    successors = others.filter(role_id=post.role_id).order_by("person__name", "id")
    return LeaveCard(
        post=post,
        label=post_label(post),
        reach=region_name(post.prefix) or post.prefix,
        version=version_of(f"accounts.post/{post.pk}"),
        work=work,
        total=sum(w.count for w in work),
        colleagues=colleagues_of(post, now),
        successors=tuple((str(p.pk), f"{p.person.name}　{post_label(p)}") for p in successors if p.person),
    )


def post_choices(scope: Scope) -> PostChoices:
    """What can be chosen in this scope where a post is given."""
    prefix = region_prefix(scope.region) if scope.region else ""
    return PostChoices(
        people=tuple((str(p.pk), p.name) for p in person_list(scope)),
        organisations=tuple((str(o.pk), o.name) for o in organisation_list(scope)),
        offices=tuple(office_choices(scope)),
        roles=tuple((str(r.pk), r.label) for r in role_list()),
        regions=tuple((region_prefix(r.code), r.name) for r in region_rows(prefix)) if prefix else (),
    )


@dataclass(frozen=True, slots=True)
class OrganisationCard:
    """One organisation with the people who hold posts in it now."""

    organisation: Organisation
    version: int
    kind: str
    region: str
    posts: tuple[tuple[Post, str], ...]


def organisation_kinds() -> tuple[tuple[str, str], ...]:
    """(word, Chinese) of every kind of organisation."""
    return tuple(KINDS.items())


def organisation_card(scope: Scope, found: Organisation, now: datetime) -> OrganisationCard:
    """One organisation that was fetched through the scope."""
    posts = limit(posts_active(now).filter(organisation_id=found.pk), scope).order_by("person__name", "id")
    return OrganisationCard(
        organisation=found,
        version=version_of(f"accounts.organisation/{found.pk}"),
        kind=KINDS.get(found.kind, found.kind),
        region=region_name(found.region) or found.region,
        posts=tuple((post, post_label(post)) for post in posts),
    )


@dataclass(frozen=True, slots=True)
class RightRow:
    """One line of the matrix: a right, and for each role of the page whether it holds it."""

    word: str
    label: str
    held: tuple[bool, ...]


def rights_matrix(roles: Sequence[Role]) -> list[RightRow]:
    """Every declared right against these roles, by context and word."""
    held = [frozenset(role.words.split()) for role in roles]
    return [RightRow(w, label, tuple(w in h for h in held)) for w, label in sorted(CATALOGUE.rights.items())]
