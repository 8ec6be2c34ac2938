"""A neighbour that is silent: noticed within minutes, said once, and once more when it is back."""

from __future__ import annotations

from datetime import datetime

from anlan.kernel.entry import Draft
from anlan.kernel.region_codes import region_prefix
from anlan.platform.database import writing
from anlan.platform.exchange.models import PeerLink
from anlan.platform.exchange.status import SILENT_AFTER_S
from anlan.platform.exchange.trust import revoked_keys
from anlan.platform.journal import node
from anlan.platform.journal.record import record
from anlan.platform.scope import SYSTEM

__all__ = ["SILENT", "RETURNED", "silence_watch"]

SILENT, RETURNED = "platform.exchange.silent", "platform.exchange.returned"


def silence_watch(now: datetime) -> tuple[int, int]:
    """Say which lines have fallen silent and which are back since it was last asked; how many of each. Repeatable."""
    moment, fell, back, gone = int(now.timestamp() * 1000), 0, 0, revoked_keys()
    for link in PeerLink.objects.filter(state="open", turn_at__isnull=False).order_by("key"):
        if (region_prefix(link.region), link.key) in gone:
            continue  # replaced or taken off: it is to be silent
        quiet = moment - (link.turn_at or 0) > SILENT_AFTER_S * 1000
        if quiet and link.silent_at is None:
            fell += _say(link, SILENT, now, silent_at=link.turn_at)
        elif not quiet and link.silent_at is not None:
            back += _say(link, RETURNED, now, silent_at=None)
    return fell, back


def _say(link: PeerLink, kind: str, now: datetime, silent_at: int | None) -> int:
    """Entry and mark in one transaction; whoever was faster has said it."""
    own = node.own()
    since = link.silent_at if silent_at is None else silent_at
    with writing():
        held = PeerLink.objects.filter(pk=link.pk, silent_at__isnull=silent_at is not None)
        if not held.update(silent_at=silent_at):
            return 0
        subject = f"platform.exchange/{own.id}:{link.node}"
        data = {"node": link.node, "name": link.name, "since": since}
        record(Draft(kind, subject, own.region, data), scope=SYSTEM, now=now, base=None)
    return 1
