"""A person moves: the old post ends, a new one begins, and the open work of the old one stays with somebody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from anlan.accounts.queries import person_get, post_get
from anlan.accounts.services.people import person_change
from anlan.accounts.services.posts import place_of, post_create, post_end
from anlan.kernel.codes import region_pad
from anlan.platform.database import writing
from anlan.platform.scope import Scope


@dataclass(frozen=True, slots=True)
class Moved:
    """What a move made: the new post of the person, and the post that took the open work over (either may be none)."""

    post_id: str | None
    successor_id: str | None


def person_move(
    *,
    scope: Scope,
    post_id: str,
    reason: str,
    base: int | None,
    now: datetime,
    entering: Mapping[str, Any] | None = None,
    successor_post_id: str | None = None,
    successor_person_id: str | None = None,
    once: str | None = None,
) -> Moved:
    """End a post and hand its open work over, in one transaction.

    Args:
        post_id: the post that is left. base: version of that post which the caller saw.
        entering: values of `post_create` without person_id for the person's new post; None: the person leaves.
        successor_post_id: an existing post that takes the open work; or
        successor_person_id: somebody who gets a new post at the same place and takes it.
    Raises:
        As `post_create`, `post_end` and `post_hand_over` do; nothing is written then.
    """
    post = post_get(scope, post_id)
    person_id = str(post.person_id)
    with writing():
        successor = successor_post_id or None
        if successor is None and successor_person_id:
            values = {**place_of(post), "person_id": successor_person_id}
            successor = post_create(scope=scope, values=values, now=now, once=once and f"{once}:successor")
        post_end(scope=scope, id=str(post.pk), reason=reason, base=base, now=now, successor_id=successor)
        new_post = None
        if entering is not None:
            values = {**entering, "person_id": person_id}
            new_post = post_create(scope=scope, values=values, now=now, once=once and f"{once}:new")
            person = person_get(scope, person_id)
            region = region_pad(entering["prefix"])
            if region != person.region:
                person_change(scope=scope, id=person_id, values={"region": region}, base=None, now=now)
    return Moved(new_post, successor)
