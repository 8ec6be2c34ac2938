"""After a restart: what the rules remember of devices, from the readings store and the alarms on file."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, datetime

from anlan.sensing.queries.alarms import alarms_last
from anlan.sensing.rules.device import VALID_FLAGS
from anlan.sensing.rules.judging import look_back_ms, replay
from anlan.sensing.services.raising import Found
from anlan.sensing.services.table import Known, Table, millis
from anlan.sensing.store.days import HOUR, MINUTE
from anlan.sensing.store.readings import Moment, Store

__all__ = ["restore"]

_LEAST_MS = 15 * MINUTE
_MOST_MS = 31 * 24 * HOUR
_ALARM_MS = 2 * _MOST_MS
"""An alarm that was over longer than this before a device's last reading lies beyond what any rule looks back."""
_PART = 500

_Standing = dict[tuple[str, str], dict[str, tuple[int, bool, bool]]]


def restore(table: Table, held: Store, fresh: Sequence[Known], seen: Mapping[str, int], now: datetime) -> list[Found]:
    """Bring the watches of these devices up to date; the signals that were never recorded.

    Args:
        seen: when each device was last heard of; one that never was has nothing to restore.
    """
    found: list[Found] = []
    devices = list({known.id: known for known in fresh}.values())
    heard = [known for known in devices if known.id in seen]
    for start in range(0, len(heard), _PART):
        part = heard[start : start + _PART]
        latest = {known.id: held.latest(known.id) for known in part}
        # By the readings' own time: what was kept for months while a line was down may be delivered again as well.
        last = min([millis(now), *(said[0] for said in latest.values() if said)])
        standing = _standing(list(latest), datetime.fromtimestamp((last - _ALARM_MS) / 1000, UTC))
        for known in part:
            found += _restore(table, held, known, latest[known.id], standing)
    for known in devices:
        known.restored = True
    return found


def _standing(ids: Sequence[str], since: datetime) -> _Standing:
    """By (device, metric) and rule: when its last alarm changed, whether it stands, whether it flutters.

    Args:
        since: what was over before is left out.
    """
    found: _Standing = defaultdict(dict)
    for row in alarms_last(ids, since):
        moments = [m for m in (row.last_at, row.cleared_at, row.flapping_at) if m is not None]
        active = row.cleared_at is None
        said = (max(millis(m) for m in moments), active, active and row.flapping_at is not None)
        found[str(row.device_id), row.metric][str(row.rule_id)] = said
    return found


def _restore(table: Table, held: Store, known: Known, latest: Moment | None, standing: _Standing) -> list[Found]:
    metrics = {name for name, _, _ in latest[1]} if latest else set()
    metrics |= table.named_metrics(known) | {metric for key, metric in standing if key == known.id and metric}
    watches = {metric: watch for metric in sorted(metrics) if (watch := table.watch(known, metric)) is not None}
    if not watches:
        return []
    versions = [v for w in watches.values() for g in (*w.groups, w.timers) for j in g for v in j.versions]
    back = min(max(look_back_ms(versions), _LEAST_MS), _MOST_MS)
    told = held.moments(known.id, latest[0] - back, latest[0] + 1) if latest else []
    found, valid = [], _valid(told, watches)
    for metric, watch in watches.items():
        for judge, version, signal in replay(
            watch, valid[metric], standing.get((known.id, metric), {}), known.windows
        ):
            found.append(Found(known, metric, judge.rule_id, version, signal))
    return found


def _valid(told: Sequence[Moment], metrics: Iterable[str]) -> dict[str, list[tuple[int, float]]]:
    found: dict[str, list[tuple[int, float]]] = {metric: [] for metric in metrics}
    for at, said in told:
        for name, value, flag in said:
            if value is not None and name in found and flag in VALID_FLAGS:
                found[name].append((at, value))
    return found
