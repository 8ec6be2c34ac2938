"""The login page and everything that ends or bends a session."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.test import Client
from django_otp.oath import totp as code_at
from django_otp.plugins.otp_totp.models import TOTPDevice

from anlan.accounts.models import Account
from anlan.accounts.queries import cards
from anlan.accounts.services import accounts, totp
from anlan.accounts.services.bootstrap import SETUP
from anlan.accounts.services.deputies import deputy_set
from anlan.accounts.services.posts import post_end
from anlan.platform import clock
from anlan.platform.database import is_sqlite

pytestmark = pytest.mark.django_db


def log_in(client, county, key="town", password=None, **extra):
    data = {"username": county.account[key].username, "password": password or county.password, **extra}
    return client.post("/login", data)


def test_the_login_page_opens_for_everybody(client):
    page = client.get("/login?next=/people")
    assert page.status_code == 200
    assert 'name="next" value="/people"' in page.content.decode()
    assert "no-store" in page.headers["Cache-Control"]


def test_right_name_and_password_open_the_post(client, county):
    answer = log_in(client, county, "admin", next="/people")
    assert (answer.status_code, answer.url) == (302, "/people")
    page = client.get("/people")
    assert page.status_code == 200
    assert page.context["person_name"] == "卫平"
    assert page.context["post_id"] == county.post["admin"]
    assert client.get("/login").status_code == 302


def test_the_user_name_may_be_written_in_capitals(client, county):
    answer = client.post("/login", {"username": " TEST.TOWN ", "password": county.password})
    assert answer.status_code == 302


@pytest.mark.parametrize(
    "target",
    ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "/login", "/logout", "\\\\evil.example"],
)
def test_a_login_never_leads_to_another_host(client, county, target):
    assert log_in(client, county, next=target).url == "/"


@pytest.mark.parametrize(
    ("username", "password"), [("test.town", "wrong"), ("nobody", "Anlan-2026-Spring"), ("", ""), ("te\0st", "\0")]
)
def test_a_wrong_login_tells_nothing_about_which_part_is_wrong(client, county, username, password):
    answer = client.post("/login", {"username": username, "password": password})
    assert answer.status_code == 401
    assert "用户名或密码不正确" in answer.content.decode()
    assert "_auth_user_id" not in client.session


def test_a_disabled_account_stays_out_and_an_open_session_ends(client, county):
    log_in(client, county)
    accounts.account_disable(scope=county.scope["admin"], id=str(county.account["town"].pk), reason="", now=clock.now())
    assert client.get("/posts").url.startswith("/login")
    assert log_in(Client(), county).status_code == 401


def test_five_wrong_passwords_lock_and_an_administrator_unlocks(client, county):
    for _ in range(4):
        assert log_in(client, county, password="wrong").status_code == 401
    moment = datetime(2026, 11, 22, 0, 50, tzinfo=UTC)
    with clock.frozen(moment):
        locked = log_in(client, county, password="wrong")
    assert locked.status_code == 429
    assert "2026-11-22 09:05" in locked.content.decode()
    assert log_in(client, county).status_code == 429, "the right password is no help while locked"
    assert log_in(client, county, "grid").status_code == 302, "others at the same address are not locked"
    forgotten = accounts.account_unlock(scope=county.scope["admin"], id=str(county.account["town"].pk), now=clock.now())
    assert forgotten == 1
    assert log_in(client, county).status_code == 302


def test_a_session_fixed_beforehand_is_worth_nothing(county):
    victim = Client()
    victim.get("/login")
    session = victim.session
    session["planted"] = True
    session.save()
    victim.cookies["sessionid"] = fixed = session.session_key
    log_in(victim, county)
    assert victim.cookies["sessionid"].value != fixed
    attacker = Client()
    attacker.cookies["sessionid"] = fixed
    assert attacker.get("/posts").url.startswith("/login")
    assert not Session.objects.filter(session_key=fixed).exists()


def test_logout_is_by_post_only_and_ends_the_session(client, county):
    log_in(client, county)
    assert client.get("/logout").status_code == 405
    assert client.get("/posts").status_code == 200
    assert client.post("/logout").url == "/login"
    assert client.get("/posts").url.startswith("/login")


def test_forged_posts_are_refused(county):
    strict = Client(enforce_csrf_checks=True)
    assert log_in(strict, county).status_code == 403
    strict.force_login(county.account["town"], backend="django.contrib.auth.backends.ModelBackend")
    for path in ("/logout", "/posts/switch", "/password", "/totp", "/tokens"):
        assert strict.post(path, {}).status_code == 403, path


def test_half_an_hour_without_a_request_ends_the_session(client, county):
    start = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
    with clock.frozen(start):
        log_in(client, county)
    with clock.frozen(start + timedelta(minutes=29)):
        assert client.get("/posts").status_code == 200
    with clock.frozen(start + timedelta(minutes=58)):
        assert client.get("/posts").status_code == 200
    with clock.frozen(start + timedelta(minutes=89)):
        assert client.get("/posts").url.startswith("/login")
        assert "长时间没有操作" in client.get("/login").content.decode()
        assert "长时间没有操作" not in client.get("/login").content.decode()


def test_the_session_is_written_at_most_once_a_minute(client, county):
    start = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
    seen = []
    for seconds in (0, 30, 59, 61, 100, 125):
        with clock.frozen(start + timedelta(seconds=seconds)):
            if seconds == 0:
                log_in(client, county)
            client.get("/posts")
            seen.append(client.session["anlan.seen"] - int(start.timestamp()))
    assert seen == [0, 0, 0, 61, 61, 125]
    assert Account.objects.get(pk=county.account["town"].pk).last_seen_at == start + timedelta(seconds=125)


def test_a_page_looks_up_session_account_and_change_mark_and_keeps_the_post(client, county, django_assert_num_queries):
    log_in(client, county, "auditor")
    client.get("/posts")  # chooses the post
    client.get("/posts")  # reads it
    # Session, account, the journal's change mark under which the post is kept; one statement of the page itself, before it
    # the mark under which it is kept who was registered twice, and one for the unread notices of the bell.
    # On PostgreSQL a mark is two statements: the chains, and what waits for the sequencer.
    with django_assert_num_queries(6 if is_sqlite() else 8):
        client.get("/posts")


def test_a_given_password_must_be_changed_first(client, county):
    given = accounts.password_reset(scope=county.scope["admin"], id=str(county.account["town"].pk), now=clock.now())
    assert log_in(client, county, password=given).url == "/"
    for path in ("/", "/posts", "/tokens", "/totp", "/people"):
        assert client.get(path).url == "/password", path
    assert client.post("/posts/switch", {"post": county.post["town"]}).url == "/password"
    assert client.get("/password").status_code == 200
    refused = client.post("/password", {"old": given, "new": "abc", "repeated": "abc"})
    assert refused.status_code == 422
    assert "密码太短，至少10个字符" in refused.content.decode()
    new = "Harbour-of-7"
    assert client.post("/password", {"old": given, "new": new, "repeated": new}).url == "/"
    assert client.get("/posts").status_code == 200, "the session that changed it goes on"


def test_changing_the_password_ends_other_sessions(client, county):
    other = Client()
    log_in(client, county)
    log_in(other, county)
    new = "Harbour-of-7"
    client.post("/password", {"old": county.password, "new": new, "repeated": new})
    assert client.get("/posts").status_code == 200
    assert other.get("/posts").url.startswith("/login")


def test_somebody_without_a_post_is_told_so_and_sees_nothing(client, county):
    log_in(client, county)
    post_end(scope=SETUP, id=county.post["town"], reason="", base=1, now=clock.now())
    assert client.get("/posts").url.startswith("/login")
    page = client.get("/login")
    assert page.status_code == 403
    assert "没有生效的任职" in page.content.decode()
    assert client.get("/password").status_code == 200


def test_switching_to_a_post_one_deputises_for(client, county):
    now = clock.now()
    day = now.astimezone(clock.SHANGHAI).date()
    values = {
        "post_id": county.post["supervision"],
        "person_id": county.person["other_office"],
        "starts_on": day.isoformat(),
        "until_on": day.isoformat(),
    }
    deputy_set(scope=SETUP, values=values, now=now)
    log_in(client, county, "other_office")
    page = client.get("/posts")
    assert "代 吴明 办理" in page.content.decode()
    key = client.session.session_key
    answer = client.post("/posts/switch", {"post": county.post["supervision"], "next": "/posts"})
    assert answer.url == "/posts"
    assert client.session.session_key != key
    page = client.get("/posts")
    assert (page.context["scope"].office, page.context["scope"].on_behalf_of) == (
        county.office,
        county.person["supervision"],
    )
    for post in (county.post["leader"], "x", ""):
        assert client.post("/posts/switch", {"post": post}).status_code == 403
    with clock.frozen(now + timedelta(minutes=1)):
        assert client.get("/posts").context["post_id"] == county.post["supervision"]
    assert client.get("/posts/switch").status_code == 405


def enrolled(county, key="town"):
    account = Account.objects.select_related("person").get(pk=county.account[key].pk)
    totp.totp_begin(account)
    device = TOTPDevice.objects.get(user=account)
    code = f"{code_at(device.bin_key):06d}"
    totp.totp_confirm(account=account, scope=county.scope[key], code=code, now=clock.now())
    TOTPDevice.objects.filter(pk=device.pk).update(last_t=-1)  # the code of this half minute may be used again
    return code


def test_with_a_second_factor_the_password_alone_opens_nothing(client, county):
    code = enrolled(county)
    assert log_in(client, county, next="/posts").url == "/login/code"
    assert "_auth_user_id" not in client.session
    assert client.get("/posts").url.startswith("/login")
    assert client.post("/login/code", {"code": "000"}).status_code == 401
    TOTPDevice.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)
    key = client.session.session_key
    assert client.post("/login/code", {"code": code}).url == "/posts"
    assert client.session.session_key != key
    assert client.get("/posts").status_code == 200


def test_the_second_step_waits_five_minutes_and_five_tries(client, county):
    code = enrolled(county)
    start = clock.now()
    assert client.get("/login/code").url == "/login"
    log_in(client, county)
    with clock.frozen(start + timedelta(minutes=6)):
        assert client.post("/login/code", {"code": code}).url == "/login"
    log_in(client, county)
    for _ in range(5):
        assert client.post("/login/code", {"code": "000"}).status_code == 401
    TOTPDevice.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)
    assert client.post("/login/code", {"code": code}).url == "/login"


def test_a_session_that_skipped_the_second_step_has_no_scope(client, county):
    enrolled(county)
    client.force_login(county.account["town"], backend="django.contrib.auth.backends.ModelBackend")
    assert client.get("/posts").url.startswith("/login")
    assert client.get("/password").url.startswith("/login")
    assert client.get("/login").status_code == 200


def test_enrolling_by_the_page(client, county):
    log_in(client, county)
    assert "启用动态口令" in client.get("/totp").content.decode()
    assert TOTPDevice.objects.count() == 0, "looking changes nothing"
    client.post("/totp", {"action": "begin"})
    page = client.get("/totp").content.decode()
    assert "data:image/svg+xml" in page
    device = TOTPDevice.objects.get()
    assert client.post("/totp", {"action": "confirm", "code": "1"}).status_code == 422
    TOTPDevice.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)
    code = f"{code_at(device.bin_key):06d}"
    assert client.post("/totp", {"action": "confirm", "code": code}).url == "/totp"
    assert client.get("/totp").status_code == 200, "the session that enrolled goes on"
    assert client.post("/totp", {"action": "disable", "password": "x"}).status_code == 422
    assert client.post("/totp", {"action": "disable", "password": county.password}).url == "/totp"
    assert TOTPDevice.objects.count() == 0


def test_tokens_are_shown_once(client, county):
    log_in(client, county)
    issued = client.post("/tokens", {"name": "统计程序", "days": "30"}).content.decode()
    raw = issued.partition('id="token">')[2].partition("<")[0]
    assert raw.startswith("anlan_")
    again = client.get("/tokens").content.decode()
    assert raw not in again
    assert "统计程序" in again
    token = str(county.account["town"].tokens.get().pk)
    assert client.post("/tokens", {"action": "revoke", "token": token}).url == "/tokens"
    assert client.post("/tokens", {"action": "revoke", "token": token}).status_code == 404
    assert client.post("/tokens", {"name": "", "days": "many"}).status_code == 422


def wrong_at(client, county, address, times=5):
    for _ in range(times):
        answer = client.post(
            "/login", {"username": county.account["town"].username, "password": "wrong"}, REMOTE_ADDR=address
        )
    return answer.status_code


def test_a_stranger_who_knows_the_name_shuts_it_for_his_own_address_only(county):
    assert wrong_at(Client(), county, "203.0.113.7", 60) == 429
    assert log_in(Client(), county).status_code == 302


def test_guessing_from_many_addresses_shuts_the_name_everywhere(county):
    for last in range(9):
        assert wrong_at(Client(), county, f"203.0.113.{last}") == 429
    assert log_in(Client(), county).status_code == 302
    assert wrong_at(Client(), county, "203.0.113.9") == 429
    assert log_in(Client(), county).status_code == 429
    assert log_in(Client(), county, "grid").status_code == 302


def test_wrong_old_passwords_lock_like_wrong_passwords_at_login(client, county):
    log_in(client, county)
    typed = {"old": "wrong", "new": "Another-2026-Autumn", "repeated": "Another-2026-Autumn"}
    assert [client.post("/password", typed).status_code for _ in range(5)] == [422, 422, 422, 422, 429]
    assert client.post("/password", {**typed, "old": county.password}).status_code == 429
    assert Account.objects.get(username="test.town").check_password(county.password)
    assert log_in(Client(), county).status_code == 429
    kept = AccessAttempt.objects.values_list("post_data", flat=True)
    assert not any("Another" in data or "wrong" in data for data in kept)
    assert cards.locked(county.account["town"], clock.now())
    accounts.account_unlock(scope=county.scope["admin"], id=str(county.account["town"].pk), now=clock.now())
    assert client.post("/password", {**typed, "old": county.password}).status_code == 302


def test_wrong_passwords_when_switching_the_second_factor_off_lock_too(client, county):
    account = county.account["town"]
    log_in(client, county)
    TOTPDevice.objects.create(user=account, name="phone", confirmed=True)
    device = TOTPDevice.objects.get()
    Account.objects.filter(pk=account.pk).update(totp=True)
    session = client.session
    session["otp_device_id"] = device.persistent_id
    session.save()
    off = {"action": "disable", "password": "wrong"}
    assert [client.post("/totp", off).status_code for _ in range(5)] == [422, 422, 422, 422, 429]
    assert client.post("/totp", {**off, "password": county.password}).status_code == 429
    assert TOTPDevice.objects.count() == 1


def test_wrong_codes_at_enrolment_lock_too(client, county):
    log_in(client, county)
    client.post("/totp", {"action": "begin"})
    wrong = {"action": "confirm", "code": "12345"}
    assert [client.post("/totp", wrong).status_code for _ in range(5)] == [422, 422, 422, 422, 429]
