"""Simulated fleets: real factor codes, the same values for the same seed, and what the scenarios do to them."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from anlan.kernel.errors import BadInput
from anlan.protocols.hj212.decode import decode
from anlan.protocols.hj212.factors import factors
from anlan.simulator.frames import real_time_frame
from anlan.simulator.profiles import PROFILES, Device, fleet
from anlan.simulator.scenarios import SCENARIOS, is_cut, stated_at, values

RUN = {"seed": 7, "seconds": 60.0}


def first(device: Device, after: float, scenario: str = "quiet") -> float:
    return values(device, after, scenario=scenario, share=after / 60, **RUN)[0]


def test_every_factor_is_one_of_the_standard() -> None:
    codes = {factor.code for kinds in PROFILES.values() for kind in kinds for factor in kind.factors}
    assert codes - factors().keys() == set()
    assert {len(kind.factors) for kinds in PROFILES.values() for kind in kinds} == {10}


def test_a_small_fleet_is_the_beginning_of_a_large_one() -> None:
    large = fleet("huangyan", 10_200)
    assert fleet("huangyan", 3) == large[:3]
    assert len({device.identity for device in large}) == 10_200
    assert {len(device.identity) for device in large} == {24}
    assert (large[0].identity, large[0].kind.word) == ("331003SIM000000000000001", "ammonia")


def test_an_unknown_profile_is_named() -> None:
    with pytest.raises(BadInput, match="simulator.profile.unknown"):
        fleet("atlantis", 1)


@pytest.mark.parametrize("scenario", SCENARIOS)
def test_the_same_seed_gives_the_same_values(scenario: str) -> None:
    for device in fleet("huangyan", 10):
        once, again = (values(device, 30.0, scenario=scenario, share=0.5, **RUN) for _ in range(2))
        assert once == again
    device = fleet("huangyan", 5)[4]
    other = values(device, 30.0, scenario=scenario, share=0.5, seed=8, seconds=60.0)
    assert other != values(device, 30.0, scenario=scenario, share=0.5, **RUN)


def test_a_quiet_day_stays_near_what_is_usual() -> None:
    for device in fleet("huangyan", 10):
        for after in range(0, 60, 5):
            for value, factor in zip(
                values(device, after, scenario="quiet", share=0, **RUN), device.kind.factors, strict=True
            ):
                assert abs(value - factor.base) <= factor.swing + factor.noise + 10**-factor.decimals


def test_ammonia_escapes_at_the_first_plant_and_reaches_the_next() -> None:
    plant, next_one, stack = fleet("huangyan", 3)
    assert [first(plant, t, "leak") < 2.5 for t in (0.0, 14.0)] == [True, True]
    rising = [first(plant, t, "leak") for t in (20.0, 30.0, 40.0, 59.0)]
    assert rising == sorted(rising)
    assert (rising[2] > 40, rising[-1]) == (True, 350.0)
    assert 17 < first(next_one, 59.0, "leak") < 20
    assert first(stack, 59.0, "leak") == first(stack, 59.0)


def test_without_power_every_fifth_device_is_gone_for_half_of_the_run() -> None:
    cut = [[is_cut(d, scenario="power-cut", share=s) for s in (0.2, 0.25, 0.7, 0.75)] for d in fleet("huangyan", 5)]
    assert cut == [[False] * 4] * 4 + [[False, True, True, False]]


def test_a_liar_repeats_itself_jumps_or_lives_in_another_year() -> None:
    stuck, jumping, past, future = fleet("huangyan", 4)
    assert len({first(stuck, float(t), "liar") for t in range(60)}) == 1
    heights = [first(jumping, float(t), "liar") / 1.6 for t in range(60)]
    assert 4 < sum(h > 20 for h in heights) < 25
    now = 1_790_000_000.0
    years = [datetime.fromtimestamp(stated_at(d, now, scenario="liar"), UTC).year for d in (stuck, past, future)]
    assert years == [2026, 1970, 2099]


def test_a_frame_says_what_was_measured() -> None:
    device = fleet("huangyan", 1)[0]
    at = datetime(2026, 3, 2, 2, 0, 0, 123000, tzinfo=UTC)
    measured = values(device, 0.0, scenario="quiet", share=0.0, **RUN)
    message = decode(real_time_frame(device, measured, asked_at=at.timestamp(), stated_at=at.timestamp()))
    assert (message.device, message.message, message.warnings) == (device.identity, "2011", [])
    assert [(r.metric, r.value, r.flag) for r in message.readings] == [
        (factor.metric, value, "N") for factor, value in zip(device.kind.factors, measured, strict=True)
    ]
    assert {r.at for r in message.readings} == {at.replace(microsecond=0)}
