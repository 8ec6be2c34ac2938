"""Timed work over devices and readings: who has fallen silent, what is missing, summaries, old days."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from django.conf import settings

from anlan.platform.journal.home import home_test
from anlan.sensing import store
from anlan.sensing.models import Quarantined
from anlan.sensing.rules.device import VALID_FLAGS, covered
from anlan.sensing.rules.judging import outlast, settle, silent
from anlan.sensing.rules.rule import in_force
from anlan.sensing.services.ingest import ingest
from anlan.sensing.services.liveness import devices_lost, devices_unsaid
from anlan.sensing.services.raising import Found, alarms_raise
from anlan.sensing.services.restoring import restore
from anlan.sensing.services.table import Known, Table, millis
from anlan.sensing.store.packing import flag_code
from anlan.sensing.store.readings import Store

__all__ = ["SILENT_MINUTES", "Watched", "devices_watch", "readings_compact", "readings_summarise"]

SILENT_MINUTES = 30
"""Without a rule of its own a device counts as silent after so many minutes."""
_VALID = [flag_code(flag) for flag in VALID_FLAGS]
_SETTLED = timedelta(minutes=10)
_UNKNOWN_KEPT = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class Watched:
    """What a look at all devices found: lost ones, channels without readings, and alarms."""

    lost: int
    missing: int
    opened: tuple[str, ...]


def devices_watch(*, now: datetime) -> Watched:
    """Look for devices and channels that have fallen silent; repeatable, said once each.

    Raises:
        Unavailable: "sensing.store.unavailable", "journal.node.not_initialised".
    """
    work, home, now_ms = ingest(), home_test(), millis(now)
    # Read before the lock: readings are not to wait for it. Who spoke since then is known to the ingest.
    stored = store.current().seen()
    with work.lock:
        held = work.prepare(now)
        seen = {key: max(at, work.seen.get(key, 0)) for key, at in stored.items()}
        lost: list[tuple[Known, int]] = []
        timed: list[Found] = []
        awake = [k for k in work.table.devices.values() if k.judged and k.id in seen and home(k.row["region"])]
        for known in awake:
            # A server that was off heard nobody: every device gets its time from when this process began to listen.
            heard = max(seen[known.id], work.began)
            if known.row["down_at"] is None and now_ms - heard > _allowed_ms(known, now_ms):
                lost.append((known, seen[known.id]))
        mended = devices_unsaid([k for k in awake if _mended(k, now_ms)])
        up = [k for k in awake if k.row["down_at"] is None] if work.table.timed else []
        watching = [k for k in up if _timers(work.table, k)]
        timed += restore(work.table, held, [k for k in watching if not k.restored], seen, now)
        for known in watching:
            timed += _missing(held, known, now_ms)
        recorded = False
        try:
            raised = devices_lost(lost, mended=mended, now=now)
            more = alarms_raise(timed, now=now)
            recorded = True
        finally:
            if not recorded:
                for known in watching:
                    work.table.forget(known)
    return Watched(len(lost), sum(f.signal.what == "opened" for f in timed), (*raised.opened, *more.opened))


def _mended(known: Known, now_ms: int) -> bool:
    """Whether a device is down and was under repair meanwhile, but is so no more."""
    down = known.row["down_at"]
    if down is None or not known.windows or covered(known.windows, now_ms):
        return False
    return any(millis(down) < until <= now_ms for _, until in known.windows)


def _allowed_ms(known: Known, now_ms: int) -> int:
    for judge in known.offline:
        version = in_force(judge.versions, now_ms)
        if version is not None:
            return version.window_s * 1000
    return SILENT_MINUTES * 60_000


def _timers(table: Table, known: Known) -> bool:
    """Whether a rule over missing readings looks at a channel of this device; its watches are made here."""
    for metric in table.named_metrics(known):
        if metric not in known.watches:
            table.watch(known, metric)
    return any(watch is not None and watch.timers for watch in known.watches.values())


def _missing(held: Store, known: Known, now_ms: int) -> list[Found]:
    found = []
    for metric, watch in known.watches.items():
        for judge in watch.timers if watch is not None else ():
            version = in_force(judge.versions, now_ms)
            if version is None:
                continue
            # A channel that never sent counts from when its rule took effect.
            heard = max(watch.judged_at, version.start)  # type: ignore[union-attr]
            raw = silent(version, heard, now_ms) and not _spoke(held, known, metric, heard, now_ms)
            said = settle(version, judge.state, now_ms, 0.0, raw)
            signal = outlast(judge.state, said, now_ms, 0.0, covered(known.windows, now_ms))
            if signal is not None:
                found.append(Found(known, metric, judge.rule_id, version, signal))
            break
    return found


def _spoke(held: Store, known: Known, metric: str, heard: int, now_ms: int) -> bool:
    """Whether the store has later readings of a channel after all: another process may take this device's parcels."""
    series = held.series(known.id, metric, heard + 1, now_ms + 1)
    fresh = series.at[~np.isnan(series.value) & np.isin(series.flag, _VALID)]
    watch = known.watches[metric]
    if len(fresh) and watch is not None:
        watch.judged_at = max(watch.judged_at, int(fresh[-1]))
    return len(fresh) > 0


def readings_summarise(*, now: datetime) -> int:
    """Bring the hourly summaries up to date; how many hours were made anew. The present hour waits until it is over."""
    return store.current().summarise(millis(now - _SETTLED))


def readings_compact(*, now: datetime) -> tuple[int, int]:
    """Turn days that are over into blobs, and drop what is older than the setting: (device days, conflicts met).

    Yesterday's readings stay as they came for a day more, since late ones mostly arrive within it.
    """
    held = store.current()
    days, conflicts = held.compact(millis(now - timedelta(days=1)), most=200_000)
    held.forget(millis(now - timedelta(days=settings.SENSING_KEEP_DAYS)))
    Quarantined.objects.filter(last_at__lt=now - _UNKNOWN_KEPT).delete()
    return days, conflicts
