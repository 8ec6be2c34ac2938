"""The whole-row check of an enterprise, and the reading of what clerks type. No database."""

from __future__ import annotations

import pytest

from anlan.kernel.codes import make_uscc
from anlan.kernel.errors import BadInput
from anlan.registry.rules.codes import CLASSES, STATUSES, TAGS, Code, CodeTable
from anlan.registry.rules.enterprise import (
    check_enterprise,
    check_industry,
    check_place,
    check_region_known,
    industry_label,
    normalise_enterprise,
    normalise_industry,
    prepare_enterprise,
)
from registry.factories import firm


def codes_of(values: dict) -> list[tuple[str, str | None]]:
    return [(v.code, v.field) for v in check_enterprise(values)]


def plain(**values: object) -> dict:
    return prepare_enterprise(normalise_enterprise(firm(**values)), None)


def test_a_complete_row_stands():
    assert check_enterprise(plain()) == []


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        ({"name": ""}, [("registry.enterprise.name_missing", "name")]),
        ({"name": "厂"}, [("registry.enterprise.name_length", "name")]),
        ({"name": "12345"}, [("registry.enterprise.name_shape", "name")]),
        ({"uscc": ""}, [("registry.enterprise.uscc_missing", "uscc")]),
        ({"uscc": make_uscc("331003", 1)[:17] + "0"}, [("kernel.uscc.check", "uscc")]),
        ({"uscc": "123"}, [("kernel.uscc.length", "uscc")]),
        ({"region": "331003000000"}, [("registry.enterprise.region_too_wide", "region")]),
        ({"region": "331003999000"}, [("kernel.region.unknown", "region")]),
        ({"region": ""}, [("kernel.region.empty", "region")]),
        ({"address": "路" * 201}, [("registry.enterprise.address_length", "address")]),
        ({"lon": 28.6502, "lat": 121.2621}, [("kernel.geo.swapped", "lon")]),
        ({"lon": 2.35, "lat": 48.85}, [("kernel.geo.outside_china", "lon")]),
        ({"lon": None}, [("registry.place.half", "lon")]),
        ({"lat": None}, [("registry.place.half", "lat")]),
    ],
)
def test_each_fault_is_named_with_its_field(values, expected):
    assert codes_of(plain(**values)) == expected


def test_every_reason_is_returned_not_only_the_first():
    row = plain(name="", uscc="", lon=None)
    assert [c for c, _ in codes_of(row)] == [
        "registry.enterprise.name_missing",
        "registry.enterprise.uscc_missing",
        "registry.place.half",
    ]


def test_nine_small_premises_may_lack_a_code():
    assert codes_of(plain(uscc="", classes=["九小场所"])) == []


def test_unknown_position_is_allowed():
    assert codes_of(plain(lon=None, lat=None)) == []
    assert check_place(True, 1.0)[0].code == "kernel.geo.not_finite"


def test_unchanged_abolished_region_does_not_block_other_changes():
    held = plain() | {"region": "331003999000"}
    assert check_enterprise({"name": "测试新名有限公司"}, held) == []
    assert [v.code for v in check_enterprise({"region": "331003999000"}, held)] == ["kernel.region.unknown"]


def test_village_of_a_known_town_passes_although_unlisted():
    assert check_region_known("110101001001", lambda code: code == "110101001000") == []
    assert [v.code for v in check_region_known("110101001000", lambda code: False)] == ["kernel.region.unknown"]


def test_code_from_elsewhere_is_refused_in_every_coded_field():
    row = plain() | {"scale": "huge", "classes": ["nothing"], "status": ""}
    assert codes_of(row) == [
        ("registry.code.unknown", "scale"),
        ("registry.enterprise.status_missing", "status"),
        ("registry.code.unknown", "classes"),
    ]


@pytest.mark.parametrize(
    ("typed", "stored", "faults"),
    [
        ("C2611", "2611", []),
        ("c 26", "26", []),
        ("Ｃ３４１１", "3411", []),
        (2611.0, "2611", []),
        ("", "", []),
        ("C", "C", ["registry.industry.shape"]),
        ("26111", "26111", ["registry.industry.shape"]),
        ("9", "9", ["registry.industry.shape"]),
        ("9911", "9911", ["registry.industry.division"]),
        ("A2611", "2611", ["registry.industry.section"]),
    ],
)
def test_industry_codes(typed, stored, faults):
    assert normalise_industry(typed) == stored
    assert [v.code for v in check_industry(typed)] == faults


def test_industry_is_shown_with_its_division():
    assert industry_label("2611") == "2611 化学原料和化学制品制造业"
    assert industry_label("") == ""


def test_what_clerks_type_becomes_codes():
    read = normalise_enterprise(
        {
            "name": " 测试　化工厂 ",
            "uscc": " ９１331003ＸＷ-0000 ",
            "region": "331003001",
            "classes": "危化生产、加油站，危化生产",
            "tags": ["涉氨制冷", "dust"],
            "scale": "小",
            "level": "区级",
            "status": "停产停业",
            "standardisation": "三级",
            "lon": "121.26210049",
            "lat": 28.65,
            "office_id": " ",
        }
    )
    assert read == {
        "name": "测试 化工厂",
        "uscc": "91331003XW0000",
        "region": "331003001000",
        "classes": ["gas_station", "hazchem_production"],
        "tags": ["ammonia", "dust"],
        "scale": "small",
        "level": "county",
        "status": "suspended",
        "standardisation": "third",
        "lon": 121.2621,
        "lat": 28.65,
        "office_id": None,
    }


def test_gcj02_and_bd09_become_wgs84():
    gcj = normalise_enterprise({"lon": 121.2621, "lat": 28.6502, "coords": "高德"})
    bd = normalise_enterprise({"lon": 121.2621, "lat": 28.6502, "coords": "bd09"})
    assert gcj == {"lon": 121.25788, "lat": 28.65333}
    assert bd == {"lon": 121.251318, "lat": 28.647693}
    wgs = {"lon": 121.2621, "lat": 28.6502}
    assert normalise_enterprise({**wgs, "coords": "天地图"}) == wgs


def test_unreadable_values_are_all_reported_at_once():
    with pytest.raises(BadInput) as refused:
        normalise_enterprise({"lon": "东经", "scale": "巨型", "colour": "红", "industry": "9911", "coords": "月球"})
    assert [(v.code, v.field) for v in refused.value.violations] == [
        ("kernel.text.not_a_number", "lon"),
        ("registry.code.unknown", "scale"),
        ("registry.enterprise.unknown_field", "colour"),
        ("registry.industry.division", "industry"),
        ("registry.code.unknown", "coords"),
    ]


def test_reading_twice_changes_nothing():
    once = normalise_enterprise(firm(classes="危化使用、轻工", tags="有限空间"))
    assert normalise_enterprise(once) == once


def test_new_row_gets_status_and_level():
    assert prepare_enterprise({"name": "甲"}, None) == {"name": "甲", "status": "operating", "standardisation": "none"}
    assert prepare_enterprise({"name": "甲"}, {"status": "closed"}) == {"name": "甲"}


def test_empty_cells_of_an_old_row_say_nothing_of_status_level_and_office():
    typed = {"name": "甲", "status": "", "standardisation": "", "office_id": None, "address": ""}
    assert prepare_enterprise(typed, {"status": "closed"}) == {"name": "甲", "address": ""}


def test_labels_follow_the_order_of_the_list():
    assert CLASSES.labels_of(["machinery", "hazchem_use"]) == "危险化学品使用、机械"
    assert TAGS.labels_of(["dust", "from_newer_version", "ammonia"]) == "涉氨制冷、粉尘涉爆、from_newer_version"
    assert STATUSES.label_of("operating") == "在产"


def test_a_code_list_refuses_ambiguous_words():
    with pytest.raises(ValueError, match="ambiguous"):
        CodeTable("x", "测试", (Code("a", "甲"), Code("b", "乙", aliases=("甲",))))


def test_a_retired_code_can_be_shown_but_not_chosen():
    table = CodeTable("x", "测试", (Code("a", "甲"), Code("b", "乙", retired=True)))
    assert table.label_of("b") == "乙"
    assert [c.id for c in table.usable] == ["a"]
    with pytest.raises(BadInput, match=r"registry\.code\.unknown"):
        table.read("乙")


@pytest.mark.parametrize("table", [CLASSES, TAGS, STATUSES])
def test_codes_are_short_and_plain(table):
    assert all(len(c.id) <= 24 and c.id.replace("_", "").isalnum() and c.id.isascii() for c in table.codes)


def test_issue_words_are_all_there():
    classes = "危化生产、危化经营、危化使用、冶金、有色、建材、机械、轻工、纺织、烟草、商贸、非煤矿山、加油站、九小场所"
    assert len(CLASSES.read_many(classes)) == 14
    assert TAGS.read_many("涉氨制冷、粉尘涉爆、有限空间、中频炉") == [
        "ammonia",
        "confined_space",
        "dust",
        "induction_furnace",
    ]
