"""The devices of a simulated county: kinds, their factors, and how many of each.

Factor codes are those of HJ 212-2017, annex B; all values are our own and describe no real place.
"""

from __future__ import annotations

from dataclasses import dataclass

from anlan.kernel.errors import BadInput

__all__ = ["PROFILES", "Device", "Factor", "Kind", "fleet"]


@dataclass(frozen=True, slots=True)
class Factor:
    """One measured quantity: its usual value, how far it swings over a day, how much it trembles, decimals sent."""

    code: str
    base: float
    swing: float
    noise: float
    decimals: int = 2

    @property
    def metric(self) -> str:
        """The name its real-time value has in a report."""
        return f"{self.code}-Rtd"


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of device: word, Chinese name, ST of its messages, factors, and its share of a fleet."""

    word: str
    name: str
    system: str
    factors: tuple[Factor, ...]
    share: int


@dataclass(frozen=True, slots=True)
class Device:
    """One device: MN, kind, place in the fleet from 0."""

    identity: str
    kind: Kind
    number: int


_WEATHER = (
    Factor("a01001", 17.5, 5.0, 0.05),
    Factor("a01002", 62.0, 12.0, 0.2, 1),
    Factor("a01006", 101.2, 0.3, 0.01),
    Factor("a01007", 2.4, 0.8, 0.05),
    Factor("a01008", 140.0, 30.0, 1.0, 0),
)
_HUANGYAN = (
    Kind(
        "ammonia",
        "液氨使用场所气体监测",
        "31",
        (
            Factor("a21001", 1.6, 0.3, 0.02),
            Factor("a21028", 0.02, 0.003, 0.0002, 4),
            Factor("a24088", 1.1, 0.2, 0.01),
            Factor("a05001", 780.0, 60.0, 4.0, 0),
            Factor("a19001", 20.8, 0.05, 0.01),
            *_WEATHER,
        ),
        2,
    ),
    Kind(
        "stack",
        "固定源废气监测",
        "31",
        (
            Factor("a21026", 18.0, 4.0, 0.3),
            Factor("a21002", 46.0, 8.0, 0.6),
            Factor("a34013", 5.2, 1.0, 0.08),
            Factor("a19001", 9.4, 0.6, 0.05),
            Factor("a01011", 11.3, 1.2, 0.1),
            Factor("a01012", 118.0, 9.0, 0.5, 1),
            Factor("a01013", -0.12, 0.01, 0.001, 3),
            Factor("a01014", 8.1, 0.7, 0.05),
            Factor("a21005", 22.0, 4.0, 0.3),
            Factor("a00000", 14.2, 1.5, 0.1),
        ),
        5,
    ),
    Kind(
        "water",
        "废水排放口监测",
        "32",
        (
            Factor("w01018", 34.0, 6.0, 0.4),
            Factor("w21003", 1.9, 0.4, 0.03, 3),
            Factor("w21011", 0.21, 0.04, 0.003, 3),
            Factor("w21001", 8.4, 1.1, 0.08),
            Factor("w01001", 7.3, 0.2, 0.01),
            Factor("w00000", 12.6, 3.0, 0.2),
            Factor("w01010", 19.2, 2.0, 0.05),
            Factor("w01009", 5.6, 0.8, 0.05),
            Factor("w01014", 910.0, 80.0, 5.0, 0),
            Factor("w01012", 14.0, 2.0, 0.2),
        ),
        3,
    ),
)
PROFILES: dict[str, tuple[Kind, ...]] = {"huangyan": _HUANGYAN}
# County of each profile: the first six digits of every identity.
_REGIONS = {"huangyan": "331003"}


def fleet(profile: str, devices: int) -> list[Device]:
    """The devices of a profile; the first ones of a larger fleet are those of a smaller one, the first an ammonia plant.

    Args:
        devices: how many.
    Raises:
        BadInput: "simulator.profile.unknown".
    Source:
        House rule.
    """
    kinds = PROFILES.get(profile)
    if kinds is None:
        raise BadInput("simulator.profile.unknown", profile=profile, known="、".join(PROFILES))
    order = [kind for kind in kinds for _ in range(kind.share)]
    return [
        Device(f"{_REGIONS[profile]}SIM{number + 1:015d}", order[number % len(order)], number)
        for number in range(devices)
    ]
