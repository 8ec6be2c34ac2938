"""A fleet that runs until it is told to stop: what it is told begins at once and ends by itself."""

from __future__ import annotations

import pytest

from anlan.simulator.drive import Told
from anlan.simulator.profiles import fleet
from anlan.simulator.scenarios import is_cut, values


def test_it_is_quiet_until_it_is_told_something() -> None:
    assert Told().now(1_800_000_000.0) == ("quiet", 0.0)


@pytest.mark.parametrize(
    ("seconds", "scenario"), [(0.0, "leak"), (449.0, "leak"), (450.0, "quiet"), (10_000.0, "quiet")]
)
def test_what_it_is_told_ends_after_seven_and_a_half_minutes(seconds: float, scenario: str) -> None:
    assert Told("leak", 1_000.0).now(1_000.0 + seconds)[0] == scenario


def test_a_told_leak_doubles_every_five_seconds_from_the_moment_it_was_told() -> None:
    plant, told = fleet("huangyan", 30)[0], Told("leak", 1_000.0)

    def measured(at: float) -> float:
        scenario, share = told.now(at)
        return values(plant, 0.0, seed=1, scenario=scenario, share=share, seconds=600.0)[0]

    usual = values(plant, 0.0, seed=1, scenario="quiet", share=0.0, seconds=600.0)[0]
    assert [measured(1_000.0 + s) for s in (0, 5, 10)] == [usual, round(usual * 2, 2), round(usual * 4, 2)]
    assert measured(1_060.0) == 350.0


def test_a_told_power_cut_is_over_when_its_time_is() -> None:
    dark = fleet("huangyan", 30)[4]
    told = Told("power-cut", 1_000.0)
    assert [is_cut(dark, scenario=told.now(at)[0], share=told.now(at)[1]) for at in (1_000.0, 1_299.0, 1_301.0)] == [
        True, True, False,
    ]  # fmt: skip
