"""存疑复核 through the API and on the hazard's page."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from anlan.platform import attachments, clock
from inspection.factories import NOW, World
from inspection.test_inspection_api import caller
from pictures import jpeg, scene, smaller

pytestmark = pytest.mark.django_db

LATER = NOW + timedelta(days=2)


@pytest.fixture
def doubted(world: World) -> tuple[str, str]:
    """(hazard closed with a copy, the hazard it was copied from)."""
    town = world.scope["town"]
    original = attachments.store(jpeg(scene(1)), "a.jpg", scope=town, now=NOW).sha256
    copy = attachments.store(jpeg(smaller(scene(1)), 60), "b.jpg", scope=town, now=NOW).sha256
    other, key = world.found(photos=(original,)), world.submitted()
    body = {"base": 3, "note": "合格", "photos": [copy], "co_reviewer": world.county.person["town_second"]}
    with clock.frozen(LATER):
        status, made = caller(world, "town")("POST", f"/hazards/{key}/close", body)
    assert (status, made["state"], made["version"]) == (200, "doubted", 4)
    return key, other


def test_findings_name_the_other_hazard_to_reviewers(world: World, doubted: tuple[str, str]) -> None:
    key, other = doubted
    status, body = caller(world, "supervision")("GET", f"/hazards/{key}/doubts")
    assert (status, [(d["kind"], d["hazard_id"], d["number"]) for d in body["items"]]) == (
        200,
        [("other_look", other, "YH-331003a-2026-000001")],
    )
    assert caller(world, "enterprise")("GET", f"/hazards/{key}/doubts")[1] == {"items": []}
    assert caller(world, "other_town")("GET", f"/hazards/{key}/doubts")[0] == 404


def test_confirm_and_reject_through_the_api(world: World, doubted: tuple[str, str]) -> None:
    key = doubted[0]
    path, word = f"/hazards/{key}", {"base": 4, "note": "照片系另一企业的"}
    with clock.frozen(LATER):
        status, refused = caller(world, "town")("POST", f"{path}/confirm", word)
        assert (status, [r["code"] for r in refused["violations"]]) == (409, ["inspection.hazard.doubt.own_review"])
        assert caller(world, "enterprise")("POST", f"{path}/reject", word)[0] == 403
        desk = caller(world, "supervision")
        assert desk("POST", f"{path}/reject", {"base": 3, "note": "不实"})[1]["code"] == "inspection.stale"
        status, sent_back = desk("POST", f"{path}/reject", word)
        assert (status, sent_back["state"], sent_back["version"]) == (200, "ordered", 5)
        assert desk("POST", f"{path}/confirm", {"base": 5, "note": "属实"})[0] == 409


def test_the_page_shows_both_photos_and_the_reason(world: World, doubted: tuple[str, str]) -> None:
    key, other = doubted
    page: Any = world.client("supervision").get(f"/inspection/hazards/{key}").content.decode()
    assert "照片存疑" in page
    assert "这张照片与隐患YH-331003a-2026-000001的照片是同一张画面" in page
    assert f"/inspection/hazards/{other}" in page
    assert page.count("?w=640") == 2
    assert 'id="step-confirm"' in page
    assert 'id="step-reject"' in page
    mine = world.client("town").get(f"/inspection/hazards/{key}").content.decode()
    assert 'id="step-confirm"' not in mine
    assert "不能再核实存疑照片" in mine
    firm = world.client("enterprise").get(f"/inspection/hazards/{key}").content.decode()
    assert "存疑复核" in firm
    assert "这张照片与" not in firm


def test_a_decision_on_the_page(world: World, doubted: tuple[str, str]) -> None:
    key = doubted[0]
    client = world.client("supervision")
    with clock.frozen(LATER):
        empty = client.post(f"/inspection/hazards/{key}/confirm", {"base": "4", "note": " "})
        assert empty.status_code == 409
        assert "请填写核实意见" in empty.content.decode()
        done = client.post(f"/inspection/hazards/{key}/confirm", {"base": "4", "note": "到现场核实无误"}, follow=True)
    text = done.content.decode()
    assert "已核实，隐患销号。" in text
    assert "到现场核实无误" in text
    assert client.get("/desk/inspection/hazard/?state=doubted").status_code == 200
