"""Units: conversion within a quantity, wind force."""

import pytest

from anlan.kernel.errors import BadInput
from anlan.kernel.units import beaufort_force, convert_unit, unit


@pytest.mark.parametrize(
    ("value", "from_unit", "to_unit", "expected"),
    [
        (25.0, "℃", "K", 298.15),
        (300.0, "K", "℃", 26.85),
        (1.0, "km", "m", 1000.0),
        (1.0, "nmi", "km", 1.852),
        (10.0, "kn", "m/s", 5.144444),
        (36.0, "km/h", "m/s", 10.0),
        (15.0, "亩", "ha", 1.0),
        (1.0, "MPa", "kPa", 1000.0),
        (500.0, "ug/m3", "mg/m3", 0.5),
        (2.5, "万元", "CNY", 25_000.0),
        (0.3, "mm", "mm", 0.3),
        (1.0, "%VOL", "ppm", 10_000.0),
    ],
)
def test_convert_unit(value, from_unit, to_unit, expected):
    assert convert_unit(value, from_unit, to_unit) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize(
    ("from_unit", "to_unit", "code"),
    [
        ("m", "kg", "kernel.units.mismatch"),
        ("ppm", "mg/m3", "kernel.units.mismatch"),
        ("furlong", "m", "kernel.units.unknown"),
    ],
)
def test_convert_unit_refuses(from_unit, to_unit, code):
    with pytest.raises(BadInput) as error:
        convert_unit(1.0, from_unit, to_unit)
    assert error.value.code == code


def test_unit_names_its_quantity():
    assert (unit("hPa").quantity, unit("hPa").factor) == ("pressure", 100.0)


@pytest.mark.parametrize(
    ("wind_mps", "force"),
    [
        (0.0, 0),
        (0.2, 0),
        (0.3, 1),
        (10.7, 5),
        (10.8, 6),
        (17.16, 8),
        (32.7, 12),
        (36.9, 12),
        (37.0, 13),
        (61.2, 17),
        (61.3, 18),
    ],
    ids=lambda value: f"GB/T 28591 {value}",
)
def test_beaufort_force(wind_mps, force):
    assert beaufort_force(wind_mps) == force


@pytest.mark.parametrize("wind_mps", [-0.1, float("nan"), float("inf")])
def test_beaufort_force_refuses(wind_mps):
    with pytest.raises(BadInput) as error:
        beaufort_force(wind_mps)
    assert error.value.code == "kernel.units.wind"
