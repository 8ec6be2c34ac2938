from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest

from anlan.inspection import queries
from anlan.inspection.models import Hazard, Inspection
from anlan.platform import clock
from inspection.factories import NOW, World
from inspection.test_hazard_screens import picture

pytestmark = pytest.mark.django_db


def hidden(page: Any) -> dict[str, str]:
    html = page.content.decode()
    form = html[html.index("/items") :]
    return dict(re.findall(r'<input type="hidden" name="(base|once)" value="([^"]+)">', form))


def start(world: World, client: Any, **values: Any) -> str:
    fields = {"enterprise": world.enterprise, "checklist": world.checklist("yxkj"), "kind": "routine", "source": "town"}
    fields["officers"] = world.mate
    answer = client.post("/inspection/inspections/new", fields | {"once": "s1"} | values)
    assert answer.status_code == 302, answer.content.decode()
    return answer["Location"]


def test_inspection_is_started_answered_and_finished_on_the_pages(world: World) -> None:
    client = world.client("town")
    with clock.frozen(NOW):
        url = start(world, client)
        page = client.get(url)
        assert page.content.decode().count('class="checkitem"') == 12
        answers = {
            "result-yxkj-02": "hazard",
            "note-yxkj-02": "污水池入口没有警示标志",
            "place-yxkj-02": "污水站",
            "grade-yxkj-02": "major",
            "major_basis-yxkj-02": "《工贸企业重大事故隐患判定标准》第十三条第（一）项",
            "photos-yxkj-02": picture(7),
            "do": "save",
        }
        assert client.post(f"{url}/items", hidden(page) | answers).status_code == 302
        page = client.get(url)
        assert "1 / 12项，发现隐患1处" in page.content.decode()
        assert client.post(f"{url}/items", hidden(page) | {"do": "rest"}).status_code == 302
        page = client.get(url)
        done = client.post(f"{url}/items", hidden(page) | {"do": "finish", "conclusion": "发现隐患一处，责令整改"})
        assert done.status_code == 302
    visit, hazard = Inspection.objects.get(), Hazard.objects.get()
    assert (visit.state, visit.conclusion, visit.items.count()) == ("finished", "发现隐患一处，责令整改", 12)
    assert (hazard.inspection_id, hazard.item_key, hazard.grade) == (visit.id, "yxkj-02", "major")
    assert hazard.basis == "《中华人民共和国安全生产法》第三十五条"
    assert (hazard.description, hazard.place, hazard.photos.count()) == ("污水池入口没有警示标志", "污水站", 1)
    shown = client.get(url).content.decode()
    assert f"/inspection/hazards/{hazard.id}" in shown
    assert "完成检查</button>" not in shown


def test_finish_names_what_is_missing_and_keeps_what_was_typed(world: World) -> None:
    client = world.client("town")
    with clock.frozen(NOW):
        url = start(world, client)
        answer = client.post(f"{url}/items", hidden(client.get(url)) | {"do": "finish", "result-yxkj-01": "pass"})
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "还有11项未填写，第一项为yxkj-02" in html
    assert "请填写检查结论" in html
    assert Inspection.objects.get().items.count() == 1


def test_a_hazard_without_description_is_refused_at_its_item(world: World) -> None:
    client = world.client("town")
    with clock.frozen(NOW):
        url = start(world, client)
        answer = client.post(f"{url}/items", hidden(client.get(url)) | {"do": "save", "result-yxkj-03": "hazard"})
    html = answer.content.decode()
    assert answer.status_code == 409
    assert "检查项yxkj-03：请填写隐患描述" in html
    assert re.search(r'name="result-yxkj-03" value="hazard"[^>]* checked', html)


def test_repeated_finish_of_one_page_is_one_finish(world: World) -> None:
    client = world.client("town")
    with clock.frozen(NOW):
        url = start(world, client)
        client.post(f"{url}/items", hidden(client.get(url)) | {"do": "rest"})
        form = hidden(client.get(url)) | {"do": "finish", "conclusion": "未发现隐患"}
        assert client.post(f"{url}/items", form).status_code == 302
        assert client.post(f"{url}/items", form).status_code == 302
    assert world.version("inspection.inspection", url.rpartition("/")[2]) == 3


def test_stale_page_of_an_inspection_is_a_conflict(world: World) -> None:
    client = world.client("town")
    with clock.frozen(NOW):
        url = start(world, client)
        stale = hidden(client.get(url))
        client.post(f"{url}/items", stale | {"do": "save", "result-yxkj-01": "pass"})
        other = stale | {"once": "another", "do": "save", "result-yxkj-01": "na"}
        assert client.post(f"{url}/items", other).status_code == 409
    assert Inspection.objects.get().items.get().result == "pass"


def test_colleague_sees_the_sheet_but_only_officers_fill_it_in(world: World) -> None:
    with clock.frozen(NOW):
        url = start(world, world.client("town"))
        html = world.client("town_second").get(url).content.decode()
        assert "未填写" in html
        assert "完成检查</button>" not in html
        answer = world.client("town_second").post(f"{url}/items", {"base": "1", "do": "save", "result-yxkj-01": "pass"})
        assert answer.status_code == 403
        assert world.client("other_town").get(url).status_code == 404


def test_fitting_checklists_come_first(world: World) -> None:
    client = world.client("other_town")
    html = client.get("/inspection/inspections/new", {"enterprise": world.other_enterprise}).content.decode()
    options = re.findall(r'<option value="[0-9a-f-]{36}">([^<（]+检查表)</option>', html)
    assert (options[:2], len(options)) == (["工贸企业有限空间检查表", "通用安全检查表"], 8)


def test_enforcement_by_one_officer_is_refused_with_the_reason(world: World) -> None:
    fields = {"enterprise": world.enterprise, "checklist": world.checklist(), "kind": "enforcement", "source": "county"}
    with clock.frozen(NOW):
        answer = world.client("enforcement").post("/inspection/inspections/new", fields)
    assert answer.status_code == 409
    assert "检查人员不得少于两人" in answer.content.decode()
    assert Inspection.objects.count() == 0


def test_drafts_and_their_age_are_listed_for_their_officer_only(world: World) -> None:
    with clock.frozen(NOW - timedelta(days=1)):
        start(world, world.client("town"))
    assert [v.number for v in queries.draft_list(world.scope["town"])] == ["JC-331003a-2026-000001"]
    assert list(queries.draft_list(world.scope["town_second"])) == []
