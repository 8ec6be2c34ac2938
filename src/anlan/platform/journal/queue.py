"""The merge queue (合并裁定): a query over subjects with an open contest, and the one way to decide."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from anlan.kernel.entry import Draft, Entry
from anlan.kernel.errors import BadInput, NotFound
from anlan.platform.journal.models import Head
from anlan.platform.journal.record import record
from anlan.platform.scope import Scope, region_filter


@dataclass(frozen=True, slots=True)
class Contest:
    """One open contest of one subject, in the shape of kernel/contests.py, and the version it was read at."""

    subject: str
    region: str
    version: int
    contest: dict[str, Any]


def open_contests(scope: Scope, limit: int = 100) -> list[Contest]:
    """Open contests in the scope's region, oldest subject first."""
    scope.require("journal.decide")
    heads = Head.objects.filter(region_filter("region", scope.region, prefixed=False), open__isnull=False)
    return [
        Contest(head.subject, head.region, head.version, contest)
        for head in heads.order_by("sid")[:limit]
        for contest in json.loads(head.open or "[]")
    ]


def decide(*, scope: Scope, subject: str, index: int, tip: str, reason: str, base: int, now: datetime) -> Entry:
    """Decide one contest: keep what stands (`tip` = its `standing`) or take one of its choices. The decision is an entry.

    Args:
        index: which of the subject's open contests.
        base: version of the subject at which the person saw the contest.
    Raises:
        NotAllowed: "platform.not_allowed", "platform.region_outside". NotFound: "journal.contest_not_found".
        BadInput: "journal.contest_choice_unknown". Conflict: "journal.conflict".
    """
    scope.require("journal.decide")
    head = Head.objects.filter(subject=subject, open__isnull=False).first()
    contests = json.loads(head.open or "[]") if head else []
    if head is None or not 0 <= index < len(contests):
        raise NotFound("journal.contest_not_found", subject=subject)
    scope.require_region(head.region)
    contest = contests[index]
    over = {choice["tip"]: choice["over"] for choice in contest["choices"]} | {contest["standing"]: contest["over"]}
    if tip not in over:
        raise BadInput("journal.contest_choice_unknown", subject=subject)
    draft = Draft(
        kind=f"{subject.partition('/')[0]}.decided",
        subject=subject,
        region=head.region,
        text={"reason": reason.strip()} if reason.strip() else {},
        chosen=tip,
        over=tuple(over[tip]),
        legal=(contest["field"],) if contest["what"] == "field" else (),
        drill=bool(head.drill),
    )
    return record(draft, scope=scope, now=now, base=base)
