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

from anlan.kernel.telemetry import Reading, Report
from anlan.sensing import store
from anlan.sensing.rules.device import EARLIEST_BELIEVED, VALID_FLAGS
from anlan.sensing.services.late import LateReading, late_found
from anlan.sensing.services.liveness import devices_doubt, devices_up
from anlan.sensing.services.quarantine import reports_quarantine
from anlan.sensing.services.raising import Found, alarms_raise
from anlan.sensing.services.restoring import restore
from anlan.sensing.services.table import Known, Table, millis
from anlan.sensing.store.days import HOUR
from anlan.sensing.store.packing import flag_code, head, pack_row
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
        self.spoke: list[tuple[Known, tuple[Reading, ...]]] = []
        self.unknown: list[Report] = []
        self.twins: list[Known] = []
        self.returned: dict[str, tuple[Known, int]] = {}
        self.crossed: list[LateReading] = []


class Ingest:
    """The ingest of one process; one batch at a time."""

    def __init__(self) -> None:
        self.lock = threading.RLock()
        self.table = Table()
        self._heads: dict[tuple[tuple[str, ...], tuple[str, ...]], bytes | None] = {}
        self._store: Store | None = None
        self.seen: dict[str, int] = {}
        self.began = 0
        """When this process first looked (epoch ms): while nobody listened, nobody was silent."""

    def prepare(self, now: datetime) -> Store:
        """The store, with the table of devices brought up to date. Call it under `lock`."""
        held = store.current()
        if held is not self._store:
            self._store, self.table, self._heads = held, Table(), {}
            self.seen = held.seen()
        self.began = self.began or millis(now)
        self.table.refresh(now)
        return held

    def take(self, reports: Sequence[Report], now: datetime) -> Taken:
        """Store and judge reports; see `reports_take`."""
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
            if report.readings:
                self._rows(batch, known, report.readings, received + ahead, received, hour)
        return batch

    def _number(self, held: Store, reports: Sequence[Report]) -> None:
        fresh = {
            known.id: known
            for r in reports
            if (known := self.table.devices.get((r.protocol, r.identity))) is not None and not known.n
        }
        if fresh:
            numbers = held.numbers("device", fresh)
            for key, known in fresh.items():
                known.n = numbers[key]

    def _head(self, metrics: tuple[str, ...], flags: tuple[str, ...]) -> bytes | None:
        """The head of a row, None where a metric stands in it twice."""
        if len(set(metrics)) < len(metrics):
            made = None
        else:
            numbers = self._store.numbers("metric", metrics)  # type: ignore[union-attr]
            made = head([numbers[m] for m in metrics], [flag_code(f) for f in flags])
        if len(self._heads) > 20_000:
            self._heads.clear()
        self._heads[metrics, flags] = made
        return made

    def _rows(
        self, batch: _Batch, known: Known, readings: tuple[Reading, ...], latest: int, received: int, hour: int
    ) -> None:
        metrics, ats, values, flags = zip(*readings, strict=True)
        at = ats[0]
        start = self._heads[metrics, flags] if (metrics, flags) in self._heads else self._head(metrics, flags)
        if start is None or ats.count(at) < len(ats):
            for reading in readings:
                self._rows(batch, known, (reading,), latest, received, hour)
            return
        if None in values:
            values = tuple(_NAN if value is None else value for value in values)
        row = pack_row(start, values)
        if not EARLIEST_BELIEVED <= at <= latest:
            batch.skewed.append((known.n, at, received, row))
            batch.skewed_count += len(values)
            return
        batch.rows.append((known.n, at, row))
        batch.spoke.append((known, readings))
        at_hour = at // HOUR
        # The job never touches the present hour, so it need be marked only once.
        if at_hour != hour or known.marked_hour != hour:
            batch.dirty.add((known.n, at_hour))
            if at_hour == hour:
                known.marked_hour = hour

    # --- judging ---

    def _judge(self, batch: _Batch, found: list[Found]) -> int:
        late, table = 0, self.table
        for known, readings in batch.spoke:
            watches = known.watches
            for metric, at, value, flag in readings:
                watch = watches[metric] if metric in watches else table.watch(known, metric)
                if watch is None:
                    continue
                if at <= watch.judged_at:
                    late += 1
                    if value is not None and flag in VALID_FLAGS and not watch.low <= value <= watch.high:
                        batch.crossed.append(LateReading(known, metric, at, value))
                elif value is not None and flag in VALID_FLAGS:
                    watch.judged_at = at
                    if not (watch.calm and watch.low <= value <= watch.high):
                        for judge, version, signal in watch.judge(at, value):
                            found.append(Found(known, metric, judge.rule_id, version, signal))
        return late


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
