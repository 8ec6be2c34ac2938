"""Claiming an unknown device (认领): it becomes a device on file, and what it said meanwhile is taken in."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from anlan.kernel.telemetry import unpack
from anlan.platform.database import writing
from anlan.platform.scope import Scope
from anlan.sensing import queries
from anlan.sensing.models import Quarantined, QuarantinedReport
from anlan.sensing.services.devices import device_create
from anlan.sensing.services.ingest import reports_take

__all__ = ["quarantined_claim"]


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
        held = queries.quarantined_get(scope, number)
        full = {**values, "protocol": held.protocol, "identity": held.identity}
        device_id = device_create(scope=scope, values=full, now=now, once=once)
        Quarantined.objects.filter(pk=held.pk).update(claimed_at=now, device_id=device_id)
        waiting = list(QuarantinedReport.objects.filter(owner=held).order_by("id"))
    reports = [report for row in waiting for report in unpack(bytes(row.body))]
    reports_take(reports, now=now)
    QuarantinedReport.objects.filter(pk__in=[row.pk for row in waiting]).delete()
    return device_id
