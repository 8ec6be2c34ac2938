"""Accounts, passwords, tokens, the second factor: LOCAL tables, with an entry for everything that happened."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django_otp.oath import totp as code_at
from django_otp.plugins.otp_totp.models import TOTPDevice

from anlan.accounts.models import Account, ApiToken
from anlan.accounts.passwords import character_classes
from anlan.accounts.services import accounts, totp
from anlan.accounts.services.bootstrap import SETUP, user_add
from anlan.accounts.services.people import person_create
from anlan.accounts.services.posts import post_create, post_end
from anlan.accounts.services.tokens import authenticate_token, token_create, token_revoke
from anlan.kernel.errors import BadInput, NotAllowed, NotFound, RuleViolation
from anlan.platform.journal.models import Head, JournalEntry

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)


def kinds(person_id):
    sid = Head.objects.get(subject=f"accounts.person/{person_id}").sid
    return [
        k.rpartition(".")[2]
        for k in JournalEntry.objects.filter(sid=sid).order_by("hlc").values_list("kind", flat=True)
    ]


def fresh(county, key="town"):
    return Account.objects.select_related("person").get(pk=county.account[key].pk)


def open_account(county, username="Qian.Jin", **given):
    person = person_create(scope=SETUP, values={"name": "钱进", "region": "331003"}, now=NOON)
    made = accounts.account_create(scope=county.scope["admin"], person_id=person, username=username, now=NOON, **given)
    return person, made


def test_an_account_is_opened_with_a_password_to_be_changed(county):
    person, made = open_account(county)
    account = Account.objects.get(pk=made.id)
    assert (account.username, account.must_change_password, account.is_active) == ("qian.jin", True, True)
    assert account.check_password(made.password)
    assert character_classes(made.password) == 4
    assert kinds(person) == ["created", "account_opened"]
    body = JournalEntry.objects.get(kind="accounts.person.account_opened", actor=county.person["admin"]).body
    assert made.password not in body
    assert account.password not in body


def test_opening_an_account_is_refused(county):
    for username, code in (("test.town", "username_taken"), ("x", "username_malformed")):
        with pytest.raises(BadInput) as refused:
            open_account(county, username)
        assert [v.code for v in refused.value.violations] == [f"accounts.account.{code}"]
    with pytest.raises(NotAllowed, match="platform.not_allowed"):
        accounts.account_create(scope=county.scope["town"], person_id=county.person["town"], username="abc", now=NOON)


@pytest.mark.parametrize(
    ("password", "codes"),
    [
        ("Ab1#", ["too_short"]),
        ("1234567890", ["too_common", "classes"]),
        ("password123", ["too_common", "classes"]),
        ("qian.jinqian", ["too_similar", "classes"]),
        ("Harbour-of-7", []),
    ],
)
def test_the_password_policy(county, password, codes):
    account = Account(username="qian.jinqian")
    assert [v.code for v in accounts.password_problems(password, account)] == [f"accounts.password.{c}" for c in codes]


def test_ones_own_password_is_changed(county):
    account = fresh(county)
    change = {"account": account, "scope": county.scope["town"], "now": NOON}
    with pytest.raises(BadInput) as refused:
        accounts.password_change(old="wrong", new="short", repeated="other", **change)
    assert [(v.code, v.field) for v in refused.value.violations] == [
        ("accounts.password.old_wrong", "old"),
        ("accounts.password.not_repeated", "repeated"),
        ("accounts.password.too_short", "new"),
        ("accounts.password.classes", "new"),
    ]
    with pytest.raises(BadInput) as refused:
        accounts.password_change(old=county.password, new=county.password, repeated=county.password, **change)
    assert [v.code for v in refused.value.violations] == ["accounts.password.same_as_before"]
    accounts.password_change(old=county.password, new="Harbour-of-7", repeated="Harbour-of-7", **change)
    assert fresh(county).check_password("Harbour-of-7")
    assert kinds(county.person["town"])[-1] == "password_changed"


def test_a_reset_ends_tokens_and_must_be_changed(county):
    account = fresh(county)
    token = token_create(scope=county.scope["town"], account=account, name="报表", days=30, now=NOON)
    password = accounts.password_reset(scope=county.scope["admin"], id=str(account.pk), now=NOON)
    held = fresh(county)
    assert (held.check_password(password), held.must_change_password) == (True, True)
    assert authenticate_token(token.raw, NOON) is None


def test_an_account_is_disabled_and_enabled(county):
    account = fresh(county)
    token = token_create(scope=county.scope["town"], account=account, name="报表", days=30, now=NOON)
    admin = {"scope": county.scope["admin"], "id": str(account.pk), "now": NOON}
    accounts.account_disable(reason="调离", **admin)
    assert fresh(county).is_active is False
    assert authenticate_token(token.raw, NOON) is None
    with pytest.raises(RuleViolation, match="disabled_already"):
        accounts.account_disable(reason="", **admin)
    accounts.account_enable(**admin)
    assert fresh(county).is_active is True
    with pytest.raises(RuleViolation, match="enabled_already"):
        accounts.account_enable(**admin)
    assert kinds(county.person["town"])[-2:] == ["account_disabled", "account_enabled"]


def test_administrators_leave_their_own_account_alone(county):
    admin = {"scope": county.scope["admin"], "id": str(county.account["admin"].pk), "now": NOON}
    with pytest.raises(RuleViolation, match="accounts.account.oneself"):
        accounts.account_disable(reason="", **admin)
    with pytest.raises(RuleViolation, match="accounts.account.oneself"):
        accounts.password_reset(**admin)


def test_a_towns_administrator_cannot_become_somebody_of_the_county(county):
    town_admin = replace(county.scope["admin"], region="331003001")
    with pytest.raises(NotFound, match="accounts.account.not_found"):
        accounts.password_reset(scope=town_admin, id=str(county.account["leader"].pk), now=NOON)
    accounts.password_reset(scope=town_admin, id=str(county.account["town"].pk), now=NOON)
    values = {"person_id": county.person["town"], "organisation_id": county.bureau, "prefix": "331003"}
    role = county.account["leader"].person.posts.get().role_id
    post_create(scope=SETUP, values={**values, "role_id": str(role)}, now=NOON)
    with pytest.raises(NotAllowed, match="accounts.account.posts_outside"):
        accounts.password_reset(scope=town_admin, id=str(county.account["town"].pk), now=NOON)


def test_a_token_acts_in_the_post_it_was_issued_for(county):
    account = fresh(county)
    made = token_create(scope=county.scope["town"], account=account, name="报表", days=30, now=NOON)
    found, scope = authenticate_token(made.raw, NOON)
    assert (found.pk, scope, found.acting) == (account.pk, county.scope["town"], county.scope["town"])
    row = ApiToken.objects.get(pk=made.id)
    assert (row.last_used_at, row.expires_at) == (NOON, NOON + timedelta(days=30))
    assert made.raw.startswith(row.start)
    assert made.raw not in {row.digest, row.start, row.name}
    authenticate_token(made.raw, NOON + timedelta(minutes=9))
    assert ApiToken.objects.get(pk=made.id).last_used_at == NOON
    authenticate_token(made.raw, NOON + timedelta(minutes=11))
    assert ApiToken.objects.get(pk=made.id).last_used_at == NOON + timedelta(minutes=11)


def test_tokens_that_open_nothing(county):
    account = fresh(county)
    made = token_create(scope=county.scope["town"], account=account, name="报表", days=30, now=NOON)
    assert authenticate_token("", NOON) is None
    assert authenticate_token(made.raw[:-1], NOON) is None
    assert authenticate_token(made.raw, NOON + timedelta(days=30)) is None
    with pytest.raises(NotFound, match="accounts.token.not_found"):
        token_revoke(scope=county.scope["grid"], account=fresh(county, "grid"), id=made.id, now=NOON)
    assert authenticate_token(made.raw, NOON) is not None
    post_end(scope=SETUP, id=county.post["town"], reason="", base=1, now=NOON)
    assert authenticate_token(made.raw, NOON) is None
    token_revoke(scope=county.scope["town"], account=account, id=made.id, now=NOON)
    with pytest.raises(NotFound):
        token_revoke(scope=county.scope["town"], account=account, id=made.id, now=NOON)


def test_nobody_issues_a_token_for_somebody_else(county):
    with pytest.raises(BadInput) as refused:
        token_create(scope=county.scope["admin"], account=fresh(county), name="报表", days=30, now=NOON)
    assert [v.code for v in refused.value.violations] == ["accounts.token.not_own"]


def now_code(account):
    device = TOTPDevice.objects.get(user=account)
    return f"{code_at(device.bin_key):06d}"


def test_the_second_factor_is_enrolled_used_once_and_switched_off(county):
    account, scope = fresh(county), county.scope["town"]
    totp.totp_begin(account)
    with pytest.raises(BadInput, match="accounts.totp.code_wrong"):
        totp.totp_confirm(account=account, scope=scope, code="12", now=NOON)
    TOTPDevice.objects.update(throttling_failure_count=0, throttling_failure_timestamp=None)
    code = now_code(account)
    totp.totp_confirm(account=account, scope=scope, code=code, now=NOON)
    account = fresh(county)
    assert account.totp is True
    assert totp.totp_verify(account, code) is None, "a code counts once"
    with pytest.raises(RuleViolation, match="enrolled_already"):
        totp.totp_confirm(account=account, scope=scope, code=code, now=NOON)
    with pytest.raises(BadInput, match="old_wrong"):
        totp.totp_disable(account=account, scope=scope, password="no", now=NOON)
    totp.totp_disable(account=account, scope=scope, password=county.password, now=NOON)
    assert fresh(county).totp is False
    assert TOTPDevice.objects.count() == 0
    with pytest.raises(RuleViolation, match="not_enrolled"):
        totp.totp_disable(account=fresh(county), scope=scope, password=county.password, now=NOON)


def test_an_administrator_helps_after_a_lost_phone(county):
    account = fresh(county)
    totp.totp_begin(account)
    totp.totp_confirm(account=account, scope=county.scope["town"], code=now_code(account), now=NOON)
    admin = {"scope": county.scope["admin"], "id": str(account.pk), "now": NOON}
    with pytest.raises(BadInput, match="reason_missing"):
        totp.totp_remove(reason=" ", **admin)
    totp.totp_remove(reason="手机遗失", **admin)
    assert fresh(county).totp is False
    assert kinds(county.person["town"])[-1] == "totp_removed"
    with pytest.raises(RuleViolation, match="not_enrolled"):
        totp.totp_remove(reason="手机遗失", **admin)


def test_a_user_is_added_at_once_or_not_at_all(county):
    made = user_add(
        username="new.inspector",
        name="钱进",
        role="supervision",
        region="331003",
        organisation="应急综合科",
        now=NOON,
    )
    account = Account.objects.get(pk=made.account_id)
    assert account.must_change_password is True
    assert account.check_password(made.password)
    before = Head.objects.count()
    with pytest.raises(BadInput, match="accounts.account.refused"):
        user_add(
            username="new.inspector", name="孙立", role="town", region="331003003", organisation="西城应急办", now=NOON
        )
    assert Head.objects.count() == before
    with pytest.raises(NotFound, match="accounts.role.not_found"):
        user_add(username="abc", name="孙立", role="king", region="331003", organisation="甲", now=NOON)


def test_the_desk_shows_ledgers_the_post_may_view_and_lets_nobody_write(county):
    account = fresh(county, "auditor")
    assert account.is_staff is False
    account.acting = county.scope["auditor"]
    assert account.is_staff is True
    assert account.has_perm("accounts.view_person") is True
    assert account.has_perm("accounts.change_person") is False
    assert account.has_perm("accounts.delete_person") is False
    assert account.has_module_perms("accounts") is True
    town = fresh(county)
    town.acting = county.scope["town"]
    assert town.has_perm("accounts.view_person") is False
    assert town.has_perms(["accounts.view_person"]) is False
    town.is_active = False
    assert town.has_module_perms("registry") is False
