"""Who speaks without being known: kept apart, with the last reports, until somebody claims it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.db.models import F

from anlan.kernel.telemetry import Report, pack
from anlan.platform.database import writing
from anlan.sensing.models import Quarantined, QuarantinedReport

__all__ = ["KEPT_REPORTS", "MOST_IDENTITIES", "reports_quarantine"]

KEPT_REPORTS = 200
"""Of each unknown device so many reports are kept: three hours of one a minute."""
MOST_IDENTITIES = 20_000
"""So many unknown identities at most: a hostile peer that invents them fills no disk."""
_IDENTITY, _METRICS = 64, 2000


def _clean(text: str, most: int) -> str:
    """What a stranger said, as a database and a page can hold it."""
    return "".join(c if c.isprintable() else "\ufffd" for c in text[:most])


def reports_quarantine(reports: Sequence[Report], *, now: datetime) -> None:
    """Note reports of unknown devices and frames that nobody could read; the last reports of each are kept."""
    if not reports:
        return
    groups: dict[tuple[str, str], list[Report]] = defaultdict(list)
    for report in reports:
        groups[_clean(report.protocol, 16), _clean(report.identity, _IDENTITY)].append(report)
    with writing():
        held = {
            (q.protocol, q.identity): q
            for q in Quarantined.objects.filter(identity__in={identity for _, identity in groups})
        }
        room = MOST_IDENTITIES - Quarantined.objects.count() if groups.keys() - held.keys() else 0
        for key, mine in groups.items():
            known = held.get(key)
            if known is None:
                if room <= 0:
                    continue
                room -= 1
                known = Quarantined.objects.create(protocol=key[0], identity=key[1], first_at=now, last_at=now)
            _note(known, mine)


def _note(known: Quarantined, reports: Sequence[Report]) -> None:
    refused = [r for r in reports if r.kind == "refused"]
    newest = max(reports, key=lambda r: r.received_at)
    metrics = set(known.metrics.split()) | {_clean(m, 40) for r in reports for m, *_ in r.readings}
    said: dict[str, Any] = {
        "count": F("count") + len(reports),
        "refused": F("refused") + len(refused),
        "last_at": datetime.fromtimestamp(newest.received_at / 1000, UTC),
        "peer": _clean(newest.peer, 80),
        "metrics": " ".join(sorted(metrics))[:_METRICS],
    }
    if refused:
        said["raw"] = _clean(refused[-1].raw, 2048)
    # One that was given up as a device and speaks on is unknown again.
    Quarantined.objects.filter(pk=known.pk).update(claimed_at=None, **said)
    if not known.identity:
        return
    fresh = [r for r in reports if r.kind != "refused"][-KEPT_REPORTS:]
    QuarantinedReport.objects.bulk_create(
        QuarantinedReport(owner=known, received_at=r.received_at, body=pack([r])) for r in fresh
    )
    keep = QuarantinedReport.objects.filter(owner=known).order_by("-id").values_list("id", flat=True)[KEPT_REPORTS - 1 :]
    oldest = next(iter(keep[:1]), None)
    if oldest is not None:
        QuarantinedReport.objects.filter(owner=known, id__lt=oldest).delete()
