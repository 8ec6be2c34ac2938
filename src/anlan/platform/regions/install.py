"""Installing the shipped regions by one entry."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from anlan import data
from anlan.platform.database import writing
from anlan.platform.journal import Draft
from anlan.platform.journal.models import Head, JournalEntry
from anlan.platform.journal.record import record
from anlan.platform.journal.refold import entry_of
from anlan.platform.regions import tree
from anlan.platform.regions.changes import RegionFacts, apply_change
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
    insert(facts for held in spans.values() for facts in held)


def insert(spans: Iterable[RegionFacts]) -> None:
    """Put spans into the table."""
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
