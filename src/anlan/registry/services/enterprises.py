"""Registering and changing enterprises. Every service checks right and scope, decides by rule, and records entries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from anlan.kernel.codes import normalise_uscc
from anlan.kernel.entry import Draft
from anlan.kernel.errors import BadInput, NotFound, Violation
from anlan.kernel.text import clean_cell
from anlan.platform import regions
from anlan.platform.clock import SHANGHAI
from anlan.platform.database import writing
from anlan.platform.journal.held import recorded
from anlan.platform.journal.record import NEW, record, record_many, version_of
from anlan.platform.scope import Scope
from anlan.registry import queries
from anlan.registry.models import Enterprise
from anlan.registry.rules import change
from anlan.registry.rules.codes import GRADES
from anlan.registry.rules.enterprise import GROUPS, LEGAL, SETS, check_coords, check_enterprise, normalise_enterprise
from anlan.registry.services.admission import check_duplicates, new_drafts
from anlan.registry.services.drafting import draft, editable, key_for, opened, refuse, require_office, stated_at

_BATCH = 200
_EMPTY: tuple[Any, ...] = (None, "", [])


def enterprise_create(
    *, scope: Scope, values: Mapping[str, Any], now: datetime, once: str | None = None, drill: bool = False
) -> str:
    """Register an enterprise and return its id; a repeated `once` of the same person returns the first one's id.

    Args:
        values: rules.enterprise.FIELDS and SETS by code or label, and `coords` where lon/lat are not WGS-84.
            `office_id` is the person's own office where they are limited to one and name none.
    Raises:
        NotAllowed: "platform.not_allowed", "platform.region_outside", "registry.enterprise.office_outside".
        BadInput: "registry.enterprise.invalid" with every reason.
        RuleViolation: "registry.enterprise.duplicate"; the one already there is named only if this person sees it.
    """
    scope.require(queries.CHANGE)
    key = key_for(scope, "enterprise", once, now)
    if once and version_of(queries.subject_of(key)):
        return key
    with writing():
        drafts = new_drafts(scope, [values], [key], drill=drill, once=once)
        record_many([(d, NEW) for d in drafts], scope=scope, now=now)
    return key


def enterprises_create(
    *,
    scope: Scope,
    rows: Sequence[Mapping[str, Any]],
    now: datetime,
    batch: str | None = None,
    judged: bool = False,
) -> list[str]:
    """Register many enterprises, all or none, in transactions within one; ids in the order of `rows`.

    Args:
        judged: as for `new_drafts`; office, region and duplicates are asked all the same.
    Raises:
        As `enterprise_create`; the violations of a row carry its number from 1 in the fact `row`.
    """
    scope.require(queries.CHANGE)
    keys = [key_for(scope, "enterprise", None, now) for _ in rows]
    with writing():
        for start in range(0, len(rows), _BATCH):
            part = slice(start, start + _BATCH)
            drafts = new_drafts(scope, rows[part], keys[part], first=start + 1, judged=judged)
            record_many([(d, NEW) for d in drafts], scope=scope, now=now, batch=batch)
    return keys


def enterprise_change(
    *,
    scope: Scope,
    enterprise_id: Any,
    values: Mapping[str, Any],
    base: int | None,
    now: datetime,
    once: str | None = None,
) -> bool:
    """Change the named fields; only what differs is recorded, address and position as one group.

    Returns:
        Whether anything differed (or, for a repeated `once`, had been recorded).
    Raises:
        NotFound: "registry.enterprise.not_found". NotAllowed: "platform.not_allowed", "platform.region_outside".
        BadInput: "registry.enterprise.invalid".
        RuleViolation: "registry.enterprise.refused" (merged or retired), "registry.enterprise.duplicate".
        Conflict: "journal.conflict" when `base` is stale.
    """
    with writing():
        if (enterprise := opened(scope, enterprise_id, once, "changed")) is None:
            return True
        refuse(change.check_live(queries.facts_of(enterprise)))
        held = queries.values_of(enterprise)
        plain = normalise_enterprise(values, held)
        if problems := check_coords(values):
            raise BadInput("registry.enterprise.invalid", problems)
        changed = {n: v for n, v in plain.items() if v != held[n] and not (v in _EMPTY and held[n] in _EMPTY)}
        if not changed:
            return False
        if problems := check_enterprise(changed, held, regions.exists):
            raise BadInput("registry.enterprise.invalid", problems)
        if "region" in changed:
            scope.require_region(changed["region"])
        if "office_id" in changed:
            require_office(scope, changed["office_id"])
        if changed.keys() & {"uscc", "name"}:
            check_duplicates(scope, [held | changed], own=enterprise.id)
        record(_change_draft(enterprise, held, changed, once), scope=scope, now=now, base=base)
    return True


def _change_draft(
    enterprise: Enterprise, held: Mapping[str, Any], changed: Mapping[str, Any], once: str | None
) -> Draft:
    fields = {n: v for n, v in changed.items() if n not in SETS}
    for group in GROUPS:
        if fields.keys() & set(group):
            fields |= {n: held[n] for n in group if n not in fields}
    data: dict[str, Any] = {}
    for name in SETS:
        if name in changed:
            new, old = set(changed[name]), set(held[name])
            if more := sorted(new - old):
                data.setdefault("add", {})[name] = more
            if fewer := sorted(old - new):
                data.setdefault("remove", {})[name] = fewer
    region = fields.get("region", "")
    return draft(enterprise, "changed", set_=fields, data=data, legal=LEGAL, once=once, region=region)


def enterprise_rename(
    *,
    scope: Scope,
    enterprise_id: Any,
    name: str,
    base: int | None,
    now: datetime,
    reason: str = "",
    on: date | None = None,
    once: str | None = None,
) -> None:
    """Give the enterprise a new name as of `on`; the old one stays searchable.

    Raises:
        RuleViolation: "registry.enterprise.refused", "registry.enterprise.duplicate". Else as `enterprise_change`.
    """
    with writing():
        if (enterprise := opened(scope, enterprise_id, once, "renamed")) is None:
            return
        refuse(change.check_rename(queries.facts_of(enterprise), name) + _future(on, now))
        new = clean_cell(name)
        check_duplicates(scope, [{**queries.values_of(enterprise), "name": new}], own=enterprise.id)
        entry = draft(
            enterprise, "renamed", set_={"name": new}, reason=reason, legal=LEGAL, at=stated_at(on, now), once=once
        )
        record(entry, scope=scope, now=now, base=base)


def enterprise_recode(
    *,
    scope: Scope,
    enterprise_id: Any,
    uscc: str,
    base: int | None,
    now: datetime,
    reason: str = "",
    on: date | None = None,
    once: str | None = None,
) -> None:
    """Give the enterprise a new 统一社会信用代码 as of `on`; the old one stays searchable.

    Raises as `enterprise_rename`.
    """
    with writing():
        if (enterprise := opened(scope, enterprise_id, once, "recoded")) is None:
            return
        new = normalise_uscc(uscc)
        refuse(change.check_recode(queries.facts_of(enterprise), new) + _future(on, now))
        check_duplicates(scope, [{**queries.values_of(enterprise), "uscc": new}], own=enterprise.id)
        entry = draft(
            enterprise, "recoded", set_={"uscc": new}, reason=reason, legal=LEGAL, at=stated_at(on, now), once=once
        )
        record(entry, scope=scope, now=now, base=base)


def _future(on: date | None, now: datetime) -> list[Violation]:
    if on is not None and on > now.astimezone(SHANGHAI).date():
        return [Violation("registry.enterprise.date_future", {"on": on.isoformat()}, "on")]
    return []


def enterprise_status_set(
    *,
    scope: Scope,
    enterprise_id: Any,
    status: str,
    reason: str,
    base: int | None,
    now: datetime,
    on: date | None = None,
    once: str | None = None,
) -> None:
    """Set 在产, 停产, 关闭 or 搬迁 as of `on` (default: today in Shanghai), with its reason.

    Raises:
        RuleViolation: "registry.enterprise.refused". NotFound, NotAllowed, Conflict as `enterprise_change`.
    """
    with writing():
        if (enterprise := opened(scope, enterprise_id, once, "status_changed")) is None:
            return
        today = now.astimezone(SHANGHAI).date()
        refuse(change.check_status_change(queries.facts_of(enterprise), status, on, today, reason))
        fields = {"status": status, "status_on": (on or today).isoformat()}
        entry = draft(enterprise, "status_changed", set_=fields, reason=reason, legal=LEGAL, once=once)
        record(entry, scope=scope, now=now, base=base)


def enterprise_move(
    *,
    scope: Scope,
    enterprise_id: Any,
    values: Mapping[str, Any],
    reason: str,
    base: int | None,
    now: datetime,
    once: str | None = None,
) -> None:
    """Move the enterprise to another region with address and position; the person's scope must hold both regions.

    Args:
        values: region, address, lon, lat (and coords); what is left out is unknown at the new place, not kept.
    Raises:
        NotAllowed: "platform.region_outside". BadInput: "registry.enterprise.invalid".
        RuleViolation: "registry.enterprise.refused". NotFound, Conflict as `enterprise_change`.
    """
    with writing():
        if (enterprise := opened(scope, enterprise_id, once, "moved")) is None:
            return
        plain = {"address": "", "lon": None, "lat": None} | normalise_enterprise(values)
        fields = {n: plain[n] for n in ("region", "address", "lon", "lat") if n in plain}
        refuse(change.check_live(queries.facts_of(enterprise)) + change.check_reason(reason))
        if problems := check_enterprise({"region": ""} | fields, queries.values_of(enterprise), regions.exists):
            raise BadInput("registry.enterprise.invalid", problems)
        scope.require_region(fields["region"])
        new, old = fields["region"], {"from": enterprise.region}
        entry = draft(enterprise, "moved", set_=fields, data=old, reason=reason, once=once, region=new)
        record(entry, scope=scope, now=now, base=base)


def enterprise_office_assign(
    *,
    scope: Scope,
    enterprise_id: Any,
    office_id: str,
    base: int | None,
    now: datetime,
    reason: str = "",
    once: str | None = None,
) -> None:
    """Make one office responsible (一企一科). A person limited to an office may hand over, or claim what nobody has.

    Raises:
        BadInput: "registry.enterprise.invalid". RuleViolation: "registry.enterprise.refused".
        NotFound, NotAllowed, Conflict as `enterprise_change`.
    """
    scope.require(queries.CHANGE)
    with writing():
        try:
            enterprise = queries.enterprise_get(scope, enterprise_id)
        except NotFound:
            if scope.office is None or office_id != scope.office:
                raise
            enterprise = queries.enterprise_unassigned_get(scope, enterprise_id)
        if once and recorded(scope, queries.subject_of(enterprise.id), once, f"{queries.SUBJECT}.office_assigned"):
            return
        facts = queries.facts_of(enterprise)
        require_office(scope, office_id)
        same = [Violation("registry.enterprise.office_same", {}, "office_id")] if facts.office_id == office_id else []
        refuse(change.check_live(facts) + same)
        entry = draft(
            enterprise, "office_assigned", set_={"office_id": office_id}, reason=reason, legal=LEGAL, once=once
        )
        record(entry, scope=scope, now=now, base=base)


def enterprise_grade_set(
    *, scope: Scope, enterprise_id: Any, grade: str, on: date, now: datetime, base: int | None = None
) -> None:
    """Write down the risk grade (red, orange, yellow, blue) that the risk context decided as of `on`.

    Raises:
        BadInput: "registry.code.unknown". RuleViolation: "registry.enterprise.refused". Else as `enterprise_change`.
    """
    with writing():
        enterprise = editable(scope, enterprise_id)
        refuse(change.check_live(queries.facts_of(enterprise)))
        fields = {"grade": GRADES.read(grade), "graded_on": on.isoformat()}
        record(draft(enterprise, "graded", set_=fields), scope=scope, now=now, base=base)


def enterprise_retire(
    *, scope: Scope, enterprise_id: Any, reason: str, base: int | None, now: datetime, once: str | None = None
) -> None:
    """Take a wrongly registered enterprise out of the ledger; its history stays.

    Raises:
        RuleViolation: "registry.enterprise.refused". NotFound, NotAllowed, Conflict as `enterprise_change`.
    """
    with writing():
        if (enterprise := opened(scope, enterprise_id, once, "retired")) is None:
            return
        refuse(change.check_live(queries.facts_of(enterprise)) + change.check_reason(reason))
        record(draft(enterprise, "retired", reason=reason, once=once), scope=scope, now=now, base=base)


def enterprise_restore(
    *, scope: Scope, enterprise_id: Any, reason: str, base: int | None, now: datetime, once: str | None = None
) -> None:
    """Take a retirement back.

    Raises:
        RuleViolation: "registry.enterprise.refused" when it is not retired or its code has been given out since.
    """
    with writing():
        if (enterprise := opened(scope, enterprise_id, once, "restored")) is None:
            return
        refuse(change.check_restore(queries.facts_of(enterprise), reason))
        check_duplicates(scope, [queries.values_of(enterprise)], own=enterprise.id)
        record(draft(enterprise, "restored", reason=reason, once=once), scope=scope, now=now, base=base)
