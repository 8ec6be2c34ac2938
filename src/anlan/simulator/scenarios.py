"""What a device measures at an instant: usual values with day and noise, and what a scenario does to them. Pure.

- quiet: nothing happens.
- leak: at a quarter of the run ammonia escapes at the first plant: doubled every five seconds up to 350 mg/m³; the next
  plant, downwind, gets a twentieth of it.
- power-cut: from a quarter to three quarters of the run every fifth device has no power and no connection.
- liar: the first device repeats its first values to the last digit, the second jumps to thirty times its value for single
  messages, the third states times of 1970, the fourth of 2099.

Source: house rule.
"""

from __future__ import annotations

import math
from random import Random

from anlan.simulator.profiles import Device, Factor

__all__ = ["SCENARIOS", "is_cut", "stated_at", "values"]

SCENARIOS = ("quiet", "leak", "power-cut", "liar")
_DAY_S = 86_400
_LEAK_MG_M3, _DOUBLED_S = 350.0, 5.0
_YEARS_1970, _YEARS_2099 = 3_600, 4_070_908_800


def values(device: Device, at: float, *, seed: int, scenario: str, share: float, seconds: float) -> list[float]:
    """One value of each factor.

    Args:
        at: seconds since the run began. share: of the run that is over, 0..1. seconds: how long the run takes.
    """
    if scenario == "liar" and device.number == 0:
        at = 0.0
    random = Random(f"{seed}/{device.identity}/{at:.3f}")
    day = math.sin(2 * math.pi * ((at / _DAY_S + device.number * 0.137) % 1))
    found = [round(_value(f, day, random), f.decimals) for f in device.kind.factors]
    if scenario == "leak" and share >= 0.25:
        found[0] = _leaking(device, found[0], (share - 0.25) * seconds)
    if scenario == "liar" and device.number == 1 and random.random() < 0.2:
        found[0] = round(found[0] * 30, device.kind.factors[0].decimals)
    return found


def _value(factor: Factor, day: float, random: Random) -> float:
    return factor.base + factor.swing * day + factor.noise * random.uniform(-1, 1)


def _leaking(device: Device, usual: float, since: float) -> float:
    if device.kind.word != "ammonia" or device.number > 1:
        return usual
    escaped = min(_LEAK_MG_M3, usual * 2 ** min(since / _DOUBLED_S, 20.0))
    return round(escaped if device.number == 0 else usual + escaped / 20, 2)


def is_cut(device: Device, *, scenario: str, share: float) -> bool:
    """Whether the device is without power."""
    return scenario == "power-cut" and device.number % 5 == 4 and 0.25 <= share < 0.75


def stated_at(device: Device, at: float, *, scenario: str) -> float:
    """The time, in epoch seconds, that a device writes into its message: its clock may be a liar's."""
    if scenario == "liar" and device.number in (2, 3):
        return (_YEARS_1970 if device.number == 2 else _YEARS_2099) + at % _DAY_S
    return at
