"""What a new or renamed enterprise must pass beyond its own row: office, region, and nobody else being it already."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from anlan.kernel.entry import Draft
from anlan.kernel.errors import BadInput, NotAllowed, RuleViolation, Violation
from anlan.platform import regions
from anlan.platform.database import hold_keys
from anlan.platform.scope import Scope
from anlan.registry import queries
from anlan.registry.models import Enterprise
from anlan.registry.rules.enterprise import LEGAL, SETS, check_enterprise, normalise_enterprise, prepare_enterprise
from anlan.registry.services.drafting import require_office

__all__ = ["check_duplicates", "new_drafts"]


def new_drafts(
    scope: Scope,
    rows: Sequence[Mapping[str, Any]],
    keys: Sequence[str],
    *,
    drill: bool = False,
    once: str | None = None,
    first: int = 0,
    origin: Enterprise | None = None,
    judged: bool = False,
) -> list[Draft]:
    """The drafts of new enterprises with the ids `keys`, past every check of theirs and against each other.

    Args:
        first: number of the first row, put into the facts of its violations; 0: none is put.
        origin: the enterprise that these were split from.
        judged: the rows are plain values past the ledger's own `prepare` and `check` (an import has just asked them).
    Raises:
        As `enterprise_create`.
    """
    known = cache(regions.exists)
    if judged:
        plain = [dict(row) for row in rows]
    else:
        plain = [_checked(row, first + i if first else 0, known) for i, row in enumerate(rows)]
    for values in plain:
        _place(scope, values)
    for office_id in {str(p["office_id"]) for p in plain if p.get("office_id")}:
        require_office(scope, office_id)
    check_duplicates(scope, plain)
    drafts = []
    for key, values in zip(keys, plain, strict=True):
        fields = {n: v for n, v in values.items() if n not in SETS and v not in (None, "")}
        if origin is not None:
            fields["origin_id"] = str(origin.id)
        data: dict[str, Any] = {"set": fields}
        if sets := {n: sorted(values[n]) for n in SETS if values.get(n)}:
            data["add"] = sets
        drafts.append(
            Draft(
                kind=f"{queries.SUBJECT}.created",
                subject=queries.subject_of(key),
                region=fields["region"],
                data=data,
                legal=tuple(n for n in LEGAL if n in fields),
                drill=drill,
                once=once,
            )
        )
    return drafts


def _checked(row: Mapping[str, Any], number: int, known: Callable[[str], bool]) -> dict[str, Any]:
    values = prepare_enterprise(normalise_enterprise(row), None)
    if problems := check_enterprise(values, known=known):
        raise BadInput("registry.enterprise.invalid", [_numbered(p, number) for p in problems])
    return values


def _place(scope: Scope, values: dict[str, Any]) -> None:
    """Put the values into the person's own office where they are limited to one; refuse what lies outside the scope."""
    if scope.office is not None:
        values["office_id"] = values.get("office_id") or scope.office
        if values["office_id"] != scope.office:
            raise NotAllowed("registry.enterprise.office_outside")
    scope.require_region(values["region"])


def _numbered(problem: Violation, number: int) -> Violation:
    return Violation(problem.code, {**problem.facts, "row": number}, problem.field) if number else problem


def check_duplicates(scope: Scope, rows: Sequence[Mapping[str, Any]], own: Any = None) -> None:
    """Refuse codes (or, without a code, names in the same town) that another enterprise of this node already has.

    Call it in the transaction that writes: until its end nobody else passes this check with the same code or name.

    Raises:
        RuleViolation: "registry.enterprise.duplicate" with "registry.duplicate.known|known_retired|elsewhere|twice".
    """
    codes = [str(r["uscc"]) for r in rows if r.get("uscc")]
    unnamed = {(r["name"], r["region"][:9]) for r in rows if not r.get("uscc")}
    hold_keys(queries.SUBJECT, [*codes, *("\0".join(pair) for pair in unnamed)])
    twice = sorted({c for c in codes if codes.count(c) > 1})
    found = [Violation("registry.duplicate.twice", {"uscc": c}, "uscc") for c in twice]
    taken = list(queries.enterprises_by_uscc(codes)) if codes else []
    if unnamed:
        held = queries.enterprises_unnamed_code(name for name, _ in unnamed)
        taken += [e for e in held if (e.name, e.region9) in unnamed]
    taken = [e for e in taken if str(e.id) != str(own)]
    if taken:
        ids = [e.id for e in taken]
        seen = queries.enterprises_seen(scope, ids)
        found += [_duplicate(e, e.id in seen) for e in taken]
    if found:
        raise RuleViolation("registry.enterprise.duplicate", found)


def _duplicate(held: Enterprise, seen: bool) -> Violation:
    field, key = ("uscc", held.uscc) if held.uscc else ("name", held.name)
    if not seen:
        return Violation("registry.duplicate.elsewhere", {"key": key}, field)
    code = "registry.duplicate.known_retired" if held.retired_at else "registry.duplicate.known"
    return Violation(code, {"key": key, "name": held.name, "id": str(held.id)}, field)
