"""The county of a file of figures stands in the ledgers: every number is asked for, and moves with its rows."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from docx import Document

from anlan.demo.figurefile import build_figures
from anlan.inspection.models import Hazard
from anlan.inspection.services.dismissals import hazard_dismiss
from anlan.inspection.services.steps import StepInput
from anlan.kernel.errors import AnlanError
from anlan.kernel.periods import read_period
from anlan.platform.catalogue import CATALOGUE
from anlan.platform.journal import heads
from anlan.platform.ledger.history import label_of
from anlan.platform.ledger.services import plain_change
from anlan.platform.scope import SYSTEM, Scope
from anlan.reporting.models import ReportedValue
from anlan.reporting.queries import Report, report_build, report_differences, report_package, report_words
from anlan.reporting.reports.package import package_read
from anlan.reporting.reports.proof import package_check

pytestmark = pytest.mark.slow

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
LATER = datetime(2026, 3, 2, 3, 0, tzinfo=UTC)
HEAD = "seed_file,context,figure_name_zh,figure_name_en,value,unit,period,comparison,quote"
ROWS = (
    ("工矿商贸事故起数", "1", "起", "2024", "yoy -50%"),
    ("道路交通事故起数", "3", "起", "2024", ""),
    ("生产安全事故死亡人数", "2", "人", "2024", "yoy -33.3%"),
    ("较大及以上事故起数", "0", "起", "2024", ""),
    ("排查发现隐患", "40", "宗", "2024", ""),
    ("整改隐患", "31", "宗", "2024", ""),
    ("消防排查隐患", "12", "处", "2024", ""),
    ("消防整改隐患", "11", "处", "2024", ""),
    ("发现一般隐患", "3", "条", "2024年1-7月(篇1:某镇)", ""),
    ("检查企业", "4", "家", "2024年1-7月(篇1:某镇)", ""),
    ("检查燃气企业家次", "9", "家次", "2024", ""),
    ("市级工矿商贸重大隐患单位", "2", "家", "2024", ""),
    ("挂牌重大隐患整改完成率", "100", "%", "2024", ""),
    ("危化品使用企业", "7", "家", "2023", ""),
    ("危化品使用企业", "5", "家", "2024", ""),
    ("涉氨企业整治总数", "4", "家", "2024", ""),
    ("涉氨企业关闭", "1", "家", "2024", ""),
    ("智慧用电累计安装", "60", "套", "2024 累计", ""),
    ("收缴罚款", "20.45", "万元(多)", "2024年1-11月", ""),
    ("新增橡皮艇", "20", "只", "2024", ""),
    ("计划新增避灾场所", "15", "个", "2025计划", ""),
    ("各类事故起数(原文空缺)", "×", "起", "2024", ""),
    ("粘贴标语", "数十", "处", "2024", ""),
    ("消防排查隐患", "13", "处", "2024年1-6月", ""),
)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "figures.csv"
    body = [
        f"甲.txt,RPT,{name},,{value},{unit},{period},{more},原句{n}"
        for n, (name, value, unit, period, more) in enumerate(ROWS)
    ]
    path.write_text("\n".join([HEAD, *body]), encoding="utf-8")
    return path


def told(made: dict[str, Any]) -> dict[int, dict[str, Any]]:
    return {one["row"] - 2: one for one in made["figures"]}


def test_every_figure_comes_back_and_moves_with_its_rows(db: None, file: Path) -> None:
    made = build_figures(file, "331003", now=NOW)
    found = told(made)
    assert [n for n, one in found.items() if one["equal"] is False or one["compared"] is False] == []
    assert [n for n, one in found.items() if one["kind"] == "blank"] == [21, 22]
    stated = {18, 19, 20, 23}
    assert {n for n, one in found.items() if one["kind"] == "reported"} == stated
    assert made["ledger"] == len(ROWS) - 6
    # So many rows stand behind each number that counts rows.
    for n in (0, 1, 4, 5, 6, 7, 8, 10, 11, 13, 14, 15, 16, 17):
        assert found[n]["rows"] == int(ROWS[n][1]), ROWS[n]
    assert "已有另一个数" in found[23]["why"]
    assert found[18]["number"] == 204500
    _voided(file, found)


def _voided(file: Path, found: dict[int, dict[str, Any]]) -> None:
    """One hazard of the drive is found to be none: its figure and the whole one fall by one, nothing else moves."""
    officer: Scope = replace(SYSTEM, rights=frozenset({"inspection.view", "inspection.hazard.dismiss"}))
    fire = Hazard.objects.filter(tags__key__in=_campaign("消防"), state__in=("found", "ordered")).first()
    assert fire is not None
    hazard_dismiss(scope=officer, item=StepInput(hazard_id=str(fire.id), note="现场核实不属于隐患"), now=LATER)
    again = told(build_figures(file, "331003", now=LATER))
    moved = {n: again[n]["number"] - found[n]["number"] for n in found if found[n]["number"] != again[n]["number"]}
    assert moved == {4: -1, 6: -1}
    assert [n for n, one in again.items() if one["equal"] is False] == [4, 6]


TEMPLATE = (
    '{{ 区划 }}{{ 期 }}排查隐患{{ 数("隐患.排查") }}处，其中消防{{ 数("隐患.排查", 活动="消防") }}处，'
    '整改率{{ 占比("隐患.整改", "隐患.排查") }}。',
    '工矿商贸事故{{ 数("事故.工矿起数") }}起，{{ 同比("事故.工矿起数") }}；罚款{{ 数("收缴罚款") }}万元；'
    '智慧用电{{ 数("设备.在册", 型号="智慧用电监测装置") }}套。',
    '没有的活动{{ 数("隐患.排查", 活动="没有") }}，没有的数{{ 数("无人填报") }}，'
    '上年挂牌{{ 数("挂牌.督办", 期="上年") }}处。',
    "{% for 镇 in 各镇() %}{% if 有('隐患.排查', 区划=镇) %}"
    "{{ 镇.名称 }}{{ 数('隐患.排查', 区划=镇) }}处；{% endif %}{% endfor %}",
)


def test_a_report_is_made_of_the_ledgers(db: None, file: Path) -> None:
    build_figures(file, "331003", now=NOW)
    made_of = Document()
    for line in TEMPLATE:
        made_of.add_paragraph(line)
    out = io.BytesIO()
    made_of.save(out)
    officer: Scope = replace(SYSTEM, rights=frozenset(CATALOGUE.rights), region="331003")
    report = report_build(officer, out.getvalue(), "331003", read_period("2024"), LATER)
    made = report.made
    lines = [p.text for p in Document(io.BytesIO(made.data)).paragraphs]
    assert lines[0] == "黄岩区2024年排查隐患40处，其中消防12处，整改率77.5%。"
    assert lines[1] == "工矿商贸事故1起，同比下降50%；罚款20.45万元；智慧用电60套。"
    words = report_words(report)
    kinds = {one["name"]: (one["kind"], one["rows"]) for one in words["numbers"] if one["region"] == "331003"}
    assert kinds["收缴罚款"] == ("reported", 0) and kinds["事故.工矿起数"] == ("ledger", 1)
    assert words["blank"] == 3 and [b.partition(" ")[0] for b in made.blanks] == [
        "发现隐患数（没有）",
        "无人填报",
        "挂牌督办数",
    ]
    towns = [one for one in words["numbers"] if len(one["region"]) == 9]
    assert sum(one["value"] for one in towns) == 40 and all(one["kind"] == "ledger" for one in towns)
    _frozen(officer, report)
    narrow = replace(officer, region="331003001")
    with pytest.raises(AnlanError) as refused:
        report_build(narrow, out.getvalue(), "331003", read_period("2024"), LATER)
    assert refused.value.code == "reporting.report.region"
    for part in (replace(officer, office="a"), replace(officer, subjects=frozenset({"a"}))):
        with pytest.raises(AnlanError) as refused:
            report_build(part, out.getvalue(), "331003", read_period("2024"), LATER)
        assert refused.value.code == "reporting.report.partial"
    with pytest.raises(AnlanError) as refused:
        report_build(officer, out.getvalue(), "331003", read_period("2027"), LATER)
    assert refused.value.code == "platform.indicator.future"


def _frozen(officer: Scope, report: Report) -> None:
    """The package holds every row; after one hazard was found to be none, each number that moved is explained by it."""
    package = report_package(officer, report, LATER)
    assert package_check(package, heads.public_key()) == []
    figures = package_read(package)
    whole = figures["numbers"][0]
    assert (whole["value"], len(whole["of"])) == (40, 40)
    assert report_differences(officer, figures, LATER) == []
    public = package_read(report_package(officer, report, LATER, public=True))
    assert {row[4] for row in public["rows"]} == {""} and {row[4] for row in figures["rows"]} != {""}
    fire = Hazard.objects.filter(tags__key__in=_campaign("消防"), state="ordered").first()
    assert fire is not None
    hazard_dismiss(scope=officer, item=StepInput(hazard_id=str(fire.id), note="现场核实不属于隐患"), now=LATER)
    value = ReportedValue.objects.get(name="收缴罚款")
    plain_change(
        scope=officer, ledger="reporting.value", id=str(value.id), values={"value": "21"}, base=None, now=LATER
    )
    moved = {one["name"] + str(one["text"]): one for one in report_differences(officer, figures, LATER)}
    assert [moved["隐患.排查40"][n] for n in ("now", "added", "removed", "changed")] == ["39", 0, 1, 0]
    (cause,) = moved["隐患.排查12"]["causes"]
    assert (cause["subject"], cause["title"], cause["what"]) == (f"inspection.hazard/{fire.id}", fire.number, "removed")
    assert [act["act"] for act in cause["acts"]] == [label_of("inspection.hazard.dismissed")]
    assert not cause["acts"][0]["act"].isascii()
    (fines,) = moved["收缴罚款20.45"]["causes"]
    assert (moved["收缴罚款20.45"]["now"], fines["what"], len(fines["acts"])) == ("21", "changed", 1)


def _campaign(name: str) -> list[str]:
    from anlan.inspection.models import Campaign

    return [str(key) for key in Campaign.objects.filter(name=name).values_list("id", flat=True)]


def test_another_file_or_county_is_refused(db: None, file: Path, tmp_path: Path) -> None:
    small = tmp_path / "small.csv"
    small.write_text("\n".join([HEAD, "甲.txt,RPT,新增橡皮艇,,20,只,2024,,原句"]), encoding="utf-8")
    assert build_figures(small, "331003", now=NOW)["reported"] == 1
    assert build_figures(small, "331003", now=LATER)["equal"] == 1
    for path, region, code in (
        (file, "331003", "demo.figures.other_file"), (small, "330106", "demo.other_county"),
        (small, "3310", "demo.figures.region"), (small, "990000", "kernel.region.unknown"),
    ):  # fmt: skip
        with pytest.raises(AnlanError) as refused:
            build_figures(path, region, now=LATER)
        assert refused.value.code == code
