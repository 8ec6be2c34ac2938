"""Blanket campaigns: progress by town and village equals the firms behind it; firms found on the way; pages and API."""

from __future__ import annotations

import io
from datetime import timedelta
from typing import Any

import openpyxl
import pytest

from anlan.inspection import queries
from anlan.inspection.errors import StepRefused
from anlan.inspection.models import Hazard
from anlan.inspection.queries.blanket import blanket_firms, blanket_rows, grid_total
from anlan.inspection.services.blanket import FirmFound, firm_add
from anlan.inspection.services.inspections import (
    ItemAnswer,
    inspection_finish,
    inspection_items_set,
    inspection_start,
)
from anlan.kernel.errors import BadInput, NotAllowed, RuleViolation
from anlan.kernel.messages import render
from anlan.platform.journal.models import Head, JournalEntry
from anlan.registry import queries as registry
from anlan.registry.services.enterprises import enterprise_status_set
from anlan.registry.services.mergers import enterprise_merge
from inspection.factories import NOW, REGISTRAR, World
from inspection.test_rights_services import ROLES
from registry.factories import make_enterprise

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
VILLAGE, OTHER_VILLAGE = "331003001001", "331003001002"


def blanket(world: World, **values: Any) -> str:
    return world.campaign("小微企业地毯式检查", blanket="是", target_scale="small", **values)


def get(world: World, key: str, role: str = "leader") -> Any:
    return queries.campaign_get(world.scope[role], key)


def visit(
    world: World, campaign: str, enterprise: str, role: str = "town", hazard: bool = False, **values: Any
) -> str:
    scope = world.scope[role]
    key = inspection_start(
        scope=scope, enterprise_id=enterprise, checklist_id=world.checklist(), campaigns=[campaign],
        officers=(world.county.person["town_second"],) if role == "town" else (), now=NOW, **values,
    )  # fmt: skip
    items = queries.checklist_items(world.checklist(), 1)
    answers = [ItemAnswer(i.item_key, "pass") for i in items]
    if hazard:
        answers[0] = ItemAnswer(items[0].item_key, "hazard", "通道堵塞")
    inspection_items_set(scope=scope, inspection_id=key, answers=answers, now=NOW)
    inspection_finish(scope=scope, inspection_id=key, conclusion="已检查", now=NOW)
    return key


def more(world: World, *places: str, **values: Any) -> list[str]:
    return [
        make_enterprise(REGISTRAR, 10 + n, name=f"沿街{n}号加工厂", region=place, **values)
        for n, place in enumerate(places)
    ]


def shown(world: World, key: str, role: str = "leader", under: str = "") -> list[tuple[str, int, int, int, int]]:
    rows = blanket_rows(world.scope[role], get(world, key, role), under=under)
    return [(r.key, r.targets, r.visited, r.found, r.closed) for r in rows]


def test_progress_by_town_and_village_equals_the_firms_behind_it(world: World) -> None:
    key = blanket(world)
    first, second, _ = more(world, VILLAGE, OTHER_VILLAGE, "331003001000")
    make_enterprise(REGISTRAR, 30, name="大型机械厂", region=VILLAGE, scale="大型")
    visit(world, key, first, hazard=True)
    visit(world, key, second)
    assert shown(world, key) == [("331003001", 4, 2, 1, 0), ("331003002", 1, 0, 0, 0)]
    assert shown(world, key, under="331003001") == [
        ("331003001000", 1, 0, 0, 0), (VILLAGE, 2, 1, 1, 0), (OTHER_VILLAGE, 1, 1, 0, 0),
    ]  # fmt: skip
    for role in ("leader", "town", "grid"):
        scope, campaign = world.scope[role], get(world, key, role)
        for row in blanket_rows(scope, campaign):
            for visited, number in ((None, row.targets), (True, row.visited), (False, row.waiting)):
                assert len(blanket_firms(scope, campaign, region=row.key, visited=visited)) == number
            hazards = queries.hazard_list(scope, campaigns=[key], region=row.key, real=True)
            assert hazards.count() == row.found
    total = grid_total(blanket_rows(world.scope["leader"], get(world, key)))
    assert (total.targets, total.visited, total.waiting, total.rate_ratio) == (5, 2, 3, 0.4)
    progress = queries.campaign_progress(world.scope["leader"], get(world, key), NOW)
    assert (progress.targets, progress.inspected, progress.found) == (5, 2, 1)


def test_a_grid_worker_sees_the_own_village_only(world: World) -> None:
    key = blanket(world)
    more(world, OTHER_VILLAGE)
    assert shown(world, key, "grid") == [(VILLAGE, 1, 0, 0, 0)]
    assert shown(world, key, "town") == [(VILLAGE, 1, 0, 0, 0), (OTHER_VILLAGE, 1, 0, 0, 0)]
    rows = blanket_rows(world.scope["town"], get(world, key, "town"), under="331003001000"[:9])
    assert [(r.key, r.unplaced) for r in rows] == [(VILLAGE, False), (OTHER_VILLAGE, False)]


def test_a_visit_that_is_not_finished_is_none(world: World) -> None:
    key = blanket(world)
    inspection_start(
        scope=world.scope["town"], enterprise_id=world.enterprise, checklist_id=world.checklist(), campaigns=[key],
        officers=(world.mate,), now=NOW,
    )  # fmt: skip
    assert shown(world, key, "town") == [(VILLAGE, 1, 0, 0, 0)]


def test_closed_down_firms_are_targets_only_where_they_were_visited(world: World) -> None:
    key = blanket(world)
    first, second = more(world, VILLAGE, VILLAGE)
    visit(world, key, first)
    for firm in (first, second):
        enterprise_status_set(
            scope=REGISTRAR, enterprise_id=firm, status="closed", reason="已注销", base=None, now=NOW + DAY
        )
    names = [f.name for f in blanket_firms(world.scope["town"], get(world, key, "town"))]
    assert names == ["沿街0号加工厂", "测试甲机械有限公司"]


def test_a_visit_to_a_merged_firm_counts_for_the_one_it_has_become(world: World) -> None:
    key = blanket(world)
    (first,) = more(world, VILLAGE)
    visit(world, key, first)
    enterprise_merge(
        scope=REGISTRAR, enterprise_id=first, into_id=world.enterprise, mode="merger", reason="吸收合并",
        base=None, now=NOW + DAY,
    )  # fmt: skip
    assert shown(world, key, "town") == [(VILLAGE, 1, 1, 0, 0)]


def found(**values: Any) -> FirmFound:
    full = {
        "name": "沿街五金加工点",
        "region": VILLAGE,
        "contact": "王五",
        "phone": "13800001111",
        "kind": "nine_small",
    }
    return FirmFound(**full | values)


def test_a_grid_worker_enters_a_firm_found_on_the_way_and_it_counts_in_its_grid(world: World) -> None:
    key, scope = blanket(world, target_tag="dust"), world.scope["grid"]
    firm = firm_add(scope=scope, campaign_id=key, found=found(lon="121.26", lat="28.65"), now=NOW, once="a")
    assert firm_add(scope=scope, campaign_id=key, found=found(), now=NOW, once="a") == firm
    held = registry.enterprise_get(scope, firm)
    assert (held.name, held.region, held.scale, held.office_id, held.lon) == (
        "沿街五金加工点",
        VILLAGE,
        "small",
        None,
        121.26,
    )
    assert [c.key for c in held.classes.all()] == ["nine_small"]
    assert [t.key for t in held.tags.all()] == ["dust"]
    assert held.contacts.count() == 1
    written = JournalEntry.objects.filter(sid=Head.objects.get(subject=f"registry.enterprise/{firm}").sid)
    assert {entry.actor for entry in written} == {scope.person}
    assert shown(world, key, "grid") == [(VILLAGE, 1, 0, 0, 0)]
    visit(world, key, firm, "grid")
    assert shown(world, key, "grid") == [(VILLAGE, 1, 1, 0, 0)]


def test_what_a_firm_found_on_the_way_needs(world: World) -> None:
    key, scope = blanket(world), world.scope["grid"]

    def add(**values: Any) -> str:
        return firm_add(scope=scope, campaign_id=key, found=found(**values), now=NOW)

    with pytest.raises(NotAllowed, match="platform.region_outside"):
        add(region=OTHER_VILLAGE)
    with pytest.raises(BadInput, match="registry.contact.invalid") as error:
        add(contact="", phone="12")
    assert {v.field for v in error.value.violations} == {"contact", "phone"}
    with pytest.raises(BadInput, match="registry.enterprise.invalid"):
        add(name="")
    with pytest.raises(BadInput) as error:
        add(region="")
    assert [v.code for v in error.value.violations] == ["registry.add.region_missing"]
    add()
    with pytest.raises(RuleViolation, match="registry.enterprise.duplicate"):
        add(phone="13800002222")
    assert registry.enterprise_list(scope).count() == 2


def test_no_firm_is_added_to_a_campaign_of_another_town(world: World) -> None:
    key = blanket(world, region="331003002000")
    with pytest.raises(StepRefused) as error:
        firm_add(scope=world.scope["supervision"], campaign_id=key, found=found(), now=NOW)
    assert [v.code for v in error.value.violations] == ["inspection.campaign.region_outside"]


@pytest.mark.parametrize("role", ROLES)
def test_who_may_enter_a_firm_found_on_the_way(world: World, role: str) -> None:
    key = blanket(world)
    before = JournalEntry.objects.count()
    if role in {"grid", "town", "supervision", "other_office", "department"}:
        firm_add(scope=world.scope[role], campaign_id=key, found=found(), now=NOW)
        assert JournalEntry.objects.count() == before + 2
        return
    with pytest.raises(NotAllowed):
        firm_add(scope=world.scope[role], campaign_id=key, found=found(), now=NOW)
    assert JournalEntry.objects.count() == before


def test_the_pages_lead_from_the_town_to_the_firms_not_yet_visited(world: World) -> None:
    key = blanket(world)
    first, second = more(world, VILLAGE, OTHER_VILLAGE)
    visit(world, key, first, hazard=True)
    client = world.client("leader")
    page = client.get(f"/inspection/campaigns/{key}").content.decode()
    assert ("网格进度" in page, "东城街道" in page, "33.3%" in page) == (True, True, True)
    town = client.get(f"/inspection/campaigns/{key}/grid?region=331003001").content.decode()
    assert ("沿街0号加工厂" in town, "沿街1号加工厂" in town) == (True, True)
    waiting = client.get(f"/inspection/campaigns/{key}/grid?region=331003001&visited=no").content.decode()
    assert ("沿街0号加工厂" in waiting, "沿街1号加工厂" in waiting, "共2家" in waiting) == (False, True, True)
    sheet = client.get(f"/inspection/campaigns/{key}/firms.xlsx?region=331003001&visited=no").content
    rows = list(openpyxl.load_workbook(io.BytesIO(sheet)).active.values)
    assert [row[0] for row in rows] == ["企业名称", "测试甲机械有限公司", "沿街1号加工厂"]
    assert [row[3] for row in rows[1:]] == ["未检查", "未检查"]
    assert client.get(f"/inspection/campaigns/{key}/grid?region=abc").status_code == 422
    plain = world.campaign("百日攻坚")
    answer = client.get(f"/inspection/campaigns/{plain}/grid")
    assert (
        answer.status_code,
        render("inspection.blanket.not_blanket", {"name": "百日攻坚"}) in answer.content.decode(),
    ) == (404, True)
    # The list of hazards behind a number holds exactly so many.
    assert Hazard.objects.count() == 1
    state = "state=found,ordered,submitted,doubted,closed"
    listed = client.get(f"/api/v1/inspection/hazards?tags={key}&region=331003001&{state}").json()
    assert len(listed["items"]) == 1


def test_a_firm_is_entered_on_the_page_and_its_inspection_begins(world: World) -> None:
    key, client = blanket(world), world.client("grid")
    address = f"/inspection/campaigns/{key}/firms/new"
    assert "百花" in client.get(address).content.decode() or VILLAGE in client.get(address).content.decode()
    form = {"name": "沿街五金加工点", "region": VILLAGE, "kind": "nine_small", "contact": "", "phone": "1", "once": "k"}
    refused = client.post(address, form)
    assert (refused.status_code, "沿街五金加工点" in refused.content.decode()) == (422, True)
    done = client.post(address, form | {"contact": "王五", "phone": "13800001111"})
    assert done.headers["Location"].startswith("/inspection/inspections/new?enterprise=")
    assert "沿街五金加工点" in client.get(done.headers["Location"]).content.decode()
    assert world.client("expert").post(address, form).status_code in {403, 404, 422}


def test_the_api_gives_the_grid_and_its_firms(world: World) -> None:
    import orjson

    key = blanket(world)
    visit(world, key, world.enterprise)
    base = f"/api/v1/inspection/campaigns/{key}"
    client = world.client("town")
    grid = client.get(f"{base}/grid").json()
    assert [(r["key"], r["targets"], r["visited"], r["waiting"]) for r in grid["rows"]] == [(VILLAGE, 1, 1, 0)]
    assert grid["total"]["rate_ratio"] == 1.0
    assert client.get(f"{base}/firms?visited=false").json() == []
    assert [f["name"] for f in client.get(f"{base}/firms?visited=true").json()] == ["测试甲机械有限公司"]
    body = {"name": "沿街五金", "region": VILLAGE, "contact": "王五", "phone": "13800001111", "kind": "nine_small"}
    made = world.client("grid").post(f"{base}/firms", orjson.dumps(body), "application/json")
    assert (made.status_code, client.get(f"{base}/grid").json()["total"]["targets"]) == (201, 2)


def test_the_form_makes_a_blanket_campaign(world: World) -> None:
    client = world.client("leader")
    form = {
        "name": "沿街店铺地毯式检查", "region": "331003000000", "since_on": "2026-03-01", "until_on": "2026-05-31",
        "target_scale": "micro", "blanket": "1", "once": "f",
    }  # fmt: skip
    answer = client.post("/inspection/campaigns/new", form)
    key = answer.headers["Location"].rpartition("/")[2]
    campaign = get(world, key)
    assert (answer.status_code, campaign.blanket, campaign.target_scale) == (302, 1, "micro")
    page = client.get(f"/inspection/campaigns/{key}/change").content.decode()
    assert 'name="blanket" value="1" checked' in page
