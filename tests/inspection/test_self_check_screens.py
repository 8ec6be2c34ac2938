"""Self-checks by API and pages: the firm's form, its record, the office's page of a month."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from anlan.inspection.models import Hazard, SelfCheck
from anlan.inspection.queries import self_checks as views
from anlan.platform import clock
from inspection.factories import NOW, World
from inspection.self_check_factory import answered, begun, hazard, mended, reported
from pictures import jpeg, scene

pytestmark = pytest.mark.django_db
HOME = "/inspection/self-checks"


@pytest.fixture(autouse=True)
def standing_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: NOW)


def api(world: World, role: str, method: str, path: str, body: Any = None) -> tuple[int, Any]:
    import orjson

    answer = world.client(role).generic(
        method, f"/api/v1/inspection{path}", orjson.dumps(body) if body is not None else b"", "application/json"
    )
    return answer.status_code, orjson.loads(answer.content) if answer.content else None


def test_the_api_takes_a_self_check_from_its_start_to_its_report(world: World) -> None:
    body = {"enterprise_id": world.enterprise, "checklist_id": world.checklist()}
    status, made = api(world, "enterprise", "POST", "/self-checks", body)
    assert (status, made["state"], made["version"]) == (201, "draft", 1)
    status, sheet = api(world, "enterprise", "GET", f"/self-checks/{made['id']}/sheet")
    items = [i for i in sheet["items"] if not i["own"]]
    assert (status, len(items), len(sheet["items"])) == (200, 20, 25)
    answers = [{"key": i["key"], "result": "pass", "before": [], "after": []} for i in items[1:]]
    answers.append({
        "key": "ty-01", "result": "hazard", "note": "职责未分解", "measure": "补充", "planned_on": "2026-03-09",
        "before": [], "after": [],
    })  # fmt: skip
    status, done = api(world, "enterprise", "POST", f"/self-checks/{made['id']}/items", {"answers": answers})
    assert (status, done["version"]) == (200, 2)
    status, out = api(world, "enterprise", "POST", f"/self-checks/{made['id']}/report", {"base": 2})
    assert (status, out["state"], out["mended"], out["hazards"]) == (200, "reported", 0, [str(Hazard.objects.get().id)])
    status, refused = api(world, "enterprise", "POST", f"/self-checks/{made['id']}/report", {"base": 2})
    assert (status, refused["code"]) == (409, "inspection.stale")
    status, rows = api(world, "town", "GET", "/self-checks")
    assert (status, [row["number"] for row in rows["items"]]) == (200, [out["number"]])
    assert api(world, "other_enterprise", "GET", f"/self-checks/{made['id']}/sheet")[0] == 404
    assert api(world, "town", "POST", "/self-checks", body)[0] == 403


def test_the_api_says_what_is_owed_and_the_rate(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    july = datetime(2026, 7, 2, 2, 0, tzinfo=UTC)
    reported(world, now=july - timedelta(days=30))
    monkeypatch.setattr(clock, "now", lambda: july)
    status, duties = api(world, "leader", "GET", "/self-checks/duties?late=true")
    assert (status, [d["name"] for d in duties]) == (200, ["测试乙机械有限公司"])
    status, rates = api(world, "leader", "GET", "/self-checks/rates?since=2026-04-01&until=2026-06-30")
    assert (status, rates["total"]["asked"], rates["total"]["rate_ratio"]) == (200, 2, 0.5)
    assert [t["label"] for t in rates["towns"]] == ["东城街道", "南城街道"]
    for period in ("since=0001-01-01&until=9999-12-31", "since=0001-01-01&until=2026-06-30"):
        status, refused = api(world, "leader", "GET", f"/self-checks/rates?{period}")
        assert (status, refused["code"]) == (422, "inspection.counts.period")
    status, refused = api(world, "leader", "GET", "/self-checks/rates?since=2026-06-30&until=2026-04-01")
    assert (status, refused["code"]) == (422, "inspection.self_check.period_reversed")


def photo(name: str, seed: int) -> SimpleUploadedFile:
    return SimpleUploadedFile(f"{name}.jpg", jpeg(scene(seed)), "image/jpeg")


def test_the_firm_fills_in_its_form_and_reports(world: World) -> None:
    client = world.client("enterprise")
    page = client.get(HOME).content.decode()
    assert ("测试甲机械有限公司" in page, "每季度" in page, "开始自查" in page) == (True, True, True)
    form = {"enterprise": world.enterprise, "checklist": world.checklist(), "once": "one"}
    answer = client.post(f"{HOME}/new", form)
    held = SelfCheck.objects.get()
    assert answer.headers["Location"] == f"{HOME}/{held.id}"
    assert "上报隐患" in client.get(answer.headers["Location"]).content.decode()
    keys = [line.key for line in views.self_check_sheet(held) if not line.own]
    fields = {f"result-{key}": "pass" for key in keys}
    fields |= {"result-ty-02": "mended", "note-ty-02": "灭火器失压", "result-own-1": "none", "base": "1", "once": "two"}
    refused = client.post(f"{HOME}/{held.id}/items", fields | {"do": "report", "before-ty-02": photo("a", 1)})
    text = refused.content.decode()
    assert (refused.status_code, "须上传整改前和整改后的照片" in text, "灭火器失压" in text) == (409, True, True)
    kept = text.partition('name="before-ty-02_kept" value="')[2][:64]
    fields |= {"before-ty-02_kept": kept, "once": "three"}
    done = client.post(f"{HOME}/{held.id}/items", fields | {"do": "report", "after-ty-02": photo("b", 2)}, follow=True)
    assert "自查已上报：自查自改1处，上报隐患0处。" in done.content.decode()
    again = client.post(f"{HOME}/{held.id}/items", fields | {"do": "report", "after-ty-02": photo("b", 2)}, follow=True)
    assert (again.status_code, SelfCheck.objects.get().mended) == (200, 1)


def test_the_rest_passes_and_what_beside_the_checklist_was_found_is_dropped_again(world: World) -> None:
    key, client = begun(world), world.client("enterprise")
    answered(world, key, mended(world, "own-1"))
    fields = {"result-own-1": "none", "base": "2", "once": "x", "do": "rest"}
    assert client.post(f"{HOME}/{key}/items", fields).status_code == 302
    results = {line.key: line.result for line in views.self_check_sheet(SelfCheck.objects.get())}
    assert (results["own-1"], results["ty-01"], results["ty-20"]) == ("", "pass", "pass")


def test_the_record_shows_what_was_mended_and_offers_a_correction_to_the_firm_alone(world: World) -> None:
    key = reported(world, mended(world), hazard(world), minutes=1)
    own = world.client("enterprise").get(f"{HOME}/{key}").content.decode()
    assert ("填报更正" in own, "查看隐患" in own, "填写用时过短" in own) == (True, True, False)
    office = world.client("town").get(f"{HOME}/{key}").content.decode()
    assert ("填报更正" in office, "拟采取的措施：更换配电箱门" in office, "填写用时过短" in office) == (
        False,
        True,
        True,
    )
    page = world.client("town").get(f"/inspection/hazards/{Hazard.objects.get().id}").content.decode()
    assert ("企业拟采取的措施" in page, "更换配电箱门" in page) == (True, True)
    form = {"enterprise": world.enterprise, "corrects": key, "once": "c"}
    answer = world.client("enterprise").post(f"{HOME}/new", form)
    assert (answer.status_code, SelfCheck.objects.count()) == (302, 2)
    assert world.client("enterprise").post(f"{HOME}/new", form | {"once": "d"}).status_code == 409
    assert world.client("town").post(f"{HOME}/new", form | {"once": "e"}).status_code == 403


def test_the_office_s_page_of_a_month(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    july = datetime(2026, 7, 2, 2, 0, tzinfo=UTC)
    reported(world, now=july - timedelta(days=30), minutes=1)
    monkeypatch.setattr(clock, "now", lambda: july)
    client = world.client("leader")
    text = client.get(f"{HOME}?month=2026-06").content.decode()
    for words in ("50.0%", "南城街道", "测试乙机械有限公司", "填写用时过短", "应报1期，漏报1期"):
        assert words in text
    town = client.get(f"{HOME}?month=2026-06&region=331003001").content.decode()
    assert ("100.0%" in town, "测试乙机械有限公司" in town) == (True, False)
    assert client.get(f"{HOME}?month=2026-13").status_code == 422
    assert client.get(f"{HOME}?region=x").status_code == 422


def test_the_firm_s_enterprise_page_and_list_hold_its_self_checks(world: World) -> None:
    reported(world)
    number = SelfCheck.objects.get().number
    client = world.client("enterprise")
    assert number in client.get(f"/registry/enterprises/{world.enterprise}").content.decode()
    assert number in client.get("/desk/inspection/selfcheck/").content.decode()
    assert number not in world.client("other_enterprise").get("/desk/inspection/selfcheck/").content.decode()


def test_the_firm_s_history_does_not_tell_how_odd_reports_are_found(world: World) -> None:
    key = reported(world, minutes=1)
    for address in (f"/history/inspection.self_check/{key}", f"/api/v1/inspection/self-checks/{key}"):
        text = world.client("enterprise").get(address).content.decode()
        assert ("too_fast" in text, "存疑情形" in text, SelfCheck.objects.get().number in text) == (False, False, True)
