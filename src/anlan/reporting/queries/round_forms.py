"""A town's form as it is filled in: what ledgers and documents know already, what is asked, what was said last time."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import Any

from anlan.kernel.amounts import Amount
from anlan.kernel.codes import region_prefix
from anlan.platform.catalogue import CATALOGUE
from anlan.platform.scope import Scope
from anlan.reporting.models import Filing, FilingValue, ReportedValue, Round, RoundItem
from anlan.reporting.queries.figures import (
    FigureTable,
    figure_asked,
    figure_tables,
    number_text,
    plain_number,
    rows_url,
)
from anlan.reporting.queries.round_buttons import filing_buttons
from anlan.reporting.queries.rounds import items_of, overdue, period_of_round, version_of_row
from anlan.reporting.rules.round_item import Item, factor_of
from anlan.reporting.rules.value import amount_text

__all__ = ["FormLine", "filing_words", "form_lines", "known_keys", "whole"]


@dataclass(frozen=True, slots=True)
class FormLine:
    """One line of a form.

    Attributes:
        kind: "ledger" or "known" (nothing is asked), "asked". text: what is known, as it is printed.
        value: the same for programs; "" where nothing is known. source: where it comes from; url: its rows or record.
        source_id: id of the reported value that is known. coverage: of a ledger's figure.
        before: what the town said for the period before; before_period: which one.
        said: what stands in the form, None before the first filing.
    """

    item: Item
    kind: str
    text: str = ""
    value: str = ""
    source: str = ""
    url: str = ""
    source_id: str = ""
    coverage: str = ""
    final: bool = True
    before: str = ""
    before_period: str = ""
    said: FilingValue | None = None

    @property
    def key(self) -> str:
        """The line's key."""
        return self.item.key


def whole(scope: Scope) -> Scope:
    """The scope as forms are counted: whoever may read a form reads the town's figure, not his own office's part of it."""
    return replace(scope, office=None) if scope.subjects is None else scope


def form_lines(scope: Scope, filing: Filing, now: datetime) -> list[FormLine]:
    """The form with everything that is known of the town and period, lines in order."""
    row, items = filing.round, items_of(filing.round)
    held = {value.key: value for value in filing.values.all()}  # type: ignore[attr-defined]
    figures = _figures(scope, row, items, filing.region, now)
    known, before = _known(filing, items, held), _before(filing, items)
    found = []
    for item in items:
        said = held.get(item.key)
        if item.indicator:
            found.append(_of_ledger(item, figures.get(item.key), said))
        elif item.key in known:
            value = known[item.key]
            text, number = f"{value.value}{value.unit}", _in_unit(value.amount, item)
            source = f"{value.source_office}《{value.source_title}》"
            url = f"/records/reporting/values/{value.pk}"
            found.append(FormLine(item, "known", text, number, source, url, str(value.pk), said=said))
        else:
            last, period = before.get(item.name, ("", ""))
            found.append(FormLine(item, "asked", before=last, before_period=period, said=said))
    return found


def known_keys(lines: Sequence[FormLine]) -> frozenset[str]:
    """The lines that nobody is asked."""
    return frozenset(line.key for line in lines if line.kind != "asked")


def _figures(scope: Scope, row: Round, items: Sequence[Item], region: str, now: datetime) -> Mapping[str, FigureTable]:
    """What the ledgers say, by line; lines whose ledger the person may not read are absent."""
    asker, period = whole(scope), period_of_round(row)
    wanted = [i for i in items if (each := CATALOGUE.indicators.get(i.indicator)) and scope.may(each.facts.right)]
    asked = [figure_asked(asker, item.indicator, region_prefix(region), period, now) for item in wanted]
    return {item.key: table for item, table in zip(wanted, figure_tables(asker, asked, now), strict=True)}


def _of_ledger(item: Item, table: FigureTable | None, said: FilingValue | None) -> FormLine:
    if table is None:
        return FormLine(item, "ledger", said=said)
    number = plain_number(table.total.number)
    text = number_text(table.total.number, item.unit)
    unit = "" if item.unit == "%" or number is None else item.unit
    return FormLine(
        item, "ledger", f"{text}{unit}", "" if number is None else str(number), table.definition, rows_url(table.asked),
        coverage=table.coverage.label, final=table.coverage.final, said=said,
    )  # fmt: skip


def _in_unit(amount: str, item: Item) -> str:
    return amount_text(Amount(Decimal(amount) / factor_of(item.unit), ""))


def _known(filing: Filing, items: Sequence[Item], held: Mapping[str, FilingValue]) -> dict[str, ReportedValue]:
    """What other documents state of the town for the very period, by line; where they differ the town is asked."""
    own = {value.source for value in held.values() if value.source and value.kind in ("asked", "none")}
    names = {item.name: item for item in items if not item.indicator}
    rows = ReportedValue._default_manager.filter(
        name__in=list(names), region=filing.region, first_on=filing.round.first_on, last_on=filing.round.last_on,
        planned=0, drill=0, retired_at__isnull=True, approximate="",
    )  # fmt: skip
    found: dict[str, list[ReportedValue]] = {}
    for value in rows.order_by("created_at", "pk"):
        item = names[value.name]
        if str(value.pk) not in own and value.measure == Amount.of(0, item.unit).unit:
            found.setdefault(item.key, []).append(value)
    return {key: values[0] for key, values in found.items() if len({value.amount for value in values}) == 1}


def _before(filing: Filing, items: Sequence[Item]) -> dict[str, tuple[str, str]]:
    """What the town said to the same lines for the latest period before: (number with unit, period) by name."""
    row = filing.round
    asked = RoundItem._default_manager.filter(
        name__in=[item.name for item in items if not item.indicator], indicator="", parent__span=row.span,
        parent__first_on__lt=row.first_on,
    ).order_by("-parent__first_on")  # fmt: skip
    lines: list[tuple[Any, ...]] = list(
        asked.values_list("parent_id", "key", "name", "unit", "parent__period")[:200]
    )
    values = FilingValue._default_manager.filter(
        parent__region=filing.region, parent__round_id__in={line[0] for line in lines},
        parent__state__in=("submitted", "approved"),
    )  # fmt: skip
    held = values.values_list("parent__round_id", "key", "kind", "value")
    said = {(key, line): (kind, value) for key, line, kind, value in held}
    found: dict[str, tuple[str, str]] = {}
    for round_id, key, name, unit, period in lines:
        if name not in found and (round_id, key) in said:
            kind, value = said[round_id, key]
            found[name] = ("无此项" if kind == "none" else f"{value}{unit}", period)
    return found


def filing_words(scope: Scope, filing: Filing, now: datetime) -> dict[str, Any]:
    """A form for programs."""
    row = filing.round
    return {
        "id": str(filing.pk), "round": str(row.pk), "title": row.title, "period": row.period, "region": filing.region,
        "state": filing.state, "due_at": filing.due_at, "overdue": overdue(filing, now), "reason": filing.reason,
        "remark": filing.remark, "turns": filing.turns, "version": version_of_row(filing),
        "lines": [_words(line) for line in form_lines(scope, filing, now)],
        "actions": [
            {
                "id": button.id, "label": button.label, "allowed": button.allowed,
                "reasons": [{"code": reason.code, "message": reason.message} for reason in button.reasons],
            }
            for button in filing_buttons(scope, filing)
        ],
    }  # fmt: skip


def _words(line: FormLine) -> dict[str, Any]:
    asked = line.kind == "asked"
    return {
        "key": line.key, "name": line.item.name, "unit": line.item.unit, "kind": line.kind,
        "value": line.said.value if asked and line.said else line.value, "text": line.text, "source": line.source,
        "url": line.url, "coverage": line.coverage, "before": line.before, "before_period": line.before_period,
    }  # fmt: skip
