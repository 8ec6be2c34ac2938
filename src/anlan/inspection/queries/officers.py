"""Which colleagues can be named as officers of an inspection or of a review."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from anlan.accounts import queries as accounts
from anlan.inspection.queries.scoped import VIEW, as_uuid
from anlan.kernel.deadlines import local_date
from anlan.platform.scope import Scope


def officer_choices(scope: Scope, right: str, now: datetime, about: Any = None) -> list[tuple[str, str]]:
    """(person id, name and body) of the people in scope whose running post holds `right`, by name; oneself first.

    Args:
        about: a row with `region` and `office_id` that their own post has to cover; None: any post in scope will do.
    """
    return _choices(scope, right, now, accounts.person_list(scope), about)


def _covers(post: Any, about: Any) -> bool:
    return about.region.startswith(post.prefix) and post.office_id in (None, about.office_id)


def _posts(scope: Scope, right: str, now: datetime, people: Iterable[str]) -> list[Any]:
    """The running posts of these people that hold `right`, an enterprise's left out."""
    today, needed = local_date(now), {right, VIEW}
    return [
        post
        for post in accounts.posts_of(scope, people)
        if not post.ended
        and post.starts_on <= today
        and (post.until_on is None or post.until_on >= today)
        and post.role
        and needed <= set(post.role.words.split())
        and post.enterprise_id is None
    ]


def colleagues_for(scope: Scope, right: str, now: datetime, rows: Iterable[Any]) -> dict[Any, list[str]]:
    """Person ids of the colleagues that may be named for each of these rows, by its id: the posts are read once."""
    if scope.subjects is not None:
        return {row.pk: [] for row in rows}
    people = {str(p.pk): p.name for p in accounts.person_list(scope)}
    posts = _posts(scope, right, now, people)
    alike: dict[tuple[str, Any], list[str]] = {}
    found = {}
    for row in rows:
        place = (row.region, row.office_id)
        if place not in alike:
            named = {str(p.person_id) for p in posts if _covers(p, row)} - {scope.person}
            alike[place] = sorted(named, key=lambda i: (people[i], i))
        found[row.pk] = alike[place]
    return found


def _choices(scope: Scope, right: str, now: datetime, among: Iterable[Any], about: Any) -> list[tuple[str, str]]:
    if scope.subjects is not None:
        return []
    people = {str(p.pk): p.name for p in among}
    bodies: dict[str, str] = {}
    for post in _posts(scope, right, now, people):
        if about is None or _covers(post, about):
            bodies.setdefault(str(post.person_id), str(post.organisation) if post.organisation else "")
    if right in scope.rights:
        bodies.setdefault(scope.person, "")
        people.setdefault(scope.person, scope.name)
    ordered = sorted(bodies, key=lambda i: (i != scope.person, people[i], i))
    return [(i, f"{people[i]}（{bodies[i]}）" if bodies[i] else people[i]) for i in ordered]


def officers_known(scope: Scope, ids: Iterable[str], right: str, now: datetime, about: Any = None) -> frozenset[str]:
    """Those of `ids` that may be named: in scope and holding `right` today; `about` as of `officer_choices`."""
    wanted = {i for i in ids if i}
    if wanted <= {scope.person}:
        return frozenset(wanted if right in scope.rights else ())
    named = [key for i in wanted if (key := as_uuid(i))]
    found = _choices(scope, right, now, accounts.person_list(scope).filter(pk__in=named), about)
    return frozenset(wanted & {i for i, _ in found})


def experts_among(ids: Iterable[str], right: str, now: datetime) -> frozenset[str]:
    """Those of these people whose every running post with `right` is an expert's: they accompany and are no officers."""
    return frozenset(accounts.people_expert(ids, right, now))


def names_of(ids: Iterable[str]) -> dict[str, str]:
    """Names by person id, unknown ones absent. Unscoped: for records that the caller has scoped."""
    return accounts.person_names(i for i in ids if i)
