"""Alarm rules over readings: tables of cases for every kind, delay, hysteresis and fluttering; batches change nothing."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.sensing.rules.judging import Judge, JudgeState, make_watch, silent, step
from anlan.sensing.rules.rule import RULE_KINDS, RuleVersion, check_rule, in_force, specificity

ALWAYS = 2**62


def rule(kind: str, limit: float = 10.0, **values: Any) -> RuleVersion:
    return RuleVersion(**{"start": 0, "end": ALWAYS, "kind": kind, "severity": "urgent", "limit": limit} | values)


def run(spec: RuleVersion, *readings: tuple[int, float]) -> list[tuple[str, int]]:
    """Signals of readings (second, value)."""
    state = JudgeState()
    found = [step(spec, state, second * 1000, value) for second, value in readings]
    return [(s.what, s.at // 1000) for s in found if s]


def every(seconds: int, *values: float) -> list[tuple[int, float]]:
    return [(i * seconds, v) for i, v in enumerate(values)]


CASES: list[tuple[str, RuleVersion, list[tuple[int, float]], list[tuple[str, int]]]] = [
    ("high opens beyond and not at the limit", rule("high"), every(60, 9, 10, 10.1, 11), [("opened", 120)]),
    ("high_high is a high limit", rule("high_high", 20.0), every(60, 19, 21), [("opened", 60)]),
    ("high clears at the limit", rule("high"), every(60, 11, 10), [("opened", 0), ("cleared", 60)]),
    ("high opens again", rule("high"), every(60, 11, 9, 12), [("opened", 0), ("cleared", 60), ("opened", 120)]),
    ("low opens under", rule("low", 5.0), every(60, 5, 4.9, 5), [("opened", 60), ("cleared", 120)]),
    ("low_low is a low limit", rule("low_low", 2.0), every(60, 3, 1), [("opened", 60)]),
    ("hysteresis holds it", rule("high", hysteresis=2.0), every(60, 11, 9, 8.1, 8), [("opened", 0), ("cleared", 180)]),
    ("hysteresis of low", rule("low", 5.0, hysteresis=1.0), every(60, 4, 5.5, 6), [("opened", 0), ("cleared", 120)]),
    ("on delay waits", rule("high", on_delay_s=120), every(60, 11, 11, 11, 11), [("opened", 120)]),
    ("on delay starts over", rule("high", on_delay_s=120), every(60, 11, 11, 9, 11, 11), []),
    ("a single reading after a delay", rule("high", on_delay_s=120), [(0, 11), (600, 11)], [("opened", 600)]),
    ("off delay waits", rule("high", off_delay_s=120), every(60, 11, 9, 9, 9), [("opened", 0), ("cleared", 180)]),
    ("off delay starts over", rule("high", off_delay_s=120), every(60, 11, 9, 11, 9, 9), [("opened", 0)]),
    ("rate per minute", rule("rate", 5.0, window_s=300), every(60, 0, 5, 10.1), [("opened", 120)]),
    ("rate falling too", rule("rate", 5.0, window_s=300), every(60, 50, 20, 20), [("opened", 60), ("cleared", 120)]),
    ("rate by time", rule("rate", 5.0, window_s=300), [(0, 0), (120, 9), (130, 10)], [("opened", 130)]),
    ("rate over a gap says nothing", rule("rate", 5.0, window_s=300), [(0, 0), (301, 900), (361, 900)], []),
    ("stuck after its window", rule("stuck", window_s=180), every(60, 7, 7, 7, 7), [("opened", 180)]),
    ("stuck ends by a change", rule("stuck", window_s=60), every(60, 7, 7, 8), [("opened", 60), ("cleared", 120)]),
    ("stuck allows noise", rule("stuck", window_s=120, hysteresis=0.1), every(60, 7, 7.05, 6.95), [("opened", 120)]),
    ("stuck is not a slow drift", rule("stuck", window_s=120, hysteresis=0.1), every(60, 7, 7.1, 7.2, 7.3), []),
    ("k of n", rule("count", times=2, among=3), every(60, 11, 9, 9, 11, 11), [("opened", 240)]),
    ("k of n clears", rule("count", times=2, among=3), every(60, 11, 11, 9, 9), [("opened", 60), ("cleared", 180)]),
    ("k of n below", rule("count", times=2, among=2, below=True), every(60, 9, 8, 11), [("opened", 60), ("cleared", 120)]),
    ("window sum", rule("sum", 30.0, window_s=180), every(60, 10, 10, 10, 10.5, 0, 0), [("opened", 180), ("cleared", 240)]),
    ("window sum of a cloudburst", rule("sum", 30.0, window_s=3600), [(0, 31)], [("opened", 0)]),
    ("window sum hysteresis", rule("sum", 30.0, window_s=120, hysteresis=10.0), every(60, 20, 15, 10, 5),
     [("opened", 60), ("cleared", 180)]),
]  # fmt: skip


@pytest.mark.parametrize(("spec", "readings", "expected"), [c[1:] for c in CASES], ids=[c[0] for c in CASES])
def test_signals(spec: RuleVersion, readings: list[tuple[int, float]], expected: list[tuple[str, int]]) -> None:
    assert run(spec, *readings) == expected


def test_a_fluttering_rule_is_said_once_and_rests() -> None:
    spec = rule("high", flap_count=3, flap_window_s=600)
    beats = every(60, *[11, 9] * 5)
    assert run(spec, *beats) == [
        ("opened", 0), ("cleared", 60), ("opened", 120), ("cleared", 180), ("flapping", 240),
    ]  # fmt: skip
    quiet = [(540 + i * 60, 9.0) for i in range(1, 12)]
    assert run(spec, *beats, *quiet)[-1] == ("cleared", 540 + 600)
    assert run(spec, *beats, *quiet, (1500, 11.0))[-1] == ("opened", 1500)


def test_a_fluttering_rule_that_rests_above_stays_open() -> None:
    spec = rule("high", flap_count=2, flap_window_s=180)
    steady = [(180 + i * 60, 12.0) for i in range(5)]
    assert run(spec, *every(60, 11, 9, 11), *steady) == [("opened", 0), ("cleared", 60), ("flapping", 120)]
    assert run(spec, *every(60, 11, 9, 11), *steady, (600, 1.0))[-1] == ("cleared", 600)


def test_slow_repeats_do_not_flutter() -> None:
    spec = rule("high", flap_count=3, flap_window_s=600)
    assert [what for what, _ in run(spec, *every(400, *[11, 9] * 4))] == ["opened", "cleared"] * 4


@pytest.mark.parametrize(("heard", "now", "expected"), [(0, 60_000, False), (0, 60_001, True), (60_000, 0, False)])
def test_silence(heard: int, now: int, expected: bool) -> None:
    assert silent(rule("offline", window_s=60), heard, now) is expected


def test_the_version_of_the_day_judges() -> None:
    old, new = rule("high", 10.0, end=100_000), rule("high", 20.0, start=100_000)
    judge = Judge("r", (old, new))
    watch = make_watch([judge])
    assert watch is not None
    found = [signal for at, value in ((0, 15.0), (50_000, 5.0), (100_000, 15.0), (101_000, 21.0))
             for _, _, signal in watch.judge(at, value)]  # fmt: skip
    assert [(s.what, s.at) for s in found] == [("opened", 0), ("cleared", 50_000), ("opened", 101_000)]
    assert [in_force((old, new), at) for at in (99_999, 100_000)] == [old, new]
    assert in_force((new,), 0) is None


def test_a_narrower_rule_of_the_same_kind_takes_the_place_of_a_wider_one() -> None:
    wide, area = rule("high", 10.0), rule("high", 12.0, area="331003")
    model, one = rule("high", 15.0, model="A"), rule("high", 18.0, device_id="d", start=1_000_000)
    judges = [Judge(str(i), (v,)) for i, v in enumerate((wide, area, model, one))]
    watch = make_watch(judges)
    assert watch is not None
    assert watch.judge(0, 14.0) == []
    assert [judge.rule_id for judge, _, _ in watch.judge(1000, 16.0)] == ["2"]
    assert watch.judge(1_000_000, 17.0) == []
    assert [specificity(v) for v in (wide, area, model, one)] == [(0, 0, 0), (0, 0, 6), (0, 1, 0), (1, 0, 0)]


def test_rules_of_two_kinds_judge_beside_each_other() -> None:
    watch = make_watch([Judge("h", (rule("high"),)), Judge("hh", (rule("high_high", 20.0),))])
    assert watch is not None
    assert (watch.low, watch.high, watch.calm) == (-float("inf"), 10.0, True)
    assert [judge.rule_id for judge, _, _ in watch.judge(0, 25.0)] == ["h", "hh"]
    assert watch.calm is False
    assert [s.what for _, _, s in watch.judge(1, 5.0)] == ["cleared", "cleared"]
    assert watch.calm is True


def test_rules_by_time_watch_no_reading() -> None:
    assert make_watch([Judge("o", (rule("offline", window_s=60),))]) is None
    assert make_watch([]) is None


@pytest.mark.parametrize(
    ("device", "model", "region", "expected"),
    [("d", "A", "331003001000", True), ("e", "A", "331003001000", False), ("d", "B", "331003001000", False),
     ("d", "A", "331004001000", False)],
)  # fmt: skip
def test_whom_a_rule_covers(device: str, model: str, region: str, expected: bool) -> None:
    assert rule("high", device_id="d", model="A", area="331003").covers(device, model, region) is expected


_KINDS = [k for k, _ in RULE_KINDS if k not in ("missing", "offline")]
_SPEC = st.builds(
    lambda kind, limit, hysteresis, on, off, window, times, flap: rule(
        kind, float(limit), hysteresis=hysteresis / 2, on_delay_s=on * 30, off_delay_s=off * 30, window_s=60 + window * 60,
        times=times, among=times + 2, flap_count=flap if flap > 1 else 0, flap_window_s=300 if flap > 1 else 0,
    ),
    st.sampled_from(_KINDS), st.integers(0, 6), st.integers(0, 3), st.integers(0, 3), st.integers(0, 3),
    st.integers(0, 4), st.integers(1, 3), st.integers(0, 3),
)  # fmt: skip
_TRAFFIC = st.lists(st.tuples(st.integers(1, 200), st.integers(0, 8)), max_size=60)


@given(_SPEC, _TRAFFIC)
def test_alarms_open_and_clear_in_turn(spec: RuleVersion, traffic: list[tuple[int, int]]) -> None:
    at, readings = 0, []
    for gap, value in traffic:
        at += gap
        readings.append((at, float(value)))
    whats = [what for what, _ in run(spec, *readings)]
    for before, after in zip(whats, whats[1:], strict=False):
        assert after in {"opened": {"cleared"}, "cleared": {"opened", "flapping"}, "flapping": {"cleared"}}[before]
    assert whats[:1] in ([], ["opened"])


@given(_SPEC, _TRAFFIC)
def test_the_short_way_of_a_calm_channel_changes_nothing(spec: RuleVersion, traffic: list[tuple[int, int]]) -> None:
    """What the ingest leaves out between `low` and `high` while calm is exactly what would have had no effect."""
    plain, short = make_watch([Judge("r", (spec,))]), make_watch([Judge("r", (spec,))])
    assert plain is not None and short is not None
    at, one, two = 0, [], []
    for gap, value in traffic:
        at += gap * 1000
        one += plain.judge(at, float(value))
        if not (short.calm and short.low <= value <= short.high):
            two += short.judge(at, float(value))
    assert [(v, s) for _, v, s in one] == [(v, s) for _, v, s in two]


GOOD: dict[str, dict[str, Any]] = {
    "high": {"limit": 1.0}, "low": {"limit": 1.0}, "high_high": {"limit": 1.0}, "low_low": {"limit": 1.0},
    "rate": {"limit": 1.0, "window_s": 60}, "stuck": {"window_s": 60, "metric": ""},
    "count": {"limit": 1.0, "times": 2, "among": 3}, "sum": {"limit": 1.0, "window_s": 60},
    "missing": {"window_s": 60, "metric": ""}, "offline": {"window_s": 60, "metric": ""},
}  # fmt: skip


def _entered(kind: str, **values: Any) -> dict[str, Any]:
    return {"kind": kind, "metric": "x", "basis": "GB 16297", "severity": "urgent"} | GOOD[kind] | values


@pytest.mark.parametrize("kind", GOOD)
def test_a_complete_rule_stands(kind: str) -> None:
    assert check_rule(_entered(kind)) == []


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (_entered("high", limit=None), ["sensing.rule.needed:limit"]),
        (_entered("rate", window_s=0), ["sensing.rule.needed:window_s"]),
        (_entered("high", metric=" "), ["sensing.rule.metric_missing:metric"]),
        (_entered("offline", metric="x"), ["sensing.rule.metric_of_device:metric"]),
        (_entered("high", hysteresis=-1.0), ["sensing.rule.negative:hysteresis"]),
        (_entered("high", on_delay_s=31 * 86_400 + 1), ["sensing.rule.too_long:on_delay_s"]),
        (_entered("count", times=4), ["sensing.rule.times_among:times"]),
        (_entered("count", among=501), ["sensing.rule.times_among:times"]),
        (_entered("high", flap_count=1, flap_window_s=60), ["sensing.rule.flapping:flap_count"]),
        (_entered("high", flap_count=3), ["sensing.rule.flapping:flap_count"]),
        (_entered("high", basis=""), ["sensing.rule.basis_missing:basis"]),
        (_entered("high", area="33100"), ["sensing.rule.area_malformed:area"]),
        (_entered("high", limit=None, basis=""), ["sensing.rule.needed:limit", "sensing.rule.basis_missing:basis"]),
    ],
)
def test_an_incomplete_rule_says_everything_that_is_wrong(values: dict[str, Any], expected: list[str]) -> None:
    assert [f"{v.code}:{v.field}" for v in check_rule(values)] == expected
