"""Recording that a region was renamed, recoded, merged, split or founded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from anlan.kernel.errors import BadInput
from anlan.platform.database import writing
from anlan.platform.journal import Draft
from anlan.platform.journal.corrections import told_of
from anlan.platform.journal.record import record, version_of
from anlan.platform.regions import tree
from anlan.platform.regions.changes import apply_change, check_change, codes_below
from anlan.platform.regions.follow import Followed, subjects_follow
from anlan.platform.regions.install import insert
from anlan.platform.regions.models import Region
from anlan.platform.scope import Scope


@dataclass(frozen=True, slots=True)
class Changed:
    """What a change of a region did: the subjects that followed it, and the codes that the regions below it got."""

    followed: Followed
    below: Mapping[str, str] = field(default_factory=dict)


def region_change(
    *,
    scope: Scope,
    code: str,
    action: str,
    on: date,
    now: datetime,
    name: str = "",
    successors: Iterable[Mapping[str, str]] = (),
    below: Mapping[str, str] | None = None,
    document: str = "",
    reason: str = "",
    once: str | None = None,
) -> Changed:
    """Record that a region was renamed, recoded, merged, split or founded from the day `on`; what stands in it follows.

    The change is one entry; one for each subject that moves comes after it (`subjects_follow`), 200 in a transaction.

    Args:
        code: 12 digits; the region that ceases or changes (founded: the new one).
        successors: [{"code", "name"}]; one for recoded and merged, two or more for split.
        below: new codes of regions directly below that were published with it; of a merged region the others get one
            that is free under the successor, until theirs is published.
        document: the official document that says so. reason: why it is recorded here.
    Raises:
        NotAllowed: "platform.not_allowed", "platform.region_outside".
        BadInput: "platform.region.change_refused" with every reason, "platform.correction.basis_missing".
    """
    scope.require("platform.operate")
    scope.require_region(code)
    told = told_of(reason, document)
    change: dict[str, Any] = {
        "action": action,
        "on": on.isoformat(),
        "name": name.strip(),
        "successors": [{"code": s["code"], "name": s.get("name", "")} for s in successors],
    }
    if below:
        change["below"] = dict(below)
    with writing():
        tree.forget()
        spans = tree.snapshot()
        if violations := check_change(spans, code, change):
            raise BadInput("platform.region.change_refused", violations, code=code)
        if action == "merged":
            change["below"] = codes_below(spans, code, change["successors"][0]["code"], below or {})
        text = {"document": told["basis"], "reason": told["reason"]}
        subject = f"platform.region/{code}"
        draft = Draft("platform.region.changed", subject, code, change, text, once=once)
        record(draft, scope=scope, now=now, base=version_of(subject))
        touched = apply_change(spans, code, change)
        Region.objects.filter(code__in=list(touched)).delete()
        insert(facts for held in touched.values() for facts in held)
    tree.forget()
    return Changed(subjects_follow(scope=scope, now=now), change.get("below", {}))
