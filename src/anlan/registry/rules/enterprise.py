"""What an enterprise's row must satisfy as a whole, and how what clerks type becomes that row. Pure.

Every check returns all reasons, each with the field it belongs to.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

from anlan import data
from anlan.kernel.codes import check_region, check_uscc, normalise_uscc, region_level, region_pad, region_parent
from anlan.kernel.errors import AnlanError, BadInput, Violation
from anlan.kernel.geo import check_lonlat, convert
from anlan.kernel.text import check_hidden, clean_cell, normalise_width, parse_number
from anlan.registry.rules.codes import (
    CLASSES,
    COORDS,
    LEVELS,
    SCALES,
    STANDARDISATIONS,
    STATUSES,
    TAGS,
    CodeTable,
)

__all__ = [
    "FIELDS",
    "GROUPS",
    "LEGAL",
    "SETS",
    "check_coords",
    "check_enterprise",
    "check_industry",
    "check_name",
    "check_place",
    "check_region_known",
    "industry_label",
    "normalise_enterprise",
    "normalise_industry",
    "position_from",
    "prepare_enterprise",
    "read_degrees",
    "read_industry",
]

FIELDS = (
    "name",
    "uscc",
    "region",
    "address",
    "lon",
    "lat",
    "industry",
    "scale",
    "level",
    "office_id",
    "status",
    "standardisation",
)
SETS = ("classes", "tags")
LEGAL = ("name", "uscc", "status", "office_id")
GROUPS = (("address", "lon", "lat"),)

_TABLES: dict[str, CodeTable] = {
    "scale": SCALES,
    "level": LEVELS,
    "status": STATUSES,
    "standardisation": STANDARDISATIONS,
}
_SET_TABLES: dict[str, CodeTable] = {"classes": CLASSES, "tags": TAGS}
_NAME_MAX, _ADDRESS_MAX = 120, 200
_NEVER_EMPTIED = frozenset({"status", "standardisation", "office_id"})
# Six decimals are 0.1 m: more than any source knows, and the same position typed twice stays the same.
_DECIMALS = 6
_INDUSTRY_LABELLED = re.compile(r"([A-T]?[0-9]{2,4})(\D.*)")


def _industry_text(typed: Any) -> str:
    return _industry_typed(typed) if type(typed) is str else _industry_typed(clean_cell(typed))


@lru_cache(maxsize=4096)
def _industry_typed(typed: str) -> str:
    return normalise_width(clean_cell(typed), punctuation=True).upper().replace(" ", "")


def normalise_industry(typed: Any) -> str:
    """Digits of a GB/T 4754 code as stored, the section's letter dropped: "C2611" -> "2611". Nothing is guessed.

    Source: GB/T 4754-2017, 5 (the digits alone tell the class, the letter its section).
    """
    text = _industry_text(typed)
    return text[1:] if len(text) > 1 and text[0].isalpha() else text


def check_industry(typed: Any) -> list[Violation]:
    """Why a value is not a 大类, 中类 or 小类 code of a known division; empty for an empty value too.

    Returns:
        "registry.industry.shape|division|section".
    Source: GB/T 4754-2017, 5 (letter for the section, two, three or four digits below it).
    """
    return list(_industry_faults(_industry_text(typed)))


@lru_cache(maxsize=4096)
def _industry_faults(text: str) -> tuple[Violation, ...]:
    """Faults of a code as typed; an import asks for few codes many times."""
    if not text:
        return ()
    letter, digits = (text[0], text[1:]) if text[0].isalpha() else ("", text)
    if not (digits.isascii() and digits.isdigit() and 2 <= len(digits) <= 4):
        return (Violation("registry.industry.shape", {"value": text}, "industry"),)
    division = next((i for i in data.industries() if i.code == digits[:2]), None)
    if division is None:
        return (Violation("registry.industry.division", {"division": digits[:2]}, "industry"),)
    if letter and letter != division.section:
        facts = {"value": text, "expected": division.section, "division": division.name}
        return (Violation("registry.industry.section", facts, "industry"),)
    return ()


def industry_label(code: str) -> str:
    """A stored industry code with the name of its division: "2611 化学原料和化学制品制造业"; "" for none.

    Source: names of GB/T 4754-2017; house rule: classes are called by their division.
    """
    return f"{code} {data.industry_name(code) or ''}".strip() if code else ""


def check_name(value: Any) -> list[Violation]:
    """Why a value can't be an enterprise's name: empty, too short or long, or without any letter.

    Source: house rule; 企业名称登记管理规定 第五条 asks for 规范汉字.
    """
    if found := check_hidden(value, "name"):
        return found
    name = clean_cell(value)
    if not name:
        return [Violation("registry.enterprise.name_missing", {}, "name")]
    if not 2 <= len(name) <= _NAME_MAX:
        return [Violation("registry.enterprise.name_length", {"length": len(name), "limit": _NAME_MAX}, "name")]
    if not any(c.isalpha() for c in name):
        return [Violation("registry.enterprise.name_shape", {"value": name}, "name")]
    return []


def _in_reference(code: str) -> bool:
    return data.region_name(code) is not None


@lru_cache(maxsize=4096)
def _read_region(text: str) -> tuple[tuple[Violation, ...], str, str]:
    """Faults, 12-digit code and level of a code as typed; an import asks for few regions many times."""
    if problems := check_region(text):
        return tuple(Violation(p.code, p.facts, "region") for p in problems), "", ""
    return (), region_pad(text), region_level(text)


def check_region_known(value: Any, known: Callable[[str], bool] = _in_reference) -> list[Violation]:
    """Why a region can't hold an enterprise: malformed, wider than a town, or unknown.

    Args:
        known: whether a 12-digit code is a region in force; default: by the shipped table. Villages are listed only of
            some counties: a village of a known town passes.
    Source: 统计用区划代码和城乡划分代码编制规则; the town as the least is a house rule, since counts are made by town.
    """
    problems, code, level = _read_region(clean_cell(value))
    if problems:
        return list(problems)
    if level not in ("town", "village"):
        name = data.region_name(code) or code
        return [Violation("registry.enterprise.region_too_wide", {"region": name}, "region")]
    if not known(code) and (level == "town" or not known(region_parent(code) or "")):
        return [Violation("kernel.region.unknown", {"value": code}, "region")]
    return []


def check_coords(values: Mapping[str, Any]) -> list[Violation]:
    """Why a change can't name another system: it names no position with it, and what is held is WGS-84 already.

    Source: house rule.
    """
    alone = "lon" not in values and "lat" not in values
    if alone and clean_cell(values.get("coords")) and COORDS.read(values["coords"]) != "wgs84":
        return [Violation("registry.place.coords_alone", {}, "coords")]
    return []


def check_place(lon: Any, lat: Any) -> list[Violation]:
    """Why lon and lat (WGS-84 degrees, both None for unknown) can't be where an enterprise of China stands.

    Source: house rule; kernel.geo.check_lonlat for range, order and China's box.
    """
    if lon is None and lat is None:
        return []
    if lon is None or lat is None:
        return [Violation("registry.place.half", {}, "lon" if lon is None else "lat")]
    if not all(isinstance(x, int | float) and not isinstance(x, bool) for x in (lon, lat)):
        return [Violation("kernel.geo.not_finite", {}, "lon")]
    return [
        Violation(p.code, p.facts, "lat" if p.code.endswith(".lat") else "lon")
        for p in check_lonlat(lon, lat, china=True)
    ]


def check_enterprise(
    values: Mapping[str, Any],
    existing: Mapping[str, Any] | None = None,
    known: Callable[[str], bool] = _in_reference,
) -> list[Violation]:
    """Every reason why a normalised row can't stand; empty when it can.

    Args:
        values: fields as `normalise_enterprise` gives them; for a change only those that change.
        existing: the row before the change (columns, `classes` and `tags` as iterables of codes); None for a new one.
        known: as for `check_region_known`; an unchanged region is not asked about, it may be abolished.
    Returns:
        "registry.enterprise.*", "registry.industry.*", "registry.place.*", "registry.code.unknown", "kernel.uscc.*",
        "kernel.region.*", "kernel.geo.*", each with its field.
    Source: GB 32100-2015, GB/T 4754-2017, 统计用区划代码; 九小场所 without a code of their own are a house rule.
    """
    whole = {**(existing or {}), **values}
    found = check_name(whole.get("name"))
    found += _check_uscc(whole)
    if existing is None or "region" in values:
        found += check_region_known(whole.get("region"), known)
    if len(clean_cell(whole.get("address"))) > _ADDRESS_MAX:
        found.append(Violation("registry.enterprise.address_length", {"limit": _ADDRESS_MAX}, "address"))
    found += check_place(whole.get("lon"), whole.get("lat"))
    found += check_industry(whole.get("industry"))
    for field, table in _TABLES.items():
        code = whole.get(field) or ""
        if code and code not in table.by_id:
            found.append(_unknown(table, code, field))
    if "status" in whole and not whole["status"]:
        found.append(Violation("registry.enterprise.status_missing", {}, "status"))
    for field, table in _SET_TABLES.items():
        found += [_unknown(table, c, field) for c in sorted(whole.get(field) or ()) if c not in table.by_id]
    return found


def _check_uscc(whole: Mapping[str, Any]) -> list[Violation]:
    if not whole.get("uscc"):
        if "nine_small" in (whole.get("classes") or ()):
            return []
        return [Violation("registry.enterprise.uscc_missing", {}, "uscc")]
    return [Violation(p.code, p.facts, "uscc") for p in check_uscc(whole["uscc"])]


def _unknown(table: CodeTable, code: str, field: str) -> Violation:
    allowed = "、".join(c.label for c in table.usable)
    return Violation("registry.code.unknown", {"label": table.label, "value": code, "allowed": allowed}, field)


# --- from what is typed to plain values ------------------------------------------------------------------------------


def read_degrees(typed: Any) -> float | None:
    """Degrees to six decimals as a clerk wrote them; None for an empty cell.

    Raises:
        BadInput: "kernel.text.not_a_number", "kernel.geo.not_finite".
    Source: house rule (six decimals are 0.1 m).
    """
    if isinstance(typed, float):
        if not math.isfinite(typed):
            raise BadInput("kernel.geo.not_finite")
        return round(typed, _DECIMALS)
    number = parse_number(typed)
    return None if number is None else round(float(number), _DECIMALS)


def _region(typed: Any) -> str:
    text = clean_cell(typed)
    return region_pad(text) if text else ""


def _optional_id(typed: Any) -> str | None:
    return clean_cell(typed) or None


@lru_cache(maxsize=4096)
def _industry_named(text: str) -> str:
    """The code in a text of code and name, or of a name that only one division bears; else the text as it is."""
    match = _INDUSTRY_LABELLED.fullmatch(text)
    if match and match[2] == _industry_text(data.industry_name(match[1]) or ""):
        return match[1]
    named = [i.code for i in data.industries() if i.code.isdigit() and _industry_text(i.name) == text]
    return named[0] if len(named) == 1 else text


def read_industry(typed: Any) -> str:
    """A GB/T 4754 code as stored, "" for an empty cell; also as `industry_label` shows it, or a division's name alone.

    Raises:
        BadInput: "registry.industry.*".
    Source: GB/T 4754-2017, 5 (no two sections or divisions are read alike: a name that two bear is none).
    """
    typed = _industry_named(_industry_text(typed))
    if problems := check_industry(typed):
        raise BadInput(problems[0].code, **problems[0].facts)
    return normalise_industry(typed)


_READERS: dict[str, Callable[[Any], Any]] = {
    "name": clean_cell,
    "uscc": normalise_uscc,
    "region": _region,
    "address": clean_cell,
    "lon": read_degrees,
    "lat": read_degrees,
    "industry": read_industry,
    "office_id": _optional_id,
    **{field: table.read for field, table in _TABLES.items()},
    **{field: table.read_many for field, table in _SET_TABLES.items()},
}


def normalise_enterprise(values: Mapping[str, Any], existing: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """What was typed or sent, as plain values: codes for labels, WGS-84 for `coords`, half-width codes, padded region.

    Args:
        values: any of FIELDS and SETS, and `coords` ("wgs84", "gcj02" or "bd09") saying what lon and lat are in.
        existing: the row before a change; where only lon or lat is given, the other one counts as given with it.
    Raises:
        BadInput: "registry.enterprise.invalid" with a violation for each field that can't be read or is unknown.
    Source: house rule; the codes as `rules.codes` names their sources.
    """
    found: list[Violation] = []
    plain: dict[str, Any] = {}
    for field, typed in values.items():
        if field == "coords":
            continue
        if seen := check_hidden(typed, field):
            found += seen
            continue
        try:
            reader = _READERS.get(field)
            if reader is None:
                found.append(Violation("registry.enterprise.unknown_field", {"field": field}, field))
            else:
                plain[field] = reader(typed)
        except AnlanError as error:
            found.append(Violation(error.code, error.facts, field))
    try:
        plain |= position_from(plain, values.get("coords"), existing)
    except BadInput as error:
        field = "coords" if error.code == "registry.code.unknown" else "lon"
        found.append(Violation(error.code, error.facts, field))
    if found:
        raise BadInput("registry.enterprise.invalid", found)
    return plain


def position_from(plain: Mapping[str, Any], coords: Any, existing: Mapping[str, Any] | None = None) -> dict[str, float]:
    """lon and lat of `plain` in WGS-84, given that they are in `coords`; empty when there is nothing to convert.

    A form sends both and says of both what they are in: the one that stayed as it was is converted along.

    Raises:
        BadInput: "registry.code.unknown" for another system, "kernel.geo.*" for a position that can't be converted.
    Source: house rule; the conversion as `kernel.geo` names its source.
    """
    system = COORDS.read(coords) or "wgs84"
    if "lon" not in plain and "lat" not in plain:
        return {}
    held = existing or {}
    lon, lat = plain.get("lon", held.get("lon")), plain.get("lat", held.get("lat"))
    if system == "wgs84" or lon is None or lat is None:
        return {}
    new_lon, new_lat = convert(system, "wgs84", lon, lat)
    return {"lon": round(new_lon, _DECIMALS), "lat": round(new_lat, _DECIMALS)}


def prepare_enterprise(values: Mapping[str, Any], existing: Mapping[str, Any] | None) -> dict[str, Any]:
    """The values with WGS-84 for whatever `coords` says, which is dropped.

    An empty cell of status, standardisation or office gets the usual value in a new row and says nothing of an old one.

    Raises:
        BadInput: as `position_from`.
    Source: house rule (不填为在产, as the template's help says).
    """
    plain = {name: value for name, value in values.items() if name != "coords"}
    plain |= position_from(plain, values.get("coords"), existing)
    if existing is None:
        plain["status"] = plain.get("status") or "operating"
        plain["standardisation"] = plain.get("standardisation") or "none"
        return plain
    return {name: value for name, value in plain.items() if value or name not in _NEVER_EMPTIED}
