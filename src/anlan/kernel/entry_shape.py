"""The members of a journal body as it stands in the bytes, and the check that refuses every other shape; pure.

Source: docs/explanation/journal.md, section "Bodies and hashes" (house rule).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import orjson

from anlan.kernel.canonical import holds_nul, parse
from anlan.kernel.errors import ProtocolError

__all__ = ["KIND", "REGION", "SUBJECT", "TEXT_MEMBERS", "UUID", "check_members", "malformed", "parsed", "split_text"]

KIND = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*){2,4}")
SUBJECT = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*/[A-Za-z0-9][A-Za-z0-9_.:-]{0,79}")
REGION = re.compile(r"[0-9]{12}")
UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_HLC = re.compile(r"[0-7][0-9a-f]{15}")
# The years 1 to 9999, which is what a datetime can hold.
_FIRST_MS, _LAST_MS = -62_135_596_800_000, 253_402_300_799_999
# Envelope members in the body: attribute of Entry -> (member, value that is left out).
TEXT_MEMBERS = {
    "id": "id",
    "node": "node",
    "actor": "actor",
    "post": "post",
    "region": "region",
    "subject": "subject",
    "kind": "kind",
    "on_behalf_of": "behalf",
    "base": "base",
    "after": "after",
    "from_": "from",
    "to": "to",
    "once": "once",
    "batch": "batch",
}
_NEEDED = frozenset({"id", "node", "hlc", "wall", "region", "subject", "kind"})
_TYPES: dict[str, type] = {
    "wall": int, "at": int, "v": int, "drill": bool, "afters": dict, "over": list, "data": dict,
}  # fmt: skip
_SHAPES: dict[tuple[tuple[str, ...], tuple[type, ...]], bool] = {}
_MOST_SHAPES = 2000
# id, hlc, region, subject and kind of a body, with blanks between (which none of them can hold), in one look.
_NAMED = re.compile(
    rf"{UUID.pattern} {_HLC.pattern} {REGION.pattern}"
    r" ([a-z][a-z0-9_]*\.[a-z][a-z0-9_]*)/[A-Za-z0-9][A-Za-z0-9_.:-]{0,79} \1(?:\.[a-z][a-z0-9_]*){1,3}"
)
_KNOWN = frozenset(TEXT_MEMBERS.values()) | {"hlc", "wall", "v", "at", "afters", "over", "drill", "data"}


def malformed(member: str) -> ProtocolError:
    """The refusal of a body; `member` says where it is wrong."""
    return ProtocolError("journal.entry.malformed", reason=member)


def parsed(raw: bytes, member: str) -> Any:
    """The value of bytes that came from elsewhere.

    A lone surrogate is no JSON here; a NUL is, and PostgreSQL would refuse the row that is folded from it.

    Raises:
        ProtocolError: "journal.entry.malformed" with the reason "nul", or `member` for bytes that are not JSON.
    """
    if holds_nul(raw):
        raise malformed("nul")
    try:
        return parse(raw)
    except (ValueError, RecursionError) as error:
        raise malformed(member) from error


def check_members(members: dict[str, Any]) -> None:
    """Pass a parsed body that `body_bytes` could have written.

    Nearly every body is one that `_certain` passes, at a fifth of the price; whatever it does not decide is looked at
    member by member.

    Raises:
        ProtocolError: "journal.entry.malformed", `reason` is the first member that is wrong, missing or unknown.
    """
    if not _certain(members):
        _check_each(members)


def _certain(members: dict[str, Any]) -> bool:
    """Whether there is certainly nothing to refuse.

    Bodies of one kind have the same members of the same types, so names and types are asked once for each such shape;
    what is left to ask of every body are its values.
    """
    values = members.values()
    shape = (tuple(members), tuple(map(type, values)))
    if shape not in _SHAPES:
        if not _shaped(members):
            return False
        if len(_SHAPES) < _MOST_SHAPES:
            _SHAPES[shape] = True
    named = f"{members['id']} {members['hlc']} {members['region']} {members['subject']} {members['kind']}"
    get = members.get
    return (
        "" not in values
        and _NAMED.fullmatch(named) is not None
        and _FIRST_MS <= members["wall"] <= _LAST_MS
        and _FIRST_MS <= get("at", 0) <= _LAST_MS
        and get("v", 1) >= 0
        and get("drill", True) is True
        and ("afters" not in members or _ids(v for v in members["afters"].values() if v is not None))
        and ("over" not in members or _ids(members["over"]))
    )


def _shaped(members: dict[str, Any]) -> bool:
    """Whether the needed members are there, no unknown one is, and each is of its type."""
    if not (members.keys() <= _KNOWN and members.keys() >= _NEEDED):
        return False
    return all(type(value) is _TYPES.get(member, str) for member, value in members.items())


def _ids(values: Iterable[Any]) -> bool:
    return all(type(v) is str and v for v in values)


def _check_each(members: dict[str, Any]) -> None:
    if not members.keys() <= _KNOWN:
        raise malformed(min(members.keys() - _KNOWN))
    if not members.keys() >= _NEEDED:
        raise malformed(min(_NEEDED - members.keys()))
    for member in TEXT_MEMBERS.values():
        value = members.get(member, "x")
        if type(value) is not str or not value:
            raise malformed(member)
    for member in ("wall", "at"):
        value = members.get(member, 0)
        if type(value) is not int or not _FIRST_MS <= value <= _LAST_MS:
            raise malformed(member)
    if type(members["hlc"]) is not str or not _HLC.fullmatch(members["hlc"]):
        raise malformed("hlc")
    version = members.get("v", 2)
    if type(version) is not int or version < 0:
        raise malformed("v")
    if members.get("drill", True) is not True:
        raise malformed("drill")
    _check_shapes(members)


def _check_shapes(members: dict[str, Any]) -> None:
    for member, shape in (("id", UUID), ("kind", KIND), ("subject", SUBJECT), ("region", REGION)):
        if not shape.fullmatch(members[member]):
            raise malformed(member)
    if not members["kind"].startswith(members["subject"].partition("/")[0] + "."):
        raise malformed("kind")
    afters = members.get("afters", {})
    if type(afters) is not dict or not _ids(v for v in afters.values() if v is not None):
        raise malformed("afters")
    over = members.get("over", [])
    if type(over) is not list or not _ids(over):
        raise malformed("over")
    if type(members.get("data", {})) is not dict:
        raise malformed("data")


def split_text(text: bytes | str | None, *, trusted: bool = False) -> tuple[str, dict[str, Any]]:
    """Salt and text of the part that can be redacted; ("", {}) for None or b"".

    Args:
        trusted: the bytes, or the text they are stored as, were once checked here.
    Raises:
        ProtocolError: "journal.entry.malformed" with reason "text" or "nul".
    """
    if not text:
        return "", {}
    part = orjson.loads(text) if trusted else parsed(text, "text")
    if type(part) is not dict or part.keys() != {"salt", "text"}:
        raise malformed("text")
    if type(part["salt"]) is not str or type(part["text"]) is not dict:
        raise malformed("text")
    return part["salt"], part["text"]
