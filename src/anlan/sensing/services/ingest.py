"""The ingest: reports of gateways become stored readings, judged by the rules; what is unknown goes to the quarantine.

Readings are durable and alarms recorded when `reports_take` returns. If recording fails, what the rules remember of these
devices is forgotten: the gateway delivers again, and the state is restored from the store.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings

from anlan.kernel.telemetry import Head, Moment, Report
from anlan.sensing import store
from anlan.sensing.rules.device import EARLIEST_BELIEVED, VALID_FLAGS, covered
from anlan.sensing.rules.judging import Watch
from anlan.sensing.services.calls import AT_REST
from anlan.sensing.services.late import LateReading, late_found, outdated
from anlan.sensing.services.liveness import devices_doubt, devices_up
from anlan.sensing.services.quarantine import reports_quarantine
from anlan.sensing.services.raising import Found, alarms_raise
from anlan.sensing.services.restoring import restore
from anlan.sensing.services.table import Known, Table, millis
from anlan.sensing.store import packing
from anlan.sensing.store.days import HOUR
from anlan.sensing.store.packing import flag_code, pack_row
from anlan.sensing.store.readings import Row, Store

__all__ = ["Ingest", "Taken", "ingest", "reports_take"]

_NAN = float("nan")
_Skewed = tuple[int, int, int, bytes]


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of reports: how many there were and of unknown devices; readings new, there alike, there otherwise,
    with an impossible clock, older than what was judged; alarms new, repeated, suppressed."""

    reports: int = 0
    unknown: int = 0
    stored: int = 0
    alike: int = 0
    conflicting: int = 0
    skewed: int = 0
    late: int = 0
    opened: tuple[str, ...] = ()
    repeated: int = 0
    suppressed: int = 0


class _Batch:
    """What one call hands to the store."""

    __slots__ = ("crossed", "dirty", "returned", "rows", "seen", "skewed", "skewed_count", "spoke", "twins", "unknown")

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.seen: dict[int, int] = {}
        self.dirty: set[tuple[int, int]] = set()
        self.skewed: list[_Skewed] = []
        self.skewed_count = 0
        self.spoke: list[tuple[Known, Moment]] = []
        self.unknown: list[Report] = []
        self.twins: list[Known] = []
        self.returned: dict[str, tuple[Known, int]] = {}
        self.crossed: list[LateReading] = []


class Ingest:
    """The ingest of one process; one batch at a time."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.table = Table()
        self._heads: dict[Head, tuple[Head, bytes | None]] = {}
        self._store: Store | None = None
        self.seen: dict[str, int] = {}
        self.began = 0
        """When this process first looked (epoch ms): while nobody listened, nobody was silent."""

    def forget(self) -> None:
        """Remember nothing: the table, what was judged, and when we began to look come anew with the next batch."""
        with self.lock:
            self._store, self.began = None, 0

    def prepare(self, now: datetime) -> Store:
        """The store, with the table of devices brought up to date. Call it under `lock`."""
        held = store.current()
        if held is not self._store:
            self._store, self.table, self._heads = held, Table(), {}
            self.seen = held.seen()
        self.began = self.began or millis(now)
        self.table.refresh()
        return held

    def take(self, reports: Sequence[Report], now: datetime) -> Taken:
        """Store and judge reports; see `reports_take`."""
        AT_REST.clear()
        try:
            return self._take(reports, now)
        finally:
            AT_REST.set()

    def _take(self, reports: Sequence[Report], now: datetime) -> Taken:
        with self.lock:
            held = self.prepare(now)
            batch = self._sort(held, reports, now)
            fresh = [known for known, _ in batch.spoke if not known.restored]
            found = restore(self.table, held, fresh, self.seen, now) if fresh else []
            added = held.add(batch.rows, seen=batch.seen.items(), dirty=batch.dirty, skewed=batch.skewed)
            reports_quarantine(batch.unknown, now=now)
            late = self._judge(batch, found)
            recorded = False
            try:
                devices_up(list(batch.returned.values()), now=now)
                devices_doubt(batch.twins, now=now)
                missed = late_found(held, batch.crossed, found)
                raised = alarms_raise([*missed, *found], now=now)
                recorded = not missed  # what was missed is restored from the record
            finally:
                if not recorded:
                    self._forget(batch)
            for known in outdated(batch.crossed):
                self.table.forget(known)
            for known, _ in batch.spoke:
                self.seen[known.id] = max(self.seen.get(known.id, 0), batch.seen.get(known.n, 0))
        return Taken(
            len(reports), len(batch.unknown), added.stored, added.alike, added.conflicting, batch.skewed_count, late,
            tuple(raised.opened), raised.repeated, raised.suppressed,
        )  # fmt: skip

    def _forget(self, batch: _Batch) -> None:
        for known, _ in batch.spoke:
            self.table.forget(known)

    # --- sorting ---

    def _sort(self, held: Store, reports: Sequence[Report], now: datetime) -> _Batch:
        batch, devices, now_ms = _Batch(), self.table.devices, millis(now)
        self._number(held, reports)
        ahead, hour = settings.SENSING_AHEAD_MINUTES * 60_000, now_ms // HOUR
        for report in reports:
            known = devices.get((report.protocol, report.identity))
            if known is None or report.kind == "refused":
                # A frame that nobody could read makes no stranger of a device on file.
                batch.unknown.append(report if known is None else replace(report, identity=""))
                continue
            if report.kind == "down":
                continue
            received = report.received_at if report.received_at < now_ms else now_ms
            if received > batch.seen.get(known.n, 0):
                batch.seen[known.n] = received
            if known.row["down_at"] is not None:
                batch.returned[known.id] = (known, received)
            if (
                known.peers.heard(report.peer, received)
                and known.row["doubted_at"] is None
                and known not in batch.twins
            ):
                batch.twins.append(known)
            for moment in report.moments:
                self._row(batch, known, moment, received + ahead, received, hour)
        return batch

    def _number(self, held: Store, reports: Sequence[Report]) -> None:
        devices = self.table.devices
        fresh = {
            known.id: known
            for r in reports
            if (known := devices.get((r.protocol, r.identity))) is not None and not known.n
        }
        if fresh:
            numbers = held.numbers("device", fresh)
            for key, known in fresh.items():
                known.n = numbers[key]

    def _head(self, head: Head) -> tuple[Head, bytes | None]:
        """One object for all heads alike, and the head of a row: None where a metric stands in it twice."""
        metrics, flags = head
        made = None
        if len(set(metrics)) == len(metrics):
            numbers = self._store.numbers("metric", metrics)  # type: ignore[union-attr]
            made = packing.head([numbers[m] for m in metrics], [flag_code(f) for f in flags])
        if len(self._heads) > 20_000:
            self._heads.clear()
        self._heads[head] = (head, made)
        return head, made

    def _row(self, batch: _Batch, known: Known, moment: Moment, latest: int, received: int, hour: int) -> None:
        head, at, values = moment
        head, start = self._heads.get(head) or self._head(head)
        if start is None:
            for metric, flag, value in zip(*head, values, strict=True):
                self._row(batch, known, (((metric,), (flag,)), at, (value,)), latest, received, hour)
            return
        row = pack_row(start, values if None not in values else [_NAN if v is None else v for v in values])
        if not EARLIEST_BELIEVED <= at <= latest:
            batch.skewed.append((known.n, at, received, row))
            batch.skewed_count += len(values)
            return
        batch.rows.append((known.n, at, row))
        batch.spoke.append((known, (head, at, values)))
        at_hour = at // HOUR
        # The job never touches the present hour, so it need be marked only once.
        if at_hour != hour or known.marked_hour != hour:
            batch.dirty.add((known.n, at_hour))
            if at_hour == hour:
                known.marked_hour = hour

    # --- judging ---

    def _judge(self, batch: _Batch, found: list[Found]) -> int:
        late = 0
        for known, (head, at, values) in batch.spoke:
            looks = known.looks[1] if known.looks[0] is head else self._looks(known, head)
            repair = bool(known.windows) and covered(known.windows, at)
            for place, metric, watch in looks:
                value = values[place]
                if value is None:
                    continue
                if at <= watch.judged_at:
                    late += 1
                    if watch.memory_ms or not watch.low <= value <= watch.high:
                        batch.crossed.append(LateReading(known, metric, at, value))
                else:
                    watch.judged_at = at
                    if not (watch.calm and watch.low <= value <= watch.high):
                        for judge, version, signal in watch.judge(at, value, repair):
                            found.append(Found(known, metric, judge.rule_id, version, signal))
        return late

    def _looks(self, known: Known, head: Head) -> list[tuple[int, str, Watch]]:
        """Which places of a message are judged by what: those that some rule watches and whose flag calls them valid."""
        looks = []
        for place, (metric, flag) in enumerate(zip(*head, strict=True)):
            watch = known.watches[metric] if metric in known.watches else self.table.watch(known, metric)
            if watch is not None and flag in VALID_FLAGS:
                looks.append((place, metric, watch))
        known.looks = (head, looks)
        return looks


_ingest = Ingest()


def ingest() -> Ingest:
    """The ingest of this process."""
    return _ingest


def reports_take(reports: Sequence[Report], *, now: datetime) -> Taken:
    """Take reports of gateways: store their readings durably, judge them, record the alarms; repeatable.

    A reading counts once by (device, metric, instant), an alarm once by (rule, device, metric, instant): what is delivered
    again changes nothing.

    Raises:
        Unavailable: "sensing.store.unavailable", "journal.node.not_initialised": deliver again later.
        Conflict: "journal.conflict" when somebody stepped an alarm at the same moment: deliver again.
    """
    return _ingest.take(reports, now)
