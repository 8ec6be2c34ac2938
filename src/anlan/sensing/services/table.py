"""The devices and rules as the ingest knows them: in memory, brought up to date from the journal, no ORM per reading."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from anlan.platform.journal.models import Head, JournalEntry
from anlan.sensing.models import AlarmRule, AlarmRuleVersion, Device, DeviceWindow
from anlan.sensing.rules.device import Peers
from anlan.sensing.rules.judging import Judge, Watch, fresh, make_watch, narrowness
from anlan.sensing.rules.rule import RuleVersion

__all__ = ["ENDLESS", "Known", "Table", "millis", "rule_versions"]

ENDLESS = 2**62
_SLACK_MS = 5_000
_ANEW = timedelta(minutes=10)
_DEVICES = ("sensing.device.created", "sensing.device.changed", "sensing.device.retired", "sensing.device.restored",
            "sensing.device.window_set", "sensing.device.down", "sensing.device.up", "sensing.device.identity_doubted",
            "sensing.device.identity_cleared", "sensing.device.rescoped")  # fmt: skip
_RULES = tuple(f"sensing.alarm_rule.{act}" for act in ("created", "changed", "retired", "restored"))
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

    `watches`: by metric, None where no rule looks at it; filled when a metric first comes. `restored`: the watches know
    what was judged before this process began. `offline`: rules over its silence, the narrowest first.
    """

    id: str
    row: dict[str, Any]
    n: int = 0
    windows: list[tuple[int, int]] = field(default_factory=list)
    peers: Peers = field(default_factory=Peers)
    watches: dict[str, Watch | None] = field(default_factory=dict)
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
        self._mark: int | None = None
        self._handled: set[str] = set()
        self._loaded_at: datetime | None = None

    def refresh(self, now: datetime) -> None:
        """Take in what was recorded of devices and rules since, by whatever process."""
        if self._loaded_at is None or now - self._loaded_at > _ANEW or now < self._loaded_at:
            self._load(now)
            return
        rows = JournalEntry.objects.filter(hlc__gt=(self._mark or 0) - (_SLACK_MS << 16), kind__in=_DEVICES + _RULES)
        fresh = [r for r in rows.values_list("id", "hlc", "kind", "sid") if str(r[0]) not in self._handled]
        if not fresh:
            return
        self._mark = max(self._mark or 0, *(hlc for _, hlc, _, _ in fresh))
        self._handled |= {str(key) for key, _, _, _ in fresh}
        if any(kind in _RULES for _, _, kind, _ in fresh):
            self._load_rules()
        subjects = Head.objects.filter(sid__in={sid for _, _, _, sid in fresh}).values_list("subject", flat=True)
        self._load_devices([s.partition("/")[2] for s in subjects if s.startswith(f"{Device.SUBJECT}/")])

    def _load(self, now: datetime) -> None:
        newest = JournalEntry.objects.order_by("-hlc").values_list("hlc", flat=True).first()
        self._mark, self._handled, self._loaded_at = newest or 0, set(), now
        self._load_rules()
        self._load_devices(None)

    def _load_rules(self) -> None:
        by_metric: dict[str, list[tuple[str, tuple[RuleVersion, ...]]]] = {}
        offline = []
        for rule_id, versions in rule_versions().items():
            if versions[-1].kind == "offline":
                offline.append((rule_id, versions))
            else:
                by_metric.setdefault(versions[-1].metric, []).append((rule_id, versions))
        changed = (by_metric, offline) != (self._rules, self._offline)
        self._rules, self._offline, self._patterns = by_metric, offline, {}
        single = {m for m, rules in by_metric.items() if any(v.device_id for _, versions in rules for v in versions)}
        self._single = set(by_metric) if "" in single else single
        for known in self.by_id.values() if changed else ():
            self.forget(known)

    def forget(self, known: Known) -> None:
        """Let a device's watches be made and restored anew: its rules changed, or what they found was not recorded."""
        known.watches, known.restored, known.offline = {}, False, self._offline_of(known.row)

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
        return watch

    def named_metrics(self, known: Known) -> set[str]:
        """The metrics that rules name for this device: they are watched even if none of them ever came."""
        return {m for m, rules in self._rules.items() if m and any(True for _ in self._matching(rules, known.row))}


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
