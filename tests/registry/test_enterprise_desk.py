"""The pages of the registry in a Django client: who sees what, what each button does, what a refusal shows."""

from __future__ import annotations

import html
import re
from datetime import timedelta

import pytest

from anlan.kernel.codes import make_uscc
from anlan.platform import clock
from anlan.platform.journal.record import version_of
from anlan.registry import queries
from anlan.registry.models import Enterprise, EnterpriseContact, Premises
from anlan.registry.services.contacts import contact_set
from registry.factories import NOW, OTHER_TOWN, TOWN, make_enterprise

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=2)


@pytest.fixture(autouse=True)
def _clock():
    with clock.frozen(LATER):
        yield


@pytest.fixture
def own(county):
    return make_enterprise(county.scope["town"], office_id=county.office, tags="涉氨制冷")


def page(key, *rest):
    return "/".join((f"/registry/enterprises/{key}", *rest))


def send(client, key, act, *, base=1, once="form-1", **values):
    return client.post(page(key, act), {"base": base, "once": once, **values})


def text(answer):
    return html.unescape(re.sub(r"<[^>]+>", " ", answer.content.decode()))


def test_the_page_shows_the_file_in_words(client_as, own):
    answer = client_as("town").get(page(own))
    shown = text(answer)
    assert answer.status_code == 200
    for word in (
        "测试第1机械有限公司",
        make_uscc("331003", 1),
        "东城街道",
        "涉氨制冷",
        "3411 通用设备制造业",
        "在产",
        "安全生产基础科",
    ):
        assert word in shown
    assert "121.2621" in shown
    assert "<svg" in answer.content.decode()


@pytest.mark.parametrize("role", ["other_town", "other_office", "enterprise"])
def test_outsiders_get_not_found_and_change_nothing(client_as, own, role):
    client = client_as(role)
    assert client.get(page(own)).status_code == 404
    for act in ("rename", "status", "merge", "retire", "contact", "premises"):
        assert client.get(page(own, act)).status_code == 404
        assert send(client, own, act, name="测试夺名有限公司", reason="试探").status_code in (403, 404)
    assert version_of(queries.subject_of(own)) == 1


def test_anonymous_is_sent_to_login(client, own):
    answer = client.get(page(own))
    assert (answer.status_code, answer["Location"]) == (302, f"/login?next={page(own)}")


@pytest.mark.parametrize("role", ["leader", "enforcement", "expert", "auditor", "admin"])
def test_readers_see_greyed_buttons_with_the_reason(client_as, own, role):
    client = client_as(role)
    answer = client.get(page(own))
    assert answer.status_code == 200
    assert 'disabled title="您没有“登记和修改企业档案”的权限。"' in answer.content.decode()
    assert send(client, own, "rename", name="测试新名有限公司").status_code == 403
    assert version_of(queries.subject_of(own)) == 1


def test_enterprise_user_sees_itself_without_office_buttons(county, client_as, own):
    county.add("own", role="enterprise", organisation="测试第1机械有限公司", region="331003001", enterprise_id=own)
    client = client_as("own")
    answer = client.get(page(own))
    assert answer.status_code == 200
    assert "变更名称" not in text(answer)
    assert client.get("/registry/enterprises/unassigned").status_code == 200


def test_nothing_changes_by_get(client_as, own):
    client = client_as("town")
    for act in ("rename", "recode", "status", "office", "move", "merge", "split", "retire", "contact", "premises"):
        assert client.get(page(own, act)).status_code == 200, act
    assert client.get(page(own, "separate")).status_code == 200
    assert client.get(page(own, "restore")).status_code == 200
    assert client.get(page(own, "nothing")).status_code == 404
    assert version_of(queries.subject_of(own)) == 1


def test_renaming_by_form(client_as, own):
    client = client_as("town")
    answer = send(client, own, "rename", name="测试改名股份有限公司", on="2026-03-01", reason="变更登记")
    assert (answer.status_code, answer["Location"]) == (302, page(own))
    shown = text(client.get(page(own)))
    assert "测试改名股份有限公司" in shown
    assert "曾用名称" in shown and "变更名称" in shown and "变更登记" in shown
    assert "蒋安" in shown


def test_a_double_click_is_one_act(client_as, own):
    client = client_as("town")
    assert send(client, own, "rename", name="测试改名股份有限公司").status_code == 302
    assert send(client, own, "rename", name="测试改名股份有限公司").status_code == 302
    assert version_of(queries.subject_of(own)) == 2


def test_stale_form_is_a_conflict_that_keeps_what_was_typed(client_as, own):
    client = client_as("town")
    send(client, own, "status", status="suspended", reason="设备检修")
    answer = send(client, own, "rename", once="form-2", name="测试改名股份有限公司")
    assert answer.status_code == 409
    assert 'value="测试改名股份有限公司"' in answer.content.decode()
    assert 'name="base" value="2"' in answer.content.decode()
    assert Enterprise.objects.get(pk=own).name == "测试第1机械有限公司"


def test_a_refusal_stands_at_its_field(client_as, own):
    answer = send(client_as("town"), own, "rename", name="厂", on="昨天")
    assert answer.status_code == 422
    assert "“昨天”不是可识别的日期" in text(answer)
    answer = send(client_as("town"), own, "rename", name="厂")
    assert answer.status_code == 409
    assert '<p class="error">企业名称应为2至120个字，现为1个字。</p>' in answer.content.decode()


def test_form_without_version_is_refused(client_as, own):
    answer = client_as("town").post(page(own, "rename"), {"name": "测试改名股份有限公司"})
    assert answer.status_code == 422
    assert "表单已失效" in text(answer)


def test_what_was_typed_is_escaped(client_as, own):
    client = client_as("town")
    evil = "<script>alert(1)</script>有限公司"
    assert send(client, own, "rename", name=evil).status_code == 302
    answer = client.get(page(own))
    assert "<script>alert(1)" not in answer.content.decode()
    assert "&lt;script&gt;alert(1)&lt;/script&gt;有限公司" in answer.content.decode()


def test_merging_by_form_shows_each_on_the_others_page(county, client_as, own):
    other = make_enterprise(county.scope["town"], 2)
    client = client_as("town")
    answer = send(client, own, "merge", into=other, mode="merger", reason="吸收合并")
    assert answer.status_code == 302
    assert page(other) in client.get(page(own)).content.decode()
    shown = client.get(page(other))
    assert page(own) in shown.content.decode()
    assert "并入企业名称" in text(shown)
    assert send(client, own, "separate", base=2, once="form-2", reason="合并有误").status_code == 302
    assert Enterprise.objects.get(pk=own).merged_into_id is None


def test_merging_into_nothing_is_refused_beside_the_form(client_as, own):
    assert send(client_as("town"), own, "merge", into="", mode="merger", reason="吸收合并").status_code == 404


def test_splitting_by_form_inherits_what_is_wanted(client_as, own):
    client = client_as("town")
    parts = {"name0": "测试分立一厂", "uscc0": make_uscc("331003", 50), "region1": "", "inherit": "1"}
    answer = send(client, own, "split", reason="公司分立", dissolve="1", **parts)
    assert answer.status_code == 302
    made = Enterprise.objects.get(name="测试分立一厂")
    assert (str(made.origin_id), made.region, made.industry) == (own, TOWN, "3411")
    assert [t.key for t in made.tags.all()] == ["ammonia"]
    assert Enterprise.objects.get(pk=own).status == "closed"


def test_moving_by_name_of_the_town(client_as, county):
    key = make_enterprise(county.scope["supervision"])
    client = client_as("supervision")
    answer = send(client, key, "move", region="南城街道", address="测试路2号", lon="121.27", lat="28.62", reason="搬迁")
    assert answer.status_code == 302
    row = Enterprise.objects.get(pk=key)
    assert (row.region, row.lon) == (OTHER_TOWN, 121.27)


def test_handing_over_leads_away_from_the_page(client_as, county):
    key = make_enterprise(county.scope["supervision"])
    answer = send(client_as("supervision"), key, "office", office_id=county.other_office)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client_as("other_office").get(page(key)).status_code == 200


def test_retired_enterprise_offers_to_come_back(client_as, own):
    client = client_as("town")
    assert send(client, own, "retire", reason="登记有误").status_code == 302
    shown = client.get(page(own)).content.decode()
    assert page(own, "restore") in shown
    assert "移出台账" in shown
    assert send(client, own, "restore", base=2, once="form-2", reason="恢复登记").status_code == 302
    assert Enterprise.objects.get(pk=own).retired_at is None


def test_premises_by_form(client_as, own):
    client = client_as("town")
    values = {
        "name": "二号厂区",
        "use": "storage",
        "address": "测试路2号",
        "lon": "121.2621",
        "lat": "28.6502",
        "coords": "gcj02",
    }
    assert send(client, own, "premises", **values).status_code == 302
    row = Premises.objects.get()
    assert (row.lon, row.lat) == (121.25788, 28.65333)
    assert "二号厂区" in text(client.get(page(own)))
    assert 'value="二号厂区"' in client.get(page(own, "premises", row.key)).content.decode()
    values |= {"name": "三号厂区", "lon": "", "lat": ""}
    assert send(client, own, f"premises/{row.key}", base=2, once="form-2", **values).status_code == 302
    assert Premises.objects.get().name == "三号厂区"
    assert send(client, own, f"premises-remove/{row.key}", base=3, once="form-3").status_code == 302
    assert Premises.objects.count() == 0
    assert client.get(page(own, "premises", row.key)).status_code == 404


def test_contacts_are_masked_until_revealed_with_a_reason(county, client_as, own):
    key = contact_set(
        scope=county.scope["town"],
        enterprise_id=own,
        values={"post": "安全总监", "name": "丁一", "phone": "13800138000"},
        base=1,
        now=NOW,
    )
    client = client_as("town")
    shown = client.get(page(own)).content.decode()
    assert "丁*" in shown and "138****8000" in shown
    assert "丁一" not in shown and "13800138000" not in shown
    reveal = page(own, "contacts", key, "reveal")
    assert client.get(reveal).status_code == 405
    refused = client.post(reveal, {"reason": ""})
    assert refused.status_code == 422
    assert "13800138000" not in refused.content.decode()
    told = client.post(reveal, {"reason": "通知整改"})
    assert "丁一 13800138000" in told.content.decode()
    assert told["Cache-Control"] == "no-store"
    assert "13800138000" not in client.get(page(own)).content.decode()
    assert client_as("expert").post(reveal, {"reason": "核实"}).status_code == 403
    assert client_as("other_town").post(reveal, {"reason": "核实"}).status_code == 404


def test_contact_by_form(client_as, own):
    client = client_as("town")
    person = {"post": "principal", "name": "丁一", "phone": "0576-84120000"}
    assert send(client, own, "contact", **person).status_code == 302
    key = EnterpriseContact.objects.get().key
    assert 'value="丁*"' in client.get(page(own, "contact", key)).content.decode()
    masked = {"post": "deputy", "name": "丁*", "phone": "057*****0000"}
    changed = send(client, own, f"contact/{key}", base=2, once="form-2", **masked)
    assert changed.status_code == 302
    assert EnterpriseContact.objects.get().post == "deputy"
    assert (
        send(client, own, f"contact-remove/{key}", base=version_of(queries.subject_of(own)), once="f3").status_code
        == 302
    )
    assert EnterpriseContact.objects.count() == 0


def test_an_office_claims_from_the_list(county, client_as):
    key = make_enterprise(county.scope["town"])
    client = client_as("supervision")
    listed = client.get("/registry/enterprises/unassigned")
    assert "由安全生产基础科负责" in text(listed)
    answer = client.post(
        "/registry/enterprises/unassigned",
        {"enterprise_id": key, "office_id": county.office, "base": 1, "once": "c-1"},
    )
    assert answer.status_code == 302
    assert str(Enterprise.objects.get(pk=key).office_id) == county.office
    assert "测试第1机械有限公司" not in text(client.get("/registry/enterprises/unassigned"))


def test_leader_sees_the_unassigned_but_can_not_assign(county, client_as):
    key = make_enterprise(county.scope["town"])
    client = client_as("leader")
    assert "disabled" in client.get("/registry/enterprises/unassigned").content.decode()
    values = {"enterprise_id": key, "office_id": county.office, "base": 1}
    assert client.post("/registry/enterprises/unassigned", values).status_code == 403
    assert Enterprise.objects.get(pk=key).office_id is None


def test_lists_and_forms_of_the_ledger_are_one_click_away(client_as):
    client = client_as("town")
    assert client.get("/registry/enterprises")["Location"] == "/desk/registry/enterprise/"
    assert client.get("/registry/enterprises/new")["Location"] == "/records/registry/enterprises/new"


@pytest.mark.parametrize(
    ("act", "values", "told"),
    [
        ("rename", {"name": "测试\u202e股份有限公司"}, "“名称”第3个字符是看不见的控制字符（U+202E）"),
        ("retire", {"reason": "重复\x07登记"}, "“理由”第3个字符是看不见的控制字符（U+0007）"),
        ("contact", {"post": "safety", "name": "张\u2066三", "phone": "13800138000"}, "“名称”第2个字符"),
        ("premises", {"name": "东\u202d库", "use": "storage"}, "“名称”第2个字符"),
    ],
)
def test_characters_that_nobody_sees_are_refused_at_their_field(client_as, own, act, values, told):
    answer = send(client_as("town"), own, act, **values)
    assert answer.status_code in {409, 422}
    assert told in text(answer)
    assert version_of(queries.subject_of(own)) == 1
