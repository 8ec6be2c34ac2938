"""Indicators over hazards: found, closed, rate, overdue. Each names the rows it counts."""

from __future__ import annotations

from datetime import date, timedelta

from django.db.models import QuerySet

from anlan.inspection import queries
from anlan.inspection.models import Hazard, SelfCheck
from anlan.inspection.queries import measured, measures
from anlan.inspection.queries.self_checks import self_check_list
from anlan.inspection.queries.self_duty import firm_rates, require_period
from anlan.inspection.queries.self_rates import rates_total
from anlan.inspection.rules.measure import MEASURES, Measure
from anlan.kernel.deadlines import end_of_day
from anlan.platform import clock
from anlan.platform.declare import Indicator
from anlan.platform.scope import Scope

_UNITS = {"ratio": "比值", "days": "天（中位数）"}
_SOURCE = "安全生产法（2021）第四十一条；事故隐患排查治理情况统计（口径为本系统规定）"


def _found(scope: Scope, region: str, since: date, until: date) -> QuerySet[Hazard]:
    return queries.hazard_list(scope, region=region, since=since, until=until, real=True)


def _closed(scope: Scope, region: str, since: date, until: date) -> QuerySet[Hazard]:
    return queries.hazard_list(scope, region=region, since=since, until=until, state="closed", real=True)


def _overdue(scope: Scope, region: str, since: date, until: date) -> QuerySet[Hazard]:
    moment = end_of_day(until)
    return queries.hazard_list(scope, region=region, since=since, until=until, overdue_at=moment, real=True)


def _rate(scope: Scope, region: str, since: date, until: date) -> float:
    found, closed = queries.hazard_totals(scope, region, since, until)
    return closed / found if found else 0.0


def _of(measure: Measure) -> Indicator:
    """A measure as the catalogue knows it: its ratio, or its median in days, at the end of the period."""

    def asked(scope: Scope, region: str, since: date, until: date) -> measures.Asked:
        return measures.asked_of(scope, measure.id, "town", region, since, until)

    def value(scope: Scope, region: str, since: date, until: date) -> float:
        total = measured.measure_table(scope, asked(scope, region, since, until), end_of_day(until)).total
        return (total.ratio if measure.kind == "ratio" else total.median_days) or 0.0

    def rows(scope: Scope, region: str, since: date, until: date) -> QuerySet[Hazard]:
        return measures.rows_of(scope, asked(scope, region, since, until), None, end_of_day(until))

    return Indicator(
        f"inspection.hazards_{measure.id}", measure.label, _UNITS[measure.kind], measure.definition, _SOURCE, value, rows
    )  # fmt: skip


_OWN = {"found", "closed", "overdue"}


def _self_reports(scope: Scope, region: str, since: date, until: date) -> QuerySet[SelfCheck]:
    return self_check_list(scope, region=region, since=since, until=until, counting=True)


def _self_rate(scope: Scope, region: str, since: date, until: date) -> float:
    require_period(since, until)
    # A window that ends on the last day is over on the morning after; what lies ahead of now is owed by nobody yet.
    moment = min(clock.now(), end_of_day(until) + timedelta(days=1))
    total = rates_total(firm_rates(scope, since, until, moment, region=region))
    return total.rate_ratio or 0.0


INDICATORS = [
    Indicator(
        id="inspection.self_check_reports",
        label="企业自查上报数",
        unit="次",
        definition="期间内企业上报的自查（含零报告），更正只计一次，不含演练",
        source=_SOURCE,
        value=lambda scope, region, since, until: _self_reports(scope, region, since, until).count(),
        rows=_self_reports,
    ),
    Indicator(
        id="inspection.self_check_rate",
        label="自查自报率",
        unit="比值",
        definition="期间内届满的应报期次中，企业在该期次内已上报的比例（0至1）；没有应报期次的，记为0",
        source=_SOURCE,
        value=_self_rate,
        rows=_self_reports,
    ),
    Indicator(
        id="inspection.hazards_found",
        label="发现隐患数",
        unit="处",
        definition="期间内登记的隐患数（按发现时间），不含演练；一处隐患列入多个专项行动只计一次",
        source=_SOURCE,
        value=lambda scope, region, since, until: _found(scope, region, since, until).count(),
        rows=_found,
    ),
    Indicator(
        id="inspection.hazards_closed",
        label="已销号隐患数",
        unit="处",
        definition="期间内发现的隐患中，目前已复查销号的数量",
        source=_SOURCE,
        value=lambda scope, region, since, until: _closed(scope, region, since, until).count(),
        rows=_closed,
    ),
    Indicator(
        id="inspection.hazards_rate",
        label="隐患销号率",
        unit="比值",
        definition="期间内发现的隐患中已销号的比例（0至1）；期间内未发现隐患的，记为0",
        source=_SOURCE,
        value=_rate,
        rows=_found,
    ),
    Indicator(
        id="inspection.hazards_overdue",
        label="逾期未整改隐患数",
        unit="处",
        definition="期间内发现、责令整改后至期末已过期限而企业仍未提交整改的隐患数",
        source=_SOURCE,
        value=lambda scope, region, since, until: _overdue(scope, region, since, until).count(),
        rows=_overdue,
    ),
    *(_of(measure) for measure in MEASURES if measure.id not in _OWN),
]
