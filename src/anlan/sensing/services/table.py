"""The devices and rules as the ingest knows them: in memory, brought up to date from the journal, no ORM per reading."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from anlan.platform.ledger.changes import CHANGES, Positions
from anlan.sensing.models import AlarmRule, AlarmRuleVersion, Device, DeviceWindow
from anlan.sensing.rules.device import Peers
from anlan.sensing.rules.judging import Judge, Watch, fresh, make_watch, narrowness
from anlan.sensing.rules.rule import RuleVersion

__all__ = ["ENDLESS", "Known", "Table", "millis", "rule_versions"]

ENDLESS = 2**62
_COLUMNS = (
    "id", "name", "protocol", "identity", "model_id", "region", "office_id", "enterprise_id", "status", "lon", "lat",
    "down_at", "doubted_at", "retired_at", "drill",
)  # fmt: skip


def millis(moment: datetime) -> int:
    """Epoch ms of an aware moment."""
    return int(moment.timestamp() * 1000)


@dataclass(slots=True, eq=False)
class Known:
    """One device on file, with what watches it. `n`: its number in the readings store, 0 until it has one.

    `watches`: by metric, None where no rule looks at it; filled when a metric first comes. `looks`: of the message that came
    last its head, and (place, metric, watch) of what is judged in it. `restored`: the watches know
    what was judged before this process began. `offline`: rules over its silence, the narrowest first.
    """

    id: str
    row: dict[str, Any]
    n: int = 0
    windows: list[tuple[int, int]] = field(default_factory=list)
    peers: Peers = field(default_factory=Peers)
    watches: dict[str, Watch | None] = field(default_factory=dict)
    looks: tuple[object, list[tuple[int, str, Watch]]] = (None, [])
    restored: bool = False
    marked_hour: int = 0
    offline: tuple[Judge, ...] = ()

    @property
    def judged(self) -> bool:
        """Whether rules apply to it: in use, not retired, not of a drill."""
        return self.row["status"] == "active" and self.row["retired_at"] is None and not self.row["drill"]


class Table:
    """All devices by (protocol, identity) and by id, and the rules; `refresh` before each use."""

    def __init__(self) -> None:
        self.devices: dict[tuple[str, str], Known] = {}
        self.by_id: dict[str, Known] = {}
        self._rules: dict[str, list[tuple[str, tuple[RuleVersion, ...]]]] = {}
        self._offline: list[tuple[str, tuple[RuleVersion, ...]]] = []
        # What watches a channel alike on many devices, and the metrics ("" for every one) of rules for a single device.
        self._patterns: dict[tuple[str, str | None, str, str], Watch | None] = {}
        self._single: set[str] = set()
        self._named: dict[tuple[str | None, str, str], frozenset[str]] = {}
        self.timed = False
        """Whether any rule watches for readings that fail to come."""
        self._seen: Positions | None = None

    def refresh(self) -> None:
        """Take in what was recorded of devices and rules since, by whatever process."""
        self._seen, changed = CHANGES.subjects_since(self._seen)
        if changed is None:
            self._load_rules()
            self._load_devices(None)
            return
        if any(subject.startswith(f"{AlarmRule.SUBJECT}/") for subject in changed):
            self._load_rules()
        head = f"{Device.SUBJECT}/"
        self._load_devices([subject[len(head) :] for subject in changed if subject.startswith(head)])

    def _load_rules(self) -> None:
        by_metric: dict[str, list[tuple[str, tuple[RuleVersion, ...]]]] = {}
        offline = []
        for rule_id, versions in rule_versions().items():
            if versions[-1].kind == "offline":
                offline.append((rule_id, versions))
            else:
                by_metric.setdefault(versions[-1].metric, []).append((rule_id, versions))
        changed = (by_metric, offline) != (self._rules, self._offline)
        self._rules, self._offline, self._patterns, self._named = by_metric, offline, {}, {}
        self.timed = any(versions[-1].kind == "missing" for rules in by_metric.values() for _, versions in rules)
        single = {m for m, rules in by_metric.items() if any(v.device_id for _, versions in rules for v in versions)}
        self._single = set(by_metric) if "" in single else single
        for known in self.by_id.values() if changed else ():
            self.forget(known)

    def forget(self, known: Known) -> None:
        """Let a device's watches be made and restored anew: its rules changed, or what they found was not recorded."""
        known.watches, known.looks, known.restored = {}, (None, []), False
        known.offline = self._offline_of(known.row)

    def _load_devices(self, ids: list[str] | None) -> None:
        if ids is not None and not ids:
            return
        rows = Device._default_manager.order_by("-id")  # of two with one identity the older one takes the readings
        held = list((rows if ids is None else rows.filter(pk__in=ids)).values(*_COLUMNS))
        if ids is None:
            self.devices = {}
            gone = self.by_id
            self.by_id = {}
        else:
            gone = {key: known for key in ids if (known := self.by_id.pop(key, None))}
            self.devices = {k: d for k, d in self.devices.items() if d.id not in gone}
        windows: dict[str, list[tuple[int, int]]] = {}
        spans = DeviceWindow._default_manager.filter(parent__in=[r["id"] for r in held] if ids is not None else rows)
        for parent, since, until in spans.values_list("parent_id", "since", "until"):
            windows.setdefault(str(parent), []).append((millis(since), millis(until)))
        for row in held:
            self._put(row, windows.get(str(row["id"]), []), gone.get(str(row["id"])))

    def _put(self, row: dict[str, Any], windows: list[tuple[int, int]], before: Known | None) -> None:
        key = str(row["id"])
        row = {n: str(v) if n.endswith("_id") and v else v for n, v in row.items()}
        known = before or Known(key, row)
        moved = before is None or any(before.row[n] != row[n] for n in ("model_id", "region", "status", "retired_at"))
        known.row, known.windows = row, windows
        if moved:
            self.forget(known)
        self.by_id[key] = known
        if row["retired_at"] is None:
            self.devices[row["protocol"], row["identity"]] = known

    def _offline_of(self, row: dict[str, Any]) -> tuple[Judge, ...]:
        held = [Judge(k, tuple(v)) for k, v in self._matching(self._offline, row)]
        return tuple(sorted(held, key=narrowness, reverse=True))

    def _matching(
        self, rules: Iterable[tuple[str, tuple[RuleVersion, ...]]], row: dict[str, Any]
    ) -> Iterable[tuple[str, list[RuleVersion]]]:
        for rule_id, versions in rules:
            fitting = [v for v in versions if v.covers(str(row["id"]), row["model_id"] or "", row["region"])]
            if fitting:
                yield rule_id, fitting

    def watch(self, known: Known, metric: str) -> Watch | None:
        """The watch of one channel, made where it is not there yet."""
        row = known.row
        key = (metric, row["model_id"], row["region"], known.id if metric in self._single else "")
        if key not in self._patterns:
            rules = [*self._rules.get(metric, ()), *(self._rules.get("", ()) if metric else ())]
            judges = [Judge(rule_id, tuple(versions)) for rule_id, versions in self._matching(rules, row)]
            self._patterns[key] = make_watch(judges)
        pattern = self._patterns[key] if known.judged else None
        watch = known.watches[metric] = fresh(pattern) if pattern is not None else None
        known.looks = (None, [])
        return watch

    def named_metrics(self, known: Known) -> frozenset[str]:
        """The metrics that rules name for this device: they are watched even if none of them ever came."""
        row = known.row
        key = (row["model_id"], row["region"], known.id if self._single else "")
        found = self._named.get(key)
        if found is None:
            found = self._named[key] = frozenset(
                m for m, rules in self._rules.items() if m and any(True for _ in self._matching(rules, row))
            )
        return found


def rule_versions(rule_ids: Iterable[str] | None = None) -> dict[str, tuple[RuleVersion, ...]]:
    """Every rule's versions in the order of time, each until the next one; a retired rule ends when it was retired."""
    rules = AlarmRule._default_manager.filter(drill=0)
    if rule_ids is not None:
        rules = rules.filter(pk__in=list(rule_ids))
    ends = {str(k): millis(gone) if gone else ENDLESS for k, gone in rules.values_list("id", "retired_at")}
    held: dict[str, list[AlarmRuleVersion]] = {}
    for version in AlarmRuleVersion._default_manager.filter(parent__in=list(ends)).order_by("effective_from", "key"):
        held.setdefault(str(version.parent_id), []).append(version)
    found = {}
    for rule_id, versions in held.items():
        starts = [millis(v.effective_from) for v in versions]
        until = [*starts[1:], ENDLESS]
        made = [
            as_version(v, start, min(end, ends[rule_id])) for v, start, end in zip(versions, starts, until, strict=True)
        ]
        found[rule_id] = tuple(v for v in made if v.start < v.end)
    return {k: v for k, v in found.items() if v}


def as_version(row: Any, start: int, end: int) -> RuleVersion:
    """A row with the columns of a rule as the rules see it."""
    return RuleVersion(
        start=start, end=end, kind=row.kind, severity=row.severity, metric=row.metric, model=str(row.model_id or ""),
        device_id=str(row.device_id or ""), area=row.area, limit=row.limit or 0.0, hysteresis=row.hysteresis,
        on_delay_s=row.on_delay_s, off_delay_s=row.off_delay_s, window_s=row.window_s, times=row.times, among=row.among,
        below=bool(row.below), flap_count=row.flap_count, flap_window_s=row.flap_window_s,
        ends_itself=bool(row.ends_itself), key=getattr(row, "key", ""),
    )  # fmt: skip
