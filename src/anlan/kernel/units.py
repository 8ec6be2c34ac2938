"""Units of measurement and their conversion. Names in code carry the unit (`level_m`); conversion happens at the wire
or in the workbook, through this module only.

Source: GB 3100-1993 (SI units and units used with them); 亩: 1/15 hectare by custom of the statistics bureau; wind
force: GB/T 28591-2012, table 1 (from memory, the standard itself was not at hand).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from anlan.kernel.errors import BadInput

__all__ = ["Unit", "beaufort_force", "convert_unit", "unit"]


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit: its quantity, and base = value * factor + shift in the quantity's SI unit."""

    symbol: str
    quantity: str
    factor: float
    shift: float = 0.0


def _units(quantity: str, **factors: float) -> dict[str, Unit]:
    return {symbol: Unit(symbol, quantity, factor) for symbol, factor in factors.items()}


_UNITS: dict[str, Unit] = {
    **_units("length", mm=0.001, cm=0.01, m=1.0, km=1000.0, nmi=1852.0),
    **{s: Unit(s, "area", f) for s, f in {"m2": 1.0, "km2": 1e6, "ha": 1e4, "亩": 10_000 / 15}.items()},
    **{s: Unit(s, "volume", f) for s, f in {"L": 0.001, "m3": 1.0, "万m3": 1e4}.items()},
    **{s: Unit(s, "mass", f) for s, f in {"mg": 1e-6, "g": 0.001, "kg": 1.0, "t": 1000.0}.items()},
    **{s: Unit(s, "speed", f) for s, f in {"m/s": 1.0, "km/h": 1 / 3.6, "kn": 1852 / 3600}.items()},
    **{s: Unit(s, "pressure", f) for s, f in {"Pa": 1.0, "hPa": 100.0, "kPa": 1e3, "MPa": 1e6, "bar": 1e5}.items()},
    **{s: Unit(s, "time", f) for s, f in {"s": 1.0, "min": 60.0, "h": 3600.0, "d": 86_400.0}.items()},
    **{s: Unit(s, "concentration", f) for s, f in {"mg/m3": 1.0, "ug/m3": 0.001, "g/m3": 1000.0}.items()},
    **{s: Unit(s, "ratio", f) for s, f in {"ppm": 1e-6, "%": 0.01, "%VOL": 0.01, "1": 1.0}.items()},
    "K": Unit("K", "temperature", 1.0),
    "℃": Unit("℃", "temperature", 1.0, 273.15),
    "CNY": Unit("CNY", "money", 1.0),
    "万元": Unit("万元", "money", 10_000.0),
}

# Upper edge (m/s, excluded) of wind force 0, 1, 2 … 17.
_FORCE_EDGES = (0.3, 1.6, 3.4, 5.5, 8.0, 10.8, 13.9, 17.2, 20.8, 24.5, 28.5, 32.7, 37.0, 41.5, 46.2, 51.0, 56.1, 61.3)


def unit(symbol: str) -> Unit:
    """The unit of a symbol.

    Raises:
        BadInput: "kernel.units.unknown".
    """
    if symbol not in _UNITS:
        raise BadInput("kernel.units.unknown", unit=symbol)
    return _UNITS[symbol]


def convert_unit(value: float, from_unit: str, to_unit: str) -> float:
    """A value in another unit of the same quantity.

    Raises:
        BadInput: "kernel.units.unknown"; "kernel.units.mismatch" for units of two quantities (ppm to mg/m3 needs the
            gas and its temperature, so it is refused here).
    """
    source, target = unit(from_unit), unit(to_unit)
    if source.quantity != target.quantity:
        raise BadInput("kernel.units.mismatch", from_unit=from_unit, to_unit=to_unit)
    if source is target:
        return value
    return (value * source.factor + source.shift - target.shift) / target.factor


def beaufort_force(wind_mps: float) -> int:
    """Wind force 0..17 of a wind at 10 m height, 18 above the table (shown as 17级以上).

    Args:
        wind_mps: two-minute mean wind, 0 or more; the standard rounds to 0.1 m/s first.
    Raises:
        BadInput: "kernel.units.wind" for a negative or not finite wind.
    Source: GB/T 28591-2012, table 1.
    """
    if not math.isfinite(wind_mps) or wind_mps < 0:
        raise BadInput("kernel.units.wind", wind=wind_mps)
    rounded = round(wind_mps, 1)
    return sum(rounded >= edge for edge in _FORCE_EDGES)
