"""The pages of plans, teams, tasks and reports, as a person presses them."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from anlan.calling.models import Notice
from anlan.calling.services.reminders import reminders_run
from anlan.inspection.models import Inspection, Plan, Task, Team
from anlan.inspection.reminders import REMINDERS
from anlan.inspection.services.inspections import inspection_start
from anlan.inspection.services.reports import inspection_report_add
from anlan.kernel.errors import BadInput
from anlan.platform import clock
from anlan.registry.services.enterprises import enterprise_office_assign
from inspection.factories import NOW, REGISTRAR, World
from inspection.task_samples import DUE, approved, assigned, crew, drafted, posts
from registry.factories import make_enterprise

pytestmark = pytest.mark.django_db
ASSIGN = "/inspection/tasks/assign"


def post(client: Client, url: str, **values: Any) -> Any:
    with clock.frozen(NOW):
        return client.post(url, values)


def get(client: Client, url: str) -> str:
    with clock.frozen(NOW):
        answer = client.get(url)
    assert answer.status_code == 200, answer.content.decode()[:500]
    return str(answer.content.decode())


def test_a_plan_is_written_handed_in_and_approved_on_its_pages(world: World) -> None:
    office, leader = world.client("supervision"), world.client("leader")
    assert "2026年度安全生产监督检查计划" in get(office, "/inspection/plans/new")
    form = {
        "year": "2026", "name": "2026年度检查计划", "officers": "10", "legal_days": "248", "once": "p1", "base": "0",
        "importance-0": "key", "target_class-0": "hazchem_trade", "enterprises-0": "20", "times-0": "2", "person_days-0": "1",
        "importance-1": "general", "enterprises-1": "",
    }  # fmt: skip
    assert post(office, "/inspection/plans/new", **form | {"times-0": "99"}).status_code == 409
    made = post(office, "/inspection/plans/new", **form)
    assert post(office, "/inspection/plans/new", **form)["Location"] == made["Location"]
    url, plan = made["Location"], Plan.objects.get()
    assert [(x.line, x.enterprises) for x in plan.lines.all()] == [("1", 20)]
    assert world.client("town").get(url).status_code == 404
    assert post(office, f"{url}/submit", base=1, once="a").status_code == 302
    assert "待批准" in get(leader, url)
    assert post(leader, f"{url}/send_back", base=2, once="b").status_code == 409
    assert post(leader, f"{url}/approve", base=2, once="c", note="同意").status_code == 302
    html = get(world.client("town"), url)
    assert "执行进展" in html and "按您管辖范围内的任务统计" in html and "/change" not in html
    assert post(office, f"{url}/revise", base=3, once="d", note="上级增加任务").status_code == 302
    assert "第2版" in get(office, f"{url}")
    assert 'value="20"' in get(office, f"{url}/change")
    edited = form | {"base": "4", "once": "p2", "line-0": "1", "enterprises-0": "30"}
    assert post(office, f"{url}/change", **edited).status_code == 302
    assert post(office, f"{url}/burn", base=5).status_code == 404


def test_tasks_are_chosen_seen_and_given_out_on_one_page(world: World) -> None:
    town, plan = world.client("town"), approved(world)
    desk = town.get("/desk/registry/enterprise/").content.decode()
    assert "派发检查任务" in desk and 'action="/inspection/tasks/assign"' in desk
    assert "派发检查任务" not in world.client("enforcement").get("/desk/registry/enterprise/").content.decode()
    assert world.client("enforcement").get(ASSIGN, {"ids": world.enterprise}).status_code == 403
    assert "测试甲机械有限公司" in get(town, f"{ASSIGN}?ids={world.enterprise}")
    form = {
        "ids": [world.enterprise], "due_on": "2026-03-20", "officers": list(posts(world, "town", "town_second")),
        "kind": "routine", "source": "town", "line": f"{plan}/1", "once": "x1",
    }  # fmt: skip
    seen = post(town, ASSIGN, **form | {"do": "preview", "officers": list(posts(world, "town"))}).content.decode()
    assert "能检查该企业的检查人员不足两人" in seen and Task.objects.count() == 0
    refused = post(town, ASSIGN, **form | {"due_on": "2026-02-01"})
    assert (refused.status_code, "完成期限2026-02-01早于今天" in refused.content.decode()) == (409, True)
    done = post(town, ASSIGN, **form)
    task = Task.objects.get()
    assert done["Location"] == f"/inspection/tasks/{task.pk}"
    assert post(town, ASSIGN, **form)["Location"] == done["Location"]
    assert (Task.objects.count(), str(task.plan_id), task.plan_line) == (1, plan, "1")
    html = get(town, done["Location"])
    assert "蒋安（东城街道应急办）、孔达（东城街道应急办）" in html and f"?task={task.pk}" in html
    assert f"?task={task.pk}" not in get(world.client("supervision"), done["Location"])
    assert task.number in town.get("/desk/inspection/task/", {"plan_id": plan, "plan_line": "1"}).content.decode()


def test_a_visit_begins_from_the_task_page_with_everything_filled_in(world: World) -> None:
    key, town = assigned(world, campaign_id=world.campaign("春雷行动"), kind="campaign"), world.client("town")
    html = get(town, f"/inspection/inspections/new?task={key}")
    second = world.county.person["town_second"]
    assert "测试甲机械有限公司" in html and f'<option value="{second}" selected>' in html and 'name="kind"' not in html
    listed = re.search(r'<option value="([0-9a-f-]{36})" selected>', html)
    assert listed is not None and str(Task.objects.get().checklist_id) == listed[1]
    fields = {"enterprise": world.enterprise, "checklist": listed[1], "officers": second, "task": key, "once": "v1"}
    made = post(town, "/inspection/inspections/new", **fields)
    assert made.status_code == 302
    assert Task.objects.get().number in get(town, made["Location"])
    assert "查看检查" in get(town, f"/inspection/tasks/{key}")


def test_a_task_is_given_back_given_to_others_and_cancelled_on_its_page(world: World) -> None:
    key, town = assigned(world), world.client("town")
    url = f"/inspection/tasks/{key}"
    assert "请写明原因" in post(town, f"{url}/return", base=1, once="a", note=" ").content.decode()
    assert post(town, f"{url}/return", base=1, once="b", note="企业停产").status_code == 302
    assert "企业停产" in get(town, url)
    people = {"officers": list(posts(world, "town_second", "grid")), "due_on": "2026-04-01"}
    assert post(town, f"{url}/reassign", base=1, once="c", **people).status_code == 409
    assert post(town, f"{url}/reassign", base=2, once="d", **people).status_code == 302
    assert post(town, f"{url}/cancel", base=3, once="e", note="企业搬迁").status_code == 302
    assert "已取消" in get(town, url)
    assert post(town, f"{url}/start", base=4).status_code == 404
    for role in ("other_town", "enterprise", "other_office"):
        assert world.client(role).get(url).status_code == 404


def test_a_team_is_made_on_the_ledgers_form_of_people_in_scope(world: World) -> None:
    town = world.client("town")
    html = get(town, "/records/inspection/teams/new")
    assert "孔达（东城街道应急办）" in html and "沈宁" not in html
    people = list(posts(world, "town", "town_second"))
    fields = {"name": "东城一组", "kind": "inspect", "region": "331003001000", "leader": people[0], "once": "t1"}
    bad = post(town, "/records/inspection/teams/new", **fields | {"members": people[1:], "members__present": "1"})
    assert "组长须从所选成员中选择" in bad.content.decode()
    made = post(town, "/records/inspection/teams/new", **fields | {"members": people, "members__present": "1"})
    assert made.status_code == 302 and Team.objects.get().members.count() == 2
    assigned(world, crew=crew(world, team=str(Team.objects.get().pk)))
    page = get(town, made["Location"])
    assert "蒋安（东城街道应急办）" in page and Task.objects.get().number in page


def test_a_campaigns_waiting_targets_are_given_out_together(world: World) -> None:
    campaign, office = world.campaign("夏季整治"), world.client("supervision")
    html = get(office, f"/inspection/campaigns/{campaign}")
    assert "派发未检查企业（1）" in html  # the office sees the one that it supervises
    assert "测试甲机械有限公司" in get(office, f"{ASSIGN}?campaign={campaign}")
    assigned(world, campaign_id=campaign, kind="campaign")
    assert "派发未检查企业" not in get(office, f"/inspection/campaigns/{campaign}")
    drafted(world)
    assert "编制中" in get(office, "/desk/inspection/plan/")


PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def test_the_report_of_a_third_party_stands_with_the_visit(world: World) -> None:
    scope = world.scope["supervision"]
    visit = inspection_start(
        scope=scope, enterprise_id=world.enterprise, checklist_id=world.checklist(), kind="third_party", source="expert",
        participants="测试安全评价公司专家一组", now=NOW,
    )  # fmt: skip
    assert Inspection.objects.get(pk=visit).participants == "测试安全评价公司专家一组"
    office, url = world.client("supervision"), f"/inspection/inspections/{visit}"
    assert "上传报告" in get(office, url)
    form = {"files": SimpleUploadedFile("评价报告.pdf", PDF), "once": "r1"}
    assert post(office, f"{url}/report", **form).status_code == 302
    (report,) = Inspection.objects.get(pk=visit).reports.all()
    assert report.name == "评价报告.pdf" and "评价报告.pdf" in get(office, url)
    again = {"files": [report.key], "now": NOW}
    for files, code in (
        ([], "inspection.report.none"),
        ([world.photo("supervision")], "inspection.report.not_document"),
        ([f"{n:064x}" for n in range(11)], "inspection.report.too_many"),
    ):
        with pytest.raises(BadInput) as refused:
            inspection_report_add(scope=scope, inspection_id=visit, **again | {"files": files})
        assert refused.value.code == code
    assert post(world.client("enforcement"), f"{url}/report", once="r2").status_code in (403, 422)


def test_whoever_is_sent_is_reminded_and_later_those_who_sent_them(world: World) -> None:
    assigned(world)  # due on 20 March
    assert "inspection.task_due" in {r.id for r in REMINDERS}

    def told(days: int) -> dict[str, int]:
        reminders_run(now=NOW + timedelta(days=days))
        rows = Notice.objects.filter(topic="inspection.task_due", withdrawn_at__isnull=True)
        roles = {str(post): role for role, post in world.county.post.items()}
        found: dict[str, int] = {}
        for notice in rows:
            found[roles[str(notice.post_id)]] = found.get(roles[str(notice.post_id)], 0) + 1
        return found

    assert told(1) == {}
    assert told(15) == {"town": 1, "town_second": 1}
    assert told(19) == {"town": 1, "town_second": 1, "supervision": 1}
    assert set(told(26)) == {"town", "town_second", "supervision", "leader"}


def test_the_overdue_number_of_a_plan_leads_to_exactly_these_tasks(world: World) -> None:
    plan = approved(world)
    officers = ("supervision", "enforcement")
    late = DUE + timedelta(days=1)
    firms = [world.enterprise, *(make_enterprise(REGISTRAR, n, region="331003001001") for n in (11, 12, 13))]
    for firm in firms[1:]:
        enterprise_office_assign(
            scope=REGISTRAR, enterprise_id=firm, office_id=world.county.office, base=None, now=NOW
        )
    for firm, day in zip(firms, (DUE, late, DUE + timedelta(days=9)), strict=False):
        named = crew(world, *officers, due_on=day)
        assigned(world, "supervision", enterprise_id=firm, crew=named, plan_id=plan, plan_line="1")
    assigned(world, "supervision", enterprise_id=firms[3], crew=crew(world, *officers))  # late too, of no plan
    with clock.frozen(NOW + (late - DUE) + timedelta(days=(DUE - NOW.date()).days)):
        client = world.client("supervision")
        html = client.get(f"/inspection/plans/{plan}").content.decode()
        found = re.search(
            r'href="([^"]+)"><span class="stat-label">逾期</span><span class="stat-value">(\d+)</span>', html
        )
        assert found and found[2] == "1"
        listed = client.get(unescape(found[1])).content.decode()
    number = Task.objects.get(plan_id=plan, due_at__date=DUE).number
    assert re.findall(r"RW-[0-9a-z]+-2026-\d{6}", listed) == [number]
