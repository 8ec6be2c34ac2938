"""Recording that a region was renamed, recoded, merged, split or founded."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime

from anlan.kernel.errors import BadInput
from anlan.platform.database import writing
from anlan.platform.journal import Draft
from anlan.platform.journal.record import record, version_of
from anlan.platform.regions import tree
from anlan.platform.regions.changes import apply_change, check_change
from anlan.platform.regions.install import insert
from anlan.platform.regions.models import Region
from anlan.platform.scope import Scope


def region_change(
    *,
    scope: Scope,
    code: str,
    action: str,
    on: date,
    now: datetime,
    name: str = "",
    successors: Iterable[Mapping[str, str]] = (),
    document: str = "",
    once: str | None = None,
) -> None:
    """Record that a region was renamed, recoded, merged, split or founded from the day `on`.

    Args:
        code: 12 digits; the region that ceases or changes (founded: the new one).
        successors: [{"code", "name"}]; one for recoded and merged, two or more for split.
        document: the official document that says so.
    Raises:
        NotAllowed: "platform.not_allowed", "platform.region_outside".
        BadInput: "platform.region.change_refused" with every reason.
    """
    scope.require("platform.operate")
    scope.require_region(code)
    change = {
        "action": action,
        "on": on.isoformat(),
        "name": name.strip(),
        "successors": [{"code": s["code"], "name": s.get("name", "")} for s in successors],
    }
    with writing():
        tree.forget()
        spans = tree.snapshot()
        if violations := check_change(spans, code, change):
            raise BadInput("platform.region.change_refused", violations, code=code)
        subject = f"platform.region/{code}"
        record(
            Draft(
                kind="platform.region.changed",
                subject=subject,
                region=code,
                data=change,
                text={"document": document} if document else {},
                once=once,
            ),
            scope=scope,
            now=now,
            base=version_of(subject),
        )
        touched = apply_change(spans, code, change)
        Region.objects.filter(code__in=list(touched)).delete()
        insert(facts for held in touched.values() for facts in held)
    tree.forget()
