"""When a post may be given, ended or deputised.

Source: house rule; 一企一科 (one responsible office for each enterprise) of the county's division of work.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from anlan.kernel.codes import check_region
from anlan.kernel.errors import Violation

LONGEST_DEPUTY = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class PostFacts:
    """What `check_post` must know about the post to be given."""

    prefix: str
    organisation_open: bool
    role_found: bool
    by_office: bool
    by_enterprise: bool
    office_given: bool
    office_supervises: bool
    enterprise_given: bool
    starts_on: date | None
    until_on: date | None
    held_already: bool
    for_oneself: bool
    merged: bool = False


def check_post(facts: PostFacts) -> list[Violation]:
    """Every reason why the post can't be given.

    Source: house rule: a role limited by office or enterprise without one would see everything; nobody gives
    themselves a post.
    """
    problems = [Violation(v.code, v.facts, "prefix") for v in check_region(facts.prefix)]
    tests = (
        (not facts.organisation_open, "accounts.post.organisation_missing", "organisation_id"),
        (not facts.role_found, "accounts.post.role_missing", "role_id"),
        (facts.by_office and not facts.office_given, "accounts.post.office_missing", "office_id"),
        (facts.office_given and not facts.office_supervises, "accounts.post.office_not_supervising", "office_id"),
        (facts.by_enterprise and not facts.enterprise_given, "accounts.post.enterprise_missing", "enterprise_id"),
        (facts.starts_on is None, "accounts.post.start_missing", "starts_on"),
        (facts.held_already, "accounts.post.held_already", "role_id"),
        (facts.for_oneself, "accounts.post.for_oneself", "person_id"),
        (facts.merged, "accounts.post.person_merged", "person_id"),
    )
    problems += [Violation(code, field=field) for failed, code, field in tests if failed]
    if facts.starts_on and facts.until_on and facts.until_on < facts.starts_on:
        problems.append(Violation("accounts.post.until_before_start", field="until_on"))
    return problems


def check_post_end(*, ended: bool, open_items: int, colleagues: int, has_successor: bool) -> list[Violation]:
    """Every reason why the post can't be ended.

    Args:
        open_items: open items that its holder sees in 我的待办.
        colleagues: other active posts of the same role, organisation, region and limits, which see the same items.
        has_successor: a post takes the open work over.
    Source: house rule: open work never becomes nobody's.
    """
    if ended:
        return [Violation("accounts.post.ended_already")]
    if open_items and not colleagues and not has_successor:
        return [Violation("accounts.post.open_work", {"count": open_items}, "successor_id")]
    return []


def check_deputy(
    *,
    starts_on: date | None,
    until_on: date | None,
    today: date,
    same_person: bool,
    post_active: bool,
    by_oneself: bool,
    merged: bool = False,
) -> list[Violation]:
    """Every reason why somebody can't deputise.

    Args:
        same_person: the deputy is the post's own holder.
        by_oneself: an administrator names himself deputy of somebody else's post.
        merged: the registration was merged into another one.
    Source: house rule: both days are stated, at most a year, not wholly in the past.
    """
    tests = (
        (not post_active, "accounts.deputy.post_inactive", "post_id"),
        (same_person, "accounts.deputy.same_person", "person_id"),
        (by_oneself, "accounts.deputy.by_oneself", "person_id"),
        (merged, "accounts.deputy.person_merged", "person_id"),
        (starts_on is None, "accounts.deputy.start_missing", "starts_on"),
        (until_on is None, "accounts.deputy.until_missing", "until_on"),
    )
    problems = [Violation(code, field=field) for failed, code, field in tests if failed]
    if starts_on and until_on:
        if until_on < starts_on:
            problems.append(Violation("accounts.deputy.until_before_start", field="until_on"))
        elif until_on < today:
            problems.append(Violation("accounts.deputy.past", field="until_on"))
        elif until_on - starts_on > LONGEST_DEPUTY:
            problems.append(Violation("accounts.deputy.too_long", {"days": LONGEST_DEPUTY.days}, "until_on"))
    return problems
