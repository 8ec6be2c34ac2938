"""The nine small places without a code: matched by name and town, in the dry run as in the import."""

from __future__ import annotations

import pytest

from anlan.platform.catalogue import CATALOGUE
from anlan.platform.ledger.workbook.import_ import import_file
from anlan.registry.models import Enterprise
from inspection.factories import NOW, REGISTRAR

pytestmark = pytest.mark.django_db

HEAD = "企业名称,统一社会信用代码,所在区划,地址,监管类别\n"
FILE = HEAD + "老王小吃店,,东城街道,测试路1号,九小场所\n老王小吃店,,南城街道,测试路2号,九小场所\n"


def run(text, mode):
    ledger = CATALOGUE.ledgers["registry.enterprise"]
    report = import_file(
        scope=REGISTRAR, ledger=ledger, content=text.encode(), name="a.csv", mode=mode, now=NOW, right=ledger.change
    )
    return report.created, report.changed, report.unchanged, report.bad, [c.code for c in report.cells]


def test_the_same_file_again_is_unchanged_and_a_change_is_one(county):
    assert run(FILE, "all") == (2, 0, 0, 0, [])
    for mode in ("dry_run", "all"):
        assert run(FILE, mode) == (0, 0, 2, 0, [])
    moved = FILE.replace("测试路2号", "测试路3号")
    for mode in ("dry_run", "all"):
        assert run(moved, mode) == (0, 1, 1, 0, []), mode
    assert run(moved, "all") == (0, 0, 2, 0, [])
    assert sorted(Enterprise.objects.values_list("name", "address")) == [
        ("老王小吃店", "测试路1号"), ("老王小吃店", "测试路3号"),
    ]  # fmt: skip


def test_one_name_twice_in_a_town_is_told_in_the_dry_run(county):
    twice = HEAD + "老王小吃店,,东城街道,测试路1号,九小场所\n老王小吃店,,东城街道百花社区居委会,测试路9号,九小场所\n"
    assert run(twice, "dry_run") == (1, 0, 0, 1, ["ledger.import.twice"])
    assert run(twice, "all") == (1, 0, 0, 1, ["ledger.import.twice"])
    assert not Enterprise.objects.exists()


def test_a_firm_with_a_code_is_not_taken_for_the_one_without(county):
    assert run(FILE, "all")[0] == 2
    coded = HEAD + "老王小吃店,91331003XW00090013,东城街道,测试路1号,九小场所\n"
    assert run(coded, "dry_run") == run(coded, "all") == (1, 0, 0, 0, [])
