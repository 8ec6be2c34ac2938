"""Installing the shipped regions by one entry, and recording what changes among them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from anlan import data
from anlan.kernel.errors import BadInput
from anlan.platform.database import writing
from anlan.platform.journal import Draft
from anlan.platform.journal.models import Head, JournalEntry
from anlan.platform.journal.record import record, version_of
from anlan.platform.journal.refold import entry_of
from anlan.platform.regions import tree
from anlan.platform.regions.changes import RegionFacts, apply_change, check_change
from anlan.platform.regions.models import Region
from anlan.platform.scope import Scope

_SUBJECT = "platform.reference/regions"
_CHUNK = 1000


def regions_install(*, scope: Scope, region: str, now: datetime) -> bool:
    """Fill the table from the shipped set: China to the county, and everything inside this server's own city.

    Repeatable: the set that is installed already is not installed again; a newer one replaces it and the recorded
    changes are applied to it anew.

    Args:
        region: 12-digit code of this server's own region.
    Returns:
        Whether anything was written.
    """
    shipped = next(s for s in data.reference_sets() if s.set == "regions")
    once = f"regions:{shipped.sha256}"
    held = Head.objects.filter(subject=_SUBJECT).values_list("sid", flat=True).first()
    if held and Region.objects.exists() and JournalEntry.objects.filter(sid=held, once=once).exists():
        return False
    with writing():
        record(
            Draft(
                kind="platform.reference.installed",
                subject=_SUBJECT,
                region=region,
                data={"set": "regions", "version": shipped.version, "sha256": shipped.sha256},
                once=once,
            ),
            scope=scope,
            now=now,
            base=None,
        )
        _fill(region)
    tree.forget()
    return True


def _fill(region: str) -> None:
    own = region[:4] if region[2:4] != "00" else region[:2]
    spans = {
        row.code: [RegionFacts(row.code, row.name, row.level, row.parent or "")]
        for row in data.region_rows()
        if row.level in {"province", "city", "county"} or row.code.startswith(own)
    }
    for code, change in _recorded_changes():
        spans |= apply_change(spans, code, change)
    Region.objects.all().delete()
    _insert(facts for held in spans.values() for facts in held)


def _insert(spans: Iterable[RegionFacts]) -> None:
    Region.objects.bulk_create(
        [
            Region(
                code=f.code,
                name=f.name,
                level=f.level,
                parent=f.parent,
                valid_from=f.valid_from,
                valid_until=f.valid_until,
                successors=",".join(f.successors),
            )
            for f in spans
        ],
        batch_size=_CHUNK,
    )


def _recorded_changes() -> list[tuple[str, Mapping[str, Any]]]:
    stored = JournalEntry.objects.filter(kind="platform.region.changed").order_by("hlc", "node", "id")
    return [(e.subject_id, e.data) for e in map(entry_of, stored)]


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
        _insert(facts for held in touched.values() for facts in held)
    tree.forget()
