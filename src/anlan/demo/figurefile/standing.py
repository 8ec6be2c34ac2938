"""What a county of figures has: enterprises of a kind, devices, and accidents."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from functools import partial
from typing import Any

from anlan.accident.queries import Casualties
from anlan.accident.services import reports
from anlan.demo.figurefile.accidents import PlannedAccident
from anlan.demo.figurefile.acts import Act, Span
from anlan.demo.figurefile.county import County, spaced
from anlan.demo.figurefile.meaning import Meaning
from anlan.demo.figurefile.reading import Line
from anlan.kernel.deadlines import SHANGHAI
from anlan.platform.ledger.services import ledger_create
from anlan.registry.services import enterprises
from anlan.sensing.services.devices import device_create

__all__ = ["accident_acts", "device_acts", "firm_acts"]

Told = tuple[Line, Meaning]
_BATCH = 100


@dataclass(slots=True)
class _Kind:
    """Enterprises of one kind, in the order of registration; those taken out of the ledger are gone."""

    where: Mapping[str, tuple[str, ...]]
    held: list[tuple[str, str]] = field(default_factory=list)  # (id, region)


def firm_acts(county: County, told: Iterable[Told], now: datetime, refused: dict[int, str]) -> Iterator[Act]:
    """Register or take out enterprises of a kind until there are as many as each figure says, in order of time."""
    kinds: dict[tuple[Any, ...], _Kind] = {}
    lines = sorted(told, key=lambda t: (t[0].period.last if t[0].period else None, t[1].kind, not t[0].place, t[0].row))
    planned: dict[int, dict[str, int]] = {}
    for line, meant in lines:
        if line.period is None:
            continue
        key = tuple(sorted((d, tuple(sorted(codes))) for d, codes in meant.where.items()))
        clash = next((k for k in kinds if k != key and _overlap(k, key)), None)
        if clash is not None:
            refused[line.row] = "与另一类企业的数有重叠，不能同时逐家登记"
            continue
        kind = kinds.setdefault(key, _Kind(meant.where))
        counts = planned.setdefault(id(kind), {})
        held = counts.get(line.place, 0) if line.place else sum(counts.values())
        wanted, span = int(line.number or 0), Span.of(line.period, now)
        if meant.kind == "firms_closed":
            if wanted > held:
                refused[line.row] = "关闭数大于该类企业数"
            elif wanted:
                yield Act(span.at(0.8), wanted, partial(_close, county, kind, wanted))
            continue
        counts[line.place] = counts.get(line.place, 0) + wanted - held
        if counts[line.place] < 0:
            refused[line.row] = "小于各乡镇之和"
            counts[line.place] -= wanted - held
        elif wanted > held:
            yield Act(span.at(0.02), wanted - held, partial(_register, county, kind, line.place, wanted - held))
        elif wanted < held:
            yield Act(span.at(0.02), held - wanted, partial(_retire, county, kind, line.place, held - wanted))


def _overlap(one: Sequence[Any], other: Sequence[Any]) -> bool:
    mine, theirs = dict(one), dict(other)
    return any(set(mine[d]) & set(theirs[d]) for d in mine.keys() & theirs.keys())


def _register(county: County, kind: _Kind, place: str, count: int, at: datetime) -> None:
    regions = [county.code_of(place)] if place else county.towns()
    wanted = list(spaced(regions, count))
    # Of several classes that a name covers each enterprise is of one.
    parts: dict[int, list[str]] = {}
    most = max(len(codes) for codes in kind.where.values())
    for n, region in enumerate(wanted):
        parts.setdefault(n % most, []).append(region)
    for n, few in parts.items():
        codes = {d: [held[n % len(held)]] for d, held in kind.where.items()}
        kind.held += zip(county.firms(few, at, codes), few, strict=True)


def _take(county: County, kind: _Kind, place: str, count: int) -> list[str]:
    code = county.code_of(place) if place else ""
    taken = [pair for pair in reversed(kind.held) if not code or pair[1] == code][:count]
    kind.held = [pair for pair in kind.held if pair not in taken]
    return [key for key, _ in taken]


def _retire(county: County, kind: _Kind, place: str, count: int, at: datetime) -> None:
    for key in _take(county, kind, place, count):
        enterprises.enterprise_retire(
            scope=county.officer(), enterprise_id=key, reason="不再属于该类企业（演示）", base=None, now=at
        )


def _close(county: County, kind: _Kind, count: int, at: datetime) -> None:
    for key, _ in kind.held[:count]:
        enterprises.enterprise_status_set(
            scope=county.officer(), enterprise_id=key, status="closed", reason="整治关闭（演示）", base=None, now=at
        )


def device_acts(county: County, told: Iterable[Told], now: datetime, refused: dict[int, str]) -> Iterator[Act]:
    """Devices of each model until there are as many, at as many enterprises, as the figures say."""
    held: dict[str, int] = {}
    by_model: dict[tuple[str, Any], dict[str, Line]] = {}
    for line, meant in sorted(told, key=lambda t: (t[0].period.last if t[0].period else None, t[0].row)):
        by_model.setdefault((meant.stem, line.period), {})[meant.kind] = line
    for (model, period), lines in by_model.items():
        devices, firms = lines.get("devices"), lines.get("device_firms")
        first = devices or firms
        if first is None or model in held:
            refused.update({line.row: "已有另一期间的数，设备不能拆除后重计" for line in lines.values()})
            continue
        count = int(first.number or 0)
        at_firms = int(firms.number or 0) if firms else max(1, min(count // 20, 40))
        if not 0 <= at_firms <= count:
            refused.update({line.row: "企业数大于设备数" for line in lines.values()})
            continue
        held[model] = count
        span = Span.of(period, now)
        for start in range(0, count, _BATCH):
            part = range(start, min(start + _BATCH, count))
            at = span.at(0.05 + 0.85 * start / count)
            yield Act(at, len(part), partial(_install, county, model, part, at_firms))


def _install(county: County, model: str, part: Sequence[int], firms: int, at: datetime) -> None:
    scope = county.officer()
    if model not in county.models:
        row = {"name": model, "protocol": "none", "maker": "", "summary": "", "region": county.region.ljust(12, "0")}
        county.models[model] = ledger_create(scope=scope, ledger="sensing.model", values=row, now=at)
    hosts = county.among("")[:firms]
    for n in part:
        values = {
            "name": f"{model}{n + 1}号", "protocol": "none", "identity": f"{len(county.models)}-{n + 1:06d}",
            "model": county.models[model], "enterprise": hosts[n % len(hosts)].id,
        }  # fmt: skip
        device_create(scope=scope, values=values, now=at)


def accident_acts(county: County, rows: Sequence[PlannedAccident], now: datetime) -> Iterator[Act]:
    """One record for each accident, in the towns that have no figures of their own."""
    towns = county.towns()
    for n, row in enumerate(sorted(rows, key=lambda r: r.day)):
        occurred = datetime.combine(row.day, time(8 + n % 10, n % 60), SHANGHAI)
        at = min(occurred + timedelta(days=40), now - timedelta(minutes=30))
        yield Act(at, 1, partial(_record, county, row, n, towns[n % len(towns)], occurred))


def _record(county: County, row: PlannedAccident, n: int, region: str, occurred: datetime, at: datetime) -> None:
    item = reports.ReportInput(
        sector=row.sector, category="vehicle" if row.sector == "road" else "other", region=region,
        place=f"（演示）第{n + 1}号事故地点", summary="按汇报数据生成的事故记录（演示）。", unit_name="（演示）事故单位",
        occurred_at=occurred, learned_at=occurred + timedelta(minutes=10), received_at=occurred + timedelta(minutes=50),
        casualties=Casualties(row.deaths, 0, 0, 100_000), closed_on=at.astimezone(SHANGHAI).date(),
        direct_cause="演示", liability="演示", measures="演示",
    )  # fmt: skip
    reports.accident_record(scope=county.officer(), item=item, now=at)
