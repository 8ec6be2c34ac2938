from __future__ import annotations

from typing import Any

import orjson
import pytest
from django.test import Client

from anlan.inspection import queries
from anlan.inspection.models import Hazard, Inspection
from anlan.inspection.queries.pocket import pocket_bundle
from anlan.inspection.services.inspections import ItemAnswer, inspection_item_set, inspection_start
from anlan.kernel.messages import render
from anlan.platform import attachments, clock
from anlan.platform.journal.models import JournalEntry
from inspection.factories import CRITERION, NOW, World

pytestmark = pytest.mark.django_db

BUNDLE = "/api/v1/inspection/pocket"


def fetch(client: Client, **headers: str) -> tuple[int, Any, str]:
    with clock.frozen(NOW):
        answer = client.get(BUNDLE, headers=headers or None)
    return answer.status_code, orjson.loads(answer.content) if answer.content else None, answer.headers.get("ETag", "")


def post(client: Client, path: str, body: Any, **headers: str) -> tuple[int, Any]:
    with clock.frozen(NOW):
        answer = client.post(
            f"/api/v1/inspection{path}", orjson.dumps(body), content_type="application/json", headers=headers
        )
    return answer.status_code, orjson.loads(answer.content)


def begun(world: World) -> str:
    return inspection_start(
        scope=world.scope["town"], enterprise_id=world.enterprise, checklist_id=world.checklist(),
        officers=[world.mate], now=NOW,
    )  # fmt: skip


def test_phone_takes_along_what_its_person_sees_and_may_do(world: World) -> None:
    hazard = world.submitted()
    inspection = begun(world)
    first = fetch(world.client("town"))[1]["inspections"][0]["items"][0]["key"]
    inspection_item_set(
        scope=world.scope["town"], inspection_id=inspection, answer=ItemAnswer(first, "hazard", "通道堵塞"), now=NOW
    )
    status, bundle, _ = fetch(world.client("town"))
    assert status == 200
    assert bundle["account"] == str(world.county.account["town"].pk)
    assert bundle["person"] == {"id": world.county.person["town"], "name": "蒋安"}
    assert bundle["rights"] == ["inspection.hazard.review", "inspection.inspect"]
    assert [firm[0] for firm in bundle["enterprises"]] == [world.enterprise]
    assert world.county.person["town_second"] in [key for key, _ in bundle["reviewers"]]
    assert world.checklist() in [c["id"] for c in bundle["checklists"]]
    (draft,) = bundle["inspections"]
    assert (draft["id"], draft["version"], draft["items"][0]["result"], draft["items"][0]["note"]) == (
        inspection,
        2,
        "hazard",
        "通道堵塞",
    )
    (review,) = bundle["reviews"]
    assert (review["id"], review["version"]) == (hazard, 3)
    assert [stage for stage, _ in review["photos"]] == ["after"]


def test_phone_of_another_town_or_without_the_rights_gets_none_of_it(world: World) -> None:
    world.submitted()
    begun(world)
    other = fetch(world.client("other_town"))[1]
    assert [firm[0] for firm in other["enterprises"]] == [world.other_enterprise]
    assert (other["inspections"], other["reviews"]) == ([], [])
    auditor = fetch(world.client("auditor"))[1]
    empty = ("rights", "inspectors", "reviewers", "enterprises", "checklists", "inspections", "reviews")
    assert [auditor[name] for name in empty] == [[]] * 7
    assert fetch(Client())[0] == 401


def test_phone_that_holds_the_same_gets_no_second_copy_but_a_token(world: World) -> None:
    client = world.client("town")
    _, _, etag = fetch(client)
    client.cookies.pop("csrftoken", None)
    assert fetch(client, **{"If-None-Match": etag}) == (304, None, etag)
    assert client.cookies["csrftoken"].value
    world.submitted()
    assert fetch(client, **{"If-None-Match": etag})[0] == 200


def test_work_of_one_account_is_refused_under_the_session_of_another(world: World) -> None:
    body = {"enterprise_id": world.enterprise, "description": "线路老化"}
    owner = {"Anlan-Account": str(world.county.account["town"].pk)}
    status, refused = post(world.client("enforcement"), "/hazards", body, **owner)
    assert (status, refused["code"]) == (409, "api.other_account")
    assert Hazard.objects.count() == 0
    assert post(world.client("town"), "/hazards", body, **owner)[0] == 201


def test_signature_on_the_screen_stands_in_the_entry_that_finishes_the_inspection(world: World) -> None:
    town = world.client("town")
    inspection = begun(world)
    path = f"/inspections/{inspection}"
    keys = [item["key"] for item in fetch(town)[1]["inspections"][0]["items"]]
    version = post(town, f"{path}/items", {"answers": [{"key": k, "result": "pass"} for k in keys]})[1]["version"]
    body = {"base": version, "conclusion": "未发现隐患。", "signatures": ["a" * 64]}
    assert post(town, f"{path}/finish", body)[1]["code"] == "platform.attachment.unknown"
    assert Inspection.objects.get().state == "draft"
    signature = world.photo("town")
    assert post(town, f"{path}/finish", body | {"signatures": [signature]})[1]["state"] == "finished"
    entry = JournalEntry.objects.get(kind="inspection.inspection.finished")
    assert orjson.loads(entry.text)["text"]["photos"] == [signature]
    assert attachments.visible(signature, world.scope["supervision"])
    assert not attachments.visible(signature, world.scope["other_town"])


def test_page_and_worker_hold_no_data_and_open_without_a_login(world: World, settings: Any, tmp_path: Any) -> None:
    from anlan.config import pocket

    answer = Client().get("/pocket/")
    if not (pocket.FOLDER / "index.html").is_file():
        assert (answer.status_code, "make web" in answer.content.decode()) == (404, True)
        return
    page = answer.content.decode()
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-cache")
    assert "unsafe" not in answer.headers["Content-Security-Policy"]
    assert "<style" not in page and "<script>" not in page
    worker = Client().get("/pocket/sw.js")
    assert worker.headers["Content-Type"].startswith("text/javascript")
    assert "__FILES__" not in worker.content.decode()


def test_login_from_the_phone_leads_back_to_its_page(world: World) -> None:
    account = world.county.account["town"]
    form = {"username": account.username, "password": world.county.password, "next": "/pocket/enter"}
    client = Client()
    assert client.post("/login", form).headers["Location"] == "/pocket/enter"
    assert client.get("/pocket/enter").headers["Location"] == "/pocket/"


def test_machine_without_the_built_page_says_how_to_build_it(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    from anlan.config import pocket

    monkeypatch.setattr(pocket, "FOLDER", tmp_path)
    answer = Client().get("/pocket/")
    assert answer.status_code == 404
    assert render("ui.pocket.not_built", {}) in answer.content.decode()


def test_phone_offers_the_second_officers_whom_the_server_accepts(world: World) -> None:
    key = world.submitted()
    criterion = world.submitted(major_criteria=(CRITERION,))
    for role in ("town", "enforcement", "supervision"):
        scope = world.scope[role]
        bundle = pocket_bundle(scope, NOW)
        offered = {review["id"]: review["reviewers"] for review in bundle["reviews"]}
        everybody = [person for person in world.county.person.values() if person != scope.person]
        for hazard_id in (key, criterion):
            hazard = queries.hazard_get(scope, hazard_id)
            known = queries.officers_known(scope, everybody, "inspection.hazard.review", NOW, hazard)
            assert sorted(offered[hazard_id]) == sorted(known), (role, hazard_id)
            assert world.county.person["town_second"] in known
    # A colleague of another town stands in the county's list, and not in that of this town's hazard.
    listed = [person for person, _ in pocket_bundle(world.scope["supervision"], NOW)["reviewers"]]
    other = world.county.person["other_town"]
    county = {r["id"]: r["reviewers"] for r in pocket_bundle(world.scope["supervision"], NOW)["reviews"]}
    assert (other in listed, other in county[key]) == (True, False)
