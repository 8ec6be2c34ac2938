"""Which findings an office does not follow."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from anlan.accounts.queries import person_names, post_get
from anlan.platform.scope import Scope
from anlan.reporting.models import Dismissal

Key = tuple[int, str, int, int]


@dataclass(frozen=True, slots=True)
class Judged:
    """A judgement as it is shown; `carried`: it was made on another text that says the same in the same sentences."""

    id: int
    by: str
    at: datetime
    reason: str
    carried: bool


def office_of(scope: Scope) -> str:
    """The organisation of the post one acts in; the post itself where it has none.

    Raises:
        NotFound: "accounts.post.not_found".
    """
    return str(post_get(scope, scope.post).organisation_id or scope.post)


def dismissals_of(office: str, text_hash: str, claims: Collection[str]) -> tuple[dict[Key, Judged], dict[str, Judged]]:
    """The standing judgements of an office on this text by (rule, code, start, end), and on the same claims by claim."""
    standing = Dismissal.objects.filter(office=office, taken_back_at__isnull=True)
    wanted = Q(text_hash=text_hash) | Q(claim__in=sorted({c for c in claims if c}))
    rows = list(standing.filter(wanted).order_by("at", "id"))
    names = person_names({row.person_id for row in rows})
    here: dict[Key, Judged] = {}
    elsewhere: dict[str, Judged] = {}
    for row in rows:
        own = row.text_hash == text_hash
        judged = Judged(row.pk, names.get(row.person_id, ""), row.at, row.reason, not own)
        if own:
            here[row.rule, row.code, row.start, row.end] = judged
        elif row.claim:
            elsewhere[row.claim] = judged
    return here, elsewhere
