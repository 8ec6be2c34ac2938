"""Administration pages: who gets in, what each act does, and that a refused one leaves nothing behind."""

from __future__ import annotations

import uuid

import pytest
from django.test import Client

from anlan.accounts.models import Account, Deputy, Organisation, Person, Post
from anlan.accounts.queries import role_by_word
from anlan.platform import clock, vault
from anlan.platform.journal.models import JournalEntry
from anlan.platform.journal.record import version_of

pytestmark = pytest.mark.django_db

READ = ("/people", "/accounts/people/{person}", "/accounts/organisations", "/accounts/organisations/{body}",
        "/accounts/roles", "/accounts/roles/{role}", "/accounts/posts/{post}")  # fmt: skip
MANAGE = ("/accounts/people/new", "/accounts/posts/{post}/leave")
ACTIONS = ("change", "post-add", "deputy-set", "deputy-cancel", "account-open", "account-disable", "account-enable",
           "account-unlock", "password-reset", "totp-remove")  # fmt: skip


def member(county, key):
    client = Client()
    client.force_login(county.account[key], backend="django.contrib.auth.backends.ModelBackend")
    return client


def address(county, path):
    return path.format(
        person=county.person["town"], body=county.office, role=role_by_word("grid").pk, post=county.post["town"]
    )


@pytest.mark.parametrize("path", (*READ, *MANAGE))
def test_strangers_are_sent_to_the_login_page(client, county, path):
    assert client.get(address(county, path)).url.startswith("/login?next=")


@pytest.mark.parametrize("path", (*READ, *MANAGE))
def test_people_without_the_right_are_refused(county, path):
    for key in ("town", "enterprise"):
        assert member(county, key).get(address(county, path)).status_code == 403


@pytest.mark.parametrize("path", READ)
def test_an_auditor_reads_and_an_administrator_too(county, path):
    for key in ("auditor", "admin"):
        answer = member(county, key).get(address(county, path), follow=True)
        assert answer.status_code == 200


@pytest.mark.parametrize("path", MANAGE)
def test_only_an_administrator_opens_the_forms(county, path):
    assert member(county, "auditor").get(address(county, path)).status_code == 403
    assert member(county, "admin").get(address(county, path)).status_code == 200


def test_nothing_that_reads_writes(county):
    admin = member(county, "admin")
    before = JournalEntry.objects.count()
    for path in (*READ, *MANAGE):
        admin.get(address(county, path), follow=True)
    assert JournalEntry.objects.count() == before


@pytest.mark.parametrize("action", ACTIONS)
def test_acts_of_people_without_the_right_leave_nothing_behind(county, action):
    path = f"/accounts/people/{county.person['town']}/{action}"
    data = {
        "account": str(county.account["town"].pk),
        "name": "改名",
        "username": "abc.def",
        "reason": "试试",
        "base": "2",
    }
    before = JournalEntry.objects.count()
    assert Client().post(path, data).url.startswith("/login")
    for key in ("enterprise", "town", "auditor"):
        assert member(county, key).post(path, data).status_code == 403
    assert JournalEntry.objects.count() == before
    assert member(county, "admin").get(path).status_code == 405


def test_a_person_outside_the_region_is_not_found(county):
    county.add("town_admin", role="admin", organisation="南城街道办事处", region="331003002")
    town = member(county, "town_admin")
    assert town.get(f"/accounts/people/{county.person['town']}").status_code == 404
    assert town.get(f"/accounts/people/{county.person['other_town']}").status_code == 200
    assert town.get(f"/accounts/posts/{county.post['town']}/leave").status_code == 404
    assert "蒋安" not in town.get("/people").content.decode()
    other = town.post(
        f"/accounts/people/{county.person['other_town']}/password-reset", {"account": str(county.account["town"].pk)}
    )
    assert other.status_code == 404
    assert Account.objects.get(pk=county.account["town"].pk).must_change_password is False


def test_entering_a_person_with_post_and_account(county):
    admin = member(county, "admin")
    form = {"name": "钱进", "phone": "13800138000", "region": "331003001", "once": "k1"}
    created = admin.post("/accounts/people/new", form)
    assert admin.post("/accounts/people/new", form).url == created.url, "sent twice, entered once"
    person = Person.objects.get(name="钱进")
    page = f"/accounts/people/{person.pk}"
    assert created.url == page
    post = {
        "organisation_id": county.town_office,
        "role_id": str(role_by_word("town").pk),
        "prefix": "331003001",
        "title": "副主任",
        "once": "k2",
    }
    assert admin.post(f"{page}/post-add", post).url == page
    opened = admin.post(f"{page}/account-open", {"username": "qian.jin"}).content.decode()
    password = opened.partition('id="initial-password">')[2].partition("<")[0]
    assert password not in admin.get(page).content.decode()
    text = admin.get(page).content.decode()
    assert "东城街道应急办 副主任" in text
    assert "138****8000" in text
    assert "13800138000" not in text
    newcomer = Client()
    assert newcomer.post("/login", {"username": "qian.jin", "password": password}).status_code == 302
    assert newcomer.get("/").url == "/password"


def test_a_refused_form_keeps_what_was_typed(county):
    admin = member(county, "admin")
    refused = admin.post("/accounts/people/new", {"name": "钱进", "phone": "12", "region": "331003"})
    assert refused.status_code == 422
    assert 'value="钱进"' in refused.content.decode()
    assert "不是有效的电话号码" in refused.content.decode()
    page = f"/accounts/people/{county.person['town']}"
    refused = admin.post(f"{page}/post-add", {"organisation_id": county.bureau, "prefix": "331003", "title": "主任"})
    assert refused.status_code == 422
    assert "请选择角色" in refused.content.decode()
    assert 'value="主任"' in refused.content.decode()
    stale = admin.post(f"{page}/change", {"name": "蒋安", "base": "99"})
    assert stale.status_code == 409
    assert admin.post(f"{page}/no-such-act", {}).status_code == 404


def test_a_phone_is_revealed_with_a_reason_that_stays(county):
    ref = f"accounts.person/{county.person['town']}"
    vault.put(ref, "phone", "13800138000", 1)
    page = f"/accounts/people/{county.person['town']}"
    assert member(county, "admin").post(f"{page}/phone", {"reason": "核实"}).status_code == 403
    leader = member(county, "leader")
    assert leader.post(f"{page}/phone", {"reason": ""}).status_code == 422
    assert "13800138000" in leader.post(f"{page}/phone", {"reason": "核实值班"}).content.decode()
    assert JournalEntry.objects.filter(kind="platform.vault.revealed", actor=county.person["leader"]).count() == 1


def test_account_acts_by_the_page(county):
    admin, account = member(county, "admin"), str(county.account["town"].pk)
    page = f"/accounts/people/{county.person['town']}"
    assert admin.post(f"{page}/account-disable", {"account": account, "reason": "调离"}).url == page
    assert "已停用" in admin.get(page).content.decode()
    assert admin.post(f"{page}/account-disable", {"account": account}).status_code == 409
    assert admin.post(f"{page}/account-enable", {"account": account}).url == page
    assert 'id="initial-password"' in admin.post(f"{page}/password-reset", {"account": account}).content.decode()
    assert admin.post(f"{page}/account-unlock", {"account": account}).url == page
    assert admin.post(f"{page}/totp-remove", {"account": account, "reason": "手机遗失"}).status_code == 409
    own = f"/accounts/people/{county.person['admin']}"
    own_account = {"account": str(county.account["admin"].pk)}
    assert admin.post(f"{own}/account-disable", own_account).status_code == 409


def test_a_deputy_is_set_and_cancelled_by_the_page(county):
    admin = member(county, "admin")
    page = f"/accounts/people/{county.person['supervision']}"
    today = clock.now().astimezone(clock.SHANGHAI).date().isoformat()
    form = {
        "post_id": county.post["supervision"],
        "deputy_id": county.person["other_office"],
        "starts_on": today,
        "until_on": today,
        "reason": "年休假",
        "once": "d1",
    }
    assert admin.post(f"{page}/deputy-set", form).url == page
    assert admin.post(f"{page}/deputy-set", form).url == page
    deputy = Deputy.objects.get()
    assert "郑义" in admin.get(page).content.decode()
    assert admin.post(f"{page}/deputy-cancel", {"deputyship": str(deputy.pk), "base": "1"}).url == page
    assert admin.post(f"{page}/deputy-cancel", {"deputyship": str(deputy.pk), "base": "2"}).status_code == 409
    assert admin.post(f"{page}/deputy-cancel", {"deputyship": "x"}).status_code == 404


def test_leaving_a_post_by_the_page(county):
    admin = member(county, "admin")
    leave = f"/accounts/posts/{county.post['enforcement']}/leave"
    version = str(version_of(f"accounts.post/{county.post['enforcement']}"))
    form = {"base": version, "reason": "交流任职", "successor_person_id": county.person["expert"], "once": "m1"}
    assert admin.post(leave, {**form, "base": "9"}).status_code == 409
    assert Post.objects.get(pk=county.post["enforcement"]).ended == 0
    assert admin.post(leave, form).url == f"/accounts/people/{county.person['enforcement']}"
    ended = Post.objects.get(pk=county.post["enforcement"])
    assert (ended.ended, str(ended.successor.person_id)) == (1, county.person["expert"])
    assert "由 陈博 接手" in admin.get(f"/accounts/people/{county.person['enforcement']}").content.decode()
    assert admin.post(leave, {**form, "base": "3", "once": "m2"}).status_code in {409, 422}


def test_organisations_by_the_page(county):
    admin = member(county, "admin")
    form = {"name": "应急指挥中心", "kind": "office", "region": "331003", "once": "o1"}
    assert admin.post("/accounts/organisations", form).status_code == 302
    assert admin.post("/accounts/organisations", {**form, "once": "o2"}).status_code == 422
    made = Organisation.objects.get(name="应急指挥中心")
    page = f"/accounts/organisations/{made.pk}"
    assert admin.post(page, {"short_name": "指挥中心", "base": "1"}).url == page
    assert admin.post(page, {"short_name": "中心", "base": "1"}).status_code == 409
    assert "指挥中心" in admin.get("/accounts/organisations?q=指挥&kind=office").content.decode()
    assert admin.post(page, {"action": "close", "base": "2"}).url == page
    assert admin.post(f"/accounts/organisations/{county.office}", {"action": "close", "base": "1"}).status_code == 409
    auditor = member(county, "auditor")
    assert auditor.post("/accounts/organisations", {**form, "name": "乙"}).status_code == 403
    assert auditor.post(page, {"short_name": "乙"}).status_code == 403
    assert not Organisation.objects.filter(name="乙").exists()


def test_roles_by_the_page(county):
    admin, role = member(county, "admin"), role_by_word("grid")
    page = f"/accounts/roles/{role.pk}"
    text = admin.get("/accounts/roles").content.decode()
    assert "村（社区）网格员" in text
    assert "管理人员、账号、任职和角色" in text
    wanted = ["registry.view", "inspection.view"]
    assert member(county, "auditor").post(page, {"rights": wanted, "base": "1"}).status_code == 403
    assert admin.post(page, {"rights": [*wanted, "accounts.manage", "registry.change"], "base": "1"}).status_code == 409
    assert role_by_word("grid").edited == 0
    assert admin.post(page, {"rights": wanted, "base": "1"}).url == page
    assert role_by_word("grid").words == "inspection.view registry.view"
    made = admin.post("/accounts/roles", {"label": "园区专员", "rights": wanted, "once": "r1"})
    assert made.url.startswith("/accounts/roles/")
    assert admin.post("/accounts/roles", {"label": "", "rights": wanted}).status_code == 422


def test_free_text_is_escaped_everywhere(county):
    admin = member(county, "admin")
    nasty = "<script>alert(1)</script>"
    page = f"/accounts/people/{county.person['town']}"
    version = str(version_of(f"accounts.person/{county.person['town']}"))
    admin.post(f"{page}/change", {"name": nasty, "remark": nasty, "base": version})
    for path in (page, "/people", f"/accounts/organisations/{county.town_office}"):
        assert nasty not in admin.get(path).content.decode(), path


def test_a_nul_in_a_search_or_form_is_no_fault(county):
    admin = member(county, "admin")
    for path in ("/people?q=%00", "/accounts/organisations?q=%00&kind=%00"):
        assert admin.get(path).status_code == 200, path
    form = {"name": "甲\0科", "kind": "office", "region": "331003"}
    refused = admin.post("/accounts/organisations", form)
    assert refused.status_code == 422
    assert "“名称”第2个字符是看不见的控制字符（U+0000）" in refused.content.decode()
    assert Organisation.objects.filter(name__startswith="甲").count() == 0
    assert admin.post("/tokens", {"name": "\0", "days": "30"}).status_code == 422


def test_unknown_ids_are_not_found(county):
    admin, nobody = member(county, "admin"), uuid.uuid4()
    for path in ("/accounts/people/{}", "/accounts/organisations/{}", "/accounts/roles/{}", "/accounts/posts/{}/leave"):
        assert admin.get(path.format(nobody)).status_code == 404, path
