"""Posts, deputies, and the open work that hangs on a post."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from anlan.accounts.models import Deputy, Post
from anlan.accounts.queries.identity import as_id
from anlan.accounts.queries.scopes import local_day, post_scope, posts_active
from anlan.kernel.errors import NotFound
from anlan.platform.catalogue import CATALOGUE
from anlan.platform.scope import Scope, limit


@dataclass(frozen=True, slots=True)
class OpenWork:
    """How many open items of one kind a post has (a declared Todo); never the items themselves."""

    todo: str
    label: str
    count: int


def post_get(scope: Scope, post_id: str) -> Post:
    """One post in scope, with person, role and organisation.

    Raises:
        NotFound: "accounts.post.not_found".
    """
    rows = Post.objects.select_related("person", "role", "organisation", "office")
    post = limit(rows.filter(pk=as_id(post_id)), scope).first()
    if post is None:
        raise NotFound("accounts.post.not_found")
    return post


def posts_of(scope: Scope, person_ids: Iterable[str]) -> QuerySet[Post]:
    """Posts in scope of these people, running ones first, newest first."""
    rows = Post.objects.select_related("person", "role", "organisation", "office", "successor__person")
    return limit(rows.filter(person_id__in=list(person_ids)), scope).order_by("ended", "-starts_on", "-id")


def posts_outside(scope: Scope, person_id: str) -> int:
    """How many posts and deputyships of a person that have not ended lie where the scope does not see."""
    held = Post.objects.filter(person_id=as_id(person_id), ended=0)
    stood = Deputy.objects.filter(person_id=as_id(person_id), cancelled=0)
    return held.count() - limit(held, scope).count() + stood.count() - limit(stood, scope).count()


def deputyships(scope: Scope, person_id: str, now: datetime) -> QuerySet[Deputy]:
    """The deputyships of a person in scope that run or will run."""
    held = Deputy.objects.filter(person_id=as_id(person_id), cancelled=0, until_on__gte=local_day(now))
    return limit(held, scope).select_related("post").order_by("starts_on", "id")


def deputies_of(posts: Iterable[Post]) -> QuerySet[Deputy]:
    """Deputies ever set for these posts, newest first. The caller has fetched the posts through its scope."""
    ids = [post.pk for post in posts]
    return Deputy.objects.filter(post_id__in=ids).select_related("person", "post").order_by("-starts_on", "-id")


def posts_standing_for(post_id: str) -> list[str]:
    """The post and every post whose open work was handed over to it, directly or through others.

    Work is addressed to a post; whoever reads "my work" asks for all of these, so it follows a hand-over.
    """
    found = [str(post_id)]
    frontier = [str(post_id)]
    while frontier:
        before = Post.objects.filter(successor_id__in=frontier).values_list("pk", flat=True)
        frontier = [str(pk) for pk in before if str(pk) not in found]
        found += frontier
    return found


def open_work(post: Post, now: datetime) -> list[OpenWork]:
    """Open items by kind that the holder of `post` sees in 我的待办; counts only, kinds without any left out."""
    scope = post_scope(post, post.person) if post.person else None
    if scope is None:
        return []
    counted = (
        OpenWork(todo.id, todo.label, todo.items(scope, now, 0)[1])
        for todo in sorted(CATALOGUE.todos.values(), key=lambda t: t.order)
    )
    return [work for work in counted if work.count]


def colleagues_of(post: Post, now: datetime) -> int:
    """How many other people's active posts see the same work: same role, body, region, office and enterprise."""
    same = posts_active(now).filter(
        role_id=post.role_id,
        organisation_id=post.organisation_id,
        prefix=post.prefix,
        office_id=post.office_id,
        enterprise_id=post.enterprise_id,
    )
    return same.exclude(pk=post.pk).exclude(person_id=post.person_id).count()


def posts_in(organisation_id: str, now: datetime) -> int:
    """How many active posts an organisation has."""
    return posts_active(now).filter(organisation_id=organisation_id).count()


def post_is_active(post: Post, now: datetime) -> bool:
    """Whether a post gives a scope at the moment `now`."""
    return posts_active(now).filter(pk=post.pk).exists()
