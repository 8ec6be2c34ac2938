"""Found, closed and the rate by town and month, with what the figures rest on: who reported nothing, who was heard when.

Definitions (house rule): found = hazards found in the period; closed = those of them that are closed now; rate = closed /
found. Drills never count; a hazard counts once whatever its campaigns.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import Case, Count, IntegerField, QuerySet, Sum, Value, When

from anlan.inspection.models import Hazard
from anlan.inspection.queries.hazards import hazard_list
from anlan.inspection.queries.inspections import inspection_list
from anlan.kernel import hlc
from anlan.kernel.codes import region_pad, region_prefix
from anlan.kernel.deadlines import local_date
from anlan.kernel.errors import BadInput
from anlan.platform import regions
from anlan.platform.journal.models import Node
from anlan.platform.scope import Scope

MAX_MONTHS = 36
_CLOSED = Sum(Case(When(state="closed", then=Value(1)), default=Value(0), output_field=IntegerField()))


@dataclass(frozen=True, slots=True)
class CountRow:
    """One line: a town (`key` = 9 digits) or a month (`key` = "2026-03")."""

    key: str
    label: str
    found: int
    closed: int

    @property
    def open(self) -> int:
        """Found and not closed yet."""
        return self.found - self.closed

    @property
    def rate_ratio(self) -> float | None:
        """Closed of found, 0..1; None when nothing was found."""
        return self.closed / self.found if self.found else None


@dataclass(frozen=True, slots=True)
class NodeHeard:
    """A server of the network: when its last entry known here was made; None when none ever came."""

    id: str
    region: str
    label: str
    heard_at: datetime | None
    own: bool


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the figures rest on: towns (code, name) that neither inspected nor found anything, and the nodes."""

    towns: int
    silent: tuple[tuple[str, str], ...]
    nodes: tuple[NodeHeard, ...]


@dataclass(frozen=True, slots=True)
class HazardCounts:
    """The answer of `hazard_counts`; `since` and `until` are local days, both included."""

    region: str
    since: date
    until: date
    by: str
    rows: tuple[CountRow, ...]
    total: CountRow
    overdue: int
    coverage: Coverage


def hazard_counts(
    scope: Scope,
    region: str,
    since: date,
    until: date,
    by: str = "town",
    *,
    now: datetime,
    campaigns: Collection[str] = (),
) -> HazardCounts:
    """Hazards found in the period, and those of them closed, by town or by month, with coverage.

    Args:
        region: prefix of 2 to 12 digits within the scope; "" means the scope's own region.
        since, until: local days, both included, at most 36 months by month.
        by: "town" or "month". campaigns: hazards of any of these, each once.
    Raises:
        BadInput: "inspection.counts.by_unknown", "inspection.counts.period".
        NotAllowed: "platform.region_outside".
    """
    region = region_prefix(region) if region else scope.region
    scope.require_region(region)
    if since > until or since.year < 1950 or until.year > 2200:
        raise BadInput("inspection.counts.period", since=str(since), until=str(until))
    rows = hazard_list(scope, region=region, since=since, until=until, campaigns=campaigns, real=True)
    if by == "town":
        lines = _by_town(rows, region)
    elif by == "month":
        lines = _by_month(scope, region, since, until, campaigns)
    else:
        raise BadInput("inspection.counts.by_unknown", by=by)
    total = CountRow("", "", sum(r.found for r in lines), sum(r.closed for r in lines))
    overdue = _overdue(hazard_list(scope, region=region, campaigns=campaigns, overdue_at=now, real=True), since, until)
    return HazardCounts(region, since, until, by, lines, total, overdue, _coverage(scope, region, since, until))


def hazard_totals(
    scope: Scope, region: str, since: date, until: date, campaigns: Collection[str] = ()
) -> tuple[int, int]:
    """(found, closed of these) of one region and period; raises nothing."""
    return _totals(hazard_list(scope, region=region, since=since, until=until, campaigns=campaigns, real=True))


def _totals(rows: QuerySet[Hazard]) -> tuple[int, int]:
    found = rows.order_by().aggregate(found=Count("*"), closed=_CLOSED)
    return found["found"], found["closed"] or 0


def _overdue(late: QuerySet[Hazard], since: date, until: date) -> int:
    """How many of the overdue were found in the period. Sifted here: few are overdue, and with the period in its
    condition the database would walk through everything that was found."""
    return sum(
        since <= local_date(found_at) <= until for found_at in late.order_by().values_list("found_at", flat=True)
    )


def _towns(region: str) -> list[tuple[str, str]]:
    """(9 digits, name) of the towns within the region; a village's own town alone."""
    if len(region) >= 9:
        return [(region[:9], regions.name(region_pad(region[:9])))]
    return [(code[:9], name) for code, name in regions.choices(region, "town")]


def _by_town(rows: QuerySet[Hazard], region: str) -> tuple[CountRow, ...]:
    grouped = rows.order_by().values("region9").annotate(found=Count("*"), closed=_CLOSED)
    counted = {g["region9"]: (g["found"], g["closed"]) for g in grouped}
    names = dict(_towns(region))
    # Hazards of a town that was re-coded since, or filed at county level, keep a line of their own.
    for code in sorted(counted.keys() - names.keys()):
        names[code] = regions.name(region_pad(code))
    return tuple(CountRow(code, name, *counted.get(code, (0, 0))) for code, name in names.items())


def _by_month(scope: Scope, region: str, since: date, until: date, campaigns: Collection[str]) -> tuple[CountRow, ...]:
    first, last = since.year * 12 + since.month - 1, until.year * 12 + until.month - 1
    if last - first >= MAX_MONTHS:
        raise BadInput("inspection.counts.period", since=str(since), until=str(until))
    lines = []
    for month in range(first, last + 1):
        begin = max(since, date(month // 12, month % 12 + 1, 1))
        end = min(until, date.fromordinal(date((month + 1) // 12, (month + 1) % 12 + 1, 1).toordinal() - 1))
        found, closed = hazard_totals(scope, region, begin, end, campaigns)
        key = f"{month // 12}-{month % 12 + 1:02d}"
        lines.append(CountRow(key, key, found, closed))
    return tuple(lines)


def _coverage(scope: Scope, region: str, since: date, until: date) -> Coverage:
    towns = _towns(region)
    heard = set(
        hazard_list(scope, region=region, since=since, until=until)
        .order_by()
        .values_list("region9", flat=True)
        .distinct()
    )
    visits = inspection_list(scope, region=region, since=since, until=until)
    heard |= set(visits.order_by().values_list("region9", flat=True).distinct())
    silent = tuple((code, name) for code, name in towns if code not in heard)
    return Coverage(len(towns), silent, _nodes(region))


def _nodes(region: str) -> tuple[NodeHeard, ...]:
    """The newest incarnation of every server at or above or below the region; of this server's own the one in force."""
    newest: dict[str, Node] = {}
    for node in Node.objects.order_by("own", "last_hlc", "id"):
        newest[node.region] = node
    return tuple(
        NodeHeard(
            node.id,
            node.region,
            regions.name(node.region),
            hlc.to_datetime(node.last_hlc) if node.last_hlc else None,
            bool(node.own),
        )
        for node in sorted(newest.values(), key=lambda n: n.region)
        if (stem := region_prefix(node.region)).startswith(region) or region.startswith(stem)
    )
