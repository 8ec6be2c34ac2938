"""事故 on pages: filing, stepping, refusals that keep what was typed, and who finds which button."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accident.factories import closed, filed, investigated, row
from anlan.accident import queries
from anlan.accident.models import Accident
from anlan.platform import clock
from inspection.factories import NOW, World

pytestmark = pytest.mark.django_db
FORM: dict[str, Any] = {
    "sector": "manufacturing", "category": "machine", "region": "331003001001", "place": "冲压车间", "summary": "手部被卷入",
    "occurred_at": "2026-03-02T08:30", "received_at": "2026-03-02T09:10", "learned_at": "2026-03-02T08:40", "deaths": "1",
    "serious_injuries": "", "minor_injuries": "2", "loss_wan": "120.5", "lon": "121.26", "lat": "28.65", "once": "f-1",
}  # fmt: skip


def pdf(name: str = "调查报告.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, b"%PDF-1.4\n%%EOF\n", content_type="application/pdf")


def text(answer: Any) -> str:
    return answer.content.decode()


def test_filing_by_the_form(world: World) -> None:
    client = world.client("town")
    with clock.frozen(NOW):
        page = text(client.get("/accident/accidents/new"))
        assert "331003001001" in page and "331003002" not in page
        answer = client.post(
            "/accident/accidents/new", FORM | {"enterprise": world.enterprise, "files": pdf("现场.pdf")}
        )
        held = Accident.objects.get()
        assert (answer.status_code, answer["Location"]) == (302, f"/accident/accidents/{held.pk}")
        assert client.post("/accident/accidents/new", FORM)["Location"] == answer["Location"]  # a double click
        shown = text(client.get(answer["Location"]))
    assert Accident.objects.count() == 1
    assert (held.deaths, held.minor_injuries, held.loss_yuan, str(held.enterprise_id)) == (
        1,
        2,
        1_205_000,
        world.enterprise,
    )
    for part in (
        "一般事故",
        "120.5 万元",
        "测试甲机械有限公司",
        "逐级上报至设区的市级",
        "现场.pdf",
        "机械伤害",
        held.number,
    ):
        assert part in shown, part


def test_a_refused_form_keeps_what_was_typed(world: World) -> None:
    client = world.client("town")
    with clock.frozen(NOW):
        bad = FORM | {"enterprise": world.enterprise, "deaths": "-1", "category": "", "occurred_at": "2026-03-02T23:00"}
        answer = client.post("/accident/accidents/new", bad | {"files": pdf()})
        page = text(answer)
        assert answer.status_code == 409
        kept = ('value="冲压车间"', 'value="测试甲机械有限公司"', "已上传1个文件", 'value="2026-03-02T23:00"')
        for part in ("不能为负数", "须选择事故类别", "不能晚于现在", *kept):
            assert part in page, part
        assert client.post("/accident/accidents/new", FORM | {"enterprise": world.other_enterprise}).status_code == 404
        for wrong in ({"deaths": "1.5"}, {"lon": "nan"}, {"loss_wan": "很多"}, {"occurred_at": "gestern"}):
            assert client.post("/accident/accidents/new", FORM | wrong).status_code == 422, wrong
        many = FORM | {"files_kept": ["f" * 64] * 31}
        assert "一次最多30个文件" in text(client.post("/accident/accidents/new", many))
    assert not Accident.objects.exists()


def test_a_former_accident_by_the_form(world: World) -> None:
    client = world.client("town")
    with clock.frozen(NOW):
        assert "结案日期" in text(client.get("/accident/accidents/new?record=1"))
        former = FORM | {"record": "1", "occurred_at": "2024-05-06T10:30", "received_at": "", "learned_at": ""}
        assert client.post("/accident/accidents/new", former).status_code == 409
        answer = client.post("/accident/accidents/new", former | {"closed_on": "2024-07-01", "nature": "other"})
        assert answer.status_code == 409 and "此项必须填写" in text(answer)
        full = former | {"closed_on": "2024-07-01", "nature": "other", "note": "自身疾病", "direct_cause": "突发疾病"}
        assert client.post("/accident/accidents/new", full).status_code == 302
    held = Accident.objects.get()
    assert (held.state, held.counted, held.direct_cause) == ("closed", 0, "突发疾病")


def act(world: World, role: str, key: str, action: str, **typed: Any) -> Any:
    body = {"base": str(queries.version_of(key)), "once": f"{action}-{key[:8]}"} | typed
    return world.client(role).post(f"/accident/accidents/{key}/{action}", body)


def test_every_step_by_its_form(world: World) -> None:
    key = filed(world, enterprise_id=world.enterprise)
    with clock.frozen(NOW):
        assert act(world, "town", key, "report_up", at="2026-03-02T10:00", note="电话").status_code == 302
        numbers = {"deaths": "3", "serious_injuries": "0", "loss_wan": ""}
        assert act(world, "town", key, "correct", kind="change", note="补报", **numbers).status_code == 302
        assert row(key).grade == "larger"
        plain = {n: FORM[n] for n in ("sector", "category", "region", "place", "summary", "lon", "lat")}
        times = {"occurred_at": "2026-03-02T07:00", "received_at": "2026-03-02T10:00", "learned_at": ""}
        firm = {"enterprise": world.enterprise, "firm": "测试甲机械有限公司"}
        changed = act(world, "town", key, "amend", **plain, **times, **firm)
        assert changed.status_code == 302, changed.context["error"].message
        again = act(world, "town", key, "amend", **plain, **times, **firm, once="again")
        assert again.status_code == 409 and "没有任何改动" in text(again)
        assert act(world, "enforcement", key, "investigate", team="应急管理局牵头").status_code == 302
        assert act(world, "enforcement", key, "extend", days="30", note="市政府批准").status_code == 302
        refused = act(world, "enforcement", key, "close", direct_cause="违章", nature="production", files=pdf())
        assert refused.status_code == 409 and "已上传1个文件" in text(refused) and "违章" in text(refused)
        found = {
            "direct_cause": "违章",
            "indirect_cause": "培训不到位",
            "liability": "企业",
            "measures": "",
            "note": "",
        }
        done = act(world, "enforcement", key, "close", **found, nature="production", files=pdf())
        assert done.status_code == 302
        assert act(world, "enforcement", key, "judge", nature="other", note="自身疾病").status_code == 302
        page = text(world.client("leader").get(f"/accident/accidents/{key}"))
    for part in ("较大事故", "已结案", "非生产安全事故", "不纳入统计", "调查报告.pdf", "死亡人数：1 → 3", "已延长30日"):
        assert part in page, part
    assert "act-correct" not in page  # the leader looks


def test_revoking_by_the_number_of_the_one_that_stays(world: World) -> None:
    stays, twice = filed(world), filed(world, place="二车间")
    with clock.frozen(NOW):
        refused = act(world, "enforcement", twice, "revoke", kind="duplicate", note="同一起", duplicate_of="SG-0")
        assert refused.status_code == 409 and "保留的那一条" in text(refused)
        full = {"kind": "duplicate", "note": "同一起", "duplicate_of": row(stays).number}
        assert act(world, "enforcement", twice, "revoke", **full).status_code == 302
        page = text(world.client("town").get(f"/accident/accidents/{twice}"))
    assert f"/accident/accidents/{stays}" in page and "重复登记" in page


def test_deadlines_missed_are_said(world: World) -> None:
    key = investigated(world, learned_at=NOW - timedelta(hours=2))
    with clock.frozen(NOW + timedelta(days=70)):
        page = text(world.client("enforcement").get(f"/accident/accidents/{key}"))
    for part in ("上报逾期", "调查逾期", "超过1小时报告", "补报期限已过"):
        assert part in page, part


def test_what_is_no_page_of_mine(world: World) -> None:
    key = closed(world, enterprise_id=world.enterprise)
    for role in ("other_town", "enterprise", "grid", "other_office"):
        assert world.client(role).get(f"/accident/accidents/{key}").status_code == 404, role
        assert act(world, role, key, "correct", kind="change", deaths="9").status_code == 404, role
    assert world.client("leader").get("/accident/accidents/new").status_code == 403
    assert act(world, "enforcement", key, "nonsense").status_code == 404
    stale = world.client("enforcement").post(f"/accident/accidents/{key}/judge", {"nature": "other", "note": "x"})
    assert stale.status_code == 422 and "页面已过期" in text(stale)
    assert row(key).deaths == 1


def test_the_code_of_an_old_page(world: World) -> None:
    from anlan.accident.screens.forms import read_base
    from anlan.kernel.errors import BadInput

    class Post:
        POST = {"base": "x"}

    with pytest.raises(BadInput, match="accident.form.base_missing"):
        read_base(Post())  # type: ignore[arg-type]


def test_the_codes_of_what_the_form_can_not_take() -> None:
    """Named for the list of codes: `accident.files_too_many` is shown above by its sentence."""
    from anlan.kernel.messages import catalogue

    assert {"accident.files_too_many", "accident.refused", "accident.not_found", "accident.stale"} <= catalogue().keys()


def test_the_list_and_the_home_page(world: World) -> None:
    filed(world, enterprise_id=world.enterprise)
    client = world.client("town")
    with clock.frozen(NOW + timedelta(hours=3)):
        listed = text(client.get("/desk/accident/accident/"))
        assert "一般事故" in listed and "/accident/accidents/new" in listed
        assert "/records/accident/accidents/new" not in listed  # one button to file one, not two
        assert "待上报事故" in text(client.get("/todos"))
        assert "事故" in text(client.get(f"/registry/enterprises/{world.enterprise}"))
    assert "/desk/accident/accident/" not in text(world.client("enterprise").get("/"))
