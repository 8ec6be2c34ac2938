"""The readings store: what devices measured, by (device, channel, instant), whatever database is underneath.

The first value of an instant stays. A row holds everything that one device said of one instant; days that are over are
kept as one blob per channel. A channel is named by the metric's word of the protocol ("a21001-Rtd").
Source: house rule (docs/explanation/sensing.md).
"""

from __future__ import annotations

import contextlib
import struct
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

from anlan.sensing.store.days import DAY, HOUR, Series, Summary, empty, join, open_day, seal_day, summarise
from anlan.sensing.store.packing import ENTRY, column, entries, flag_text, merge, metric_numbers

__all__ = ["Added", "Backend", "Moment", "Row", "Store"]

Row = tuple[int, int, bytes]
"""(device number, at epoch ms, packed row)."""
Moment = tuple[int, list[tuple[str, float | None, str]]]
"""(at epoch ms, [(metric, value or None, flag)])."""
_DAY_UPSERT = (
    "INSERT INTO day (device, metric, day, data) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (device, metric, day) DO UPDATE SET data = excluded.data"
)
_SUMMARY_UPSERT = _DAY_UPSERT.replace("INTO day", "INTO summary")
_SEEN_UPSERT = (
    "INSERT INTO seen AS held (device, received) VALUES (?, ?)"
    " ON CONFLICT (device) DO UPDATE SET received = excluded.received WHERE held.received < excluded.received"
)
_SUMMARY = "<BddddI"
"""One hour of a summary: hour of the day, least, greatest, mean, last, count."""


class Backend(Protocol):
    """What a database must do for the store; SQL is written with `?`."""

    def writing(self) -> contextlib.AbstractContextManager[Any]:
        """One transaction; nests."""

    def add(self, rows: Sequence[Row]) -> tuple[int, int]:
        """Insert rows, merging into held ones; how many readings were held alike, and with another value."""

    def run(self, sql: str, rows: Iterable[Sequence[object]]) -> None:
        """Run one statement for each row of values."""

    def ask(self, sql: str, values: Sequence[object] = ()) -> list[tuple]:
        """The rows of a SELECT."""

    def close(self) -> None:
        """Close what is open."""


@dataclass(frozen=True, slots=True)
class Added:
    """What became of the readings handed in: new, there already alike, there with another value (which stays)."""

    stored: int
    alike: int
    conflicting: int


class Store:
    """Readings on one of the databases. Every method raises Unavailable "sensing.store.unavailable" when it is away."""

    def __init__(self, backend: Backend) -> None:
        self._backend = backend
        self._numbers: dict[str, dict[str, int]] = {"device": {}, "metric": {}}
        self._names: dict[int, str] = {}

    def close(self) -> None:
        """Close what is open and forget what was kept in memory."""
        self._backend.close()
        self._numbers = {"device": {}, "metric": {}}
        self._names = {}

    # --- numbers ---

    def numbers(self, kind: str, names: Iterable[str], *, make: bool = True) -> Mapping[str, int]:
        """The small numbers that stand for devices or metrics in rows; new ones are given where `make` says so.

        Args:
            kind: "device" (its id) or "metric" (its word).
        """
        held = self._numbers[kind]
        missing = sorted({name for name in names if name not in held})
        if missing:
            self._load(kind)
            missing = [name for name in missing if name not in held]
        if missing and make:
            with self._backend.writing():
                self._load(kind)
                first = max(held.values(), default=0) + 1
                fresh = [(kind, n, i) for i, n in enumerate((m for m in missing if m not in held), first)]
                self._backend.run("INSERT INTO number (kind, name, n) VALUES (?, ?, ?)", fresh)
            held.update({name: n for _, name, n in fresh})
            self._names_of(kind)
        return held

    def _load(self, kind: str) -> None:
        self._numbers[kind].update(self._backend.ask("SELECT name, n FROM number WHERE kind = ?", [kind]))
        self._names_of(kind)

    def _names_of(self, kind: str) -> None:
        if kind == "metric":
            self._names = {n: name for name, n in self._numbers["metric"].items()}

    def _number(self, kind: str, name: str) -> int | None:
        return self.numbers(kind, [name], make=False).get(name)

    # --- writing ---

    def add(
        self,
        rows: Sequence[Row],
        *,
        seen: Iterable[tuple[int, int]] = (),
        dirty: Iterable[tuple[int, int]] = (),
        skewed: Iterable[tuple[int, int, int, bytes]] = (),
    ) -> Added:
        """Keep rows, durable when this returns; two rows of one instant are merged, the first value stays.

        Args:
            seen: (device number, received at epoch ms). dirty: (device number, hours since 1970) to be summarised.
            skewed: (device number, at, received, row) of clocks that can't be right, kept apart.
        """
        total = sum(len(row[2]) for row in rows) // ENTRY
        unique: dict[tuple[int, int], bytes] = {}
        alike = conflicting = 0
        for device, at, data in rows:
            key = (device, at)
            held = unique.get(key)
            if held is None:
                unique[key] = data
            else:
                found = merge(held, data)
                unique[key] = found.row
                alike, conflicting = alike + found.alike, conflicting + found.conflicting
        with self._backend.writing():
            if unique:
                more = self._backend.add([(device, at, data) for (device, at), data in unique.items()])
                alike, conflicting = alike + more[0], conflicting + more[1]
            self._backend.run(_SEEN_UPSERT, list(seen))
            if marks := list(dirty):
                self._backend.run("INSERT INTO dirty (device, hour) VALUES (?, ?) ON CONFLICT DO NOTHING", marks)
            if apart := list(skewed):
                self._backend.run(
                    "INSERT INTO skewed (device, at, received, data) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING", apart
                )
        return Added(total - alike - conflicting, alike, conflicting)

    # --- reading ---

    def seen(self) -> dict[str, int]:
        """When each device was last heard of (epoch ms, by the gateway's clock), by device id."""
        self._load("device")
        names = {n: name for name, n in self._numbers["device"].items()}
        return {names[n]: received for n, received in self._backend.ask("SELECT device, received FROM seen ")}

    def series(self, device: str, metric: str, start: int, end: int) -> Series:
        """The readings of one channel with start <= at < end (epoch ms), in the order of time."""
        n, m = self._number("device", device), self._number("metric", metric)
        if n is None or m is None or end <= start:
            return empty()
        blobs = self._backend.ask(
            "SELECT day, data FROM day WHERE device = ? AND metric = ? AND day BETWEEN ? AND ? ORDER BY day",
            [n, m, start // DAY, (end - 1) // DAY],
        )
        days = [open_day(day, data) for day, data in blobs]
        kept = Series(*(np.concatenate(part) for part in zip(*days, strict=True))) if days else empty()
        fresh = Series(*column(self._rows(n, start, end), m))
        return join(kept, fresh)[0].between(start, end)

    def _rows(self, n: int, start: int, end: int) -> list[tuple[int, bytes]]:
        return self._backend.ask(
            "SELECT at, data FROM reading WHERE device = ? AND at >= ? AND at < ? ORDER BY at", [n, start, end]
        )

    def moments(self, device: str, start: int, end: int) -> list[Moment]:
        """Everything that a device said with start <= at < end, in the order of time; days under blobs included."""
        n = self._number("device", device)
        if n is None:
            return []
        self.numbers("metric", [], make=False)
        found: dict[int, dict[str, tuple[float | None, str]]] = defaultdict(dict)
        kept = self._backend.ask(
            "SELECT metric, day, data FROM day WHERE device = ? AND day BETWEEN ? AND ? ORDER BY metric, day",
            [n, start // DAY, (end - 1) // DAY],
        )
        for metric, day, data in kept:
            part = open_day(day, data).between(start, end)
            for at, value, flag in zip(*(a.tolist() for a in part), strict=True):
                found[at].setdefault(self._name(metric), (_plain(value), flag_text(flag)))
        for at, data in self._rows(n, start, end):
            for metric, flag, value in entries(data):
                found[at].setdefault(self._name(metric), (_plain(value), flag_text(flag)))
        return [(at, [(name, *said) for name, said in found[at].items()]) for at in sorted(found)]

    def latest(self, device: str) -> Moment | None:
        """The newest instant of a device that no blob holds yet."""
        n = self._number("device", device)
        rows = (
            self._backend.ask("SELECT at, data FROM reading WHERE device = ? ORDER BY at DESC LIMIT 1", [n]) if n else []
        )
        return (rows[0][0], [(self._name(m), _plain(v), flag_text(f)) for m, f, v in entries(rows[0][1])]) if rows else None

    def _name(self, metric: int) -> str:
        if metric not in self._names:
            self._load("metric")
        return self._names[metric]

    def skewed(self, device: str, limit: int = 100) -> list[tuple[int, Moment]]:
        """What a device said with a clock that can't be right: (received, moment), newest received first."""
        n = self._number("device", device)
        if n is None:
            return []
        rows = self._backend.ask(
            "SELECT received, at, data FROM skewed WHERE device = ? ORDER BY received DESC, at LIMIT ?", [n, limit]
        )
        return [(r, (at, [(self._name(m), _plain(v), flag_text(f)) for m, f, v in entries(d)])) for r, at, d in rows]

    def metrics(self, device: str) -> list[str]:
        """The metrics that a device has sent lately or in days that are over."""
        n = self._number("device", device)
        if n is None:
            return []
        rows = self._backend.ask("SELECT data FROM reading WHERE device = ? ORDER BY at DESC LIMIT 200", [n])
        found = {m for (data,) in rows for m in metric_numbers(data)}
        found |= {m for (m,) in self._backend.ask("SELECT DISTINCT metric FROM summary WHERE device = ?", [n])}
        return sorted(self._name(m) for m in found)

    # --- days and summaries ---

    def compact(self, before: int, most: int = 1000) -> tuple[int, int]:
        """Turn up to `most` device days that end before `before` (epoch ms) into blobs: (device days, conflicts met)."""
        self._load("device")
        end, done, conflicts = before // DAY * DAY, 0, 0
        for n in sorted(self._numbers["device"].values()):
            while done < most and (at := self._oldest(n)) is not None and at < end:
                conflicts += self._compact_day(n, at // DAY)
                done += 1
        return done, conflicts

    def _oldest(self, n: int) -> int | None:
        return self._backend.ask("SELECT MIN(at) FROM reading WHERE device = ?", [n])[0][0]

    def _compact_day(self, n: int, day: int) -> int:
        with self._backend.writing():
            rows = self._rows(n, day * DAY, (day + 1) * DAY)
            held = dict(self._backend.ask("SELECT metric, data FROM day WHERE device = ? AND day = ? ", [n, day]))
            made, conflicts = [], 0
            for metric in sorted({m for _, data in rows for m in metric_numbers(data)}):
                fresh = Series(*column(rows, metric))
                kept = open_day(day, held[metric]) if metric in held else empty()
                both, other = join(kept, fresh)
                conflicts += other
                made.append((n, metric, day, seal_day(day, both)))
            self._backend.run(_DAY_UPSERT, made)
            span = (n, day * DAY, (day + 1) * DAY)
            self._backend.run("DELETE FROM reading WHERE device = ? AND at >= ? AND at < ?", [span])
        return conflicts

    def summarise(self, before: int, most: int = 5000) -> int:
        """Make anew the hourly summaries of up to `most` hours that were written to and ended before `before`; how many."""
        marks = self._backend.ask(
            "SELECT device, hour FROM dirty WHERE hour < ? ORDER BY device, hour LIMIT ?", [before // HOUR, most]
        )
        days: dict[tuple[int, int], list[int]] = defaultdict(list)
        for n, hour in marks:
            days[n, hour * HOUR // DAY].append(hour)
        for (n, day), hours in days.items():
            self._summarise_day(n, day, hours)
        return len(marks)

    def _summarise_day(self, n: int, day: int, hours: list[int]) -> None:
        with self._backend.writing():
            # The marks go first: whoever writes to one of these hours meanwhile marks it again.
            self._backend.run("DELETE FROM dirty WHERE device = ? AND hour = ?", [(n, hour) for hour in hours])
            start, end = hours[0] * HOUR, (hours[-1] + 1) * HOUR
            rows = self._rows(n, start, end)
            blobs = dict(self._backend.ask("SELECT metric, data FROM day WHERE device = ? AND day = ? ", [n, day]))
            held = dict(self._backend.ask("SELECT metric, data FROM summary WHERE device = ? AND day = ? ", [n, day]))
            made = []
            for metric in sorted({m for _, data in rows for m in metric_numbers(data)} | set(blobs)):
                kept = open_day(day, blobs[metric]) if metric in blobs else empty()
                found = summarise(join(kept, Series(*column(rows, metric)))[0].between(start, end), HOUR)
                made.append((n, metric, day, _with_hours(held.get(metric, b""), day, hours, found)))
            self._backend.run(_SUMMARY_UPSERT, made)

    def summary(self, device: str, metric: str, start: int, end: int, period: int) -> Summary:
        """Least, greatest, mean, count and last by periods with start <= period's start < end.

        Args:
            period: MINUTE (from the readings), HOUR or DAY (from the summaries, which outlive the readings; a day is a
                UTC day).
        """
        if period < HOUR:
            return summarise(self.series(device, metric, start, end), period)
        n, m = self._number("device", device), self._number("metric", metric)
        rows = (
            self._backend.ask(
                "SELECT day, data FROM summary WHERE device = ? AND metric = ? AND day BETWEEN ? AND ? ORDER BY day",
                [n, m, start // DAY, (end - 1) // DAY],
            )
            if n is not None and m is not None
            else []
        )
        hours = [(day * DAY + h[0] * HOUR, *h[1:]) for day, data in rows for h in struct.iter_unpack(_SUMMARY, data)]
        table = np.array([h for h in hours if start <= h[0] < end], np.float64).reshape(-1, 6)
        at, least, greatest, mean, last, count = table.T
        by_hour = Summary(at.astype(np.int64), least, greatest, mean, count.astype(np.int64), last)
        return by_hour if period == HOUR else _by_day(by_hour)

    def forget(self, before: int) -> None:
        """Drop readings of UTC days that ended before `before` (epoch ms); their summaries stay."""
        day = before // DAY
        with self._backend.writing():
            self._backend.run("DELETE FROM day WHERE day < ? ", [(day,)])
            self._backend.run("DELETE FROM reading WHERE at < ? ", [(day * DAY,)])
            self._backend.run("DELETE FROM skewed WHERE received < ? ", [(day * DAY,)])

    def writing(self) -> contextlib.AbstractContextManager[Any]:
        """Several calls as one transaction."""
        return self._backend.writing()


def _plain(value: float) -> float | None:
    return None if value != value else value


def _with_hours(held: bytes, day: int, hours: list[int], found: Summary) -> bytes:
    """The summary of a day with these hours replaced by what was found."""
    kept = {h[0]: h for h in struct.iter_unpack(_SUMMARY, held)}
    for hour in hours:
        kept.pop(hour * HOUR % DAY // HOUR, None)
    wanted = set(hours)
    for i, start in enumerate(found.start.tolist()):
        if start // HOUR in wanted:
            number = start % DAY // HOUR
            kept[number] = (
                number, float(found.least[i]), float(found.greatest[i]), float(found.mean[i]), float(found.last[i]),
                int(found.count[i]),
            )  # fmt: skip
    return b"".join(struct.pack(_SUMMARY, *kept[number]) for number in sorted(kept))


def _by_day(hours: Summary) -> Summary:
    if not len(hours.start):
        return hours
    number = hours.start // DAY
    edges = np.concatenate([[0], np.flatnonzero(np.diff(number)) + 1])
    ends = np.concatenate([edges[1:], [len(number)]])
    count = np.add.reduceat(hours.count, edges)
    return Summary(
        number[edges] * DAY,
        np.minimum.reduceat(hours.least, edges),
        np.maximum.reduceat(hours.greatest, edges),
        np.add.reduceat(hours.mean * hours.count, edges) / count,
        count,
        hours.last[ends - 1],
    )
