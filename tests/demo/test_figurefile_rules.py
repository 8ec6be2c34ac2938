"""A file of figures: how its lines are read, what they count, and what must be there for them to be true. No database."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest

from anlan.demo.figurefile.accidents import changed_by, plan_accidents, stated_change
from anlan.demo.figurefile.filling import Atom, plan_hazards
from anlan.demo.figurefile.meaning import Meaning, meanings
from anlan.demo.figurefile.reading import COLUMNS, Line, read_figures, read_lines
from anlan.demo.figurefile.visiting import plan_visits
from anlan.kernel.errors import BadInput
from anlan.kernel.periods import read_period

HEAD = "seed_file,context,figure_name_zh,figure_name_en,value,unit,period,comparison,quote"
TODAY = date(2026, 3, 2)


def row(name: str, value: str, unit: str, period: str = "2023年", comparison: str = "", file: str = "甲.txt") -> str:
    return f"{file},RPT,{name},,{value},{unit},{period},{comparison},原句"


def lines(*rows: str) -> list[Line]:
    return read_lines("\n".join([HEAD, *rows]))


def told(*rows: str) -> list[tuple[Line, Meaning]]:
    return meanings(lines(*rows))


@pytest.mark.parametrize(
    ("unit", "measure", "approximate"),
    [
        ("起", "起", ""),
        ("人次(余)", "人次", "over"),
        ("万元（多）", "万元", "over"),
        ("条(近)", "条", "under"),
        ("人以下", "人", ""),
        ("%(约)", "%", "about"),
        ("次/周", "次", ""),
        ("人/家", "人", ""),
        ("大类", "类", ""),
        ("个行业", "个", ""),
        ("大", "个", ""),
    ],
)
def test_units_as_they_are_written(unit: str, measure: str, approximate: str) -> None:
    (line,) = lines(row("某数", "5", unit))
    assert (line.unit, line.approximate) == (measure, approximate)


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("2019", "2019年"),
        ("2019年1-11月", "2019年1—11月"),
        ("2022(至8月)", "2022年1—8月"),
        ("2022(至8月) 截至8月15日", "2022年1月1日—8月15日"),
        ("2025计划", "2025年计划"),
        ("2020年底前", "2020年计划"),
        ("2019 累计", "2019年"),
        ("2020年3月上旬至今", "2020年3—12月"),
        ("2023年1-7月(篇1:某镇)", "2023年1—7月"),
        ("2020 6月24日、30日", "2020年"),
        ("2019末-2020", "2019年"),
        ("2023年以来", "2023年"),
    ],
)
def test_periods_as_they_are_written(text: str, label: str) -> None:
    (line,) = lines(row("某数", "5", "起", text))
    assert line.period is not None and line.period.label == label


def test_a_year_left_blank_is_that_of_the_document() -> None:
    first, second = lines(row("甲", "1", "个", "2021"), row("乙", "2", "个", "20__年上半年"))
    assert second.period is not None and second.period.label == "2021年上半年"
    assert "年份空缺" in second.note and not first.note


def test_a_document_that_names_no_year_at_all_has_no_period() -> None:
    (line,) = lines(row("甲", "1", "个", "全年"))
    assert line.period is None
    assert meanings([line])[0][1].why == "原文期间无法辨认"


@pytest.mark.parametrize("value", ["×", "数十", "1-2", "", "NaN", "1e5", "9" * 30])
def test_what_is_no_number_stays_a_blank(value: str) -> None:
    (pair,) = told(row("发现隐患", value, "处"))
    assert pair[0].number is None and pair[1].kind == "stated"


@pytest.mark.parametrize(
    ("text", "code"),
    [("", "demo.figures.empty"), (HEAD, "demo.figures.empty"), ("a,b\n1,2", "demo.figures.columns")],
)
def test_files_that_hold_no_figures(text: str, code: str) -> None:
    with pytest.raises(BadInput) as refused:
        read_lines(text)
    assert refused.value.code == code


def test_the_missing_column_is_named() -> None:
    with pytest.raises(BadInput) as refused:
        read_lines(HEAD.replace(",unit", "") + "\n甲,RPT,乙,,1,2019,,")
    assert refused.value.facts["missing"] == "unit"
    assert set(COLUMNS) < set(HEAD.split(","))


def test_files_in_gbk_and_with_a_mark_are_read_and_others_refused(tmp_path: Path) -> None:
    text = "\n".join([HEAD, row("发现隐患", "7", "处")])
    for encoding in ("utf-8", "utf-8-sig", "gb18030"):
        (tmp_path / "a.csv").write_bytes(text.encode(encoding))
        assert read_figures(tmp_path / "a.csv")[0].name == "发现隐患"
    (tmp_path / "b.csv").write_bytes(b"\xff\xfe\x00\xd8")
    for name in ("b.csv", "none.csv"):
        with pytest.raises(BadInput) as refused:
            read_figures(tmp_path / name)
        assert refused.value.code == "demo.figures.unreadable"
    (tmp_path / "c.csv").write_bytes(b"x" * 5_000_001)
    with pytest.raises(BadInput) as refused:
        read_figures(tmp_path / "c.csv")
    assert refused.value.code == "demo.figures.large"


@pytest.mark.parametrize(
    ("name", "unit", "kind", "indicator", "stem"),
    [
        ("排查发现隐患", "宗", "found", "隐患.排查", ""),
        ("大排查发现隐患", "项", "found", "隐患.排查", "大排查"),
        ("大排查整改隐患", "项", "closed", "隐患.整改", "大排查"),
        ("燃气隐患发现数", "处", "found", "隐患.排查", "燃气"),
        ("燃气隐患整改数", "处", "closed", "隐患.整改", "燃气"),
        ("桥梁检出隐患", "处", "found", "隐患.排查", "桥梁"),
        ("事故高发领域排查隐患(同数重复)", "宗", "found", "隐患.排查", "事故高发领域"),
        ("火灾专项治理整改隐患", "条", "closed", "隐患.整改", "火灾专项治理"),
        ("修复交通设施隐患", "处", "closed", "隐患.整改", "交通设施"),
        ("检查企业", "家", "firms_seen", "检查.企业", ""),
        ("检查燃气企业家次", "家次", "visits", "检查.家次", "燃气"),
        ("县专班检查单位", "家", "firms_seen", "检查.企业", "县专班"),
        ("市级消防隐患单位", "家", "listed", "挂牌.督办", "消防"),
        ("挂牌重大隐患整改完成率", "%", "listed_rate", "挂牌.办结率", ""),
        ("工矿商贸事故起数", "起", "accidents", "事故.工矿起数", "工矿"),
        ("较大及以上事故起数", "起", "accidents", "事故.较大以上起数", "较大以上"),
        ("道路交通事故死亡人数", "人", "deaths", "事故.道路死亡", "道路"),
        ("死亡人数降幅", "%", "change", "事故.死亡", ""),
        ("智慧用电累计安装", "套", "devices", "设备.在册", "智慧用电监测装置"),
        ("加油站", "家", "firms", "企业.在册", ""),
        ("涉氨企业关闭", "家", "firms_closed", "企业.关闭", ""),
    ],
)
def test_names_that_a_ledger_counts(name: str, unit: str, kind: str, indicator: str, stem: str) -> None:
    ((_, meant),) = told(row(name, "5", unit))
    assert (meant.kind, meant.name, meant.stem) == (kind, indicator, stem)


@pytest.mark.parametrize(
    ("name", "unit", "period"),
    [
        ("自然灾害隐患点", "个", "2023"),
        ("风险隐患点治理", "处", "2023"),
        ("处置燃气钢瓶事故", "起", "2023"),
        ("检查重点路段", "处", "2023"),
        ("检查燃气企业次数", "次", "2023"),
        ("罚款金额", "万元", "2023"),
        ("发现隐患", "处", "2025计划"),
        ("大排查整改", "项", "2023"),
    ],
)
def test_names_that_no_ledger_counts_are_stated(name: str, unit: str, period: str) -> None:
    ((_, meant),) = told(row(name, "5", unit, period))
    assert meant.kind == "stated" and meant.why


@pytest.mark.parametrize(
    ("name", "unit"), [("排查发现隐患", "处"), ("道路交通事故起数", "起"), ("智慧用电累计安装", "套"), ("加油站", "家")]
)
def test_numbers_beyond_any_county_are_stated(name: str, unit: str) -> None:
    ((_, meant),) = told(row(name, "99999999999", unit))
    assert (meant.kind, meant.why) == ("stated", "数量过大，不逐条登记")


def test_closings_without_the_word_belong_to_the_findings_of_their_document() -> None:
    pairs = told(
        row("大排查发现隐患", "9", "项"), row("大排查整改", "8", "项"), row("大排查整改", "8", "项", file="乙.txt")
    )
    assert [meant.kind for _, meant in pairs] == ["found", "closed", "stated"]


# --- accidents ---


def test_the_year_before_follows_from_the_stated_change() -> None:
    rows, refused = plan_accidents(
        told(
            row("生产经营性一般事故起数", "8", "起", "2019", "yoy -46.7%"),
            row("生产安全事故死亡人数", "7", "人", "2019", "yoy -30%"),
            row("道路交通事故起数", "7", "起", "2019", "yoy -46.2%"),
            row("道路交通事故死亡人数", "6", "人", "2019", "yoy -25%"),
            row("工矿商贸事故起数", "1", "起", "2019", "yoy -50%"),
            row("工矿商贸事故死亡人数", "1", "人", "2019", "yoy -50%"),
            row("较大及以上事故起数", "0", "起", "2019"),
        ),
        TODAY,
    )
    assert refused == {}
    held = {year: [r for r in rows if r.day.year == year] for year in (2018, 2019)}
    assert {y: (len(r), sum(a.deaths for a in r)) for y, r in held.items()} == {2018: (15, 10), 2019: (8, 7)}
    roads = {y: [a for a in r if a.sector == "road"] for y, r in held.items()}
    assert {y: (len(r), sum(a.deaths for a in r)) for y, r in roads.items()} == {2018: (13, 8), 2019: (7, 6)}
    assert max(a.deaths for a in rows) <= 2


def test_a_change_that_no_whole_number_gives_is_said() -> None:
    _, refused = plan_accidents(told(row("道路交通事故起数", "7", "起", "2019", "yoy -46.3%")), TODAY)
    assert list(refused) == [-2]


def test_changes_alone_get_the_least_numbers_that_give_them() -> None:
    pairs = told(
        row("生产安全事故起数降幅", "-38.1", "%", "2023年1-11月", "yoy -38.1%"),
        row("死亡人数降幅", "-46.67", "%", "2023年1-11月", "yoy -46.67%"),
    )
    rows, refused = plan_accidents(pairs, TODAY)
    now, base = ([r for r in rows if r.day.year == year] for year in (2023, 2022))
    assert refused == {} and (len(now), len(base)) == (13, 21)
    assert (sum(r.deaths for r in now), sum(r.deaths for r in base)) == (8, 15)
    assert all(r.day <= date(r.day.year, 11, 30) for r in rows)


def test_means_of_three_years() -> None:
    rows, refused = plan_accidents(
        told(row("事故起数降幅", "-25", "%", "2022(至8月)", "vs 前三年同期均值 -25%")), TODAY
    )
    now = sum(r.day.year == 2022 for r in rows)
    assert refused == {} and changed_by(now, Fraction(len(rows) - now, 3), 0) == Decimal(-25)


def test_parts_larger_than_the_whole_are_refused() -> None:
    pairs = told(
        row("道路交通事故起数", "9", "起"), row("各类事故起数", "5", "起"), row("道路交通事故死亡人数", "40", "人")
    )
    _, refused = plan_accidents(pairs, TODAY)
    assert set(refused) == {3, 4}


def test_remarks_that_compare_nothing() -> None:
    assert stated_change("rectified 100%") is None and stated_change("threshold") is None
    assert stated_change("yoy +22.8%") == ("yoy", Decimal("22.8"))


# --- hazards and visits ---


def summed(atoms: list[Atom], stem: str = "") -> tuple[int, int]:
    few = [a for a in atoms if not stem or stem in a.stems]
    return sum(a.count for a in few), sum(a.closed or 0 for a in few)


def test_drives_are_parts_of_the_whole_and_one_as_large_covers_all() -> None:
    atoms, refused = plan_hazards(
        told(
            row("排查发现隐患", "23708", "宗"),
            row("整改隐患", "19955", "宗"),
            row("事故高发领域排查隐患", "23708", "宗"),
            row("事故高发领域整改隐患", "19955", "宗"),
            row("消防排查隐患", "9521", "处"),
            row("消防整改隐患", "8279", "处"),
            row("危化发现隐患", "2044", "个"),
            row("危化已整改隐患", "1893", "个"),
            row("园区发现隐患", "1394", "项"),
            row("建筑发现隐患", "4655", "项", comparison="整改100%"),
        )
    )
    assert refused == {}
    assert summed(atoms) == summed(atoms, "事故高发领域") == (23708, 19955)
    assert summed(atoms, "消防") == (9521, 8279)
    assert summed(atoms, "危化") == (2044, 1893)
    assert summed(atoms, "建筑") == (4655, 4655)
    assert summed(atoms, "园区")[0] == 1394


def test_a_part_larger_than_the_whole_is_refused_and_the_rest_stands() -> None:
    atoms, refused = plan_hazards(
        told(row("排查发现隐患", "10", "宗"), row("消防排查隐患", "30", "处"), row("危化发现隐患", "4", "处"))
    )
    assert list(refused) == [3]
    assert summed(atoms, "危化")[0] == 4


def test_more_closed_than_found_is_refused() -> None:
    atoms, refused = plan_hazards(told(row("消防排查隐患", "3", "处"), row("消防整改隐患", "5", "处")))
    assert refused == {3: "整改数大于发现数"} and summed(atoms, "消防")[0] == 3


def test_the_same_drive_of_one_year_stands_once() -> None:
    atoms, refused = plan_hazards(told(row("消防排查隐患", "3", "处"), row("消防排查隐患", "4", "处", "2023年1-7月")))
    assert list(refused) == [3] and summed(atoms) == (3, 3)


def test_listed_hazards_are_major_and_ended() -> None:
    atoms, _ = plan_hazards(told(row("省级消防隐患单位", "2", "家"), row("市级消防隐患单位", "3", "家")))
    (atom,) = atoms
    assert (atom.grade, atom.count, atom.closed, dict(atom.levels)) == ("major", 5, 5, {"province": 2, "city": 3})


def test_visits_of_drives_are_among_the_whole() -> None:
    made, refused = plan_visits(
        told(row("检查企业", "74", "家"), row("检查企业家次", "100", "家次"), row("园区检查企业", "60", "家"))
    )
    assert refused == {}
    assert sum(v.count for v in made) == 100 and max(v.firms for v in made) == 74
    _, refused = plan_visits(told(row("检查企业", "5", "家"), row("园区检查企业", "60", "家")))
    assert list(refused) == [2]


def test_a_town_of_the_file_is_kept_apart() -> None:
    pairs = told(row("发现一般隐患", "7", "条", "2023年1-7月(篇1:某镇)"), row("排查发现隐患", "20", "宗"))
    atoms, refused = plan_hazards(pairs)
    assert refused == {} and summed(atoms)[0] == 20
    assert [a.count for a in atoms if a.place] == [7]


def test_lines_are_not_changed_by_planning() -> None:
    (line,) = lines(row("发现隐患", "7", "处"))
    assert replace(line) == line and read_period("2023年") == line.period
