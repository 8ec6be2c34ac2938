"""From signals of rules to entries: alarms triggered, repeated, fluttering, cleared; suppressed under repair.

Everything that one batch found is recorded together. What was recorded before (a delivery repeated after a crash) is left
out: an alarm's id follows from rule, device, channel and the reading's time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any

from anlan.kernel.deadlines import local_date
from anlan.kernel.entry import Draft, Step
from anlan.platform.database import writing
from anlan.platform.journal.held import versions_of
from anlan.platform.journal.node import next_number
from anlan.platform.journal.record import NEW, record_many
from anlan.platform.scope import SYSTEM
from anlan.sensing import queries
from anlan.sensing.models import Alarm, Device
from anlan.sensing.rules.alarm import ABOVE, ALARM_LOOP, OPEN_STATES, Excursion, takes_over
from anlan.sensing.rules.device import covered
from anlan.sensing.rules.judging import Signal
from anlan.sensing.rules.rule import RuleVersion
from anlan.sensing.services.drafting import alarm_title, fixed_id, number_text
from anlan.sensing.services.table import Known, millis

__all__ = ["Found", "Raised", "alarms_raise", "moment"]

_BATCH = 200
_TRIGGER, _SUBSIDE = ALARM_LOOP.action("trigger"), ALARM_LOOP.action("subside")


@dataclass(frozen=True, slots=True)
class Found:
    """One signal with where it came from; `metric` is "" for the device itself."""

    known: Known
    metric: str
    rule_id: str
    version: RuleVersion
    signal: Signal

    @property
    def key(self) -> tuple[str, str, str]:
        """What an open alarm is recognised by."""
        return self.rule_id, self.known.id, self.metric


@dataclass(slots=True)
class Raised:
    """What was recorded: ids of new alarms, and how many repetitions, clearings and suppressions there were."""

    opened: list[str] = field(default_factory=list)
    repeated: int = 0
    cleared: int = 0
    suppressed: int = 0


@dataclass(slots=True)
class _Standing:
    """An alarm while signals are turned into drafts; `said`: as `takes_over` sees it."""

    id: str
    state: str
    region: str
    drill: int
    said: Excursion
    superseded: bool = False
    base: int | None = None

    @property
    def open(self) -> bool:
        return self.state in OPEN_STATES

    @property
    def cleared(self) -> bool:
        return self.said.until is not None

    @property
    def ends_itself(self) -> bool:
        """Whether it is over when its value is: by its rule, or because nobody was called for it."""
        return self.said.ends_itself or (self.superseded and self.state == _TRIGGER.to)


def moment(at: int) -> str:
    """Epoch ms as the journal writes a moment."""
    return datetime.fromtimestamp(at / 1000, UTC).isoformat()


def alarms_raise(found: Sequence[Found], *, now: datetime) -> Raised:
    """Record what follows from these signals, in their order, in one transaction for each 200 entries.

    Raises:
        Conflict: "journal.conflict" when an alarm moved on meanwhile; nothing of the last part was written.
    """
    raised = Raised()
    if not found:
        return raised
    with writing():
        made = _Drafts(found, now, raised)
        for one in found:
            made.take(one)
        drafts = made.numbered()
        for start in range(0, len(drafts), _BATCH):
            record_many(drafts[start : start + _BATCH], scope=SYSTEM, now=now)
    return raised


class _Drafts:
    """The drafts of one batch; later ones of a subject build on the earlier ones."""

    def __init__(self, found: Sequence[Found], now: datetime, raised: Raised) -> None:
        self._now, self._raised = now, raised
        self._drafts: list[tuple[Draft, int | None]] = []
        self._unnumbered: list[int] = []
        self._standing: dict[tuple[str, str, str], _Standing] = {}
        for row in queries.alarms_standing({f.known.id for f in found}):
            key = (str(row.rule_id or ""), str(row.device_id), row.metric)
            cleared = millis(row.cleared_at) if row.cleared_at else None
            said = Excursion(row.kind, row.severity, bool(row.ends_itself), millis(row.triggered_at), cleared)
            self._standing[key] = _Standing(str(row.pk), row.state, row.region, row.drill, said, bool(row.superseded_by))
        subjects = [f"{Alarm.SUBJECT}/{s.id}" for s in self._standing.values()]
        fresh = [f"{Alarm.SUBJECT}/{self._id(f)}" for f in found if f.signal.what != "cleared"]
        self._versions = versions_of({*subjects, *fresh})
        self._channels = queries.channels_of({f.known.id for f in found})

    def _id(self, one: Found) -> str:
        return fixed_id("alarm", *one.key, str(one.signal.at))

    def take(self, one: Found) -> None:
        """The drafts of one signal."""
        standing = self._standing.get(one.key)
        what = one.signal.what
        if what == "cleared":
            if standing is not None and not standing.cleared:
                self._clear(one, standing)
            return
        if covered(one.known.windows, one.signal.at):
            if what == "opened":
                self._suppress(one)
            return
        if standing is not None and standing.open:
            data = {"at": moment(one.signal.at), "value": one.signal.value}
            if what == "opened":
                self._raised.repeated += 1
            self._add(standing, "repeated" if what == "opened" else "flapping", data, one)
            standing.said = replace(standing.said, until=None)
            self._take_over(one, standing)
        else:
            self._open(one)

    def _open(self, one: Found) -> None:
        key = self._id(one)
        if f"{Alarm.SUBJECT}/{key}" in self._versions:
            return  # a repeated delivery: it was triggered then, and has ended since
        channel, row, version = self._channels.get(one.known.id, {}).get(one.metric), one.known.row, one.version
        names = {
            "device": row["name"], "channel": channel.name if channel else one.metric,
            "unit": channel.unit if channel else "", "value": number_text(one.signal.value),
            "limit": number_text(version.limit), "minutes": number_text(version.window_s / 60, 1),
            "times": version.times, "among": version.among,
        }  # fmt: skip
        data = {
            "at": moment(one.signal.at), "kind": version.kind, "severity": version.severity,
            "title": alarm_title(version.kind, **names), "device_id": one.known.id,
            "enterprise_id": row["enterprise_id"], "office_id": row["office_id"], "rule_id": one.rule_id,
            "rule_version": version.key, "metric": one.metric, "value": one.signal.value,
            "limit": version.limit if version.kind not in ("stuck", "missing", "offline") else None,
            "unit": names["unit"], "ends_itself": int(version.ends_itself), "lon": row["lon"], "lat": row["lat"],
        }  # fmt: skip
        draft = Draft(
            kind=_TRIGGER.kind, subject=f"{Alarm.SUBJECT}/{key}", region=row["region"],
            data={n: v for n, v in data.items() if v not in (None, "")}, step=Step("", _TRIGGER.to), drill=bool(row["drill"]),
        )  # fmt: skip
        self._unnumbered.append(len(self._drafts))
        self._drafts.append((draft, NEW))
        said = Excursion(
            version.kind, version.severity, version.ends_itself, one.signal.at, delay_ms=version.on_delay_s * 1000
        )
        standing = self._standing[one.key] = _Standing(key, _TRIGGER.to, row["region"], row["drill"], said, base=NEW)
        self._raised.opened.append(key)
        self._take_over(one, standing)
        if one.signal.what == "flapping":
            self._add(self._standing[one.key], "flapping", {"at": moment(one.signal.at)}, one)

    def _take_over(self, one: Found, fresh: _Standing) -> None:
        """One alarm of a channel for one excursion: of two limits that were crossed the further one calls people."""
        for (_, device_id, metric), other in list(self._standing.items()):
            if (device_id, metric) != one.key[1:]:
                continue
            # What is repeated is no news to whoever is with it, so it silences nothing that is being called.
            if fresh.said.kind not in ABOVE and fresh.state != _TRIGGER.to:
                continue
            lower, upper = (fresh, other) if fresh.said.kind in ABOVE else (other, fresh)
            if lower.state == _TRIGGER.to and not lower.superseded and upper.open and takes_over(upper.said, lower.said):
                lower.superseded = True
                self._add(lower, "superseded", {"by": upper.id}, one)
                if lower.cleared:
                    self._subside(one, lower)

    def _clear(self, one: Found, standing: _Standing) -> None:
        self._raised.cleared += 1
        self._add(standing, "cleared", {"at": moment(one.signal.at), "value": one.signal.value}, one)
        standing.said = replace(standing.said, until=one.signal.at)
        if standing.open and standing.ends_itself:
            self._subside(one, standing)

    def _subside(self, one: Found, standing: _Standing) -> None:
        self._add(standing, "subsided", {}, one, Step(standing.state, _SUBSIDE.to))
        standing.state = _SUBSIDE.to

    def _suppress(self, one: Found) -> None:
        self._raised.suppressed += 1
        data = {
            "rule_id": one.rule_id, "kind": one.version.kind, "metric": one.metric, "value": one.signal.value,
            "at": moment(one.signal.at),
        }  # fmt: skip
        draft = Draft(
            kind=f"{Device.SUBJECT}.alarm_suppressed", subject=f"{Device.SUBJECT}/{one.known.id}",
            region=one.known.row["region"], data=data, once=f"suppressed:{self._id(one)}",
        )  # fmt: skip
        self._drafts.append((draft, None))

    def _add(self, standing: _Standing, act: str, data: dict[str, Any], one: Found, step: Step | None = None) -> None:
        subject = f"{Alarm.SUBJECT}/{standing.id}"
        base = self._versions.get(subject) if standing.base is None else None
        standing.base = standing.base if standing.base is not None else base
        draft = Draft(
            kind=f"{Alarm.SUBJECT}.{act}", subject=subject, region=standing.region, data=data, step=step,
            once=f"{act}:{one.signal.at}", drill=bool(standing.drill),
        )  # fmt: skip
        self._drafts.append((draft, base))

    def numbered(self) -> list[tuple[Draft, int | None]]:
        """The drafts, new alarms with their numbers."""
        if self._unnumbered:
            numbers = next_number("BJ", local_date(self._now).year, len(self._unnumbered))
            for place, number in zip(self._unnumbered, numbers, strict=True):
                draft, base = self._drafts[place]
                self._drafts[place] = (replace(draft, data={**draft.data, "number": number}), base)
        return self._drafts
