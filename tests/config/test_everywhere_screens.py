"""The search box of every page: all ledgers a person may see, and nothing beyond the scope."""

from datetime import UTC, datetime
from urllib.parse import quote

import pytest

from anlan.registry.services.contacts import contact_set
from inspection.factories import make_world
from registry.factories import OTHER_TOWN, make_enterprise

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


@pytest.fixture
def world():
    return make_world()


def search(client, text):
    answer = client.get(f"/search?q={quote(text)}")
    assert answer.status_code == 200
    return answer.content.decode()


def groups(client, text):
    return {
        g["ledger"]: (g["total"], [h["title"] for h in g["hits"]])
        for g in client.get("/api/v1/search", {"q": text}).json()
    }


def test_one_box_finds_enterprises_hazards_and_people_by_name_number_and_code(world):
    supervision = world.scope["supervision"]
    key = make_enterprise(supervision, 77, name="独一无二化工有限公司")
    hazard = world.found(description="独一无二的隐患")
    admin = world.client("supervision")
    found = groups(admin, "独一无二")
    assert found["registry.enterprise"] == (1, ["独一无二化工有限公司"])
    assert found["inspection.hazard"][0] == 1
    page = search(admin, "独一无二")
    assert f"/registry/enterprises/{key}" in page
    assert f"/inspection/hazards/{hazard}" in page
    number = found["inspection.hazard"][1][0]
    assert groups(admin, number)["inspection.hazard"] == (1, [number])


def test_a_whole_phone_number_finds_the_enterprise_and_a_part_of_it_nothing(world):
    supervision = world.scope["supervision"]
    key = make_enterprise(supervision, 78, name="有电话企业")
    values = {"post": "principal", "name": "张三", "phone": "13900001234"}
    contact_set(scope=supervision, enterprise_id=key, values=values, base=1, now=NOW)
    client = world.client("supervision")
    assert groups(client, "139 0000 1234")["registry.contact"] == (1, ["有电话企业"])
    assert groups(client, "1390000") == {}
    assert "13900001234" not in search(client, "有电话企业")


def test_nothing_of_another_town_or_without_the_right_is_found(world):
    make_enterprise(world.scope["supervision"], 79, name="隔壁镇独有企业", region=OTHER_TOWN)
    assert groups(world.client("town"), "隔壁镇独有") == {}
    assert groups(world.client("enterprise"), "隔壁镇独有") == {}
    assert "没有找到" in search(world.client("town"), "隔壁镇独有")
    assert "registry.enterprise" in groups(world.client("other_town"), "隔壁镇独有")
    assert "accounts.person" not in groups(world.client("grid"), "测试")


def test_what_was_typed_is_shown_as_text_and_an_empty_search_asks_for_a_word(world):
    client = world.client("town")
    page = search(client, "<script>alert(1)</script>")
    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page
    assert "完整的联系电话" in search(client, "  ")
    assert client.get("/api/v1/search").status_code == 422


def test_every_page_has_the_box(world):
    client = world.client("town")
    for path in ("/", "/desk/inspection/hazard/"):
        assert 'action="/search"' in client.get(path).content.decode(), path
    assert world.client("town").get("/login").status_code in (200, 302)
