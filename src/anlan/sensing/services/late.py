"""Readings that arrive after later ones of their channel: kept by the device, the gateway or a broker while a line was down.

They are not judged one by one, the rules have gone on. But what happened meanwhile must not stay unsaid: where a late reading
lies beyond a limit, or belongs to a rate, a window sum or a k-of-n, and no alarm of that rule covers it, the rule is run over
the stored history around it, and an alarm that nobody recorded is raised with the times at which it began and ended. An alarm
on record is never taken back: whether it was false is a person's finding. Source: house rule.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from anlan.sensing.queries.alarms import alarms_last
from anlan.sensing.rules.judging import Signal, look_back_ms
from anlan.sensing.rules.rule import THRESHOLDS, RuleVersion
from anlan.sensing.services.history import signals, spans
from anlan.sensing.services.raising import Found
from anlan.sensing.services.table import ENDLESS, Known, millis
from anlan.sensing.store.days import HOUR
from anlan.sensing.store.readings import Store

__all__ = ["LateReading", "late_found", "outdated"]

_Key = tuple[str, str, str]
_LEAST_BACK_MS = HOUR


@dataclass(frozen=True, slots=True)
class LateReading:
    """One valid late reading of which its channel's watch may want to know: at (epoch ms), value in the channel's unit."""

    known: Known
    metric: str
    at: int
    value: float


def late_found(held: Store, late: Sequence[LateReading], found: Sequence[Found] = ()) -> list[Found]:
    """The signals of alarms that these readings belong to and that are on no record; repeatable.

    A rule of which an alarm of the channel stands or is open now adds nothing: people are at it. What has no "cleared" stands
    still, and its device's watches must be restored from the record.

    Args:
        found: signals that are being recorded beside these, after a restart; what they open is left out.
    """
    suspects: dict[_Key, list[tuple[LateReading, RuleVersion]]] = defaultdict(list)
    for one in late:
        watch = one.known.watches[one.metric]
        for judge, version in watch.suspected(one.at, one.value) if watch is not None else ():
            suspects[judge.rule_id, one.known.id, one.metric].append((one, version))
    if not suspects:
        return []
    since = min(one.at - _reach_ms(version) for crossings in suspects.values() for one, version in crossings)
    recorded = _recorded({device_id for _, device_id, _ in suspects}, since)
    opening = {(one.key, one.signal.at) for one in found if one.signal.what == "opened"}
    missed: list[Found] = []
    for key, crossings in suspects.items():
        alarms = recorded.get(key, [])
        if any(until == ENDLESS for _, until in alarms):
            continue
        open_ = [(one, of) for one, of in crossings if of.kind not in THRESHOLDS or not _meets(alarms, one.at, one.at)]
        for version in {version.start: version for _, version in open_}.values():
            ats = [one.at for one, of in open_ if of.start == version.start]
            for span in _unrecorded(held, open_[0][0].known, key, version, ats, alarms):
                missed += span if (key, span[0].signal.at) not in opening else []
    return missed


def outdated(late: Sequence[LateReading]) -> list[Known]:
    """The devices whose rules look back over one of these readings and would go on without it: to be restored."""
    found = {}
    for one in late:
        watch = one.known.watches.get(one.metric)
        if watch is not None and one.at > watch.judged_at - watch.memory_ms:
            found[one.known.id] = one.known
    return list(found.values())


def _reach_ms(version: RuleVersion) -> int:
    """How long after a reading (ms) what it changes may be said: at once for a limit, else as far as the rule looks back."""
    return 0 if version.kind in THRESHOLDS else look_back_ms([version])


def _recorded(device_ids: set[str], since: int) -> Mapping[_Key, list[tuple[int, int]]]:
    """From when to when (epoch ms) alarms of these devices stand on record that were not over before `since`.

    One that is open has no end, whatever its channel says now.
    """
    found: dict[_Key, list[tuple[int, int]]] = defaultdict(list)
    for row in alarms_last(device_ids, datetime.fromtimestamp(since / 1000, UTC)):
        until = millis(row.cleared_at) if row.cleared_at and row.ended_at else ENDLESS
        found[str(row.rule_id), str(row.device_id), row.metric].append((millis(row.triggered_at), until))
    return found


def _meets(alarms: Sequence[tuple[int, int]], at: int, until: int) -> bool:
    return any(start <= until and at <= end for start, end in alarms)


def _unrecorded(
    held: Store, known: Known, key: _Key, version: RuleVersion, ats: Sequence[int], alarms: Sequence[tuple[int, int]]
) -> Iterator[list[Found]]:
    rule_id, _, metric = key
    watch = known.watches[metric]
    first = max(min(ats) - max(look_back_ms([version]), _LEAST_BACK_MS), version.start)
    last = min(watch.judged_at + 1 if watch else ENDLESS, version.end)
    reach = _reach_ms(version)
    said = signals(version, held.series(known.id, metric, first, last), first, last, known.windows)
    for at, until, value in spans(said):
        if until is None and last == version.end:
            until = last  # the rule's next version judges what comes after
        end = until if until is not None else ENDLESS
        if any(at <= one + reach and one <= end for one in ats) and not _meets(alarms, at, end):
            ways = (("opened", at), ("cleared", until))
            yield [Found(known, metric, rule_id, version, Signal(w, t, value)) for w, t in ways if t is not None]
