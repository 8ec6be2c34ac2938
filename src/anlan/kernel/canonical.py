"""Canonical JSON bytes, the hashes made of them, and what may not enter them.

Source: docs/explanation/journal.md, section "Bodies and hashes" (house rule).
"""

from __future__ import annotations

import hashlib
import json
import math
import re
from collections.abc import Iterator, Mapping
from typing import Any

import orjson

from anlan.kernel.errors import ProtocolError, Violation
from anlan.kernel.labels import field_label
from anlan.kernel.text import hidden

__all__ = ["HASH_ALGORITHMS", "MAX_DEPTH", "MAX_INT", "canonical", "digest", "holds_nul", "json_violations", "parse"]

HASH_ALGORITHMS = ("sha256", "sm3")
MAX_INT = 2**53 - 1
"""Largest whole number that every JSON reader (browsers too) keeps exact."""
MAX_DEPTH = 32


def canonical(value: Any) -> bytes:
    """UTF-8 JSON with sorted keys and no white space.

    Only for values that `json_violations` passes: orjson silently turns NaN into null and a dataclass into an object.
    Raises TypeError for values JSON does not know.
    """
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS)


def digest(data: bytes, algorithm: str = "sha256") -> bytes:
    """The 32-byte hash of `data`.

    Raises:
        ProtocolError: "journal.hash.unknown_algorithm" for a name outside HASH_ALGORITHMS or one OpenSSL lacks here.
    Source:
        FIPS 180-4 (SHA-256); GB/T 32905 (SM3).
    """
    if algorithm == "sha256":
        return hashlib.sha256(data).digest()
    if algorithm in HASH_ALGORITHMS:
        try:
            return hashlib.new(algorithm, data).digest()
        except ValueError as error:
            raise ProtocolError("journal.hash.unknown_algorithm", algorithm=algorithm) from error
    raise ProtocolError("journal.hash.unknown_algorithm", algorithm=algorithm)


# An escaped NUL, and not a backslash that somebody wrote before "u0000".
_NUL = re.compile(rb"(?<!\\)(?:\\\\)*\\u0000")


def parse(raw: bytes) -> Any:
    """The value of canonical bytes.

    A member written twice means one thing to one reader and another to the next, so it is refused. Numbers may be
    spelled otherwise than here (another version's float printing), so the bytes are not compared beyond the fast path.

    Raises:
        ValueError: not UTF-8 JSON, a repeated member, a number that is not finite, a NUL in a text, or nested deeper than can
            be written.
    """
    # Written by no honest node (`json_violations`), and PostgreSQL takes none: it would hold up its author's chain for ever.
    if holds_nul(raw):
        raise ValueError("NUL")
    value = orjson.loads(raw)
    try:
        same = orjson.dumps(value) == raw
    except TypeError as error:  # it reads deeper than it writes
        raise ValueError("too deep") from error
    # Written back in the order in which it came: a repeated member is gone then, a number spelled otherwise differs.
    if not same:
        json.loads(raw, object_pairs_hook=_no_repeats, parse_constant=_no_constants)
    return value


def holds_nul(raw: bytes) -> bool:
    """Whether a text or a member's name within these JSON bytes holds a NUL, which PostgreSQL stores nowhere."""
    return b"\\u0000" in raw and _NUL.search(raw) is not None


def _no_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise ValueError("repeated member")
    return members


def _no_constants(name: str) -> None:
    raise ValueError(name)


def json_violations(value: Any, field: str) -> list[Violation]:
    """Every reason why `value` can't become part of a journal body; `field` names it in the answer.

    Refused: NUL and other control characters, overrides of the direction of writing, lone surrogates, numbers that
    are not finite or exceed MAX_INT, keys that are not text, types JSON does not know (tuples too: they would come
    back as lists), nesting deeper than MAX_DEPTH.
    """
    return [] if _harmless(value, 0) else list(_walk(value, field, 0))


def _harmless(value: Any, depth: int) -> bool:
    """Whether there is certainly nothing to refuse: nearly always, at a tenth of the walk's price.

    Printable text has no hidden characters; whatever is not decided here is walked.
    """
    kind = type(value)
    if kind is str:
        return bool(value.isprintable())
    if kind is int:
        return bool(-MAX_INT <= value <= MAX_INT)
    if kind is float:
        return math.isfinite(value)
    if kind is dict and depth < MAX_DEPTH:
        for key, item in value.items():
            if type(key) is not str or not key.isprintable() or not _harmless(item, depth + 1):
                return False
        return True
    if kind is list and depth < MAX_DEPTH:
        return all(_harmless(item, depth + 1) for item in value)
    return value is None or kind is bool


def _walk(value: Any, where: str, depth: int) -> Iterator[Violation]:
    if value is None or value is True or value is False:
        return
    if isinstance(value, str):
        yield from _check_text(value, where)
    elif isinstance(value, int):
        if not -MAX_INT <= value <= MAX_INT:
            yield Violation("journal.draft.number_too_large", {"field": field_label(where)}, where)
    elif isinstance(value, float):
        if not math.isfinite(value):
            yield Violation("journal.draft.number_not_finite", {"field": field_label(where)}, where)
    elif isinstance(value, Mapping | list) and depth >= MAX_DEPTH:
        yield Violation("journal.draft.too_deep", {"field": field_label(where), "limit": MAX_DEPTH}, where)
    elif isinstance(value, dict):
        for key, item in value.items():
            if isinstance(key, str):
                yield from _check_text(key, where)
                yield from _walk(item, f"{where}.{key}", depth + 1)
            else:
                yield Violation(
                    "journal.draft.not_json", {"field": field_label(where), "type": type(key).__name__}, where
                )
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _walk(item, f"{where}.{index}", depth + 1)
    else:
        yield Violation("journal.draft.not_json", {"field": field_label(where), "type": type(value).__name__}, where)


def _check_text(text: str, where: str) -> Iterator[Violation]:
    found = hidden(text)
    if found is None:
        return
    position, char = found
    if char == "U+0000":
        yield Violation("journal.draft.nul", {"field": field_label(where)}, where)
    elif char.startswith(("U+D8", "U+D9", "U+DA", "U+DB", "U+DC", "U+DD", "U+DE", "U+DF")):
        yield Violation("journal.draft.surrogate", {"field": field_label(where)}, where)
    else:
        yield Violation(
            "journal.draft.hidden", {"field": field_label(where), "position": position, "char": char}, where
        )
