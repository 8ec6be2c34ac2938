"""The ledgers and the reported values, as a report asks them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from anlan.kernel.codes import region_pad, region_prefix
from anlan.kernel.comparing import percent_text
from anlan.kernel.errors import BadInput, NotAllowed, NotFound
from anlan.kernel.periods import Period
from anlan.platform import regions
from anlan.platform.indicator import ask
from anlan.platform.indicator.declare import Asked, Indicator
from anlan.platform.scope import Scope
from anlan.reporting.queries.figures import FigureTable, figure_asked, figure_table, rows_url
from anlan.reporting.queries.values import Reported, one_number, reported_named
from anlan.reporting.reports.figure import BLANK, LEDGER, REPORTED, Figure, Question

__all__ = ["LedgerSource"]

_BELOW = {4: "county", 6: "town", 9: "village"}
# What clerks call the filters, beside the labels of the columns.
_FILTERS = {
    "活动": "campaign", "专项": "campaign", "级别": "level", "等级": "grade", "型号": "model", "科室": "office",
    "类别": "class", "标签": "tag", "行业": "industry", "规模": "scale", "领域": "sector", "来源": "source", "状态": "status",
}  # fmt: skip


class LedgerSource:
    """Answers for one region and period, as one person sees them.

    Attributes:
        asked: the question to the ledgers behind each of the template's. stated: ids of the values behind it.
    """

    def __init__(self, scope: Scope, region: str, period: Period, now: datetime) -> None:
        self._scope, self._now = scope, now
        self.region, self.period = region_prefix(region_pad(region)), period
        if not regions.exists(region_pad(region)):
            raise BadInput("kernel.region.unknown", value=region_pad(region))
        if len(scope.region) > len(self.region) or not self.region.startswith(scope.region):
            raise NotFound("reporting.report.region", region=regions.name(region_pad(region)))
        if scope.office is not None or scope.subjects is not None:
            # What one office supervises would be printed as the whole county's.
            raise NotAllowed("reporting.report.partial")
        level = _BELOW.get(len(self.region), "")
        self._places = regions.choices(self.region, level) if level else []
        self.asked: dict[Question, Asked] = {}
        self.stated: dict[Question, tuple[str, ...]] = {}
        self._known = {indicator.name: indicator for indicator in ask.indicators_list(scope)}

    def figure(self, question: Question) -> Figure:
        """The number of an indicator, else what was stated under the name.

        Raises:
            BadInput: "platform.indicator.*" for a filter or value that is unknown.
        """
        indicator = self._known.get(question.name)
        return self._counted(question, indicator) if indicator else self._stated(question)

    def _counted(self, question: Question, indicator: Indicator) -> Figure:
        where = self._where(indicator, question.where)
        try:
            asked = figure_asked(
                self._scope, indicator.name, question.region, question.period, self._now, (), where
            )  # fmt: skip
        except BadInput as error:
            # A drive or a model that nobody has entered is no mistake of the template: nothing is known of it.
            if error.code != "platform.indicator.value_unknown":
                raise
            why = f"没有“{error.facts.get('value', '')}”"
            return Figure(question, None, "", indicator.unit, BLANK, label=_label(indicator, question), why=why)
        self.asked[question] = asked
        return self._told(question, indicator, figure_table(self._scope, asked, self._now, question.compare))

    def _told(self, question: Question, indicator: Indicator, table: FigureTable) -> Figure:
        total, coverage = table.total, table.coverage
        kind = BLANK if total.number is None else REPORTED if total.kind == "reported" else LEDGER
        sources = "；".join(dict.fromkeys(f"{v.source_office}《{v.source_title}》" for v in table.reported))
        return Figure(
            question, total.number, "" if total.number is None else _text(indicator, total.number), indicator.unit, kind,
            total.rows, _label(indicator, question), table.definition, sources if kind == REPORTED else indicator.facts.label,
            coverage.label, coverage.oldest, coverage.final, total.compared,
            "该期间台账无数据" if kind == BLANK else "", rows_url(table.asked, {}),
        )  # fmt: skip

    def _where(self, indicator: Indicator, given: Sequence[tuple[str, tuple[str, ...]]]) -> Mapping[str, Sequence[str]]:
        labels = {indicator.facts.columns[name].label: name for name in indicator.by}
        found: dict[str, Sequence[str]] = {}
        for word, values in given:
            name = labels.get(word) or _FILTERS.get(word, word)
            found[name] = values
        return found

    def _stated(self, question: Question) -> Figure:
        values = reported_named(self._scope, question.name, question.region, question.period)
        number = one_number(values)
        sources = "；".join(dict.fromkeys(f"{v.source_office}《{v.source_title}》" for v in values))
        if number is None:
            why = "各来源不一致，需确定一个" if values else "没有填报"
            return Figure(question, None, "", "", BLANK, label=question.name, source=sources, why=why)
        first: Reported = values[0]
        self.stated[question] = tuple(value.id for value in values)
        return Figure(
            question, number, first.written, first.unit, REPORTED, label=question.name, source=sources, final=True,
            url=first.url,
        )  # fmt: skip

    def places(self) -> Sequence[tuple[str, str]]:
        """(region, name) of the places directly below, by code."""
        return [(region_prefix(code), name) for code, name in self._places]

    def place(self, word: str) -> str | None:
        """The region that a name or code means, if it is the report's own or below it."""
        for code, name in ((self.region, self.region_name(self.region)), *self.places()):
            if word in (name, code, region_pad(code)):
                return code
        return None

    def region_name(self, region: str) -> str:
        """Its name."""
        return regions.name(region_pad(region))

    def indicators(self) -> Sequence[str]:
        """The names of all indicators that the person may ask."""
        return sorted(self._known)


def _text(indicator: Indicator, number: Any) -> str:
    return percent_text(number) if indicator.unit == "%" else str(int(number))


def _label(indicator: Indicator, question: Question) -> str:
    limits = "、".join("、".join(values) for _, values in question.where)
    return f"{indicator.label}（{limits}）" if limits else indicator.label
