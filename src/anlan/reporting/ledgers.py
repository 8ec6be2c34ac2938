"""The ledgers of reported values (entered, imported and corrected, each with its source) and of issued reports (read only)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from anlan.kernel.amounts import MEASURE_WORDS
from anlan.kernel.errors import Violation
from anlan.platform.catalogue import CATALOGUE
from anlan.platform.ledger.declare import Column, Ledger
from anlan.reporting.rules.value import WHOLE, check_value, derive_value


def _derived(values: Mapping[str, Any], held: Mapping[str, Any] | None) -> dict[str, Any]:
    found = derive_value(values, held)
    name = str({**(held or {}), **found}.get("name") or "")
    meant = next((i.id for i in CATALOGUE.indicators.values() if name in (i.id, i.name, i.label)), "")
    return found | {"indicator": meant}


def _check(values: Mapping[str, Any], held: Mapping[str, Any] | None) -> list[Violation]:
    full = {**(held or {}), **values}
    found = check_value(full)
    indicator = CATALOGUE.indicators.get(str(full.get("indicator") or ""))
    if indicator and full.get("measure") and indicator.unit != full["measure"]:
        facts = {"name": indicator.label, "unit": indicator.unit, "typed": full["unit"]}
        found.append(Violation("reporting.value.unit_differs", facts, "unit"))
    return found


_UNITS = "、".join(sorted(MEASURE_WORDS, key=lambda word: (len(word), word)))
VALUES = Ledger(
    id="reporting.value",
    model="reporting.ReportedValue",
    label="填报数据",
    plural="values",
    columns=(
        Column("name", required=True, search=True, filter=True, width=30, help="指标名称（如 事故.起数）或数据的叫法"),
        Column("value", required=True, width=14, help="只写数字，如633.745"),
        Column("unit", required=True, width=10, help=f"可带十、百、千、万、亿，如万元、万份；单位为{_UNITS}"),
        Column("approximate", width=12, help="原文为“余、多、超、近、约”的选择，准确数不填"),
        Column("period", required=True, filter=True, width=22, help="如2019、2019年1—11月、2022年截至8月15日、2025计划"),
        Column("region", label="区划", required=True, filter=True, width=22),
        Column("extent", show=False, search=True, width=30, help="如“工矿和道路交通”，不填为全部", blank=WHOLE),
        Column("source_title", required=True, search=True, width=34, help="文件、报表名称和文号"),
        Column("source_office", required=True, search=True, filter=True, width=20),
        Column("quote", show=False, search=True, width=48),
        Column("indicator", show=False, entered=False, exported=True, width=24),
        Column("amount", show=False, entered=False, width=16),
        Column("measure", show=False, entered=False, width=10),
        Column("span", show=False, entered=False, width=10),
        Column("planned", show=False, entered=False, kind="bool", filter=True, width=10),
        Column("first_on", show=False, filter=True, entered=False, width=12),
        Column("last_on", show=False, filter=True, entered=False, width=12),
    ),
    natural_key=("name", "period", "region", "extent", "source_office"),
    order=("-last_on", "name"),
    groups=(("value", "unit", "approximate", "amount", "measure"), ("period", "first_on", "last_on", "span", "planned")),
    view="reporting.value.view",
    change="reporting.value.change",
    prepare=_derived,
    check=_check,
)

REPORTS = Ledger(
    id="reporting.report",
    model="reporting.IssuedReport",
    label="已签发报告",
    plural="reports",
    columns=(
        Column("title", search=True, filter=True, entered=False, width=34),
        Column("period", search=True, filter=True, entered=False, width=22),
        Column("version", entered=False, width=8),
        Column("region", label="区划", filter=True, entered=False, width=22),
        Column("issued_at", filter=True, entered=False, width=18),
        Column("numbers", entered=False, width=10),
        Column("ledger_numbers", show=False, entered=False, width=12),
        Column("reported_numbers", show=False, entered=False, width=12),
        Column("rows", show=False, entered=False, width=10),
        Column("reason", show=False, entered=False, width=40),
        Column("document_hash", show=False, search=True, entered=False, width=66),
        Column("figures_hash", show=False, entered=False, width=66),
        Column("template_hash", show=False, entered=False, width=66),
        Column("first_on", show=False, filter=True, entered=False, width=12),
        Column("last_on", show=False, filter=True, entered=False, width=12),
    ),
    order=("-created_at",),
    view="reporting.value.view",
    retirable=False,
    page="/reporting/issued/{}".format,
)

TEMPLATES = Ledger(
    id="reporting.template",
    model="reporting.ReportTemplate",
    label="报告模板",
    plural="templates",
    columns=(
        Column("name", search=True, filter=True, entered=False, width=30),
        Column("region", label="区划", filter=True, entered=False, width=22),
        Column("file_name", search=True, entered=False, width=34),
        Column("stored_at", filter=True, entered=False, width=18),
        Column("withdrawn_at", entered=False, width=18),
        Column("file_hash", show=False, entered=False, width=66),
    ),
    order=("name",),
    view="reporting.value.view",
    retirable=False,
    page="/reporting/report?template={}".format,
)

LEDGERS = [VALUES, REPORTS, TEMPLATES]
