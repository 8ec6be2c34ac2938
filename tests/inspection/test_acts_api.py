"""The acts beside the loop by the API: every route, its answer, its refusal, and a repeated key."""

from __future__ import annotations

from datetime import timedelta

import pytest

from anlan.inspection.models import Hazard
from anlan.platform import clock
from inspection.factories import CRITERION, FIVE, NOW, World
from inspection.test_inspection_api import caller, codes

pytestmark = pytest.mark.django_db


def test_a_major_hazard_by_the_api(world: World) -> None:
    town = caller(world, "town")
    item = {"enterprise_id": world.enterprise, "description": "焊工无证", "major_criteria": [CRITERION]}
    with clock.frozen(NOW):
        status, made = town("POST", "/hazards", item)
        assert (status, Hazard.objects.get().grade) == (201, "major")
        path = f"/hazards/{made['id']}"
        status, listed = town("GET", f"{path}/criteria")
        assert (status, len(listed["items"]), listed["ticked"]) == (200, 10, [CRITERION])
        status, refused = town("POST", f"{path}/order", {"base": 1, "days": 20})
        assert status == 409
        assert codes(refused) == [
            "inspection.hazard.order.measures_missing",
            "inspection.hazard.order.responsible_missing",
            "inspection.hazard.order.funds_missing",
            "inspection.hazard.order.plan_missing",
        ]
        status, judged = town("POST", f"{path}/judge", {"base": 1, "major_criteria": ["gm07-01"]})
        assert (status, judged["version"]) == (200, 2)
        status, stood = town("POST", f"{path}/order", {"base": 2, "days": 20} | FIVE)
        assert (status, stood["state"], stood["version"]) == (200, "ordered", 3)
        assert town("POST", f"{path}/withdraw", {"base": 3})[1]["state"] == "found"


def test_an_extension_by_the_api(world: World) -> None:
    town, firm = caller(world, "town"), caller(world, "enterprise")
    path = f"/hazards/{world.ordered()}"
    with clock.frozen(NOW):
        asked = {"base": 2, "days": 5, "note": "到货延迟"}
        assert firm("POST", f"{path}/extend", asked, **{"Idempotency-Key": "e-1"})[1]["version"] == 3
        assert firm("POST", f"{path}/extend", asked, **{"Idempotency-Key": "e-1"})[1]["version"] == 3
        assert town("POST", f"{path}/grant", {"base": 2})[0] == 409
        assert town("POST", f"{path}/grant", {"base": 3, "days": 4})[0] == 200
        assert firm("POST", f"{path}/extend", asked | {"base": 4})[1]["version"] == 5
        assert town("POST", f"{path}/refuse", {"base": 5, "note": "已延期"})[0] == 200
        items = town("GET", f"{path}/extensions")[1]["items"]
    assert [(i["state"], i["days"], i["answer"]) for i in items] == [("granted", 4, ""), ("refused", 5, "已延期")]
    assert firm("POST", f"{path}/grant", {"base": 6})[0] == 403


def test_endings_and_links_by_the_api(world: World) -> None:
    town = caller(world, "town")
    stays, goes, wrong = world.ordered(), world.found(), world.found()
    with clock.frozen(NOW):
        merged = town("POST", f"/hazards/{goes}/merge", {"base": 1, "into": stays, "note": "同一处重复登记"})
        assert (merged[0], merged[1]["state"]) == (200, "merged")
        assert town("GET", f"/hazards/{goes}/links")[1]["items"][0]["link"] == "merged_into"
        assert town("GET", f"/hazards/{stays}/links")[1]["items"][0]["id"] == goes
        dismissed = town("POST", f"/hazards/{wrong}/dismiss", {"base": 1, "note": "现场核实并非隐患"})
        assert (dismissed[0], dismissed[1]["state"]) == (200, "dismissed")
        sent = {"base": 3, "violated": "安全生产法第三十六条", "note": "拒不整改"}
        assert town("POST", f"/hazards/{stays}/transfer", sent)[0] == 200
        assert codes(town("POST", f"/hazards/{stays}/transfer", sent | {"base": 4})[1]) == [
            "inspection.hazard.transfer.already"
        ]


def test_look_backs_by_the_api(world: World) -> None:
    town, key = caller(world, "town"), world.closed()
    with clock.frozen(NOW + timedelta(days=9)):
        seen = {"base": 4, "note": "再次堵塞", "photos": [world.photo("town")], "again": True}
        assert town("POST", f"/hazards/{key}/look_back", seen)[1]["state"] == "closed"
        links = town("GET", f"/hazards/{key}/links")[1]["items"]
        assert [(link["link"], link["state"]) for link in links] == [("reopened_as", "found")]
        rates = town("GET", "/hazards/lookbacks?since=2026-01-01&until=2026-12-31")[1]
    assert rates["rows"] == [
        {"key": "331003001", "label": "东城街道", "closed": 1, "looked_back": 1, "again": 1, "rate_ratio": 1.0}
    ]


def test_a_batch_is_ordered_by_the_api_once_or_not_at_all(world: World) -> None:
    town = caller(world, "town")
    first, second = world.found(), world.found()
    body = {"items": [{"id": first, "base": 1}, {"id": second, "base": 1}], "days": 5, "note": "统一整改"}
    with clock.frozen(NOW):
        stale = body | {"items": [{"id": first, "base": 1}, {"id": second, "base": 7}]}
        assert town("POST", "/hazards/order", stale)[0] == 409
        assert Hazard.objects.get(pk=first).state == "found"
        for _ in range(2):
            status, done = town("POST", "/hazards/order", body, **{"Idempotency-Key": "b-1"})
            assert (status, [i["version"] for i in done["items"]]) == (200, [2, 2])


def test_an_id_written_in_another_way_is_the_same_hazard(world: World) -> None:
    town, key, other = caller(world, "town"), world.found(), world.found()
    with clock.frozen(NOW):
        assert town("POST", f"/hazards/{key.upper()}/order", {"base": 1, "days": 5})[1]["version"] == 2
        rows = [{"id": i, "base": 1} for i in (other, other.replace("-", ""))]
        status, refused = town("POST", "/hazards/order", {"items": rows, "days": 5, "note": "统一整改"})
        assert (status, codes(refused)) == (422, ["inspection.batch.twice"])
        assert town("POST", "/hazards/order", {"items": rows[1:], "days": 5, "note": "统一整改"})[0] == 200
    assert Hazard.objects.get(pk=other).state == "ordered"


def test_an_id_written_in_another_way_is_no_other_hazard_s_photo(world: World) -> None:
    town, key = caller(world, "town"), world.submitted()
    review = {"base": 3, "note": "合格", "photos": [world.photo("town")], "co_reviewer": world.county.person["town_second"]}
    with clock.frozen(NOW + timedelta(days=2)):
        assert town("POST", f"/hazards/{key.replace('-', '')}/close", review)[1]["state"] == "closed"
