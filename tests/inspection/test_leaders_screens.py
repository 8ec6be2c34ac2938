"""领导看板: whose region, the order of what is late, and every number equal to the rows it leads to."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from anlan.inspection.queries import leading, lookbacks, standings
from anlan.inspection.services.hazards import ReturnInput, hazard_return
from anlan.inspection.services.lookbacks import LookBackInput, hazard_look_back
from anlan.kernel.deadlines import local_date
from anlan.platform import clock
from anlan.platform.ledger.totals import KEPT
from anlan.registry.services.mergers import enterprise_merge
from inspection.factories import CRITERION, NOW, REGISTRAR, World

pytestmark = pytest.mark.django_db
URL = "/inspection/leaders"
LATER = NOW + timedelta(days=40)
DAY = timedelta(days=1)
_LINK = re.compile(r'href="(/desk/inspection/hazard/\?[^"]+)"[^>]*>(?:\D*?)(\d+)')


def listed(client: Any, url: str) -> int:
    page = client.get(url.replace("&amp;", "&")).content.decode()
    return int(re.search(r"共 (\d+) 条", page).group(1))  # type: ignore[union-attr]


def again(world: World, hazard_id: str) -> None:
    shown = (world.photo("town"),)
    item = LookBackInput(hazard_id=hazard_id, note="再次堵塞", photos=shown, again=True)
    hazard_look_back(scope=world.scope["town"], item=item, now=NOW + timedelta(days=9))


def busy(world: World) -> None:
    """One of everything that the page counts, in the first town."""
    world.ordered(days=20, major_criteria=(CRITERION,), description="特种作业无证上岗")
    world.ordered(days=90, major_criteria=(CRITERION,), description="期限未到的重大隐患")
    sent_back = world.submitted(description="退回的隐患")
    hazard_return(
        scope=world.scope["town"],
        item=ReturnInput(hazard_id=sent_back, note="整改不彻底", days=7),
        now=NOW + timedelta(days=2),
    )
    again(world, world.closed(description="反弹的隐患"))
    world.found(role="other_town", enterprise_id=world.other_enterprise, grade="general")


def test_every_number_of_the_page_leads_to_exactly_its_rows(world: World) -> None:
    busy(world)
    with clock.frozen(LATER):
        leader = world.client("leader")
        page = leader.get(URL).content.decode()
        found = _LINK.findall(page)
        assert len(found) >= 12
        wrong = [(url, int(number), listed(leader, url)) for url, number in found if listed(leader, url) != int(number)]
    assert wrong == []


def test_interview_reasons_count_exactly_the_rows_they_lead_to(world: World) -> None:
    busy(world)
    with clock.frozen(LATER):
        leader = world.client("leader")
        scope = world.scope["leader"]
        asked = leading.interviews(
            LATER, standings.town_standings(scope, LATER), standings.enterprise_standings(scope, LATER)
        )
        assert [(i.kind, i.name, [r.code.rpartition(".")[2] for r in i.reasons]) for i in asked] == [
            ("enterprise", "测试甲机械有限公司", ["overdue_major"])
        ]
        (reason,) = asked[0].reasons
        assert (reason.text, reason.count) == ("重大隐患逾期未整改1处。", listed(leader, reason.url))


def test_overdue_majors_come_first_and_say_by_how_much(world: World) -> None:
    busy(world)
    (town,) = leading.majors_by_town(world.scope["leader"], LATER, 8)
    assert (town.name, town.count, town.overdue, town.more) == ("东城街道", 2, 1, 0)
    assert [(line.hazard.description, line.left, line.overdue) for line in town.lines] == [
        ("特种作业无证上岗", -20, True),
        ("期限未到的重大隐患", 50, False),
    ]
    with clock.frozen(LATER):
        page = world.client("leader").get(URL).content.decode()
    assert "逾期20天" in page
    assert "还剩50天" in page
    assert "生产副总" in page


def test_only_so_many_lines_of_a_town_are_shown_and_the_rest_is_counted(world: World) -> None:
    for n in range(3):
        world.ordered(days=20 + n, major_criteria=(CRITERION,))
    (town,) = leading.majors_by_town(world.scope["leader"], LATER, 2)
    assert (len(town.lines), town.count, town.more) == (2, 3, 1)


def test_a_town_sees_its_own_hazards_only(world: World) -> None:
    busy(world)
    with clock.frozen(LATER):
        page = world.client("other_town").get(URL).content.decode()
    assert "测试甲机械有限公司" not in page
    assert "没有未销号的重大隐患。" in page
    assert standings.town_standings(world.scope["town"], LATER)[0].counts["open"] == 4


def test_enterprises_merged_into_one_stand_as_one(world: World) -> None:
    world.found()
    world.found(role="other_town", enterprise_id=world.other_enterprise)
    enterprise_merge(
        scope=REGISTRAR,
        enterprise_id=world.other_enterprise,
        into_id=world.enterprise,
        mode="merger",
        reason="重复登记的同一企业",
        base=None,
        now=NOW,
    )
    (one,) = standings.enterprise_standings(world.scope["leader"], LATER)
    assert (one.key, one.counts["open"]) == (world.enterprise, 2)
    with clock.frozen(LATER):
        assert listed(world.client("leader"), one.urls["open"]) == 2


@pytest.mark.parametrize(
    ("role", "status"),
    [("leader", 200), ("supervision", 200), ("town", 200), ("department", 200), ("auditor", 200)]
    + [(role, 403) for role in ("enforcement", "grid", "enterprise", "expert", "admin")],
)
def test_who_leads_sees_the_page_and_its_menu_entry(world: World, role: str, status: int) -> None:
    client = world.client(role)
    assert client.get(URL).status_code == status
    assert ('href="/inspection/leaders"' in client.get("/todos").content.decode()) == (status == 200)


@pytest.mark.parametrize(("role", "status"), [("leader", 200), ("grid", 403)])
def test_the_api_lists_whom_to_interview(world: World, role: str, status: int) -> None:
    busy(world)
    with clock.frozen(LATER):
        answer = world.client(role).get("/api/v1/inspection/interviews")
        assert answer.status_code == status
        if status == 200:
            (item,) = answer.json()["items"]
            assert (item["kind"], item["key"], item["name"]) == ("enterprise", world.enterprise, "测试甲机械有限公司")
            assert item["reasons"][0]["code"] == "inspection.interview.overdue_major"


def asked_of(act: Any) -> list[tuple[str, str]]:
    """(statement, how SQLite means to answer it) of everything that is asked of the hazards' table."""
    seen: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if '"inspection_hazard"' in sql and sql.startswith("SELECT"):
            seen.append((sql, params))
        return execute(sql, params, many, context)

    KEPT.forget()
    with connection.execute_wrapper(note):
        act()
    if connection.vendor != "sqlite":
        return [(sql, "") for sql, _ in seen]
    found = []
    for sql, params in seen:
        with connection.cursor() as cursor:
            cursor.execute(f"EXPLAIN QUERY PLAN {sql}", params)
            found.append((sql, " ".join(row[3] for row in cursor.fetchall())))
    return found


def test_one_pass_over_what_is_open_serves_towns_and_enterprises(world: World) -> None:
    world.ordered()
    scope = world.scope["leader"]

    def both() -> None:
        standings.town_standings(scope, LATER)
        standings.enterprise_standings(scope, LATER)

    assert [sql.count("GROUP BY") for sql, _ in asked_of(both)] == [1, 1]


@pytest.mark.skipif(connection.vendor != "sqlite", reason="SQLite's plans")
def test_the_leaders_page_reads_indexes_and_not_the_hazards(world: World) -> None:
    world.ordered(major_criteria=(CRITERION,))
    scope, day = world.scope["leader"], local_date(LATER)
    (_, open_), (_, again) = asked_of(lambda: standings.town_standings(scope, LATER))
    assert "COVERING INDEX inspection_hazard_open" in open_
    assert "INDEX inspection_hazard_again (region6=? AND looked_back_at>?)" in again
    ((_, closed),) = asked_of(lambda: lookbacks.look_back_rates(scope, "", day - 365 * DAY, day))
    assert closed == "SEARCH inspection_hazard USING COVERING INDEX inspection_hazard_closed (region6=?)"
    (_, majors), (_, shown) = asked_of(lambda: leading.majors_by_town(scope, LATER, 8))
    assert "INDEX inspection_hazard_open" in majors
    assert shown.startswith("SEARCH inspection_hazard USING INDEX sqlite_autoindex_inspection_hazard_1 (id=?)")
