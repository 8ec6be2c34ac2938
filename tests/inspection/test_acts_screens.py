"""The acts beside the loop through the hazard's page: offered to whom, refused with words, recorded once."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from anlan.inspection.models import Hazard
from anlan.inspection.services.extensions import ExtendInput, hazard_extend
from anlan.platform import clock
from inspection.factories import CRITERION, FIVE, NOW, World
from inspection.test_hazard_screens import form_of, picture

pytestmark = pytest.mark.django_db


def row(hazard_id: str) -> Hazard:
    return Hazard.objects.get(pk=hazard_id)


def post(client: Client, key: str, action: str, **values: Any) -> Any:
    url = f"/inspection/hazards/{key}"
    with clock.frozen(NOW):
        hidden = form_of(client.get(url), action)
        return client.post(f"{url}/{action}", hidden | values)


def page(client: Client, key: str, later: timedelta = timedelta(0)) -> str:
    with clock.frozen(NOW + later):
        return client.get(f"/inspection/hazards/{key}").content.decode()


def offered(html: str) -> set[str]:
    return set(re.findall(r'id="step-([a-z_]+)"', html))


def test_a_major_hazard_is_filed_by_ticking_and_ordered_with_the_five(world: World) -> None:
    town = world.client("town")
    with clock.frozen(NOW):
        form = town.get(f"/inspection/hazards/new?enterprise={world.enterprise}").content.decode()
        assert f'name="major_criteria" value="{CRITERION}"' in form
        assert "（文字以公布文本为准）" in form
        filed = {"enterprise": world.enterprise, "description": "焊工无证", "grade": "major", "source": "town"}
        refused = town.post("/inspection/hazards/new", filed | {"once": "n1"})
        assert refused.status_code == 409
        assert "请在适用的10条判定标准中勾选所依据的条款" in refused.content.decode()
        done = town.post("/inspection/hazards/new", filed | {"once": "n1", "major_criteria": [CRITERION]})
    assert done.status_code == 302
    key = str(Hazard.objects.get().id)
    answer = post(town, key, "order", by="days", days="30", measures="停用设备")
    assert answer.status_code == 409
    html = answer.content.decode()
    assert "重大隐患须落实整改资金" in html
    assert "停用设备</textarea>" in html
    five = {name: str(value) for name, value in FIVE.items()}
    assert post(town, key, "order", by="days", days="30", **five).status_code == 302
    html = page(town, key)
    assert "20000 元" in html
    assert "《工贸企业重大事故隐患判定标准》第三条第（二）项" in html


def test_an_extension_is_asked_for_and_granted_on_the_page(world: World) -> None:
    key = world.ordered()
    firm, town = world.client("enterprise"), world.client("town")
    assert offered(page(firm, key)) == {"submit", "extend"}
    assert post(firm, key, "extend", days="16", note="到货延迟").status_code == 409
    assert post(firm, key, "extend", days="9", note="到货延迟").status_code == 302
    html = page(town, key)
    assert "延期待答复" in html
    assert {"grant", "refuse"} <= offered(html)
    assert offered(page(firm, key)) == {"submit", "withdraw"}
    assert post(town, key, "grant", days="9").status_code == 302
    html = page(firm, key)
    assert "批准延期9天：2026-03-12 延至 2026-03-21" in html
    assert "已延期1次" in html


def test_an_extension_is_refused_on_the_page(world: World) -> None:
    key = world.ordered()
    item = ExtendInput(hazard_id=key, days=5, note="到货延迟")
    hazard_extend(scope=world.scope["enterprise"], item=item, now=NOW)
    town = world.client("town")
    assert post(town, key, "refuse", note="").status_code == 409
    assert post(town, key, "refuse", note="可先行购置").status_code == 302
    assert "可先行购置" in page(world.client("enterprise"), key)


def test_a_step_is_withdrawn_on_the_page_of_whoever_took_it(world: World) -> None:
    key = world.ordered()
    town = world.client("town")
    assert "将撤回：责令限期整改" in page(town, key)
    assert "withdraw" not in offered(page(world.client("enforcement"), key))
    assert "withdraw" not in offered(page(town, key, timedelta(minutes=11)))
    assert post(town, key, "withdraw").status_code == 302
    assert row(key).state == "found"


def test_a_repeated_hazard_is_merged_and_both_pages_link_each_other(world: World) -> None:
    stays, goes = world.ordered(), world.found()
    town = world.client("town")
    assert post(town, goes, "merge", into=stays, note="同一处堆放杂物").status_code == 302
    assert f'href="/inspection/hazards/{stays}">{row(stays).number}</a>' in page(town, goes)
    assert f'href="/inspection/hazards/{goes}">{row(goes).number}</a>' in page(town, stays)
    assert offered(page(town, goes)) == set()


def test_a_hazard_is_dismissed_transferred_and_seen_again_on_its_page(world: World) -> None:
    town = world.client("town")
    key = world.found()
    assert post(town, key, "dismiss", note="不是").status_code == 409
    assert post(town, key, "dismiss", note="现场核实并非隐患").status_code == 302
    assert "已认定为误报，不再计入统计" in page(town, key)
    key = world.ordered()
    assert post(town, key, "transfer", violated="安全生产法第三十六条", note="拒不整改").status_code == 302
    assert "已移送执法" in page(town, key)
    key = world.closed()
    answer = post(town, key, "look_back", again="1", note="再次堵塞", photos=picture(7))
    assert answer.status_code == 302
    new = row(key).reopened_as_id
    assert f"/inspection/hazards/{new}" in page(town, key)
    assert f"/inspection/hazards/{key}" in page(town, str(new))


def test_a_found_hazard_is_judged_on_its_page(world: World) -> None:
    key = world.found()
    town = world.client("town")
    assert post(town, key, "judge", major_criteria=[CRITERION]).status_code == 302
    assert row(key).grade == "major"


def test_what_a_role_is_offered(world: World) -> None:
    ordered, closed = world.ordered(), world.closed()
    wanted = {
        "town": ({"merge", "transfer", "withdraw"}, {"transfer", "look_back"}),
        "enforcement": ({"dismiss", "merge", "transfer"}, {"transfer", "look_back"}),
        "leader": (set(), set()),
        "auditor": (set(), set()),
        "enterprise": ({"submit", "extend"}, set()),
    }
    for role, (first, second) in wanted.items():
        client = world.client(role)
        assert offered(page(client, ordered)) == first, role
        assert offered(page(client, closed, timedelta(days=3))) == second, role


def test_the_list_is_filtered_by_transfer(world: World) -> None:
    key = world.ordered()
    world.found()
    town = world.client("town")
    post(town, key, "transfer", violated="安全生产法第三十六条", note="拒不整改")
    listed = town.get("/desk/inspection/hazard/?transferred=1").content.decode()
    assert (row(key).number in listed, "共 1 条" in listed) == (True, True)
