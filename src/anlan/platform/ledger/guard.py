"""What may be written into a ledger: readable values, within the person's region, office and subjects, not twice."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from anlan.kernel.errors import BadInput, NotAllowed, RuleViolation, Violation
from anlan.kernel.geo import check_lonlat
from anlan.platform.database import hold_keys
from anlan.platform.ledger.columns import attname, by_name, entered_of, has_field, model_of
from anlan.platform.ledger.declare import Ledger
from anlan.platform.ledger.values import Reader, Shower, missing, read_values
from anlan.platform.scope import Scope


def require_entered(ledger: Ledger) -> None:
    """Refuse a ledger into which people enter nothing.

    Raises:
        NotAllowed: "ledger.read_only".
    """
    if not (ledger.change and entered_of(ledger)):
        raise NotAllowed("ledger.read_only", ledger=ledger.label)


def readable(reader: Reader, raw: Mapping[str, Any], *, creating: bool) -> dict[str, Any]:
    """The values of `raw` by column name.

    Raises:
        NotAllowed: "ledger.read_only" where people enter nothing: only the context's own steps write there.
        BadInput: "ledger.values_refused" with every unreadable, unknown and missing field.
    """
    require_entered(reader.ledger)
    values, violations = read_values(reader, raw)
    seen = {v.field for v in violations}
    violations += [v for v in missing(reader.ledger, values, creating=creating) if v.field not in seen]
    if violations:
        raise BadInput("ledger.values_refused", violations, ledger=reader.ledger.label)
    return values


def prepared(ledger: Ledger, values: dict[str, Any], held: Mapping[str, Any] | None) -> dict[str, Any]:
    """The values with what follows from them, past the ledger's own check of the whole row.

    Raises:
        RuleViolation: "ledger.rule_refused" with the check's reasons.
    """
    if ledger.prepare is not None:
        values = dict(ledger.prepare(values, held))
    violations = ledger.check(values, held) if ledger.check is not None else []
    if violations := list(violations) or _check_point(ledger, values, held or {}):
        raise RuleViolation("ledger.rule_refused", violations, ledger=ledger.label)
    return values


def _check_point(ledger: Ledger, values: Mapping[str, Any], held: Mapping[str, Any]) -> list[Violation]:
    """Why an entered position (WGS-84) can't stand: half of it is missing, or it lies outside China. House rule."""
    if ledger.point is None or not any(name in values for name in ledger.point):
        return []
    east, north = ledger.point
    lon, lat = (values.get(name, held.get(name)) for name in ledger.point)
    if lon is None or lat is None:
        missing_one = east if lon is None else north
        return [] if lon is lat else [Violation("ledger.value.place_half", {}, missing_one)]
    found = check_lonlat(float(lon), float(lat), china=True)
    return [Violation(v.code, v.facts, north if v.field == "lat" else east) for v in found]


def region_of(ledger: Ledger, scope: Scope, values: Mapping[str, Any]) -> str:
    """The 12-digit region of a new row: as entered, else the person's own."""
    return values.get("region") or scope.region.ljust(12, "0")


def check_new(ledger: Ledger, scope: Scope, values: Mapping[str, Any]) -> None:
    """Refuse a new row outside the scope's region, office or subjects.

    Raises:
        NotAllowed: "platform.region_outside", "ledger.office_outside", "ledger.subject_outside".
    """
    by = model_of(ledger).SCOPED_BY
    if by.region:
        scope.require_region(region_of(ledger, scope, values))
    # An empty office is filled in with the person's own by whoever writes the row.
    if by.office and scope.office is not None and str(values.get(by.office) or scope.office) != scope.office:
        raise NotAllowed("ledger.office_outside", ledger=ledger.label)
    if scope.subjects is not None and (not by.subject or str(values.get(by.subject)) not in scope.subjects):
        raise NotAllowed("ledger.subject_outside", ledger=ledger.label)


def in_own_office(ledger: Ledger, scope: Scope, values: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a new row, with the person's own office where none was entered and the ledger is scoped by one."""
    by = model_of(ledger).SCOPED_BY
    if by.office and scope.office is not None and not values.get(by.office):
        return {**values, by.office: scope.office}
    return dict(values)


def check_changed(ledger: Ledger, scope: Scope, changed: Mapping[str, Any], held: Mapping[str, Any]) -> None:
    """Refuse to move a row out of the scope's region or subjects; handing it to another office is allowed.

    Raises:
        NotAllowed: "platform.region_outside", "ledger.subject_outside".
    """
    by = model_of(ledger).SCOPED_BY
    if by.region:
        scope.require_region(held["region"])
        if changed.get("region"):
            scope.require_region(changed["region"])
    if scope.subjects is not None and by.subject in changed and str(changed[by.subject]) not in scope.subjects:
        raise NotAllowed("ledger.subject_outside", ledger=ledger.label)


def check_duplicate(ledger: Ledger, values: Mapping[str, Any], own_id: str | None) -> None:
    """Refuse a second row with the same natural key, anywhere; an empty part of the key identifies nothing.

    Call it in the transaction that writes: until its end nobody else passes this check with the same key.

    Raises:
        RuleViolation: "ledger.duplicate", or "ledger.duplicate_retired" where the other row is a retired one.
    """
    key = natural_key(ledger, values)
    if key is None:
        return
    hold_keys(ledger.id, ["\0".join(map(str, key.values()))])
    others = model_of(ledger).objects.filter(**key)
    if own_id is not None:
        others = others.exclude(pk=own_id)
    retired = has_field(ledger, "retired_at")
    found = list(others.values_list("retired_at" if retired else "id", flat=True)[:2])
    if found:
        gone = retired and all(found)
        raise RuleViolation(
            "ledger.duplicate_retired" if gone else "ledger.duplicate",
            [Violation("ledger.duplicate_field", {"label": by_name(ledger)[n].label}, n) for n in key],
            ledger=ledger.label,
            key=key_text(ledger, values),
        )


def natural_key(ledger: Ledger, values: Mapping[str, Any]) -> dict[str, Any] | None:
    """The natural key's values by column name; None where there is no key or a part of it is empty."""
    names = [attname(ledger, n) for n in ledger.natural_key]
    if not names or any(values.get(n) in (None, "") for n in names):
        return None
    return {n: values[n] for n in names}


def import_key(ledger: Ledger, values: Mapping[str, Any]) -> dict[str, Any] | None:
    """What identifies a row across imports, by column: the natural key, else the second key; None where both are empty."""
    if key := natural_key(ledger, values):
        return key
    found = {name: _part(ledger, name, values) for name in ledger.second_key}
    return found if found and found[ledger.second_key[0]] else None


def _part(ledger: Ledger, name: str, values: Mapping[str, Any]) -> Any:
    if name == "region9":
        return str(values.get("region") or "")[:9]
    value = values.get(name)
    return "" if value is None and not by_name(ledger)[name].nullable else value


def key_text(ledger: Ledger, values: Mapping[str, Any]) -> str:
    """What identifies a row across imports, as a person reads it."""
    shower = Shower(ledger, None)
    names = by_name(ledger)
    key = {name: value for name, value in (import_key(ledger, values) or {}).items() if name in names}
    return "，".join(f"{names[n].label} {shower.text(names[n], v)}" for n, v in key.items())
