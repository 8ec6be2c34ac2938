"""Reading what clerks type: full-width characters, dates, numbers, yes and no; masking; bytes of a CSV; search words.

Everything here accepts a cell as a workbook library hands it over (None, str, int, float, bool, date, datetime).
"""

from __future__ import annotations

import math
import re
from datetime import date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from operator import add
from typing import Any, Literal

from anlan.kernel.errors import BadInput, Violation
from anlan.kernel.labels import field_label

__all__ = [
    "bigrams",
    "blank",
    "check_hidden",
    "clean_cell",
    "decode_csv",
    "hidden",
    "is_masked",
    "mask_id",
    "mask_name",
    "mask_phone",
    "normalise_width",
    "parse_bool",
    "parse_date",
    "parse_number",
    "query_bigrams",
    "restore_cell",
    "safe_cell",
    "shown_length",
]

# U+FF01..FF5E are the full-width twins of ASCII 0x21..0x7E; U+3000 is the ideographic space.
_HALF = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_HALF_ALNUM = {code: half for code, half in _HALF.items() if chr(half).isalnum()}
# What copying from web pages and chat windows leaves behind: no-break, zero-width and direction marks, BOM.
_INVISIBLE = dict.fromkeys((0x200B, 0x200C, 0x200D, 0x200E, 0x200F, 0x2060, 0xFEFF, 0x00AD)) | {0x00A0: 0x20}
# Any character that `clean_cell` may change; most cells of a workbook have none.
_UNCLEAN = re.compile(r"[\s\u00a0\u00ad\u200b-\u200f\u2060\u3000\ufeff\uff10-\uff19\uff21-\uff3a\uff41-\uff5a]")

# Nobody sees these, and they change what is read: controls (line ends and tab excepted), overrides of the direction of
# writing (U+202A-202E, U+2066-2069), and halves of characters.
_CONTROLS = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f"
_DIRECTIONS = "\u202a-\u202e\u2066-\u2069"
_HIDDEN = re.compile(f"[{_CONTROLS}{_DIRECTIONS}\ud800-\udfff]")
# In a name or a code these hide as well; in a text they join emoji and hold words together.
_HIDDEN_IN_NAME = re.compile(f"[{_CONTROLS}{_DIRECTIONS}\ud800-\udfff\u200b-\u200f\u2060-\u2064\ufeff\u00ad]")

# Format characters and fillers of other scripts: they print as nothing.
_DRAWS_NOTHING = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u2800"
    "\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb\U0001d173-\U0001d17a\U000e0000-\U000e0fff]"
)

_DATE_PARTS = re.compile(
    r"(\d{4})\s*[-/.年]\s*(\d{1,2})\s*[-/.月]\s*(\d{1,2})\s*[日号]?(?:[ T]\s*\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
)
_DATE_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})")
_EXCEL_EPOCH = date(1899, 12, 30)
# 1954-10-03 .. 2119-...: outside this a bare number is far more likely a quantity than a date.
_EXCEL_SERIALS = range(20_000, 80_001)

_TRUE = frozenset({"是", "有", "√", "✓", "✔", "☑", "对", "已", "真", "y", "yes", "true", "t", "1"})
_FALSE = frozenset({"否", "无", "没有", "×", "✗", "✘", "✕", "☐", "x", "不", "未", "假", "n", "no", "false", "f", "0"})

_NUMBER_GROUPED = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d+)?")
# The full-width twins too: a spreadsheet with a Chinese input method turns them into the half-width ones.
_FORMULA_START = ("=", "+", "-", "@", "\t", "\r", "\n", "|", "%", "＝", "＋", "－", "＠")
_PLAIN_NUMBER = re.compile(r"[+-]?\d+(?:\.\d+)?%?|-")

_UTF8_EVIDENCE = 4

_WORD = re.compile(r"[a-z0-9]+|[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U000323af]+")


def shown_length(text: str) -> int:
    """How many characters of a text are seen: without blanks around it and without those that draw nothing.

    Source: house rule (a reason that cannot be read is none).
    """
    return len(_DRAWS_NOTHING.sub("", text).strip())


def blank(text: str) -> bool:
    """Whether nobody would see anything of a text. Source: as `shown_length`."""
    return shown_length(text) == 0


def hidden(text: str, *, name: bool = False) -> tuple[int, str] | None:
    """The first character that may not stand in a text: its position from 1 and its code (`U+202E`); None if there is none.

    Args:
        name: a name or code, in which zero-width characters are refused too.
    """
    if text.isprintable():  # none of these characters is; most text needs no closer look
        return None
    found = (_HIDDEN_IN_NAME if name else _HIDDEN).search(text)
    return (found.start() + 1, f"U+{ord(found[0]):04X}") if found else None


def check_hidden(value: Any, field: str, label: str = "", *, name: bool = False) -> list[Violation]:
    """Why a text can't be taken as typed: "kernel.text.hidden" with position and code of the character; empty when it can.

    Refused, never dropped in silence: what was typed and what is kept must be the same. Source: house rule (CWE-1007,
    CVE-2021-42574: text that reads otherwise than it is stored).

    Args:
        value: what is no text passes. label: what people call the field; "": its usual name ("kernel.field.…").
        name: as in `hidden`.
    """
    found = hidden(value, name=name) if isinstance(value, str) else None
    if found is None:
        return []
    facts = {"label": label or field_label(field), "position": found[0], "char": found[1]}
    return [Violation("kernel.text.hidden", facts, field)]


def normalise_width(text: str, *, punctuation: bool = False) -> str:
    """Full-width digits and letters as half-width ones; Chinese punctuation stays unless `punctuation` is set.

    Source: house rule; GB/T 15834 keeps full-width punctuation in Chinese sentences, codes and numbers are ASCII.
    """
    if text.isascii():
        return text
    return text.translate(_HALF if punctuation else _HALF_ALNUM)


def clean_cell(value: Any) -> str:
    """A cell as one clean line: invisible characters gone, blanks and line breaks collapsed, no `.0` on whole floats.

    Numbers that a clerk meant as text (codes, phones) arrive as floats; 13800000000.0 becomes "13800000000".
    """
    if type(value) is str and not _UNCLEAN.search(value):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, float):
        if not math.isfinite(value):
            return ""
        return str(int(value)) if value.is_integer() else repr(value)
    if isinstance(value, datetime):
        return value.isoformat(sep=" ") if value.time() != value.time().min else value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    text = normalise_width(str(value).translate(_INVISIBLE)).replace("\u3000", " ")
    return " ".join(text.split())


def parse_date(value: Any) -> date | None:
    """The date a clerk meant, or None for an empty cell.

    Understands 2026-3-5, 2026/3/5, 2026.3.5, 20260305, 2026年3月5日 (full-width digits too, a time of day after it is
    dropped), Excel serial numbers of the 1900 system and date objects. Years 1900..2199.

    Raises:
        BadInput: "kernel.text.not_a_date" with the value.
    Source: house rule; ECMA-376 part 1, 18.17.4.1 for serial numbers.
    """
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    text = normalise_width(clean_cell(value), punctuation=True)
    if text == "":
        return None
    match = _DATE_PARTS.fullmatch(text) or _DATE_COMPACT.fullmatch(text)
    if match:
        year, month, day = (int(part) for part in match.groups())
        try:
            found = date(year, month, day)
        except ValueError:
            raise BadInput("kernel.text.not_a_date", value=text) from None
        if 1900 <= found.year <= 2199:
            return found
    elif re.fullmatch(r"\d{5}(?:\.\d+)?", text) and int(float(text)) in _EXCEL_SERIALS:
        return _EXCEL_EPOCH + timedelta(days=int(float(text)))
    raise BadInput("kernel.text.not_a_date", value=text)


def parse_number(value: Any) -> Decimal | None:
    """The number a clerk meant, or None for an empty cell; "1,234.5", full-width digits and "12%" (0.12) are read.

    Raises:
        BadInput: "kernel.text.not_a_number" with the value; also for infinities, nan and a comma in the wrong place.
    """
    text = normalise_width(clean_cell(value), punctuation=True).replace("，", ",")
    if text == "":
        return None
    percent = text.endswith("%")
    body = text[:-1].strip() if percent else text
    if "," in body:
        body = body.replace(",", "") if _NUMBER_GROUPED.fullmatch(body) else "?"
    try:
        number = Decimal(body)
    except InvalidOperation:
        raise BadInput("kernel.text.not_a_number", value=text) from None
    # Decimal also reads "1_000", "Infinity" and digits of other scripts; an absurd exponent would blow up later.
    if not body.isascii() or "_" in body or not number.is_finite() or abs(number.adjusted()) > 30:
        raise BadInput("kernel.text.not_a_number", value=text)
    return number / 100 if percent else number


def parse_bool(value: Any) -> bool | None:
    """True for 是/有/√/Y/1, False for 否/无/×/N/0, None for an empty cell.

    Raises:
        BadInput: "kernel.text.not_a_bool" with the value.
    """
    text = normalise_width(clean_cell(value), punctuation=True).lower()
    if text == "":
        return None
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise BadInput("kernel.text.not_a_bool", value=text)


def decode_csv(raw: bytes) -> str:
    """The text of a CSV saved by Excel or WPS: UTF-8 with or without BOM, UTF-16 with BOM, else GB 18030 (holds GBK).

    A file that is plainly UTF-8 but for one broken byte is refused: read as GB 18030 it would become nonsense.

    Raises:
        BadInput: "kernel.text.encoding" with `offset` (from 0) and `byte` (hex) of the first byte that can't be read,
            or "kernel.text.binary" when there is a NUL, so a workbook renamed to .csv is told apart.
    Source: GB 18030-2022.
    """
    if raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _decode(raw, "utf-16")
    if b"\x00" in raw:
        raise BadInput("kernel.text.binary", offset=raw.index(b"\x00"))
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # Bytes of GBK text hardly ever form several three-byte UTF-8 characters in a row before failing.
        wide = sum(char >= "\u0800" for char in raw[: error.start].decode("utf-8"))
        return _decode(raw, "utf-8-sig" if wide >= _UTF8_EVIDENCE else "gb18030")


def _decode(raw: bytes, encoding: str) -> str:
    try:
        return raw.decode(encoding)
    except UnicodeDecodeError as error:
        # Python counts the offset after a byte order mark.
        start = error.start + (3 if encoding == "utf-8-sig" and raw.startswith(b"\xef\xbb\xbf") else 0)
        byte = f"0x{raw[start]:02X}" if start < len(raw) else ""
        raise BadInput("kernel.text.encoding", offset=start, byte=byte) from None


def mask_name(name: str) -> str:
    """First character kept, the rest as *: 张三 -> 张*, 欧阳小明 -> 欧***. Source: 个人信息保护法 第51条, 去标识化."""
    return name[:1] + "*" * (len(name) - 1) if len(name) > 1 else "*" * len(name)


def mask_phone(phone: str) -> str:
    """First three and last four kept for a mobile number, the last three of anything shorter: 138****5678."""
    if len(phone) >= 11:
        return phone[:3] + "*" * (len(phone) - 7) + phone[-4:]
    return "*" * max(len(phone) - 3, 1) + phone[-3:] if len(phone) > 3 else "*" * len(phone)


def mask_id(number: str) -> str:
    """First six (region) and last two kept: 331003********12; anything shorter than 12 is masked whole."""
    return number[:6] + "*" * (len(number) - 8) + number[-2:] if len(number) >= 12 else "*" * len(number)


def is_masked(cell: str, plain: str, kind: Literal["name", "phone", "id"]) -> bool:
    """Whether an imported cell is just the mask of what is stored, which means "unchanged"."""
    mask = {"name": mask_name, "phone": mask_phone, "id": mask_id}[kind]
    return "*" in cell and cell == mask(plain)


def safe_cell(value: Any) -> Any:
    """A value that a spreadsheet will not run: text starting like a formula gets a leading apostrophe.

    Numbers, also as text ("-5", "+86"), and a lone hyphen stay as they are; `restore_cell` undoes it on the way in. A
    text that looks as if it had been treated already gets one more, so that no two texts become one.
    Source: house rule (CSV injection, CWE-1236).
    """
    return f"'{value}" if isinstance(value, str) and _runs(value.lstrip("'")) else value


def restore_cell(value: Any) -> Any:
    """What was written before `safe_cell` changed it, so that an exported file can be imported again unchanged."""
    if isinstance(value, str) and value.startswith("'") and _runs(value.lstrip("'")):
        return value[1:]
    return value


def _runs(text: str) -> bool:
    return text.startswith(_FORMULA_START) and not _PLAIN_NUMBER.fullmatch(text)


def bigrams(text: str) -> set[str]:
    """Index words of a text: every Chinese character and pair of neighbours, Latin words and numbers with their pairs.

    Chinese has no blanks between words, so pairs of neighbours are what two-character words are found by.
    """
    found: set[str] = set()
    for run in _WORD.findall(normalise_width(text).lower()):
        found.update(run)
        found.update(map(add, run, run[1:]))
    return found


def query_bigrams(text: str) -> set[str]:
    """The words a search must all hit: pairs where a run is longer than one character, else the character itself.

    A superset test: the caller still compares the found texts with the query, since pairs may lie apart.
    """
    found: set[str] = set()
    for run in _WORD.findall(normalise_width(text).lower()):
        found.update({run} if len(run) == 1 else {run[i : i + 2] for i in range(len(run) - 1)})
    return found
