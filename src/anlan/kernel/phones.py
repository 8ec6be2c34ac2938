"""Phone numbers of mainland China: one way of writing each, for storing, for the blind index and for searching. Pure.

Source: house rule; numbering of mainland China (mobile 1[3-9] + 9 digits, area code 0xx or 0xxx + 7 or 8 digits, 400).
"""

from __future__ import annotations

import re
from typing import Any

from anlan.kernel.text import clean_cell, normalise_width

__all__ = ["looks_like_phone", "normalise_phone", "phone_forms"]

_MOBILE = re.compile(r"1[3-9]\d{9}")
_WHOLE = re.compile(r"1[3-9]\d{9}|(?:0\d{2,3})?[2-9]\d{6,7}|400\d{7}")
_NUMBER = re.compile(rf"(?:{_WHOLE.pattern})(?:-\d{{1,6}})?")
_DASHES = re.compile(r"[-‐‑‒–—―−－_.·/]+")
_COUNTRY = re.compile(r"^(?:\+|00)86")


def normalise_phone(typed: Any) -> str:
    """A phone as stored and searched: half-width digits, and a hyphen only before an extension.

    `+86 138-0013-8000` and `0086 13800138000` become `13800138000`; `(0576) 8412 3456`, `0576-84123456` and
    `+86 576 8412 3456` become `057684123456`; `0576-84123456-801` and `…转801` become `057684123456-801`. A masked
    value (138****8000) stays as it is, but for blanks. What is no number comes out without its blanks and hyphens.

    Source: house rule (see the module).
    """
    text = re.sub(r"[\s()]", "", normalise_width(clean_cell(typed), punctuation=True))
    if "*" in text:
        return text
    text = _DASHES.sub("-", text.replace("转", "-")).strip("-")
    national = _COUNTRY.sub("", text).lstrip("-")
    head, dash, tail = national.rpartition("-")
    number, extension = head.replace("-", ""), tail
    if not (dash and _WHOLE.fullmatch(_with_area(number, text != national)) and re.fullmatch(r"\d{1,6}", tail)):
        number, extension = national.replace("-", ""), ""
    number = _with_area(number, text != national)
    # 86 without a plus, as some phones write it.
    if number.startswith("86") and _MOBILE.fullmatch(number[2:]):
        number = number[2:]
    return f"{number}-{extension}" if extension else number


def _with_area(number: str, abroad: bool) -> str:
    """The number as dialled in the country: after +86 an area code stands without its 0."""
    bare = abroad and number.isdigit() and len(number) in {10, 11} and not number.startswith(("0", "400"))
    return f"0{number}" if bare and not _MOBILE.fullmatch(number) else number


def looks_like_phone(typed: str) -> bool:
    """Whether what somebody typed into a search may be a phone number. Source: house rule."""
    return bool(_NUMBER.fullmatch(normalise_phone(typed)))


def phone_forms(typed: Any) -> tuple[str, ...]:
    """The ways in which a number may stand in an index, the present one first.

    The numbers of people once kept the hyphen after the area code; the index knows equality only, and peers of that time
    still send such values.
    Source: house rule.
    """
    number = normalise_phone(typed)
    if not number.startswith("0"):
        return (number,)
    return (number, f"{number[:3]}-{number[3:]}", f"{number[:4]}-{number[4:]}")
