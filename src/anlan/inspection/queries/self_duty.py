"""What enterprises owe of self-checks: the next report of each, who has not reported, and the rate by town and class."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from django.db.models import Max

from anlan.inspection.models import SelfCheck, SelfCheckRule
from anlan.inspection.queries.hazards import day_range
from anlan.inspection.queries.scoped import as_uuid
from anlan.inspection.rules.cadence import Cadence, Firm, cadence_of
from anlan.inspection.rules.duty import Duty, duty_of, owed
from anlan.kernel.codes import region_prefix
from anlan.kernel.deadlines import local_date
from anlan.kernel.errors import BadInput
from anlan.platform.scope import Scope
from anlan.registry import queries as registry

__all__ = ["DutyLine", "FirmRate", "firm_rates", "own_cadences", "require_period", "self_duties"]

_FEW = 500
_LONGEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class DutyLine:
    """One enterprise with the next report it owes and its last one (None: never); `office_id` "" for none."""

    firm: Firm
    name: str
    office_id: str
    cadence: Cadence
    duty: Duty
    last_at: datetime | None


@dataclass(frozen=True, slots=True)
class FirmRate:
    """One enterprise over a period: its windows that ended in it, and those of them without a report (first, last day)."""

    firm: Firm
    name: str
    asked: tuple[tuple[date, date], ...]
    missed: tuple[tuple[date, date], ...]


def own_cadences() -> list[Cadence]:
    """The office's own rules in force, of every region. Unscoped: a rule of the county holds in its towns."""
    rows = SelfCheckRule._default_manager.filter(retired_at__isnull=True, since_on__isnull=False, drill=0)
    return [
        Cadence(
            rule.since_on, rule.period, rule.basis, *(frozenset([v] if v else []) for v in
            (rule.target_class, rule.target_tag, rule.target_scale)), region_prefix(rule.region),
        )
        for rule in rows.order_by("id")
    ]  # fmt: skip


def _firms(scope: Scope, region: str, only: Collection[Any] | None) -> list[tuple[Firm, str, str]]:
    """(firm, name, office id) of the operating enterprises in scope; those of drills, merged or retired owe nothing."""
    rows = (
        registry.enterprise_list(scope, region=region, status="operating").prefetch_related(None).select_related(None)
    )
    rows = rows.order_by("name", "id")
    if only is not None:
        rows = rows.filter(pk__in=[key for i in only if (key := as_uuid(i))])
    sets: dict[str, dict[Any, set[str]]] = {"classes": {}, "tags": {}}
    for name, found in sets.items():
        for key, code in rows.order_by().filter(**{f"{name}__isnull": False}).values_list("id", f"{name}__key"):
            found.setdefault(key, set()).add(code)
    columns = ("id", "name", "region", "scale", "created_at", "office_id")
    return [
        (
            Firm(
                str(key), place, scale, local_date(since),
                frozenset(sets["classes"].get(key, ())), frozenset(sets["tags"].get(key, ())),
            ),
            name,
            str(office or ""),
        )
        for key, name, place, scale, since, office in rows.values_list(*columns)
    ]  # fmt: skip


def _reports(firms: Sequence[str]) -> Any:
    """Standing reports; of few enterprises only theirs and those of what was merged into them."""
    rows = SelfCheck._default_manager.filter(state="reported", corrected_as__isnull=True, drill=0).order_by()
    if len(firms) <= _FEW:
        rows = rows.filter(enterprise_id__in=registry.enterprise_components(firms))
    return rows


def _standing(rows: Any) -> Any:
    """From the id of an enterprise to that of the one it has become."""
    merged = set(rows.filter(enterprise__merged_into__isnull=False).values_list("enterprise_id", flat=True))
    current = cache(registry.enterprise_current)
    return lambda key: current(key) if key in merged else str(key)


def self_duties(scope: Scope, now: datetime, *, region: str = "", only: Iterable[Any] | None = None) -> list[DutyLine]:
    """What every operating enterprise in scope owes today, by name. `only`: ids; None: all of the region.

    Raises:
        NotAllowed: "platform.not_allowed".
    """
    today, own = local_date(now), own_cadences()
    firms = _firms(scope, region, None if only is None else list(only))
    rows = _reports([firm.id for firm, _, _ in firms])
    standing, last = _standing(rows), dict[str, datetime]()
    for key, at in rows.values_list("enterprise_id").annotate(at=Max("counts_at")):
        last[standing(key)] = max(at, last.get(standing(key), at))
    lines = []
    for firm, name, office in firms:
        rule, at = cadence_of(firm, today, own), last.get(firm.id)
        duty = duty_of(firm, rule.period, [local_date(at)] if at else [], today)
        lines.append(DutyLine(firm, name, office, rule, duty, at))
    return lines


def require_period(since: date, until: date) -> None:
    """Refuse a period that nobody means: reversed, or of years in which nothing can have been reported.

    Raises:
        BadInput: "inspection.counts.period".
    """
    if since > until or since.year < 1950 or until.year > 2200:
        raise BadInput("inspection.counts.period", since=str(since), until=str(until))


def firm_rates(scope: Scope, since: date, until: date, now: datetime, *, region: str = "") -> list[FirmRate]:
    """The enterprises in scope that owed a report for a window which ended between two local days, by name.

    A window that is not over asks nothing yet. A correction answers the window of the report it corrects.

    Raises:
        NotAllowed: "platform.not_allowed". BadInput: "inspection.counts.period".
    """
    require_period(since, until)
    until, own = min(until, local_date(now) - timedelta(days=1)), own_cadences()
    firms = _firms(scope, region, None)
    begin, end = day_range(since - _LONGEST, until)
    rows = _reports([firm.id for firm, _, _ in firms]).filter(counts_at__gte=begin, counts_at__lt=end)
    standing, days = _standing(rows), dict[str, set[date]]()
    for key, at in rows.values_list("enterprise_id", "counts_at"):
        days.setdefault(standing(key), set()).add(local_date(at))
    rates = []
    for firm, name, _ in firms:
        asked, missed = owed(firm, cadence_of(firm, until, own).period, days.get(firm.id, ()), since, until)
        if asked:
            rates.append(FirmRate(firm, name, tuple(asked), tuple(missed)))
    return rates
