"""Which colleagues can be named as officers of an inspection or of a review."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from anlan.accounts import queries as accounts
from anlan.inspection.queries.scoped import VIEW, as_uuid
from anlan.kernel.deadlines import local_date
from anlan.platform.scope import Scope
from anlan.registry import queries as registry


def officer_choices(scope: Scope, right: str, now: datetime, about: Any = None) -> list[tuple[str, str]]:
    """(person id, name and body) of the people in scope whose running post holds `right`, by name; oneself first.

    Args:
        about: a row with `region` and `office_id` that their own post has to cover, an enterprise or with the id of one:
            whoever else works for it is left out; None: any post in scope will do.
    """
    found = _choices(scope, right, now, accounts.person_list(scope), about)
    if about is None:
        return found
    others = [person for person, _ in found if person != scope.person]
    barred = firm_people(getattr(about, "enterprise_id", about.pk), others, now)
    return [pair for pair in found if pair[0] not in barred]


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
    """Person ids of the colleagues that may be named for each of these hazards, by its id: the posts are read once.

    Whoever works for the hazard's enterprise is left out.
    """
    if scope.subjects is not None:
        return {row.pk: [] for row in rows}
    people = {str(p.pk): p.name for p in accounts.person_list(scope)}
    posts = _posts(scope, right, now, people)
    alike: dict[tuple[str, Any], list[str]] = {}
    found = {}
    employed = {
        person: {key for firm in held for key in _merged(firm)}
        for person, held in accounts.firms_of([str(p.person_id) for p in posts], now).items()
    }
    for row in rows:
        place = (row.region, row.office_id)
        if place not in alike:
            named = {str(p.person_id) for p in posts if _covers(p, row)} - scope.ids
            alike[place] = sorted(named, key=lambda i: (people[i], i))
        firm = str(row.enterprise_id)
        found[row.pk] = [i for i in alike[place] if firm not in employed.get(i, ())]
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


def firm_people(enterprise_id: Any, ids: Iterable[str], now: datetime) -> frozenset[str]:
    """Those of these people who work for this enterprise today, or for one merged with it, in whichever post they act."""
    firms = accounts.firms_of([i for i in ids if i], now)
    own = _merged(enterprise_id) if firms else set()
    return frozenset(person for person, held in firms.items() if held & own)


def firms_of_officer(scope: Scope, now: datetime) -> frozenset[str]:
    """Ids of the enterprises that this officer, or whom he acts for, works for as well; none for an enterprise's own post."""
    if scope.subjects is not None:
        return frozenset()
    held = accounts.firms_of([i for i in (*scope.ids, scope.on_behalf_of) if i], now)
    return frozenset(firm for firms in held.values() for firm in firms)


def own_firm(enterprise_id: Any, firms: frozenset[str]) -> bool:
    """Whether an enterprise, or one merged with it, is among `firms` (of `firms_of_officer`)."""
    return bool(firms) and bool(_merged(enterprise_id) & firms)


def _merged(enterprise_id: Any) -> set[str]:
    return {str(key) for key in registry.enterprise_component(registry.enterprise_current(enterprise_id))}


def names_of(ids: Iterable[str]) -> dict[str, str]:
    """Names by person id, unknown ones absent. Unscoped: for records that the caller has scoped."""
    return accounts.person_names(i for i in ids if i)
