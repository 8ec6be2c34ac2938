"""Deputies during leave."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from anlan.accounts.models import Deputy, Post
from anlan.accounts.queries import person_get, post_get
from anlan.accounts.queries.identity import as_id
from anlan.accounts.queries.posts import post_is_active
from anlan.accounts.queries.same_person import standing_id
from anlan.accounts.queries.scopes import local_day
from anlan.accounts.rules.posts import check_deputy
from anlan.accounts.rules.roles import MANAGE
from anlan.accounts.services.subjects import day, subject_id, text
from anlan.kernel.errors import BadInput, NotFound, RuleViolation, Violation
from anlan.platform.journal.node import new_id
from anlan.platform.journal.record import NEW, Draft, record
from anlan.platform.scope import Scope, limit


def deputy_set(*, scope: Scope, values: Mapping[str, Any], now: datetime, once: str | None = None) -> str:
    """Let somebody act in a post from one day to another, both included.

    Args:
        values: post_id, person_id (the deputy), starts_on, until_on, reason.
    Returns:
        The deputyship's id.
    Raises:
        NotAllowed: without `accounts.manage`. NotFound: post or person not in scope.
        BadInput: "accounts.deputy.refused" with every reason.
    """
    scope.require(MANAGE)
    post = post_get(scope, values.get("post_id") or "")
    person = person_get(scope, values.get("person_id") or "")
    problems: list[Violation] = []
    starts_on = day(values.get("starts_on"), "starts_on", problems)
    until_on = day(values.get("until_on"), "until_on", problems)
    problems += check_deputy(
        starts_on=starts_on,
        until_on=until_on,
        today=local_day(now),
        same_person=standing_id(str(post.person_id)) == standing_id(str(person.pk)),
        post_active=post_is_active(post, now),
        by_oneself=bool(scope.person) and scope.who(str(person.pk)) == scope.person,
        merged=person.merged_into_id is not None,
    )
    if problems or starts_on is None or until_on is None:
        raise BadInput("accounts.deputy.refused", problems)
    deputy_id = subject_id("accounts.deputy", scope=scope, now=now, once=once)
    draft = Draft(
        kind="accounts.deputy.set",
        subject=f"accounts.deputy/{deputy_id}",
        region=post.region,
        data={
            "post_id": str(post.pk),
            "person_id": str(person.pk),
            "starts_on": starts_on.isoformat(),
            "until_on": until_on.isoformat(),
        },
        text={"reason": text(values, "reason")} if text(values, "reason") else {},
        once=once,
    )
    record(draft, scope=scope, now=now, base=NEW)
    return deputy_id


def deputy_move(*, scope: Scope, deputy: Deputy, post: Post, now: datetime) -> None:
    """Who stands in for the holder of a post goes on doing so in the post that takes its place, until the same day.

    Raises:
        NotAllowed: without `accounts.manage`. RuleViolation: "accounts.deputy.cancelled_already".
    """
    deputy_cancel(scope=scope, id=str(deputy.pk), base=None, now=now)
    deputy_id = new_id(now)
    data = {
        "post_id": str(post.pk),
        "person_id": str(deputy.person_id),
        "starts_on": max(deputy.starts_on, local_day(now)).isoformat(),
        "until_on": deputy.until_on.isoformat(),
    }
    text = {"reason": deputy.reason} if deputy.reason else {}
    draft = Draft(kind="accounts.deputy.set", subject=f"accounts.deputy/{deputy_id}", region=post.region, data=data, text=text)
    record(draft, scope=scope, now=now, base=NEW)


def deputy_cancel(*, scope: Scope, id: str, base: int | None, now: datetime) -> None:
    """End a deputyship before its day.

    Raises:
        NotFound: "accounts.deputy.not_found". RuleViolation: "accounts.deputy.cancelled_already".
    """
    scope.require(MANAGE)
    deputy = limit(Deputy.objects.filter(pk=as_id(id)), scope).first()
    if deputy is None:
        raise NotFound("accounts.deputy.not_found")
    if deputy.cancelled:
        raise RuleViolation("accounts.deputy.cancelled_already")
    draft = Draft(kind="accounts.deputy.cancelled", subject=f"accounts.deputy/{deputy.pk}", region=deputy.region)
    record(draft, scope=scope, now=now, base=base)
