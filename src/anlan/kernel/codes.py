"""Codes that identify: 统一社会信用代码, 公民身份号码, 12-digit statistical region codes.

Checks return every reason, never only the first. Sources: GB 32100-2015, GB 11714-1997, GB 11643-1999; region codes
live in `region_codes` and are re-exported here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from operator import mul
from typing import Any

from anlan.kernel.errors import BadInput, Violation
from anlan.kernel.region_codes import (
    REGION_LEVELS,
    check_region,
    region_ancestors,
    region_contains,
    region_level,
    region_pad,
    region_parent,
    region_prefix,
    region_type,
)
from anlan.kernel.text import clean_cell, mask_id, normalise_width

__all__ = [
    "PROVINCES",
    "REGION_LEVELS",
    "IdParts",
    "UsccParts",
    "check_id",
    "check_region",
    "check_uscc",
    "explain_id",
    "explain_region",
    "explain_uscc",
    "id_check_char",
    "id_parts",
    "make_uscc",
    "normalise_id",
    "normalise_uscc",
    "org_check_char",
    "region_ancestors",
    "region_contains",
    "region_level",
    "region_pad",
    "region_parent",
    "region_prefix",
    "region_type",
    "uscc_check_char",
    "uscc_parts",
]

# --- 统一社会信用代码 ------------------------------------------------------------------------------------------------

_USCC_CHARS = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC_SET = frozenset(_USCC_CHARS)
_USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_ORG_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
# GB 32100-2015 table 1 with its later amendments; labels only, an unlisted pair is not an error.
_REGISTRARS = {
    "1": ("机构编制", {"1": "机关", "2": "事业单位", "3": "编办直接管理机构编制的群众团体", "9": "其他"}),
    "2": ("外交", {"1": "外国常驻新闻机构", "9": "其他"}),
    "3": (
        "司法行政",
        {
            "1": "律师执业机构",
            "2": "公证处",
            "3": "基层法律服务所",
            "4": "司法鉴定机构",
            "5": "仲裁委员会",
            "9": "其他",
        },
    ),
    "4": ("文化", {"1": "外国在华文化中心", "9": "其他"}),
    "5": ("民政", {"1": "社会团体", "2": "民办非企业单位", "3": "基金会", "9": "其他"}),
    "6": ("旅游", {"1": "外国旅游部门常驻代表机构", "2": "港澳台地区旅游部门常驻内地（大陆）代表机构", "9": "其他"}),
    "7": ("宗教", {"1": "宗教活动场所", "2": "宗教院校", "9": "其他"}),
    "8": ("工会", {"1": "基层工会", "9": "其他"}),
    "9": ("市场监督管理", {"1": "企业", "2": "个体工商户", "3": "农民专业合作社"}),
    "A": ("军委改革和编制办公室", {"1": "军队事业单位", "9": "其他"}),
    "N": ("农业农村", {"1": "组级集体经济组织", "2": "村级集体经济组织", "3": "乡镇级集体经济组织", "9": "其他"}),
    "Y": ("其他", {"1": "其他"}),
}


@dataclass(frozen=True, slots=True)
class UsccParts:
    """The five parts of a code: registrar 1, type 1, region 6, organisation code 9, check 1; with Chinese labels."""

    registrar: str
    registrar_label: str
    type: str
    type_label: str
    region: str
    org_code: str
    check: str


def normalise_uscc(value: Any) -> str:
    """The code as stored: half-width, upper case, blanks and hyphens gone. Nothing is guessed or repaired."""
    return normalise_width(clean_cell(value), punctuation=True).upper().replace(" ", "").replace("-", "")


def uscc_check_char(first17: str) -> str:
    """Check character of the first 17 characters. Source: GB 32100-2015, check character (weights 3^(i-1) mod 31)."""
    if len(first17) != len(_USCC_WEIGHTS):
        raise ValueError(first17)
    return _USCC_CHARS[-sum(map(mul, map(_USCC_CHARS.index, first17), _USCC_WEIGHTS)) % 31]


def org_check_char(first8: str) -> str:
    """Check character of an organisation code: 0..9 or X. Source: GB 11714-1997, check character (mod 11)."""
    total = sum(int(c, 36) * w for c, w in zip(first8, _ORG_WEIGHTS, strict=True))
    return "0123456789X"[-total % 11]


def check_uscc(value: Any) -> list[Violation]:
    """Every reason why a value is not a 统一社会信用代码; empty when it is one. Blanks, case and width don't matter.

    Returns:
        "kernel.uscc.empty|length|char|region|org_check|check".
    Source: GB 32100-2015, structure and check character; GB 11714-1997, check character.
    """
    code = normalise_uscc(value)
    if not code:
        return [Violation("kernel.uscc.empty")]
    if len(code) != 18:
        return [Violation("kernel.uscc.length", {"length": len(code)})]
    if not _USCC_SET.issuperset(code):
        strange = [(i, c) for i, c in enumerate(code, 1) if c not in _USCC_SET]
        return [Violation("kernel.uscc.char", {"position": i, "char": c}) for i, c in strange]
    found = []
    if not code[2:8].isdigit():
        found.append(Violation("kernel.uscc.region", {"region": code[2:8]}))
    expected = org_check_char(code[8:16])
    if code[16] != expected:
        found.append(Violation("kernel.uscc.org_check", {"org": code[8:17], "expected": expected}))
    expected = uscc_check_char(code[:17])
    if code[17] != expected:
        found.append(Violation("kernel.uscc.check", {"found": code[17], "expected": expected}))
    return found


def uscc_parts(value: Any) -> UsccParts:
    """The parts of a valid code.

    Raises:
        BadInput: "kernel.uscc.invalid" with the reasons of `check_uscc`.
    Source: GB 32100-2015, structure of the code.
    """
    code = normalise_uscc(value)
    if problems := check_uscc(code):
        raise BadInput("kernel.uscc.invalid", problems, value=code)
    registrar, types = _REGISTRARS.get(code[0], ("", {}))
    return UsccParts(code[0], registrar, code[1], types.get(code[1], ""), code[2:8], code[8:17], code[17])


def make_uscc(region6: str, serial: int) -> str:
    """A valid synthetic enterprise code (91…) for demonstrations: same arguments, same code; serials never collide.

    The organisation code starts with XW, so that demonstration codes are told from registered ones (MA… and digits).

    Args:
        region6: six digits.
        serial: 0..887503680 (31^6 - 1).
    Raises:
        BadInput: "kernel.uscc.region" or "kernel.uscc.serial".
    """
    if len(region6) != 6 or not (region6.isascii() and region6.isdigit()):
        raise BadInput("kernel.uscc.region", region=region6)
    if not 0 <= serial < 31**6:
        raise BadInput("kernel.uscc.serial", serial=serial, limit=31**6 - 1)
    digits = ""
    for _ in range(6):
        serial, digit = divmod(serial, 31)
        digits = _USCC_CHARS[digit] + digits
    first8 = f"XW{digits}"
    first17 = f"91{region6}{first8}{org_check_char(first8)}"
    return first17 + uscc_check_char(first17)


# --- 公民身份号码 ----------------------------------------------------------------------------------------------------

_ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
# GB/T 2260 province codes; 83 stands on the residence permits of Taiwan residents.
_PROVINCE_RANGES = ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71), (81, 83))
PROVINCES = frozenset(f"{code}" for first, last in _PROVINCE_RANGES for code in range(first, last + 1))


@dataclass(frozen=True, slots=True)
class IdParts:
    """What an ID number says: region of first registration (6 digits), date of birth, sex ("male" or "female")."""

    region: str
    born_on: date
    sex: str


def normalise_id(value: Any) -> str:
    """An ID number as stored: half-width, upper case X, blanks gone."""
    return normalise_width(clean_cell(value), punctuation=True).upper().replace(" ", "")


def id_check_char(first17: str) -> str:
    """Check character of 17 digits: 0..9 or X. Source: GB 11643-1999, check character; ISO 7064 MOD 11-2."""
    return "10X98765432"[sum(int(c) * w for c, w in zip(first17, _ID_WEIGHTS, strict=True)) % 11]


def check_id(value: Any, today: date | None = None) -> list[Violation]:
    """Every reason why a value is not a 公民身份号码 of 18 characters; empty when it is one.

    Args:
        today: given, a date of birth after it is refused too.
    Returns:
        "kernel.id.empty|length|char|region|birth|future|serial|check".
    Source: GB 11643-1999, structure and check character.
    """
    number = normalise_id(value)
    if not number:
        return [Violation("kernel.id.empty")]
    if len(number) != 18:
        return [Violation("kernel.id.length", {"length": len(number)})]
    found = [
        Violation("kernel.id.char", {"position": i, "char": c})
        for i, c in enumerate(number, 1)
        if c not in "0123456789" and not (i == 18 and c == "X")
    ]
    if found:
        return found
    if number[:2] not in PROVINCES:
        found.append(Violation("kernel.id.region", {"province": number[:2]}))
    born = _birth(number)
    if born is None:
        found.append(Violation("kernel.id.birth", {"birth": number[6:14]}))
    elif today is not None and born > today:
        found.append(Violation("kernel.id.future", {"birth": number[6:14]}))
    if number[14:17] == "000":
        found.append(Violation("kernel.id.serial"))
    expected = id_check_char(number[:17])
    if number[17] != expected:
        found.append(Violation("kernel.id.check", {"found": number[17], "expected": expected}))
    return found


def _birth(number: str) -> date | None:
    try:
        born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None
    return born if born.year >= 1850 else None


def id_parts(value: Any) -> IdParts:
    """Region, date of birth and sex of a valid number.

    Raises:
        BadInput: "kernel.id.invalid" with the reasons of `check_id`; the number itself is never in the facts.
    Source: GB 11643-1999, structure of the number (odd serial is male).
    """
    number = normalise_id(value)
    if problems := check_id(number):
        raise BadInput("kernel.id.invalid", problems)
    born = _birth(number)
    assert born is not None
    return IdParts(number[:6], born, "male" if int(number[16]) % 2 else "female")


# --- explanations for the command line and the form's hint ------------------------------------------------------------


def _verdict(value: str, problems: list[Violation]) -> dict[str, Any]:
    errors = [{"code": v.code, "message": v.message} for v in problems]
    return {"ok": not problems, "value": value, "errors": errors}


def explain_uscc(value: Any) -> dict[str, Any]:
    """What a 统一社会信用代码 says, JSON-able: ok, value, errors, and when valid its parts."""
    code = normalise_uscc(value)
    problems = check_uscc(code)
    answer = _verdict(code, problems)
    if not problems:
        parts = uscc_parts(code)
        answer |= {name: getattr(parts, name) for name in UsccParts.__dataclass_fields__}
    return answer


def explain_id(value: Any, today: date | None = None) -> dict[str, Any]:
    """What a 公民身份号码 says, JSON-able: ok, value (masked), errors, and when valid region, born_on, sex."""
    number = normalise_id(value)
    problems = check_id(number, today)
    answer = _verdict(mask_id(number), problems)
    if not problems:
        parts = id_parts(number)
        answer |= {"region": parts.region, "born_on": parts.born_on.isoformat(), "sex": parts.sex}
        answer["sex_label"] = "男" if parts.sex == "male" else "女"
    return answer


def explain_region(value: Any, names: Callable[[str], str | None]) -> dict[str, Any]:
    """What a region code says, JSON-able: ok, value, errors, code, level, prefix, parent, type, name, full_name, known.

    Args:
        names: name of a 12-digit code, None when the table does not hold it.
    """
    code = normalise_id(value)
    problems = check_region(code)
    if problems:
        return _verdict(code, problems)
    full, level = region_pad(code), region_level(code)
    path = [{"code": c, "name": names(c) or ""} for c in (*region_ancestors(full), full)]
    known = bool(path[-1]["name"])
    notes: list[Violation] = []
    if not known:
        # The table holds villages only of some counties: one it lacks is a fault only when its town is lacking too.
        if level == "village" and path[-2]["name"]:
            notes.append(Violation("kernel.region.village_not_listed"))
        else:
            problems = [Violation("kernel.region.unknown", {"value": code})]
    return _verdict(code, problems) | {
        "code": full,
        "level": level,
        "level_label": REGION_LEVELS[level][1],
        "type": region_type(full),
        "prefix": region_prefix(full),
        "parent": region_parent(full),
        "name": path[-1]["name"],
        "full_name": "".join(p["name"] for p in path if p["name"] not in ("市辖区", "县")),
        "path": path,
        "known": known,
        "notes": [{"code": n.code, "message": n.message} for n in notes],
    }
