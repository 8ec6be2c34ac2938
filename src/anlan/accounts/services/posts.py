"""Giving and ending posts, and handing open work from one post to another."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from anlan.accounts.models import Organisation, Person, Post, Role
from anlan.accounts.queries import open_work, person_get, post_get
from anlan.accounts.queries.identity import as_id
from anlan.accounts.queries.posts import colleagues_of, post_is_active, posts_standing_for
from anlan.accounts.queries.scopes import local_day, posts_active
from anlan.accounts.rules.organisations import SUPERVISING
from anlan.accounts.rules.posts import PostFacts, check_post, check_post_end
from anlan.accounts.rules.roles import MANAGE
from anlan.accounts.services.subjects import day, subject_id, text
from anlan.kernel.codes import check_region, region_pad, region_prefix
from anlan.kernel.errors import BadInput, RuleViolation, Violation
from anlan.platform.database import hold_keys, writing
from anlan.platform.journal.record import NEW, Draft, record
from anlan.platform.scope import Scope


def post_create(*, scope: Scope, values: Mapping[str, Any], now: datetime, once: str | None = None) -> str:
    """Give a person a post.

    Args:
        values: person_id, organisation_id, role_id, prefix (region code of any length within the scope), office_id,
            enterprise_id, title, starts_on (default: today), until_on (last day, or none).
    Returns:
        The post's id.
    Raises:
        NotAllowed: without `accounts.manage`, or outside the region. NotFound: the person is not in scope.
        BadInput: "accounts.post.refused" with every reason.
    """
    scope.require(MANAGE)
    person = person_get(scope, values.get("person_id") or "")
    problems: list[Violation] = []
    starts_on = day(values["starts_on"], "starts_on", problems) if values.get("starts_on") else local_day(now)
    until_on = day(values.get("until_on"), "until_on", problems)
    ids = {name: as_id(values.get(name)) for name in ("organisation_id", "role_id", "office_id", "enterprise_id")}
    post_id = subject_id("accounts.post", scope=scope, now=now, once=once)
    with writing():
        hold_keys("accounts.post", [str(person.pk)])
        facts = _facts(scope, values, ids, person, starts_on, until_on, post_id, now)
        if problems := [*problems, *check_post(facts)]:
            raise BadInput("accounts.post.refused", problems)
        region = region_pad(values["prefix"])
        scope.require_region(region)
        data = {
            **ids,
            "person_id": str(person.pk),
            "prefix": region_prefix(region),
            "title": text(values, "title"),
            "starts_on": starts_on.isoformat() if starts_on else None,
            "until_on": until_on.isoformat() if until_on else None,
        }
        subject = f"accounts.post/{post_id}"
        draft = Draft(kind="accounts.post.created", subject=subject, region=region, data=data, once=once)
        record(draft, scope=scope, now=now, base=NEW)
    return post_id


def _facts(
    scope: Scope,
    values: Mapping[str, Any],
    ids: Mapping[str, str | None],
    person: Person,
    starts_on: date | None,
    until_on: date | None,
    post_id: str,
    now: datetime,
) -> PostFacts:
    prefix = text(values, "prefix")
    role = Role.objects.filter(pk=ids["role_id"]).first()
    bodies = Organisation.objects.filter(closed=0)
    same = posts_active(now).filter(person_id=person.pk, **ids).exclude(pk=post_id)
    return PostFacts(
        prefix=prefix,
        organisation_open=bodies.filter(pk=ids["organisation_id"]).exists(),
        role_found=role is not None,
        by_office=bool(role and role.by_office),
        by_enterprise=bool(role and role.by_enterprise),
        office_given=ids["office_id"] is not None,
        office_supervises=bodies.filter(pk=ids["office_id"], kind__in=SUPERVISING).exists(),
        enterprise_given=ids["enterprise_id"] is not None,
        starts_on=starts_on,
        until_on=until_on,
        held_already=not check_region(prefix) and same.filter(prefix=region_prefix(prefix)).exists(),
        for_oneself=bool(scope.person) and scope.who(str(person.pk)) == scope.person,
        merged=person.merged_into_id is not None,
    )


def post_end(
    *,
    scope: Scope,
    id: str,
    reason: str,
    base: int | None,
    now: datetime,
    successor_id: str | None = None,
) -> None:
    """End a post at once; its open work goes to `successor_id` where one is given.

    Raises:
        RuleViolation: "accounts.post.end_refused": ended already, or open work would be nobody's.
        NotFound, NotAllowed, Conflict as usual; the errors of `post_hand_over`.
    """
    scope.require(MANAGE)
    post = post_get(scope, id)
    # What has not begun has no work: others do it until then.
    idle = post.ended or successor_id or post.starts_on > local_day(now)
    waiting = 0 if idle else sum(work.count for work in open_work(post, now))
    colleagues = colleagues_of(post, now) if waiting else 0
    problems = check_post_end(
        ended=bool(post.ended), open_items=waiting, colleagues=colleagues, has_successor=bool(successor_id)
    )
    if problems:
        raise RuleViolation("accounts.post.end_refused", problems)
    draft = Draft(
        kind="accounts.post.ended",
        subject=f"accounts.post/{post.pk}",
        region=post.region,
        text={"reason": reason.strip()} if reason.strip() else {},
    )
    with writing():
        record(draft, scope=scope, now=now, base=base)
        if successor_id:
            post_hand_over(scope=scope, id=str(post.pk), to=successor_id, base=None, now=now)


def post_hand_over(*, scope: Scope, id: str, to: str, base: int | None, now: datetime) -> None:
    """Make another post the successor: what is addressed to this one is the other's from now on.

    Published as `accounts.post.handed_over` with `{"to": …}` and the kinds and counts of open items that move, for
    contexts that address work to posts; `queries.posts_standing_for` answers the same for readers.

    Raises:
        RuleViolation: "accounts.post.successor_itself", "accounts.post.successor_inactive",
            "accounts.post.successor_circle".
    """
    scope.require(MANAGE)
    post, successor = post_get(scope, id), post_get(scope, to)
    if post.pk == successor.pk:
        raise RuleViolation("accounts.post.successor_itself")
    if not post_is_active(successor, now):
        raise RuleViolation("accounts.post.successor_inactive")
    if str(successor.pk) in posts_standing_for(str(post.pk)):
        raise RuleViolation("accounts.post.successor_circle")
    moving = {work.todo: work.count for work in open_work(post, now)}
    draft = Draft(
        kind="accounts.post.handed_over",
        subject=f"accounts.post/{post.pk}",
        region=post.region,
        data={"to": str(successor.pk), "open": moving},
    )
    record(draft, scope=scope, now=now, base=base)


def place_of(post: Post) -> dict[str, Any]:
    """The values of `post_create` that make another post at the same place: everything but person and days."""
    return {
        "organisation_id": str(post.organisation_id),
        "role_id": str(post.role_id),
        "prefix": post.prefix,
        "office_id": str(post.office_id) if post.office_id else None,
        "enterprise_id": str(post.enterprise_id) if post.enterprise_id else None,
        "title": post.title,
    }
