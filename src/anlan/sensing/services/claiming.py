"""Claiming an unknown device (认领): it becomes a device on file, and what it said meanwhile is taken in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from anlan.kernel.telemetry import unpack
from anlan.platform.database import writing
from anlan.platform.journal.held import recorded
from anlan.platform.scope import Scope
from anlan.sensing import queries
from anlan.sensing.models import Device, Quarantined, QuarantinedReport
from anlan.sensing.services.devices import device_create
from anlan.sensing.services.ingest import reports_take

__all__ = ["claimed_take", "quarantined_claim"]


def quarantined_claim(
    *, scope: Scope, number: int, values: Mapping[str, Any], now: datetime, once: str | None = None
) -> str:
    """Make an unknown identity a device on file (认领) and take in what it said meanwhile; the device's id.

    Args:
        values: as for the ledger of devices; protocol and identity are the stranger's own.
    Raises:
        QuarantinedNotFound: "sensing.quarantined.not_found". NotAllowed: "platform.not_allowed", "platform.region_outside".
        BadInput: "ledger.values_refused". RuleViolation: "ledger.rule_refused", "ledger.duplicate".
    """
    scope.require("sensing.device.change")
    with writing():
        held = _claimed(scope, number, once) or queries.quarantined_get(scope, number)
        if held.claimed_at is not None:
            return str(held.device_id)
        full = {**values, "protocol": held.protocol, "identity": held.identity}
        device_id = device_create(scope=scope, values=full, now=now, once=once)
        Quarantined.objects.filter(pk=held.pk).update(claimed_at=now, device_id=device_id)
    claimed_take(now=now)
    return device_id


def _claimed(scope: Scope, number: int, once: str | None) -> Quarantined | None:
    """The stranger, where this very press has claimed it already (a double click)."""
    held = Quarantined.objects.filter(pk=number, claimed_at__isnull=False).exclude(device_id="").first()
    said = held is not None and recorded(scope, f"{Device.SUBJECT}/{held.device_id}", once, f"{Device.SUBJECT}.created")
    return held if said else None


def claimed_take(*, now: datetime) -> int:
    """Take in what waits of strangers that are on file by now; how many there were. Repeatable.

    Usually the claim has done so. Not where the store was away, the process ended, or a report came at the same moment, which
    makes the stranger seem unknown once more.

    Raises:
        Unavailable, Conflict: as `reports_take`; what waits is kept.
    """
    taken = 0
    for held in Quarantined.objects.filter(reports__isnull=False).exclude(device_id="").distinct().order_by("id"):
        rows = Device._default_manager.filter(protocol=held.protocol, identity=held.identity, retired_at__isnull=True)
        key = rows.order_by("id").values_list("id", flat=True).first()
        if key is None:
            continue
        waiting = list(QuarantinedReport.objects.filter(owner=held).order_by("id"))
        reports_take([report for row in waiting for report in unpack(bytes(row.body))], now=now)
        QuarantinedReport.objects.filter(pk__in=[row.pk for row in waiting]).delete()
        Quarantined.objects.filter(pk=held.pk, claimed_at__isnull=True).update(claimed_at=now, device_id=str(key))
        taken += 1
    return taken
