"""Posts as those see them who give work out: who holds one, for which body, where, and whether it still runs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from anlan.accounts.models import Post
from anlan.accounts.queries.identity import as_id
from anlan.accounts.queries.scopes import local_day, posts_active
from anlan.platform.scope import Scope, limit

_EXPERT = "expert"


@dataclass(frozen=True, slots=True)
class PostCard:
    """A post with its holder: `runs` on the day asked for, `expert` for an expert's, `rights` of its role."""

    post_id: str
    person_id: str
    name: str
    body: str
    rights: frozenset[str]
    prefix: str
    office_id: str
    enterprise_id: str
    runs: bool
    expert: bool

    @property
    def label(self) -> str:
        """The holder's name with the body, as lists of choices show it."""
        return f"{self.name}（{self.body}）" if self.body else self.name


def _card(post: Post, now: datetime) -> PostCard:
    today, role = local_day(now), post.role
    runs = not post.ended and post.starts_on <= today and (post.until_on is None or post.until_on >= today)
    return PostCard(
        post_id=str(post.pk),
        person_id=str(post.person_id or ""),
        name=post.person.name if post.person else "",
        body=str(post.organisation) if post.organisation else "",
        rights=frozenset(role.words.split()) if role else frozenset(),
        prefix=post.prefix,
        office_id=str(post.office_id or ""),
        enterprise_id=str(post.enterprise_id or ""),
        runs=runs,
        expert=role is not None and role.word == _EXPERT,
    )


def _joined(rows: QuerySet[Post]) -> QuerySet[Post]:
    return rows.select_related("person", "role", "organisation")


def posts_holding(scope: Scope, right: str, now: datetime) -> list[PostCard]:
    """Running posts in scope whose role holds `right`, those of enterprises left out, by body and name."""
    if scope.subjects is not None:
        return []
    rows = limit(posts_active(now).filter(enterprise_id__isnull=True), scope)
    cards = (_card(post, now) for post in _joined(rows))
    return sorted((c for c in cards if right in c.rights and c.person_id), key=lambda c: (c.body, c.name, c.post_id))


def posts_in_scope(scope: Scope, now: datetime) -> list[PostCard]:
    """Every running post in scope that somebody holds, enterprises' too, by body and name; [] for an enterprise."""
    if scope.subjects is not None:
        return []
    cards = (_card(post, now) for post in _joined(limit(posts_active(now), scope)))
    return sorted((c for c in cards if c.person_id), key=lambda c: (c.body, c.name, c.post_id))


def people_expert(ids: Iterable[str], right: str, now: datetime) -> set[str]:
    """Those of these people who hold `right` today in experts' posts only. Unscoped: for people that the caller has scoped."""
    wanted = {key for i in ids if (key := as_id(i))}
    cards = [_card(p, now) for p in _joined(posts_active(now).filter(person_id__in=wanted))]
    holding = [c for c in cards if right in c.rights]
    return {c.person_id for c in holding if c.expert} - {c.person_id for c in holding if not c.expert}


def firms_of(ids: Iterable[str], now: datetime) -> dict[str, set[str]]:
    """Ids of the enterprises that these people work for today, by person; others absent. Unscoped, as `people_expert`."""
    wanted = {key for i in ids if (key := as_id(i))}
    rows = posts_active(now).filter(person_id__in=wanted, enterprise_id__isnull=False)
    found: dict[str, set[str]] = {}
    for person, firm in rows.values_list("person_id", "enterprise_id"):
        found.setdefault(str(person), set()).add(str(firm))
    return found


def post_cards(ids: Iterable[str], now: datetime) -> dict[str, PostCard]:
    """Posts by id, ended ones too; unknown ids are absent. Unscoped: for records that the caller has scoped."""
    wanted = {key for i in ids if (key := as_id(i))}
    return {str(post.pk): _card(post, now) for post in _joined(Post.objects.filter(pk__in=wanted))}


def posts_succeeding(ids: Iterable[str]) -> dict[str, str]:
    """For each post the one that has its open work today, through every hand-over; a post never handed over is its own."""
    found = {str(i): str(i) for i in ids if as_id(i)}
    following, seen = set(found.values()), set[str]()
    heirs: dict[str, str] = {}
    while following - seen:
        rows = Post.objects.filter(pk__in=following - seen, successor_id__isnull=False)
        seen |= following
        fresh = {str(pk): str(heir) for pk, heir in rows.values_list("pk", "successor_id")}
        heirs |= fresh
        following = set(fresh.values())
    for first in found:
        passed: set[str] = set()
        while (heir := heirs.get(found[first])) and heir not in passed:
            passed.add(heir)
            found[first] = heir
    return found
