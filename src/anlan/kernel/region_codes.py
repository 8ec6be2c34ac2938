"""12-digit region codes of the statistics bureau: levels, prefixes, parents. Import them from `kernel.codes`.

Two digits each for province, city and county, three each for town and village. Source: 统计用区划代码和城乡划分代码
编制规则 (国家统计局, 国统字〔2009〕91号); the first six digits are GB/T 2260, the town's three digits GB/T 10114.
"""

from __future__ import annotations

from typing import Any

from anlan.kernel.errors import BadInput, Violation
from anlan.kernel.text import clean_cell, normalise_width

__all__ = [
    "REGION_LEVELS",
    "check_region",
    "region_ancestors",
    "region_contains",
    "region_level",
    "region_pad",
    "region_parent",
    "region_prefix",
    "region_type",
]

# Level name -> (digits of its prefix, Chinese word), highest first.
REGION_LEVELS: dict[str, tuple[int, str]] = {
    "province": (2, "省级"),
    "city": (4, "市级"),
    "county": (6, "县级"),
    "town": (9, "乡级"),
    "village": (12, "村级"),
}
_LEVEL_BY_WIDTH = {width: level for level, (width, _) in REGION_LEVELS.items()}
_WIDTHS = tuple(_LEVEL_BY_WIDTH)
_TOWN_TYPES = ((1, 99, "街道"), (100, 199, "镇"), (200, 399, "乡"), (400, 599, "类似乡级单位"))
_VILLAGE_TYPES = (
    (1, 199, "居民委员会"),
    (200, 399, "村民委员会"),
    (400, 499, "类似居民委员会"),
    (500, 599, "类似村民委员会"),
)


def _digits(value: Any) -> str:
    return normalise_width(clean_cell(value), punctuation=True).replace(" ", "")


def check_region(value: Any) -> list[Violation]:
    """Every reason why a value can't be a region code of 2, 4, 6, 9 or 12 digits, padded with zeros or not.

    Returns:
        "kernel.region.empty|format|gap" ("gap": zeros for a level above a level that is not zero; a city without
        counties, as 441900003, and provinces that run counties themselves are no gap).
    Source: 统计用区划代码和城乡划分代码编制规则, structure of the code.
    """
    code = _digits(value)
    if not code:
        return [Violation("kernel.region.empty")]
    if len(code) not in _WIDTHS or not (code.isascii() and code.isdigit()):
        return [Violation("kernel.region.format", {"value": code})]
    full = code.ljust(12, "0")
    gap = full[:2] == "00" or (full[2:4] == "00" and full[4:] != "0" * 8) or (full[6:9] == "000" and full[9:] != "000")
    return [Violation("kernel.region.gap", {"value": code})] if gap else []


def region_pad(code: Any) -> str:
    """The 12-digit code of a region: "331003" -> "331003000000".

    Raises:
        BadInput: "kernel.region.empty|format|gap".
    """
    normal = _digits(code)
    if problems := check_region(normal):
        raise BadInput(problems[0].code, **problems[0].facts)
    return normal.ljust(12, "0")


def region_prefix(code: Any) -> str:
    """The digits that the region and everything below it share, 2, 4, 6, 9 or 12 long: "331003000000" -> "331003".

    Raises:
        BadInput: "kernel.region.empty|format|gap".
    """
    full = region_pad(code)
    return next(full[:w] for w in _WIDTHS if full[w:].strip("0") == "")


def region_level(code: Any) -> str:
    """Level of a region: province, city, county, town or village. A city without counties is a city.

    Raises:
        BadInput: "kernel.region.empty|format|gap".
    """
    return _LEVEL_BY_WIDTH[len(region_prefix(code))]


def region_ancestors(code: Any) -> tuple[str, ...]:
    """The 12-digit codes above a region, highest first, itself left out.

    Raises:
        BadInput: "kernel.region.empty|format|gap".
    """
    full, width = region_pad(code), len(region_prefix(code))
    above = (full[:w].ljust(12, "0") for w in _WIDTHS if w < width)
    # 441900003000 (东莞) has no county: its prefix of six pads to the city's own code.
    return tuple(dict.fromkeys(above))


def region_parent(code: Any) -> str | None:
    """The 12-digit code of the region next above, None for a province.

    Raises:
        BadInput: "kernel.region.empty|format|gap".
    """
    return next(reversed(region_ancestors(code)), None)


def region_contains(outer: Any, inner: Any) -> bool:
    """Whether `inner` lies in `outer` or is `outer`.

    Raises:
        BadInput: "kernel.region.empty|format|gap".
    """
    return region_pad(inner).startswith(region_prefix(outer))


def region_type(code: Any) -> str:
    """What the last digits say about a town or village (街道, 镇, 乡, 居民委员会, 村民委员会…); "" above that.

    Raises:
        BadInput: "kernel.region.empty|format|gap".
    Source: 统计用区划代码和城乡划分代码编制规则, number ranges of towns and villages.
    """
    prefix = region_prefix(code)
    table = {9: _TOWN_TYPES, 12: _VILLAGE_TYPES}.get(len(prefix), ())
    number = int(prefix[-3:])
    return next((label for low, high, label in table if low <= number <= high), "")
