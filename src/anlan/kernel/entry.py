"""One journal entry: its shape, its canonical bytes, its two-part hash, and what may not enter it.

Source: JOURNAL rules of the house (docs/explanation/journal.md), sections 1 and 4.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any

import orjson

from anlan.kernel.canonical import canonical, digest, json_violations, parse
from anlan.kernel.entry_shape import (
    KIND,
    REGION,
    SUBJECT,
    TEXT_MEMBERS,
    check_members,
    malformed,
    split_text,
)
from anlan.kernel.errors import Violation

__all__ = [
    "MAX_BODY_BYTES",
    "Draft",
    "Entry",
    "Step",
    "body_bytes",
    "body_hash",
    "born",
    "chain_hash",
    "check_draft",
    "entry_from_bytes",
    "text_bytes",
    "text_hash",
]

MAX_BODY_BYTES = 256 * 1024
"""Data and text of one entry together, as canonical bytes."""

_MAX_ONCE = 200
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a loop: the state it leaves and the state it enters."""

    from_: str
    to: str


@dataclass(frozen=True, slots=True)
class Draft:
    """What a service asks the journal to record; the journal adds identity, order, author and place in the tree.

    Attributes:
        kind: full kind, `inspection.hazard.closed`; its first two parts are the subject's type.
        subject: `inspection.hazard/<uuid>`.
        region: 12-digit code of the region the subject stands in after this entry.
        data: JSON values only (str, int, finite float, bool, None, list, dict); only what changed, enough to replay.
        text: free text and attachment references; the only part that can be redacted.
        at: when it happened, as stated by a person (aware UTC); None when it is the moment of recording.
        step: for an entry that moves the subject through its loop.
        once: a client's id or `overdue:<deadline>`: of entries of one subject with equal `once` the first counts.
        over: ids of entries that a decision outranks (decisions only).
        chosen: id of the tip a decision chooses (decisions only).
        legal: names of the legal fields that this entry writes; the journal names the entries they replace (`afters`).
    """

    kind: str
    subject: str
    region: str
    data: Mapping[str, Any] = field(default_factory=dict)
    text: Mapping[str, Any] = field(default_factory=dict)
    at: datetime | None = None
    step: Step | None = None
    once: str | None = None
    over: tuple[str, ...] = ()
    chosen: str | None = None
    legal: tuple[str, ...] = ()
    drill: bool = False
    v: int = 1


@dataclass(frozen=True, slots=True)
class Entry:
    """One immutable journal entry as born at a node. Times are UTC; `hlc` is milliseconds and 16 bits of counter.

    `after`/`afters`/`over`/`base` hold ids of earlier entries of the same subject. `base` is the subject's last entry
    the author held. `text` is empty where the author wrote none, where it was redacted, and where it is not held: a
    fold can't tell these apart, so what it does with text is the same everywhere once the text is gone.
    `effective_hlc` is `hlc` until `arrange` finds a correction or a cause that is later.
    A stub (somebody else's region) is not an Entry: only its node, seq and body hash are held.
    """

    id: str
    node: str
    hlc: int
    wall: int
    actor: str
    post: str
    region: str
    subject: str
    kind: str
    v: int = 1
    on_behalf_of: str | None = None
    at: int | None = None
    base: str | None = None
    after: str | None = None
    from_: str | None = None
    to: str | None = None
    afters: Mapping[str, str | None] = field(default_factory=dict)
    over: tuple[str, ...] = ()
    once: str | None = None
    drill: bool = False
    batch: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)
    text: Mapping[str, Any] = field(default_factory=dict)
    salt: str = ""
    effective_hlc: int | None = None

    @property
    def type(self) -> str:
        """The subject's type, `inspection.hazard`."""
        return self.subject.partition("/")[0]

    @property
    def subject_id(self) -> str:
        """The subject's own id, without its type."""
        return self.subject.partition("/")[2]

    @property
    def time(self) -> datetime:
        """When it happened: `at` if a person stated it, else the (corrected) clock; aware UTC, milliseconds."""
        ms = self.at if self.at is not None else (self.effective_hlc or self.hlc) >> 16
        return _instant(ms)


@lru_cache(maxsize=1024)
def _instant(ms: int) -> datetime:
    """An entry is asked for its time by each of its folds, and entries of one transaction share it."""
    return _EPOCH + timedelta(milliseconds=ms)


def born(
    draft: Draft,
    *,
    id: str,
    node: str,
    hlc: int,
    wall: int,
    actor: str,
    post: str = "",
    on_behalf_of: str | None = None,
    base: str | None = None,
    tip: str | None = None,
    standing: Mapping[str, str] | None = None,
    batch: str | None = None,
    salt: str = "",
) -> Entry:
    """The entry a checked draft becomes at `node`.

    Args:
        id: UUIDv7. hlc: packed, greater than the subject's last. wall: the raw clock, ms since 1970 UTC.
        base: id of the subject's last entry held here.
        tip: `Arranged.tip` of the subject; a decision stands on what it chose instead.
        standing: `Arranged.standing` of the subject: per legal field the entry whose value holds now.
        salt: 32 hex digits of randomness; kept only where the draft has text.
    """
    decides_field = bool(draft.over and draft.legal)
    held = standing or {}
    return Entry(
        id=id,
        node=node,
        hlc=hlc,
        wall=wall,
        actor=actor,
        post=post,
        region=draft.region,
        subject=draft.subject,
        kind=draft.kind,
        v=draft.v,
        on_behalf_of=on_behalf_of,
        at=None if draft.at is None else _ms(draft.at),
        base=base,
        after=draft.chosen if draft.over and not decides_field else tip,
        from_=(draft.step.from_ or None) if draft.step else None,
        to=draft.step.to if draft.step else None,
        afters={name: draft.chosen if decides_field else held.get(name) for name in draft.legal},
        over=tuple(sorted(draft.over)),
        once=draft.once,
        drill=draft.drill,
        batch=batch,
        data=dict(draft.data),
        text=dict(draft.text),
        salt=salt if draft.text else "",
        effective_hlc=hlc,
    )


def _ms(at: datetime) -> int:
    """Whole milliseconds since 1970; integer arithmetic, because a float loses some."""
    delta = at - _EPOCH
    return delta.days * 86_400_000 + delta.seconds * 1000 + delta.microseconds // 1000


def legal_values(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """Where an entry keeps the values of legal fields: under `set` in a ledger's entries, else at the top of `data`."""
    values = data.get("set")
    return values if isinstance(values, Mapping) else data


def body_bytes(entry: Entry) -> bytes:
    """Canonical bytes of envelope and data, without text; members that are null, empty or usual are left out.

    `hlc` is written as 16 hex digits: 64 bits do not fit a JSON number everywhere, and the text sorts like the number.
    These bytes are made once, by the author; afterwards they are stored and sent as they are.
    """
    body: dict[str, Any] = {"hlc": f"{entry.hlc:016x}", "wall": entry.wall}
    for attribute, member in TEXT_MEMBERS.items():
        value = getattr(entry, attribute)
        if value:
            body[member] = value
    if entry.v != 1:
        body["v"] = entry.v
    if entry.at is not None:
        body["at"] = entry.at
    if entry.afters:
        body["afters"] = dict(entry.afters)
    if entry.over:
        body["over"] = list(entry.over)
    if entry.drill:
        body["drill"] = True
    if entry.data:
        body["data"] = dict(entry.data)
    return canonical(body)


def text_bytes(entry: Entry) -> bytes:
    """Canonical bytes of salt and text, `{"salt":…,"text":{…}}`; b"" when the entry has no text."""
    if not entry.text:
        return b""
    return canonical({"salt": entry.salt, "text": dict(entry.text)})


def text_hash(text: bytes, algorithm: str = "sha256") -> bytes | None:
    """H(salt ‖ text) over `text_bytes`; None for an entry without text. 32 bytes.

    Kept beside the text: it is what remains after a redaction. The salt makes it useless for guessing a phone number.
    """
    return digest(text, algorithm) if text else None


def body_hash(body: bytes, text_hash: bytes | None, algorithm: str = "sha256") -> bytes:
    """H(envelope ‖ data ‖ H(salt ‖ text)), 32 bytes. `text_hash` is None only for an entry that never had text."""
    return digest(body + (text_hash or b""), algorithm)


def chain_hash(prev: bytes, body_hash: bytes, algorithm: str = "sha256") -> bytes:
    """The link of one node's chain: H(prev ‖ body_hash). `prev` is b"" for the node's first entry."""
    return digest(prev + body_hash, algorithm)


def entry_from_bytes(body: bytes | str, text: bytes | str | None, *, trusted: bool = False) -> Entry:
    """The entry that `body_bytes` and `text_bytes` wrote; `text` is None or b"" when blank, redacted or not held.

    Args:
        trusted: skip the checks for bytes that this node once checked itself (a rebuild reads millions); only then
            they may come as the text that they are stored as.
    Raises:
        ProtocolError: "journal.entry.malformed" with the reason, for any bytes that this code does not write.
            Members it does not know are refused too: folding without them would part two versions silently.
    """
    try:
        members = orjson.loads(body) if trusted else parse(body)
    except (ValueError, RecursionError) as error:
        raise malformed("json") from error
    if type(members) is not dict:
        raise malformed("object")
    if not trusted:
        check_members(members)
    salt, words = split_text(text, trusted=trusted)
    get = members.get
    hlc = int(members["hlc"], 16)
    return Entry(
        members["id"],
        members["node"],
        hlc,
        members["wall"],
        get("actor", ""),
        get("post", ""),
        members["region"],
        members["subject"],
        members["kind"],
        get("v", 1),
        get("behalf"),
        get("at"),
        get("base"),
        get("after"),
        get("from"),
        get("to"),
        get("afters") or {},
        tuple(get("over", ())),
        get("once"),
        get("drill", False),
        get("batch"),
        get("data") or {},
        words,
        salt,
        hlc,
    )


def check_draft(draft: Draft) -> list[Violation]:
    """Every reason why `draft` can't be recorded, whatever its subject's state; empty when it can.

    Control characters are refused here as the last line, whatever the door forgot.
    Source: docs/explanation/journal.md (house rule). NUL and lone surrogates are refused because PostgreSQL's jsonb
    and other readers refuse them, and one such entry would hold up its node's whole chain.
    """
    found = _check_names(draft)
    found += json_violations(dict(draft.data), "data")
    found += json_violations(dict(draft.text), "text")
    if not found:
        size = len(canonical(dict(draft.data))) + len(canonical(dict(draft.text)))
        if size > MAX_BODY_BYTES:
            found.append(Violation("journal.draft.too_large", {"size": size, "limit": MAX_BODY_BYTES}, "data"))
    if draft.at is not None and draft.at.tzinfo is None:
        found.append(Violation("journal.draft.at_without_zone", {}, "at"))
    return found + _check_decision(draft)


def _check_names(draft: Draft) -> list[Violation]:
    found = []
    if not SUBJECT.fullmatch(draft.subject):
        found.append(Violation("journal.draft.subject", {"subject": repr(draft.subject)}, "subject"))
    if not KIND.fullmatch(draft.kind) or not draft.kind.startswith(draft.subject.partition("/")[0] + "."):
        found.append(Violation("journal.draft.kind", {"kind": repr(draft.kind)}, "kind"))
    if not REGION.fullmatch(draft.region):
        found.append(Violation("journal.draft.region", {"region": repr(draft.region)}, "region"))
    if draft.v < 0:
        found.append(Violation("journal.draft.version", {"v": draft.v}, "v"))
    if draft.step is not None:
        if not (draft.step.from_ is not None and draft.step.to):
            found.append(Violation("journal.draft.step", {}, "step"))
        found += json_violations([draft.step.from_, draft.step.to], "step")
    if draft.once is not None:
        if not 0 < len(draft.once) <= _MAX_ONCE:
            found.append(Violation("journal.draft.once", {"limit": _MAX_ONCE}, "once"))
        found += json_violations(draft.once, "once")
    return found


def _check_decision(draft: Draft) -> list[Violation]:
    found = json_violations([*draft.over, draft.chosen], "over")
    if bool(draft.over) != (draft.chosen is not None):
        found.append(Violation("journal.draft.decision_incomplete", {}, "over"))
    if draft.over and draft.step is not None:
        found.append(Violation("journal.draft.decision_with_step", {}, "step"))
    if draft.chosen is not None and draft.chosen in draft.over:
        found.append(Violation("journal.draft.decision_over_chosen", {}, "over"))
    written = legal_values(draft.data).keys()
    if not draft.over and not set(draft.legal) <= written:
        names = "、".join(sorted(set(draft.legal) - written))
        found.append(Violation("journal.draft.legal_without_value", {"fields": names}, "legal"))
    return found
