"""The members of a journal body as it stands in the bytes, and the check that refuses every other shape; pure.

Source: docs/explanation/journal.md, section "Bodies and hashes" (house rule).
"""

from __future__ import annotations

import re
from typing import Any

import orjson

from anlan.kernel.canonical import parse
from anlan.kernel.errors import ProtocolError

__all__ = ["KIND", "REGION", "SUBJECT", "TEXT_MEMBERS", "check_members", "malformed", "split_text"]

KIND = re.compile(r"[a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*){2,4}")
SUBJECT = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*/[A-Za-z0-9][A-Za-z0-9_.:-]{0,79}")
REGION = re.compile(r"[0-9]{12}")
_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
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
_KNOWN = frozenset(TEXT_MEMBERS.values()) | {"hlc", "wall", "v", "at", "afters", "over", "drill", "data"}


def malformed(member: str) -> ProtocolError:
    """The refusal of a body; `member` says where it is wrong."""
    return ProtocolError("journal.entry.malformed", reason=member)


def check_members(members: dict[str, Any]) -> None:
    """Pass a parsed body that `body_bytes` could have written.

    Raises:
        ProtocolError: "journal.entry.malformed", `reason` is the first member that is wrong, missing or unknown.
    """
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
    for member, shape in (("id", _UUID), ("kind", KIND), ("subject", SUBJECT), ("region", REGION)):
        if not shape.fullmatch(members[member]):
            raise malformed(member)
    if not members["kind"].startswith(members["subject"].partition("/")[0] + "."):
        raise malformed("kind")
    afters = members.get("afters", {})
    if type(afters) is not dict or not all(v is None or (type(v) is str and v) for v in afters.values()):
        raise malformed("afters")
    over = members.get("over", [])
    if type(over) is not list or not all(type(v) is str and v for v in over):
        raise malformed("over")
    if type(members.get("data", {})) is not dict:
        raise malformed("data")


def split_text(text: bytes | str | None, *, trusted: bool = False) -> tuple[str, dict[str, Any]]:
    """Salt and text of the part that can be redacted; ("", {}) for None or b"".

    Args:
        trusted: the bytes, or the text they are stored as, were once checked here.
    Raises:
        ProtocolError: "journal.entry.malformed" with reason "text".
    """
    if not text:
        return "", {}
    try:
        part = orjson.loads(text) if trusted else parse(text)
    except (ValueError, RecursionError) as error:
        raise malformed("text") from error
    if type(part) is not dict or part.keys() != {"salt", "text"}:
        raise malformed("text")
    if type(part["salt"]) is not str or type(part["text"]) is not dict:
        raise malformed("text")
    return part["salt"], part["text"]
