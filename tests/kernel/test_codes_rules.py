"""统一社会信用代码, 公民身份号码 and region codes: tables of cases. Numbers of persons and firms are made up."""

import csv
import os
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.kernel import codes
from anlan.kernel.errors import BadInput

SHARED = Path(os.environ.get("ANLAN_SHARED") or Path(__file__).resolve().parents[3] / "shared")


def found(problems):
    return [(v.code, v.facts) for v in problems]


# --- 统一社会信用代码 ---


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("91331003XW0000007L", [], id="GB 32100 valid"),
        pytest.param(" 91331003-xw000000-7l ", [], id="blanks, hyphens, lower case"),
        pytest.param("９１３３１００３ＸＷ０００００07L", [], id="full-width"),
        pytest.param(None, [("kernel.uscc.empty", {})], id="empty cell"),
        pytest.param("91331003XW0000007", [("kernel.uscc.length", {"length": 17})], id="GB 32100 length 17"),
        pytest.param(
            "9133I003XW000O007L",
            [("kernel.uscc.char", {"position": 5, "char": "I"}), ("kernel.uscc.char", {"position": 14, "char": "O"})],
            id="GB 32100 letters I and O",
        ),
        pytest.param(
            "9133A003XW0000007L",
            [
                ("kernel.uscc.region", {"region": "33A003"}),
                ("kernel.uscc.check", {"found": "L", "expected": codes.uscc_check_char("9133A003XW0000007")}),
            ],
            id="GB 32100 letter in the region",
        ),
        pytest.param(
            "91331003XW0000007M",
            [("kernel.uscc.check", {"found": "M", "expected": "L"})],
            id="GB 32100 check character",
        ),
        pytest.param(
            "91331003XW0000008L",
            [
                ("kernel.uscc.org_check", {"org": "XW0000008", "expected": "7"}),
                ("kernel.uscc.check", {"found": "L", "expected": codes.uscc_check_char("91331003XW0000008")}),
            ],
            id="GB 11714 check character",
        ),
    ],
)
def test_check_uscc(value, expected):
    assert found(codes.check_uscc(value)) == expected


def test_uscc_check_characters_by_hand():
    """GB 11714: 3+14+27+40+25+48+28+16 = 201, 201 mod 11 = 3, 11-3 = 8. GB 32100: the 17 products sum up to
    9+3+27+81+19+0+0+51+20+58+75+52+40+144+70+240+224 = 1113, 1113 mod 31 = 28, 31-28 = 3."""
    assert codes.org_check_char("12345678") == "8"
    assert codes.uscc_check_char("91331003123456788") == "3"
    assert codes.check_uscc("913310031234567883") == []


def test_uscc_parts_are_labelled():
    parts = codes.uscc_parts("91331003XW0000007L")
    assert (parts.registrar, parts.registrar_label) == ("9", "市场监督管理")
    assert (parts.type, parts.type_label) == ("1", "企业")
    assert (parts.region, parts.org_code, parts.check) == ("331003", "XW0000007", "L")


def test_uscc_parts_of_an_invalid_code_are_refused():
    with pytest.raises(BadInput) as error:
        codes.uscc_parts("91331003XW0000007M")
    assert error.value.code == "kernel.uscc.invalid"
    assert error.value.message == (
        "“91331003XW0000007M”不是有效的统一社会信用代码："
        "统一社会信用代码的校验码不符：第18位为“M”，按前17位计算应为“L”。"
    )


@given(st.integers(min_value=0, max_value=31**6 - 1))
def test_every_made_code_is_valid_and_keeps_its_region(serial):
    code = codes.make_uscc("331003", serial)
    assert codes.check_uscc(code) == []
    assert codes.uscc_parts(code).region == "331003"


@given(st.integers(min_value=0, max_value=31**6 - 1), st.integers(min_value=0, max_value=17), st.data())
def test_one_wrong_character_is_always_found(serial, position, data):
    code = codes.make_uscc("331003", serial)
    other = data.draw(st.sampled_from([c for c in "0123456789ABCDEFGHJKLMNPQRTUWXY" if c != code[position]]))
    assert codes.check_uscc(code[:position] + other + code[position + 1 :]) != []


def test_made_codes_differ():
    assert len({codes.make_uscc("331003", n) for n in range(2000)}) == 2000
    assert codes.make_uscc("331003", 0) == "91331003XW0000007L"


@pytest.mark.parametrize(
    ("region", "serial", "code"),
    [("33100", 1, "kernel.uscc.region"), ("33100A", 1, "kernel.uscc.region"), ("331003", 31**6, "kernel.uscc.serial")],
)
def test_make_uscc_refuses_what_it_can_not_make(region, serial, code):
    with pytest.raises(BadInput) as error:
        codes.make_uscc(region, serial)
    assert error.value.code == code


def test_published_codes_are_judged_as_published():
    path = SHARED / "standards" / "uscc_gb32100.csv"
    if not path.exists():
        pytest.skip("skipped: ../shared absent")
    rows = list(csv.DictReader(path.open(encoding="utf-8")))
    wrong = [r["code"] for r in rows if (codes.check_uscc(r["code"]) == []) != (r["expect"] == "valid")]
    assert (len(rows), wrong) == (138, [])


def test_explain_uscc():
    assert codes.explain_uscc("91331003xw0000007l") == {
        "ok": True,
        "value": "91331003XW0000007L",
        "errors": [],
        "registrar": "9",
        "registrar_label": "市场监督管理",
        "type": "1",
        "type_label": "企业",
        "region": "331003",
        "org_code": "XW0000007",
        "check": "L",
    }
    assert codes.explain_uscc("1") == {
        "ok": False,
        "value": "1",
        "errors": [{"code": "kernel.uscc.length", "message": "统一社会信用代码应为18位，现为1位。"}],
    }


# --- 公民身份号码 ---


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        pytest.param("11010519491231002X", [], id="GB 11643 example of the standard"),
        pytest.param("11010519491231002x", [], id="lower-case x"),
        pytest.param("440524188001010014", [], id="GB 11643 second example of the standard"),
        pytest.param("", [("kernel.id.empty", {})], id="empty"),
        pytest.param("110105491231002", [("kernel.id.length", {"length": 15})], id="GB 11643-1989 old 15 digits"),
        pytest.param("1101051949123X002X", [("kernel.id.char", {"position": 14, "char": "X"})], id="X inside"),
        pytest.param(
            "110105194912310021", [("kernel.id.check", {"found": "1", "expected": "X"})], id="GB 11643 check character"
        ),
        pytest.param(
            "99010519490231002" + codes.id_check_char("99010519490231002"),
            [("kernel.id.region", {"province": "99"}), ("kernel.id.birth", {"birth": "19490231"})],
            id="province and 31 February",
        ),
        pytest.param(
            "33100320260101000" + codes.id_check_char("33100320260101000"), [("kernel.id.serial", {})], id="serial 000"
        ),
        pytest.param(
            "33100320270101001" + codes.id_check_char("33100320270101001"),
            [("kernel.id.future", {"birth": "20270101"})],
            id="born tomorrow",
        ),
    ],
)
def test_check_id(value, expected):
    assert found(codes.check_id(value, today=date(2026, 11, 22))) == expected


def test_id_parts():
    parts = codes.id_parts("11010519491231002X")
    assert (parts.region, parts.born_on, parts.sex) == ("110105", date(1949, 12, 31), "female")
    assert codes.id_parts("440524188001010014").sex == "male"


def test_invalid_id_never_shows_the_number():
    with pytest.raises(BadInput) as error:
        codes.id_parts("110105194912310021")
    assert error.value.code == "kernel.id.invalid"
    assert "110105194912310021" not in str(error.value) + error.value.message


def test_explain_id_masks_the_number():
    assert codes.explain_id("11010519491231002X") == {
        "ok": True,
        "value": "110105**********2X",
        "errors": [],
        "region": "110105",
        "born_on": "1949-12-31",
        "sex": "female",
        "sex_label": "女",
    }


# --- region codes ---

VILLAGE, TOWN, COUNTY, CITY, PROVINCE = "331003001001", "331003001000", "331003000000", "331000000000", "330000000000"


@pytest.mark.parametrize(
    ("code", "level", "prefix", "parent", "kind"),
    [
        (PROVINCE, "province", "33", None, ""),
        (CITY, "city", "3310", PROVINCE, ""),
        ("331003", "county", "331003", CITY, ""),
        (TOWN, "town", "331003001", COUNTY, "街道"),
        ("331003101", "town", "331003101", COUNTY, "镇"),
        ("331003200", "town", "331003200", COUNTY, "乡"),
        (VILLAGE, "village", "331003001001", TOWN, "居民委员会"),
        ("331003101200", "village", "331003101200", "331003101000", "村民委员会"),
        pytest.param("441900003", "town", "441900003", "441900000000", "街道", id="city without counties"),
        pytest.param("441900", "city", "4419", "440000000000", "", id="county digits zero is the city"),
    ],
)
def test_region_code(code, level, prefix, parent, kind):
    assert codes.check_region(code) == []
    assert codes.region_level(code) == level
    assert codes.region_prefix(code) == prefix
    assert codes.region_parent(code) == parent
    assert codes.region_type(code) == kind
    assert codes.region_pad(prefix) == codes.region_pad(code)


def test_region_ancestors_from_the_top():
    assert codes.region_ancestors(VILLAGE) == (PROVINCE, CITY, COUNTY, TOWN)
    assert codes.region_ancestors("441900003000") == ("440000000000", "441900000000")
    assert codes.region_ancestors(PROVINCE) == ()


def test_region_contains_itself_and_what_is_below():
    assert codes.region_contains(CITY, VILLAGE)
    assert codes.region_contains(TOWN, TOWN)
    assert not codes.region_contains(TOWN, COUNTY)
    assert not codes.region_contains("331003002", VILLAGE)


@pytest.mark.parametrize(
    ("value", "code", "message"),
    [
        ("", "kernel.region.empty", "区划代码为空。"),
        ("3310031", "kernel.region.format", "区划代码“3310031”应为2、4、6、9或12位数字。"),
        ("33100A", "kernel.region.format", "区划代码“33100A”应为2、4、6、9或12位数字。"),
        ("330003", "kernel.region.gap", "区划代码“330003”中间缺级：上级代码为零而下级不为零。"),
        ("331003000001", "kernel.region.gap", "区划代码“331003000001”中间缺级：上级代码为零而下级不为零。"),
        ("000000000000", "kernel.region.gap", "区划代码“000000000000”中间缺级：上级代码为零而下级不为零。"),
    ],
)
def test_region_code_refused(value, code, message):
    assert [(v.code, v.message) for v in codes.check_region(value)] == [(code, message)]
    for function in (codes.region_pad, codes.region_prefix, codes.region_level, codes.region_parent):
        with pytest.raises(BadInput) as error:
            function(value)
        assert error.value.code == code


NAMES = {PROVINCE: "浙江省", CITY: "台州市", COUNTY: "黄岩区", TOWN: "东城街道"}


def test_explain_region():
    answer = codes.explain_region("331003001", NAMES.get)
    assert answer == {
        "ok": True,
        "value": "331003001",
        "errors": [],
        "code": TOWN,
        "level": "town",
        "level_label": "乡级",
        "type": "街道",
        "prefix": "331003001",
        "parent": COUNTY,
        "name": "东城街道",
        "full_name": "浙江省台州市黄岩区东城街道",
        "path": [{"code": c, "name": n} for c, n in NAMES.items()],
        "known": True,
        "notes": [],
    }


def test_explain_region_tells_unknown_from_not_listed():
    unknown = codes.explain_region("331003999", NAMES.get)
    assert (unknown["ok"], unknown["errors"][0]["code"]) == (False, "kernel.region.unknown")
    village = codes.explain_region(VILLAGE, NAMES.get)
    assert (village["ok"], village["known"]) == (True, False)
    assert village["notes"] == [
        {
            "code": "kernel.region.village_not_listed",
            "message": "本系统未收录该乡镇（街道）的村级代码，只核对了上级代码。",
        }
    ]
    assert codes.explain_region("33100", NAMES.get)["errors"][0]["code"] == "kernel.region.format"
