"""A subject's history (履历) as people read it: when, who, what, which fields from what to what, what does not count.

The changes come from folding the entries one after the other, so they show what every entry did to the row, whatever
its kind. Names of people are looked up by a resolver that `config` sets, because accounts lie above the platform.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from django.db import models

from anlan.kernel.entry import Entry
from anlan.kernel.errors import NotFound
from anlan.kernel.messages import catalogue, render
from anlan.platform.catalogue import CATALOGUE, Row
from anlan.platform.journal import asof
from anlan.platform.journal.fold import fold_entry, readable
from anlan.platform.journal.models import Head, JournalEntry
from anlan.platform.journal.record import SYSTEM_ACTOR
from anlan.platform.journal.refold import entry_of, fold_held
from anlan.platform.ledger import places, queries
from anlan.platform.ledger.columns import by_name
from anlan.platform.ledger.declare import Ledger
from anlan.platform.ledger.values import YES_NO, Shower, show_time
from anlan.platform.scope import Scope

_ENVELOPE = frozenset({"id", "region6", "region9", "drill", "contested", "created_at", "changed_at"})
_MOST_ENTRIES = 500
_HASH = re.compile(r"[0-9a-f]{64}")
_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")


@dataclass
class _Names:
    """Who looks up names by person id; set once by config."""

    resolve: Callable[[Iterable[str]], Mapping[str, str]] = field(default=lambda ids: {})


NAMES = _Names()


@dataclass(frozen=True, slots=True)
class Change:
    """One field that an entry changed, as text; "" for empty."""

    field: str
    label: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Happening:
    """One entry of a history.

    Attributes:
        at: when it happened; `recorded_at`: when it was recorded (later where a person stated an earlier time).
        state: label of the state that a step led to, "" for no step.
        words: (label, text) of free text; `photos`: sha256 of attachments.
        redacted: its free text was erased by law. contested: it does not count (now). bare: it holds free text still.
    """

    id: str
    at: datetime
    recorded_at: datetime
    actor: str
    who: str
    on_behalf_of: str
    kind: str
    label: str
    state: str
    changes: tuple[Change, ...]
    words: tuple[tuple[str, str], ...]
    photos: tuple[str, ...]
    node: str
    redacted: bool
    contested: bool
    bare: bool = False


def visible_subject(scope: Scope, subject: str) -> Head:
    """The head of a subject whose history this person may read.

    Those who see an object see its history; the right `journal.read` opens every history of the scope's region.

    Raises:
        NotFound: "ledger.history_missing", also for what lies outside the scope.
    """
    kind, _, key = subject.partition("/")
    head = Head.objects.filter(subject=subject, version__gt=0).first()
    if head is None:
        raise NotFound("ledger.history_missing")
    ledger: Ledger | None = CATALOGUE.ledgers.get(kind)
    if ledger is not None and _sees(scope, ledger, key):
        return head
    limited = scope.subjects is not None or scope.office is not None
    if limited or not scope.may("journal.read") or not scope.covers(head.region):
        raise NotFound("ledger.history_missing")
    return head


def _sees(scope: Scope, ledger: Ledger, key: str) -> bool:
    if ledger.view and not scope.may(ledger.view):
        return False
    try:
        queries.row_get(scope, ledger, key)
    except NotFound:
        return False
    return True


def history_of(subject: str, scope: Scope | None = None) -> list[Happening]:
    """The entries of a subject, latest first, at most 500. The caller has checked that the person may see them."""
    head = Head.objects.filter(subject=subject).first()
    if head is None:
        return []
    stored = {str(e.id): e for e in JournalEntry.objects.filter(sid=head.sid)}
    arranged = fold_held(head.sid).arranged
    changes = _changes(subject, arranged.effective, scope)
    entries = sorted((entry_of(e) for e in stored.values()), key=lambda e: (e.hlc, e.node, e.id), reverse=True)
    effective = {e.id: e for e in arranged.effective}
    entries = [effective.get(e.id, e) for e in entries[:_MOST_ENTRIES]]
    people = {e.actor for e in entries} | {e.on_behalf_of or "" for e in entries}
    names = NAMES.resolve(people - {""})
    off = stored.keys() - effective.keys()
    return [_happening(e, stored[e.id], names, changes.get(e.id, ()), e.id in off) for e in entries]


def history_json(subject: str, scope: Scope | None = None) -> list[dict[str, Any]]:
    """`history_of` for the API."""
    return [
        {
            "id": h.id,
            "at": h.at,
            "recorded_at": h.recorded_at,
            "actor": h.actor,
            "actor_name": h.who,
            "on_behalf_of": h.on_behalf_of,
            "kind": h.kind,
            "label": h.label,
            "state": h.state,
            "changes": [{"field": c.field, "label": c.label, "old": c.old, "new": c.new} for c in h.changes],
            "text": [{"label": label, "text": text} for label, text in h.words],
            "photos": h.photos,
            "node": h.node,
            "redacted": h.redacted,
            "contested": h.contested,
        }
        for h in history_of(subject, scope)
    ]


def stood_at(subject: str, moment: datetime, *, known: bool, scope: Scope | None = None) -> tuple[Change, ...] | None:
    """The subject's fields as of `moment`; None where there was nothing yet. The caller has checked who may see it.

    Args:
        moment: aware. known: what this server knew then (by arrival); else the state then, by the corrected clocks.
    Raises:
        NotFound: "journal.subject_not_found".
    """
    row = (asof.known_at if known else asof.state_at)(subject, moment)
    kind = subject.partition("/")[0]
    model = CATALOGUE.projections.get(kind)
    if row is None or model is None:
        return None
    return _RowShower(model, CATALOGUE.ledgers.get(kind), scope).differences({}, row)


def label_of(kind: str) -> str:
    """What an entry of this kind is called: its loop action's label, else the message `history.<kind>`, else by its verb."""
    for loop in CATALOGUE.loops.values():
        for action in loop.actions:
            if action.kind == kind:
                return str(action.label)
    words = catalogue()
    verb = kind.rpartition(".")[2]
    return words.get(f"history.{kind}") or words.get(f"history.{verb}") or verb


def subject_label(kind: str) -> str:
    """What subjects of this type are called: their ledger's label, their table's name, else `history.subject.<type>`."""
    ledger: Ledger | None = CATALOGUE.ledgers.get(kind)
    if ledger is not None:
        return ledger.label
    model = CATALOGUE.projections.get(kind)
    return str(model._meta.verbose_name) if model else catalogue().get(f"history.subject.{kind}", kind)


def _unnamed(actor: str) -> str:
    return render("history.system", {}) if actor in {"", SYSTEM_ACTOR} else actor[:8]


def _happening(
    entry: Entry, stored: JournalEntry, names: Mapping[str, str], changes: tuple[Change, ...], off: bool
) -> Happening:
    words, photos = _texts(entry.type, entry.text)
    recorded = datetime.fromtimestamp(entry.wall / 1000, UTC)
    return Happening(
        id=entry.id,
        at=entry.time,
        recorded_at=recorded,
        actor=entry.actor,
        who=names.get(entry.actor, "") or _unnamed(entry.actor),
        on_behalf_of=names.get(entry.on_behalf_of or "", ""),
        kind=entry.kind,
        label=label_of(entry.kind),
        state=_state(entry),
        changes=changes,
        # What became a field of the row is told by its change already.
        words=tuple(pair for pair in words if pair[1] not in {c.new for c in changes}),
        photos=photos,
        node=entry.node,
        redacted=stored.text is None and stored.text_hash is not None,
        contested=off,
        bare=stored.text is not None,
    )


def _state(entry: Entry) -> str:
    if not entry.to:
        return ""
    for loop in CATALOGUE.loops.values():
        if loop.subject == entry.type:
            return next((s.label for s in loop.states if s.id == entry.to), entry.to)
    return entry.to


def _texts(kind: str, text: Mapping[str, Any]) -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """Free text by its label, and attachment references, wherever they stand in the entry's text."""
    words, photos = [], []
    labels = catalogue()
    for key, value in text.items():
        if isinstance(value, list) and all(isinstance(v, str) and len(v) == 64 for v in value):
            photos += value
        elif isinstance(value, str) and value:
            words.append((labels.get(f"history.text.{key}") or _field_label(kind, key), value))
    return tuple(words), tuple(photos)


def _field_label(kind: str, name: str) -> str:
    """The model's word for a text that is kept under the name of its field."""
    model = CATALOGUE.projections.get(kind)
    fields = {f.attname: f for f in model._meta.concrete_fields} if model else {}
    return str(fields[name].verbose_name) if name in fields else name


def _changes(subject: str, effective: Iterable[Entry], scope: Scope | None) -> dict[str, tuple[Change, ...]]:
    """What each entry that counts changed in the row, by entry id."""
    kind = subject.partition("/")[0]
    model = CATALOGUE.projections.get(kind)
    found: dict[str, tuple[Change, ...]] = {}
    row: Row | None = None
    if model is None:
        return found
    shower = _RowShower(model, CATALOGUE.ledgers.get(kind), scope)
    for entry in effective:
        if not readable(entry):
            break
        before, row = row, fold_entry(row, entry)
        found[entry.id] = shower.differences(before or {}, row or {}) + _sealed(entry, shower)
    return found


def _sealed(entry: Entry, shower: _RowShower) -> tuple[Change, ...]:
    names = entry.data.get("vault")
    if not isinstance(names, list):
        return ()
    return tuple(Change(str(n), shower.label(str(n)), "", render("history.sealed", {})) for n in names)


class _RowShower:
    """Shows the difference of two rows with the ledger's labels, or the model's where there is no ledger."""

    def __init__(self, model: type[models.Model], ledger: Ledger | None, scope: Scope | None) -> None:
        self._fields = {f.attname: f for f in model._meta.concrete_fields}
        self._columns = by_name(ledger) if ledger else {}
        self._shower = Shower(ledger, scope) if ledger else None
        children = getattr(model, "CHILDREN", {})
        self._models = {name: model._meta.get_field(name).related_model for name in children}
        self._children = {name: child._meta.verbose_name for name, child in self._models.items()}
        self._names: dict[str, str] = {}
        own = scope is not None and scope.subjects is not None
        withheld: frozenset[str] = getattr(model, "OFFICE_ONLY", frozenset()) if own else frozenset()
        # MACHINE_ONLY: columns that only programs read, such as a kept declaration; they tell a reader nothing.
        self._withheld = withheld | getattr(model, "MACHINE_ONLY", frozenset())

    def label(self, name: str) -> str:
        """The Chinese name of a column, of a set or of a vault value."""
        if name in self._columns:
            return self._columns[name].label
        if name in self._fields:
            return str(self._fields[name].verbose_name)
        return str(self._children.get(name, name))

    def differences(self, old: Row, new: Row) -> tuple[Change, ...]:
        """Every field of the table and every member of a set that differs."""
        found = []
        for name in dict.fromkeys((*old, *new)):
            before, after = old.get(name), new.get(name)
            if (
                name in _ENVELOPE
                or name in self._withheld
                or before == after
                or (before in (None, "") and after in (None, ""))
            ):
                continue
            if name in self._children:
                found += self._members(name, before or {}, after or {})
            elif name in self._fields:
                shown = self._text(name, before), self._text(name, after)
                if any(shown):
                    found.append(Change(name, self.label(name), *shown))
        return tuple(found)

    def _members(self, name: str, old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
        gone = {k: old[k] for k in old if k not in new}
        come = {k: row for k, row in new.items() if k not in old or old[k] != row}
        if not (gone or come):
            return []
        return [Change(name, self.label(name), self._named(name, gone), self._named(name, come))]

    def _named(self, name: str, members: Mapping[str, Any]) -> str:
        """Members of a set in words: codes by their labels, others as their model names itself, else only how many."""
        if name in self._columns:
            return self._text(name, list(members))
        model = self._models[name]
        if "__str__" not in vars(model):
            return f"{len(members)} 项" if members else ""
        known = {f.attname for f in model._meta.concrete_fields}
        rows = ({k: v for k, v in row.items() if k in known} for row in members.values())
        texts = [str(model(key=key, **row)) for key, row in zip(members, rows, strict=True)]
        # A photo's name is its hash, which tells nobody anything; the photos themselves stand below the changes.
        return f"{len(texts)} 项" if any(_HASH.fullmatch(text) for text in texts) else "、".join(texts)

    def _text(self, name: str, value: Any) -> str:
        bound = self._columns.get(name)
        if bound is not None and self._shower is not None:
            shown = self._shower.text(bound, _typed(bound.kind, value))
            return (self._name_of(self._fields.get(name), shown) or shown) if _is_id(shown) else shown
        if isinstance(value, list):
            return "、".join(str(v) for v in value)
        if value is None:
            return ""
        held = self._fields.get(name)
        if _is_id(value):
            return self._name_of(held, value)
        if held is not None and held.flatchoices:
            return str(dict(held.flatchoices).get(value, value))
        if isinstance(held, models.DateTimeField):
            return show_time(_typed("datetime", value))
        if isinstance(value, bool):
            return YES_NO[value]
        return places.label(value) if name == "region" else str(value)

    def _name_of(self, held: Any, key: str) -> str:
        """What an id stands for: the object a foreign key leads to, else a person; "" where nobody can read it."""
        if key not in self._names:
            found = None
            if isinstance(held, models.ForeignKey):
                found = held.related_model._default_manager.filter(pk=key).first()
            self._names[key] = str(found) if found else NAMES.resolve([key]).get(key, "")
        return self._names[key]


def _is_id(value: Any) -> bool:
    return isinstance(value, str) and _ID.fullmatch(value) is not None


def _typed(kind: str, value: Any) -> Any:
    """A folded value as a column would hold it: folds keep dates and instants as ISO text."""
    if kind == "datetime" and isinstance(value, str):
        return datetime.fromisoformat(value)
    if kind == "date" and isinstance(value, str):
        return datetime.fromisoformat(value).date()
    return value
