"""Merging two enterprises, taking that back, and splitting one: each keeps its own history, both sides say so."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from anlan.kernel.entry import Draft
from anlan.platform.clock import SHANGHAI
from anlan.platform.database import writing
from anlan.platform.journal.record import NEW, record_many
from anlan.platform.scope import Scope
from anlan.registry import queries
from anlan.registry.models import Enterprise
from anlan.registry.rules import change
from anlan.registry.rules.codes import MERGE_MODES
from anlan.registry.rules.enterprise import SETS
from anlan.registry.services.admission import check_duplicates, new_drafts
from anlan.registry.services.drafting import draft, editable, key_for, opened, refuse

_LEGAL = ("status", "merged_into_id")


def enterprise_merge(
    *,
    scope: Scope,
    enterprise_id: Any,
    into_id: Any,
    mode: str,
    reason: str,
    base: int | None,
    now: datetime,
    into_base: int | None = None,
    once: str | None = None,
) -> None:
    """Merge one enterprise into another; the person must be allowed to change both.

    What hangs on the merged one stays on it and is reached from both pages; its name and code lead to the other one
    from now on, and its classes and tags are added there, so that no risk is lost. By `merger` (吸收合并) it is closed.

    Args:
        mode: code or label of rules.codes.MERGE_MODES.
        base, into_base: the versions seen of the merged and of the receiving enterprise.
    Raises:
        RuleViolation: "registry.enterprise.refused" with "registry.merge.*".
        NotFound: "registry.enterprise.not_found". NotAllowed: "platform.not_allowed". Conflict: "journal.conflict".
        BadInput: "registry.code.unknown".
    """
    with writing():
        if (gone := opened(scope, enterprise_id, once, "merged")) is None:
            return
        into = editable(scope, into_id)
        chosen = MERGE_MODES.read(mode)
        refuse(change.check_merge(queries.facts_of(gone), queries.facts_of(into), chosen, reason))
        fields: dict[str, Any] = {"merged_into_id": str(into.id)}
        if chosen == "merger" and gone.status != "closed":
            fields |= _closed(now.astimezone(SHANGHAI).date())
        came = {"from": {"id": str(gone.id), "name": gone.name, "uscc": gone.uscc}, "mode": chosen}
        if more := _lacking(into, gone):
            came["add"] = more
        record_many(
            [
                (
                    draft(gone, "merged", set_=fields, data={"mode": chosen}, reason=reason, legal=_LEGAL, once=once),
                    base,
                ),
                (draft(into, "absorbed", data=came, reason=reason, once=once), into_base),
            ],
            scope=scope,
            now=now,
        )


def _closed(on: date) -> dict[str, Any]:
    return {"status": "closed", "status_on": on.isoformat()}


def _lacking(into: Enterprise, gone: Enterprise) -> dict[str, list[str]]:
    had, has = queries.values_of(gone), queries.values_of(into)
    found = {name: sorted(set(had[name]) - set(has[name])) for name in SETS}
    return {name: codes for name, codes in found.items() if codes}


def enterprise_separate(
    *, scope: Scope, enterprise_id: Any, reason: str, base: int | None, now: datetime, once: str | None = None
) -> None:
    """Take a merging back: the enterprise stands on its own again (its status stays as it is).

    Raises:
        RuleViolation: "registry.enterprise.refused" with "registry.merge.not_merged"; "registry.enterprise.duplicate"
            when its code was given to another one since. NotFound, NotAllowed, Conflict as `enterprise_merge`.
    """
    with writing():
        if (gone := opened(scope, enterprise_id, once, "separated")) is None:
            return
        refuse(change.check_separate(queries.facts_of(gone), reason))
        into = editable(scope, gone.merged_into_id)
        held = queries.values_of(gone)
        # Two records of one code are why duplicates are merged; the receiver itself is no obstacle to taking it back.
        check_duplicates(scope, [held], own=into.id)
        back = draft(gone, "separated", set_={"merged_into_id": None}, reason=reason, legal=_LEGAL, once=once)
        left = {"from": {"id": str(gone.id), "name": gone.name, "uscc": gone.uscc}}
        record_many(
            [(back, base), (draft(into, "released", data=left, reason=reason, once=once), None)], scope=scope, now=now
        )


def enterprise_split(
    *,
    scope: Scope,
    enterprise_id: Any,
    parts: Sequence[Mapping[str, Any]],
    reason: str,
    base: int | None,
    now: datetime,
    dissolve: bool = False,
    once: str | None = None,
) -> list[str]:
    """Split new enterprises off one, which goes on (派生分立) or is closed (解散分立); returns the new ids.

    Each part knows its origin. A repeated `once` returns the ids the first call gave.

    Args:
        parts: values as for `enterprise_create`, one mapping for each new enterprise.
    Raises:
        RuleViolation: "registry.enterprise.refused" with "registry.split.*", "registry.enterprise.duplicate".
        BadInput: "registry.enterprise.invalid". NotFound, NotAllowed, Conflict as `enterprise_merge`.
    """
    with writing():
        keys = [key_for(scope, f"split {enterprise_id} {i}", once, now) for i in range(len(parts))]
        if (origin := opened(scope, enterprise_id, once, "split")) is None:
            return keys
        refuse(change.check_split(queries.facts_of(origin), parts, reason))
        drafts = new_drafts(scope, parts, keys, drill=bool(origin.drill), origin=origin, first=1)
        fields = _closed(now.astimezone(SHANGHAI).date()) if dissolve and origin.status != "closed" else {}
        told = {"into": [{"id": k, "name": d.data["set"]["name"]} for k, d in zip(keys, drafts, strict=True)]}
        split = draft(origin, "split", set_=fields, data=told, reason=reason, legal=_LEGAL, once=once)
        items: list[tuple[Draft, int | None]] = [(split, base), *((d, NEW) for d in drafts)]
        record_many(items, scope=scope, now=now)
    return keys
