"""Judging readings by rules: one reading after the other, a state that is handed in, signals that come out. Pure.

Readings of a channel are judged in the order of their own time; one that is older than what was judged before is kept in
the store, and judged with the history around it where it can say something new (services/late.py). So one batch or many single
readings give the same signals. Source: house rule.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from anlan.sensing.rules.device import covered
from anlan.sensing.rules.rule import THRESHOLDS, RuleVersion, in_force, specificity

__all__ = [
    "Judge", "JudgeState", "Signal", "Watch", "fresh", "look_back_ms", "make_watch", "narrowness", "outlast", "replay",
    "silent", "step",
]  # fmt: skip

_UP = frozenset({"high", "high_high"})
_DOWN = frozenset({"low", "low_low"})
_INFINITE = float("inf")
_REMEMBERING = frozenset({"rate", "stuck", "count", "sum"})
"""Kinds that judge a reading together with those before it."""


class Signal(NamedTuple):
    """What a judgement changed: "opened", "cleared" or "flapping" (it flutters: said once, then silence until it rests)."""

    what: str
    at: int
    value: float


@dataclass(slots=True)
class JudgeState:
    """What a rule remembers of a channel.

    Attributes:
        active: an alarm stands. raw: the bare condition holds, since raw_since (epoch ms), delays not counted.
        changed_at: when `active` last changed. opened: when it opened lately. flapping: it flutters.
        last_at, last: the reading before. since, held: since when the value has not changed, and that value.
        window: readings that the rule still looks at; total: their sum.
        muted: what it said last was said under repair, where no alarm is raised.
    """

    active: bool = False
    raw: bool = False
    raw_since: int = 0
    changed_at: int = 0
    flapping: bool = False
    opened: deque[int] = field(default_factory=deque)
    last_at: int | None = None
    last: float = 0.0
    since: int | None = None
    held: float = 0.0
    window: deque[tuple[int, float]] = field(default_factory=deque)
    muted: bool = False

    @property
    def idle(self) -> bool:
        """Nothing stands and nothing is under way."""
        return not (self.active or self.raw or self.flapping)


def _rate(spec: RuleVersion, state: JudgeState, at: int, value: float) -> bool | None:
    before, last = state.last_at, state.last
    state.last_at, state.last = at, value
    if before is None or at - before > spec.window_s * 1000:
        return None
    return abs(value - last) * 60_000 / (at - before) > spec.limit


def _stuck(spec: RuleVersion, state: JudgeState, at: int, value: float) -> bool:
    if state.since is None or abs(value - state.held) > spec.hysteresis:
        state.since, state.held = at, value
        return False
    return at - state.since >= spec.window_s * 1000


def _count(spec: RuleVersion, state: JudgeState, at: int, value: float) -> bool:
    beyond = value < spec.limit if spec.below else value > spec.limit
    state.window.append((at, float(beyond)))
    while len(state.window) > spec.among:
        state.window.popleft()
    return sum(1 for _, hit in state.window if hit) >= spec.times


def _sum(spec: RuleVersion, state: JudgeState, at: int, value: float) -> bool:
    state.window.append((at, value))
    while state.window[0][0] <= at - spec.window_s * 1000:
        state.window.popleft()
    # Summed anew each time: a running total would gather what floats lose.
    return sum(v for _, v in state.window) > spec.limit - (spec.hysteresis if state.raw else 0.0)


def _condition(spec: RuleVersion, state: JudgeState, at: int, value: float) -> bool | None:
    """Whether the bare condition holds; None where this reading can't say."""
    kind = spec.kind
    if kind in _UP:
        return value > (spec.limit - spec.hysteresis if state.raw else spec.limit)
    if kind in _DOWN:
        return value < (spec.limit + spec.hysteresis if state.raw else spec.limit)
    if kind == "rate":
        return _rate(spec, state, at, value)
    if kind == "stuck":
        return _stuck(spec, state, at, value)
    return _count(spec, state, at, value) if kind == "count" else _sum(spec, state, at, value)


def step(spec: RuleVersion, state: JudgeState, at: int, value: float) -> Signal | None:
    """Judge one reading; `state` is brought up to date.

    Args:
        at: epoch ms, later than any judged before. value: a valid measurement in the channel's unit.
    """
    raw = _condition(spec, state, at, value)
    return None if raw is None else settle(spec, state, at, value, raw)


def settle(spec: RuleVersion, state: JudgeState, at: int, value: float, raw: bool) -> Signal | None:
    """What follows from the bare condition: delays, and silence where it flutters."""
    if raw != state.raw:
        state.raw, state.raw_since = raw, at
    lasted = at - state.raw_since
    if raw and not state.active and lasted >= spec.on_delay_s * 1000:
        state.active, state.changed_at = True, at
        return _opened(spec, state, at, value)
    if not raw and state.active and lasted >= spec.off_delay_s * 1000:
        state.active, state.changed_at = False, at
        return None if state.flapping else Signal("cleared", at, value)
    if state.flapping and at - state.changed_at >= spec.flap_window_s * 1000:
        state.flapping = False
        state.opened.clear()
        return None if state.active else Signal("cleared", at, value)
    return None


def _opened(spec: RuleVersion, state: JudgeState, at: int, value: float) -> Signal | None:
    if not spec.flap_count:
        return Signal("opened", at, value)
    while state.opened and state.opened[0] <= at - spec.flap_window_s * 1000:
        state.opened.popleft()
    state.opened.append(at)
    if state.flapping:
        return None
    if len(state.opened) < spec.flap_count:
        return Signal("opened", at, value)
    state.flapping = True
    return Signal("flapping", at, value)


def outlast(state: JudgeState, signal: Signal | None, at: int, value: float, repair: bool) -> Signal | None:
    """The signal of a judgement, and what began under repair and outlasts it: said with the first judgement afterwards.

    Args:
        signal: what `step` or `settle` made of it. repair: whether `at` (epoch ms) lies in a maintenance window.
    """
    if repair:
        if signal is not None:
            state.muted = signal.what != "cleared"
        return signal
    if not state.muted or (signal is None and state.flapping and not state.active):
        return signal
    state.muted = False
    if signal is None and state.active:
        return Signal("flapping" if state.flapping else "opened", at, value)
    return signal


def silent(spec: RuleVersion, heard_at: int, now: int) -> bool:
    """Whether a device or channel has been silent for longer than a rule by time allows (epoch ms)."""
    return now - heard_at > spec.window_s * 1000


@dataclass(slots=True)
class Judge:
    """One rule with its versions, watching one channel."""

    rule_id: str
    versions: tuple[RuleVersion, ...]
    state: JudgeState = field(default_factory=JudgeState)


@dataclass(slots=True)
class Watch:
    """Everything that watches one channel of one device.

    `groups`: rules of one kind, the narrowest first; the first that is in force judges. `timers`: rules that watch for
    missing readings, the narrowest first. `low`, `high`: between them nothing can happen while `calm`, so most readings
    are dealt with by two comparisons. `memory_ms`: how far back (ms) the rules look that judge a reading together with those
    before it. `judged_at`: the time of the last valid reading, epoch ms.
    """

    groups: tuple[tuple[Judge, ...], ...]
    timers: tuple[Judge, ...]
    low: float
    high: float
    simple: bool
    calm: bool
    memory_ms: int = 0
    judged_at: int = -(2**62)

    def judge(self, at: int, value: float, repair: bool = False) -> list[tuple[Judge, RuleVersion, Signal]]:
        """Judge one valid reading; the signals with their rules. `repair`: it lies in a maintenance window."""
        found = []
        for judge, version in self._in_force(at):
            signal = outlast(judge.state, step(version, judge.state, at, value), at, value, repair)
            if signal is not None:
                found.append((judge, version, signal))
        self.rest()
        return found

    def suspected(self, at: int, value: float) -> list[tuple[Judge, RuleVersion]]:
        """The rules in force at `at` (epoch ms) of which a late reading may show a missed alarm; nothing is judged.

        A limit or one of k-of-n that the value crosses; any change of rate; anything that adds to a sum. What is stuck or
        missing is only made less so by a further reading.
        """
        return [(judge, version) for judge, version in self._in_force(at) if _suspects(version, value)]

    def _in_force(self, at: int) -> Iterator[tuple[Judge, RuleVersion]]:
        """Of each group the narrowest rule that is in force."""
        for group in self.groups:
            for judge in group:
                version = in_force(judge.versions, at)
                if version is not None:
                    yield judge, version
                    break

    def rest(self) -> None:
        """See anew whether anything is under way."""
        self.calm = self.simple and all(judge.state.idle for group in self.groups for judge in group)


def _suspects(version: RuleVersion, value: float) -> bool:
    kind = version.kind
    if kind in _DOWN or (kind == "count" and version.below):
        return value < version.limit
    if kind in _UP or kind == "count":
        return value > version.limit
    return kind == "rate" or (kind == "sum" and value > 0)


def make_watch(judges: Sequence[Judge]) -> Watch | None:
    """The watch of a channel; None where no rule looks at it."""
    kinds: dict[str, list[Judge]] = {}
    for judge in judges:
        if judge.versions:
            kinds.setdefault(judge.versions[-1].kind, []).append(judge)
    for held in kinds.values():
        held.sort(key=narrowness, reverse=True)
    timers = tuple(kinds.pop("missing", ()))
    kinds.pop("offline", None)
    if not kinds and not timers:
        return None
    every = [version for held in kinds.values() for judge in held for version in judge.versions]
    watch = Watch(
        groups=tuple(tuple(held) for held in kinds.values()),
        timers=timers,
        low=max((v.limit for v in every if v.kind in _DOWN), default=-_INFINITE),
        high=min((v.limit for v in every if v.kind in _UP), default=_INFINITE),
        simple=all(v.kind in THRESHOLDS for v in every),
        calm=False,
        memory_ms=look_back_ms([v for v in every if v.kind in _REMEMBERING]),
    )
    watch.rest()
    return watch


def fresh(pattern: Watch) -> Watch:
    """A watch with the same rules that remembers nothing: thousands of devices are watched alike."""
    groups = tuple(tuple(Judge(j.rule_id, j.versions) for j in group) for group in pattern.groups)
    timers = tuple(Judge(j.rule_id, j.versions) for j in pattern.timers)
    return Watch(groups, timers, pattern.low, pattern.high, pattern.simple, pattern.simple, pattern.memory_ms)


def narrowness(judge: Judge) -> tuple[tuple[int, int, int], str]:
    """The order of rules of one kind: the narrower one judges; of two alike always the same one."""
    return specificity(judge.versions[-1]), judge.rule_id


def replay(
    watch: Watch, readings: Sequence[tuple[int, float]], known: dict[str, tuple[int, bool, bool]],
    windows: Collection[tuple[int, int]] = (),
) -> list[tuple[Judge, RuleVersion, Signal]]:
    """Bring a fresh watch up to date with stored readings after a restart; the signals that nobody has recorded yet.

    Args:
        readings: valid ones (at epoch ms, value) in the order of time, reaching back as far as any rule looks.
        known: rule id -> (when its alarm last changed, whether it stands, whether it flutters), as recorded.
        windows: maintenance windows (from, to), epoch ms.
    """  # fmt: skip
    judges = {j.rule_id: j for group in (*watch.groups, watch.timers) for j in group}
    waiting = {key: known[key] for key in judges if key in known}
    found = []
    for at, value in readings:
        for key in [key for key, (changed_at, _, _) in waiting.items() if changed_at < at] if waiting else ():
            _set(judges[key].state, *waiting.pop(key))
            watch.rest()
        if watch.calm and watch.low <= value <= watch.high:
            watch.judged_at = at
            continue
        signals = watch.judge(at, value, covered(windows, at))
        found += [said for said in signals if said[0].rule_id not in waiting]
        watch.judged_at = at
    for key, held in waiting.items():
        _set(judges[key].state, *held)
    watch.rest()
    return found


def _set(state: JudgeState, changed_at: int, active: bool, flapping: bool) -> None:
    state.active, state.flapping, state.changed_at = active, flapping, changed_at
    state.raw, state.raw_since, state.muted = active, changed_at, False


def look_back_ms(versions: Sequence[RuleVersion]) -> int:
    """How far back (ms) a rule looks, delays and fluttering included; many readings are taken as one in ten minutes."""
    return max(
        (max(v.window_s, v.among * 600, v.flap_window_s) + v.on_delay_s + v.off_delay_s for v in versions), default=0
    ) * 1000
