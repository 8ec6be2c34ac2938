"""One value of a ledger: from what a clerk typed or JSON brought to a plain value, to the journal, to the eye."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from anlan.kernel.deadlines import local_time
from anlan.kernel.errors import AnlanError, BadInput, Violation
from anlan.kernel.text import check_hidden, clean_cell, parse_bool, parse_date, parse_number
from anlan.platform import clock
from anlan.platform.clock import SHANGHAI
from anlan.platform.ledger import places
from anlan.platform.ledger.columns import Bound, by_name, columns_of, entered_of
from anlan.platform.ledger.declare import Ledger
from anlan.platform.scope import Scope

_SEPARATORS = str.maketrans(dict.fromkeys("，,;；|/\n", "、"))
_MAX_INT = 2**53 - 1
_REPEATED = frozenset({"choice", "region", "bool", "reference", "set", "date"})
_MOST_KNOWN = 20_000
YES_NO = {True: "是", False: "否"}


@dataclass(slots=True)
class Reader:
    """Reads values for one scope; keeps the lists of choices, so that 100,000 rows ask for them once."""

    ledger: Ledger
    scope: Scope | None
    _by_value: dict[str, dict[str, str]] = field(default_factory=dict)
    _by_label: dict[str, dict[str, list[str]]] = field(default_factory=dict)
    _known: dict[tuple[str, str], Any] = field(default_factory=dict)

    def read(self, bound: Bound, raw: Any) -> Any:
        """The plain value of a cell, a form field or a JSON member; None or "" for an empty one.

        Raises:
            BadInput: "ledger.value.*" or a code of kernel.text; facts name the column (`label`) and the value.
        """
        # A column of 100,000 regions or choices holds a few dozen different texts, and many cells are empty.
        repeats = raw is None or (type(raw) is str and (not raw or bound.kind in _REPEATED))
        key = (bound.name, raw) if repeats else None
        if key is not None and key in self._known:
            return self._known[key]
        for part in raw if isinstance(raw, (list, tuple)) else (raw,):
            if found := check_hidden(part, bound.name, bound.label):
                raise BadInput(found[0].code, **found[0].facts)
        value = self._read(bound, raw)
        if key is not None:
            if len(self._known) > _MOST_KNOWN:
                self._known.clear()
            self._known[key] = value
        return value

    def _read(self, bound: Bound, raw: Any) -> Any:
        kind = bound.kind
        if kind == "set":
            return self._members(bound, raw)
        if isinstance(raw, (dict, list, tuple)):
            raise BadInput("ledger.value.not_single", label=bound.label)
        if bound.column.parse is not None:
            text = clean_cell(raw)
            value = bound.column.parse(text) if text else None
            return self._listed(bound, value) if isinstance(value, str) and bound.listed else self._fits(bound, value)
        if kind in {"text", "vault"} and not (bound.listed and clean_cell(raw)):
            return self._fits(bound, _text(raw))
        text = clean_cell(raw) if not isinstance(raw, (date, bool)) else raw
        if text == "" or text is None:
            return None if bound.nullable or kind not in {"choice", "reference"} else ""
        if kind == "choice" or (kind in {"text", "reference"} and bound.listed):
            return self._listed(bound, str(text))
        if kind == "region":
            return places.read(str(text), self.scope.region if self.scope else "")
        return _READERS[kind](bound, text)

    def _listed(self, bound: Bound, text: str) -> str:
        self._load(bound)
        values, labels = self._by_value[bound.name], self._by_label[bound.name]
        if text in values:
            return text
        code, _, label = text.partition(" ")  # as an export writes those whose label alone is not enough
        if label and values.get(code, "").strip() == label.strip():
            return code
        found = labels.get("".join(text.split()).lower(), [])
        if len(found) > 1:
            offered = "、".join(f"{value} {values[value]}" for value in found[:4])
            raise BadInput("ledger.value.ambiguous", label=bound.label, value=text[:60], offered=offered)
        if not found:
            offered = "、".join(list(values.values())[:12])
            raise BadInput("ledger.value.not_listed", label=bound.label, value=text[:60], offered=offered)
        return found[0]

    def _members(self, bound: Bound, raw: Any) -> tuple[str, ...]:
        if raw is None:
            return ()
        parts = (
            list(raw)
            if isinstance(raw, (list, tuple, set, frozenset, dict))
            else clean_cell(raw).translate(_SEPARATORS).split("、")
        )
        if any(isinstance(part, (dict, list, tuple)) for part in parts):
            raise BadInput("ledger.value.not_single", label=bound.label)
        words = [word for part in parts if (word := clean_cell(part))]
        if bound.column.parse is not None:
            words = [str(bound.column.parse(word)) for word in words]
        if bound.listed:
            words = [self._listed(bound, word) for word in words]
        return tuple(dict.fromkeys(words))

    def _load(self, bound: Bound) -> None:
        if bound.name in self._by_value:
            return
        pairs = [(str(value), str(label)) for value, label in bound.choices(self.scope)]
        self._by_value[bound.name] = dict(pairs)
        labels = self._by_label[bound.name] = {}
        for value, label in dict(pairs).items():
            labels.setdefault("".join(label.split()).lower(), []).append(value)

    def _fits(self, bound: Bound, value: Any) -> Any:
        if value is None or value == "":
            return None if bound.nullable and bound.kind not in {"text", "vault", "choice"} else ""
        if isinstance(value, str) and bound.limit is not None and len(value) > bound.limit:
            raise BadInput("ledger.value.too_long", label=bound.label, length=len(value), limit=bound.limit)
        return value


def _text(raw: Any) -> str:
    """Text as typed, invisible characters and outer blanks removed; line breaks of a note are kept."""
    if isinstance(raw, str) and "\n" in raw:
        lines = [clean_cell(line) for line in raw.splitlines()]
        return "\n".join(lines).strip()
    return clean_cell(raw)


def _bool(bound: Bound, raw: Any) -> bool | None:
    return raw if isinstance(raw, bool) else parse_bool(raw)


def _int(bound: Bound, raw: Any) -> int:
    number = parse_number(raw)
    if number is None or number != number.to_integral_value() or abs(number) > _MAX_INT:
        raise BadInput("ledger.value.not_whole", label=bound.label, value=str(raw)[:60])
    return int(number)


def _float(bound: Bound, raw: Any) -> float:
    number = parse_number(raw)
    if number is None:
        raise BadInput("kernel.text.not_a_number", value=str(raw)[:60])
    return float(number)


def _decimal(bound: Bound, raw: Any) -> Decimal:
    number = parse_number(raw)
    if number is None:
        raise BadInput("kernel.text.not_a_number", value=str(raw)[:60])
    places_, digits = bound.places or 0, bound.digits or 30
    exponent = number.normalize().as_tuple().exponent
    if (isinstance(exponent, int) and -exponent > places_) or number.adjusted() + 1 > digits - places_:
        raise BadInput("ledger.value.digits", label=bound.label, value=str(raw)[:60], places=places_)
    return number


def _date(bound: Bound, raw: Any) -> date | None:
    return parse_date(raw)


def _datetime(bound: Bound, raw: Any) -> datetime:
    try:
        moment = raw if isinstance(raw, datetime) else datetime.fromisoformat(str(raw).strip())
    except ValueError:
        day = parse_date(raw)
        if day is None or len(str(raw)) > 11:
            raise BadInput("ledger.value.not_a_time", label=bound.label, value=str(raw)[:60]) from None
        moment = datetime(day.year, day.month, day.day, tzinfo=SHANGHAI)
    try:
        return (moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)).astimezone(UTC)
    except OverflowError:
        raise BadInput("ledger.value.not_a_time", label=bound.label, value=str(raw)[:60]) from None


def _reference(bound: Bound, raw: Any) -> str:
    return str(raw).strip()


_READERS = {
    "bool": _bool,
    "int": _int,
    "float": _float,
    "decimal": _decimal,
    "date": _date,
    "datetime": _datetime,
    "reference": _reference,
}


def read_values(reader: Reader, raw: Mapping[str, Any]) -> tuple[dict[str, Any], list[Violation]]:
    """Read the members of a form or a JSON object.

    Returns:
        Values by column name, and one violation for each member that is unknown, not enterable or unreadable.
    """
    names = by_name(reader.ledger)
    values: dict[str, Any] = {}
    violations: list[Violation] = []
    for key, cell in raw.items():
        bound = names.get(key)
        if bound is None:
            violations.append(Violation("ledger.value.unknown_field", {"field": key[:60]}, key[:60]))
        elif not bound.column.entered:
            violations.append(Violation("ledger.value.not_entered", {"label": bound.label}, bound.name))
        else:
            try:
                values[bound.name] = reader.read(bound, cell)
            except AnlanError as error:
                violations.append(as_violation(bound, error))
    return values, violations


def as_violation(bound: Bound, error: AnlanError) -> Violation:
    """A value's refusal as one reason at its column."""
    if len(error.violations) == 1:
        inner = error.violations[0]
        return Violation(inner.code, inner.facts, bound.name)
    return Violation(error.code, {"label": bound.label, **error.facts}, bound.name)


def missing(ledger: Ledger, values: Mapping[str, Any], *, creating: bool) -> list[Violation]:
    """Required columns left empty: all of them for a new row, those that are named for a change."""
    return [
        Violation("ledger.value.required", {"label": b.label}, b.name)
        for b in entered_of(ledger)
        if b.column.required and (creating or b.name in values) and values.get(b.name) in (None, "", ())
    ]


def plain(value: Any) -> Any:
    """A value as the journal's `data` keeps it: JSON only, dates as ISO text, instants in UTC, decimals as text."""
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        return format(value.normalize(), "f") if value else "0"
    if isinstance(value, (tuple, set, frozenset)):
        return sorted(value)
    return str(value) if isinstance(value, UUID) else value


def same(bound: Bound, held: Any, entered: Any) -> bool:
    """Whether an entered value equals the stored one; empty text and None are one thing where the column is text."""
    if held in (None, "") and entered in (None, ""):
        return True
    if bound.kind == "set":
        return set(held or ()) == set(entered or ())
    if bound.kind == "float" and held is not None and entered is not None:
        return abs(float(held) - float(entered)) < 1e-9
    if bound.kind == "bool" and held is not None and entered is not None:
        return bool(held) == bool(entered)
    if bound.kind == "reference":
        return str(held) == str(entered)
    return bool(held == entered)


class Shower:
    """Shows values to people; keeps labels of choices for a whole page or workbook.

    Args:
        exact: as an export writes them: of two choices with one label each is told by its code as well.
    """

    def __init__(self, ledger: Ledger, scope: Scope | None, *, exact: bool = False) -> None:
        self._labels: dict[str, dict[str, str]] = {}
        self._exact = exact
        self._scope = scope
        self._show = {b.name: self._shower(b) for b in columns_of(ledger)}

    def text(self, bound: Bound, value: Any) -> str:
        """The text of a stored value, "" for none."""
        return self._show[bound.name](value)

    def cell(self, bound: Bound, row: Mapping[str, Any]) -> str:
        """The text of a column in a row by JSON key; what waits no more is called so, by the server's clock."""
        value, lapse = row[bound.name.replace(".", "_")], bound.column.lapse
        if lapse is not None and value == lapse.value:
            since = row.get(lapse.since)
            if since not in (None, "") and (lapse.within is None or clock.now() - since > lapse.within):
                return lapse.label
        return self.text(bound, value)

    def _shower(self, bound: Bound) -> Any:
        given = bound.column.format
        if given is not None:
            return lambda value: "" if value is None else str(given(value))
        if bound.kind == "set":
            return lambda value: "、".join(self._label(bound, str(v)) for v in value or ())
        if bound.listed:
            return lambda value: "" if value in (None, "") else self._label(bound, str(value))
        return _SHOWERS.get(bound.kind, _show_text)

    def _label(self, bound: Bound, value: str) -> str:
        labels = self._labels.get(bound.name)
        if labels is None:
            labels = self._labels[bound.name] = {str(v): str(t) for v, t in bound.choices(self._scope)}
            if self._exact:
                often = Counter(labels.values())
                labels |= {v: f"{v} {t}" for v, t in labels.items() if often[t] > 1}
        return labels.get(value, value)


def _show_text(value: Any) -> str:
    return "" if value is None else str(value)


def show_number(value: Any) -> str:
    """A number without needless zeros: 79.0 as 79, 121.2621 as it is; "" for none."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.12g}"
    return format(value.normalize(), "f") if isinstance(value, Decimal) else str(value)


def show_time(value: datetime | None) -> str:
    """An instant as officials read it: `2026-11-22 08:50`, Asia/Shanghai (kernel.deadlines.local_time); "" for none."""
    return "" if value is None else local_time(value).strftime("%Y-%m-%d %H:%M")


_SHOWERS = {
    "bool": lambda value: "" if value is None else YES_NO[bool(value)],
    "datetime": show_time,
    "date": lambda value: "" if value is None else value.isoformat(),
    "region": lambda value: places.label(value or ""),
    "float": show_number,
    "decimal": show_number,
}
