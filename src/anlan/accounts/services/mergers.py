"""Making one person of two registrations of the same person, and taking that back."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from anlan.accounts.models import Deputy, Person, Post
from anlan.accounts.queries import person_get, post_get
from anlan.accounts.queries.posts import deputies_of, deputyships, post_is_active, posts_of, posts_outside
from anlan.accounts.queries.same_person import standing_id
from anlan.accounts.queries.scopes import local_day
from anlan.accounts.rules.people import check_person_merger
from anlan.accounts.rules.roles import MANAGE
from anlan.accounts.services.deputies import deputy_cancel, deputy_move, deputy_set
from anlan.accounts.services.people import person_ref
from anlan.accounts.services.posts import place_of, post_create, post_end
from anlan.kernel.codes import region_pad
from anlan.kernel.errors import BadInput
from anlan.platform.database import writing
from anlan.platform.journal.record import Draft, record
from anlan.platform.scope import Scope

__all__ = ["is_oneself", "person_merge", "person_separate"]


def person_merge(*, scope: Scope, id: str, into: str, reason: str, base: int, into_base: int, now: datetime) -> None:
    """Say that one registration is another one's person; its posts and their open work go over.

    The registration that ends keeps its history; whoever logs in by it has no post any more.

    Args:
        base, into_base: versions seen of both.
    Raises:
        NotAllowed: without `accounts.manage`, or a post outside the region. NotFound: one of them is out of scope.
        BadInput: "accounts.person.merge_refused". Conflict: a page was stale. As `post_create` and `post_end`.
    """
    scope.require(MANAGE)
    gone, stays = person_get(scope, id), person_get(scope, into)
    problems = check_person_merger(
        same=gone.pk == stays.pk, gone=gone.merged_into_id is not None, target_gone=stays.merged_into_id is not None,
        oneself=is_oneself(scope, gone, stays), outside=posts_outside(scope, str(gone.pk)) > 0, reason=reason,
    )  # fmt: skip
    if problems:
        raise BadInput("accounts.person.merge_refused", problems)
    said = {"reason": reason.strip()}
    with writing():
        _record(scope, gone, "merged", {"into": str(stays.pk)}, said, base, now)
        # The version seen of the one that stays, although nothing about it changes: its page showed who it is.
        _record(scope, stays, "joined", {"other": str(gone.pk)}, said, into_base, now)
        held = {_place(post): post for post in posts_of(scope, [str(stays.pk)]) if post_is_active(post, now)}
        for post in posts_of(scope, [str(gone.pk)]).filter(ended=0):
            _hand_on(scope, post, stays, held.get(_place(post)), said["reason"], now)
        for deputy in deputyships(scope, str(gone.pk), now):
            _stand_in(scope, deputy, stays, said["reason"], now)


def is_oneself(scope: Scope, *people: Person) -> bool:
    """Whether one of these registrations is that of the person who acts: nobody decides about their own."""
    return bool(scope.person) and scope.person in {scope.who(str(person.pk)) for person in people}


def _place(post: Post) -> tuple[Any, ...]:
    """What nobody has two posts at (`post_create`): the words of the title make no other place."""
    return tuple(value for name, value in place_of(post).items() if name != "title")


def _hand_on(scope: Scope, post: Post, stays: Person, beside: Post | None, reason: str, now: datetime) -> None:
    """A post of the registration that ends: to the post that the other one has at the same place, or to a new one there.

    One that has run out is left as it is. One that begins later is given anew with its days, and has no open work.
    """
    today = local_day(now)
    if post.until_on is not None and post.until_on < today:
        return
    successor = str(beside.pk) if beside is not None else None
    if successor is None:
        days = {"starts_on": max(post.starts_on, today).isoformat(), "until_on": post.until_on and post.until_on.isoformat()}
        values = {**place_of(post), **days, "person_id": str(stays.pk)}
        successor = post_create(scope=scope, values=values, now=now)
    running = post.starts_on <= today
    for deputy in deputies_of([post]).filter(cancelled=0, until_on__gte=today).exclude(person_id=stays.pk) if running else ():
        deputy_move(scope=scope, deputy=deputy, post=post_get(scope, successor), now=now)
    post_end(
        scope=scope, id=str(post.pk), reason=reason, base=None, now=now, successor_id=successor if running else None
    )


def _stand_in(scope: Scope, deputy: Deputy, stays: Person, reason: str, now: datetime) -> None:
    """Who stands in for somebody goes on doing so; nobody stands in for themselves."""
    deputy_cancel(scope=scope, id=str(deputy.pk), base=None, now=now)
    if deputy.post.person_id != stays.pk and post_is_active(deputy.post, now):
        days = {"starts_on": max(deputy.starts_on, local_day(now)).isoformat(), "until_on": deputy.until_on.isoformat()}
        values = {"post_id": str(deputy.post_id), "person_id": str(stays.pk), "reason": reason, **days}
        deputy_set(scope=scope, values=values, now=now)


def person_separate(*, scope: Scope, id: str, reason: str, base: int | None, now: datetime) -> None:
    """Take a merging back: the registration stands again, without posts.

    Raises:
        NotAllowed, NotFound, Conflict as `person_merge`. BadInput: "accounts.person.merge_refused".
    """
    scope.require(MANAGE)
    person = person_get(scope, id)
    both = Person.objects.filter(pk__in=[person.pk, person.merged_into_id])
    # In a circle nobody stands for anybody: whoever sees both may end it.
    counts = standing_id(str(person.pk)) != str(person.pk)
    if problems := check_person_merger(
        reason=reason, merged=person.merged_into_id is not None, oneself=is_oneself(scope, *both),
        above=counts and not scope.covers(person.merged_under),
    ):  # fmt: skip
        raise BadInput("accounts.person.merge_refused", problems)
    with writing():
        _record(scope, person, "separated", {}, {"reason": reason.strip()}, base, now)


def _record(
    scope: Scope, person: Person, word: str, data: dict[str, str], text: dict[str, str], base: int | None, now: datetime
) -> None:
    subject = person_ref(str(person.pk))
    # How far a merging counts is how far its author's say goes, and so far both have to be known: in the town of the one
    # that ends the other one's posts are looked up. What is taken back stands where the person stands.
    region = region_pad(scope.region) if word != "separated" and scope.region else person.region
    draft = Draft(kind=f"accounts.person.{word}", subject=subject, region=region, data=data, text=text)
    record(draft, scope=scope, now=now, base=base)
