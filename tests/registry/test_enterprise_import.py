"""Workbooks of enterprises: labels as clerks write them, positions read from Gaode, the same file twice."""

from __future__ import annotations

import pytest

from anlan.kernel.codes import make_uscc
from anlan.platform.ledger.workbook.import_ import import_file
from anlan.registry.ledgers import ENTERPRISES
from anlan.registry.models import Enterprise
from anlan.registry.queries import values_of
from anlan.registry.services.mergers import enterprise_merge
from registry.factories import NOW, make_enterprise

pytestmark = pytest.mark.django_db
HEAD = "企业名称,统一社会信用代码,所在区划,坐标系,经度,纬度,行业代码,监管类别,企业规模,监管层级,生产经营状态"


def line(serial, **values):
    row = {
        "name": f"测试第{serial}机械有限公司",
        "uscc": make_uscc("331003", serial),
        "region": "东城街道",
        "coords": "高德",
        "lon": "121.2621",
        "lat": "28.6502",
        "industry": "C3411",
        "classes": "机械、冶金",
        "scale": "小",
        "level": "县",
        "status": "",
        **values,
    }
    return ",".join(row.values())


def run(scope, *lines, mode="all"):
    content = "\n".join((HEAD, *lines)).encode("gb18030")
    return import_file(scope=scope, ledger=ENTERPRISES, content=content, name="企业.csv", mode=mode, now=NOW)


def test_a_gbk_file_becomes_enterprises_and_the_same_file_changes_nothing(county):
    scope = county.scope["town"]
    first = run(scope, line(1), line(2))
    assert (first.created, first.bad, first.written) == (2, 0, True)
    row = Enterprise.objects.get(uscc=make_uscc("331003", 1))
    held = values_of(row)
    assert (held["lon"], held["lat"], row.coords) == (121.25788, 28.65333, "wgs84")
    assert (held["industry"], held["classes"], held["scale"]) == ("3411", ["machinery", "metallurgy"], "small")
    assert (held["level"], held["status"], held["standardisation"]) == ("county", "operating", "none")
    again = run(scope, line(1), line(2))
    assert (again.created, again.changed, again.unchanged) == (0, 0, 2)


def test_a_changed_name_is_a_renaming(county):
    scope = county.scope["town"]
    run(scope, line(1))
    changed = run(scope, line(1, name="测试改名有限公司"))
    assert (changed.created, changed.changed) == (0, 1)
    assert Enterprise.objects.get().former == "测试第1机械有限公司"


def test_bad_rows_are_told_and_nothing_is_written(county):
    report = run(
        county.scope["town"], line(1), line(2, lon="28.6502", lat="121.2621", coords=""), line(3, scale="巨大")
    )
    assert (report.written, report.bad) == (False, 2)
    assert [(c.line, c.label, c.code) for c in report.cells] == [
        (3, "经度", "kernel.geo.swapped"),
        (4, "企业规模", "registry.code.unknown"),
    ]
    assert Enterprise.objects.count() == 0


def test_a_merged_away_code_does_not_block_the_one_that_holds_it(county):
    scope = county.scope["town"]
    gone = make_enterprise(scope, 2, uscc="", classes="九小场所")
    into = make_enterprise(scope, 1)
    enterprise_merge(
        scope=scope, enterprise_id=gone, into_id=into, mode="duplicate", reason="重复登记", base=1, now=NOW
    )
    report = run(scope, line(1, level="市"))
    assert (report.changed, report.bad) == (1, 0)
    assert Enterprise.objects.get(pk=into).level == "city"
