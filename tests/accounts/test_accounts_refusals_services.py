"""What the services of accounts refuse, by code: nothing of another region, nothing twice, nothing unfinished."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django_otp.oath import totp as code_at

from accounts.factories import County
from anlan.accounts.models import Account
from anlan.accounts.queries import organisation_get
from anlan.accounts.services import accounts, deputies, organisations, people, posts, roles, tokens, totp
from anlan.kernel.errors import AnlanError
from anlan.kernel.messages import render
from anlan.platform.journal.models import JournalEntry
from anlan.platform.journal.record import version_of

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
NOBODY = "01900000-0000-7000-8000-00000000dead"


def refused(call: Any, **given: Any) -> str:
    """The code of the refusal; nothing was recorded by the refused call."""
    before = JournalEntry.objects.count()
    with pytest.raises(AnlanError) as error:
        call(now=NOON, **given)
    assert JournalEntry.objects.count() == before
    return error.value.code


def account_of(county: County, role: str) -> Account:
    return Account.objects.select_related("person").get(pk=county.account[role].pk)


def a_deputy(county: County, **change: Any) -> dict[str, Any]:
    return {
        "post_id": county.post["supervision"], "person_id": county.person["other_office"],
        "starts_on": "2026-03-02", "until_on": "2026-03-06",
    } | change  # fmt: skip


def test_a_deputy_for_oneself_or_of_a_post_elsewhere_is_refused(county: County) -> None:
    admin = county.scope["admin"]
    own = a_deputy(county, person_id=county.person["supervision"])
    assert refused(deputies.deputy_set, scope=admin, values=own) == "accounts.deputy.refused"
    assert refused(deputies.deputy_set, scope=admin, values=a_deputy(county, post_id=NOBODY)) == (
        "accounts.post.not_found"
    )


def test_a_deputyship_is_cancelled_once(county: County) -> None:
    admin = county.scope["admin"]
    key = deputies.deputy_set(scope=admin, values=a_deputy(county), now=NOON)
    deputies.deputy_cancel(scope=admin, id=key, base=1, now=NOON)
    again = {"scope": admin, "id": key, "base": 2}
    assert refused(deputies.deputy_cancel, **again) == "accounts.deputy.cancelled_already"
    assert refused(deputies.deputy_cancel, scope=admin, id=NOBODY, base=1) == "accounts.deputy.not_found"


def test_bodies_and_people_without_a_name_are_refused(county: County) -> None:
    admin = county.scope["admin"]
    nameless = {"name": " ", "kind": "office", "region": "331003"}
    assert refused(organisations.organisation_create, scope=admin, values=nameless) == "accounts.organisation.refused"
    assert refused(people.person_create, scope=admin, values={"name": "", "region": "331003"}) == (
        "accounts.person.refused"
    )
    with pytest.raises(AnlanError) as error:
        organisation_get(admin, NOBODY)
    assert error.value.code == "accounts.organisation.not_found"


def test_a_post_is_ended_once(county: County) -> None:
    admin, post = county.scope["admin"], county.post["expert"]
    posts.post_end(scope=admin, id=post, reason="聘期届满", base=version_of(f"accounts.post/{post}"), now=NOON)
    code = refused(posts.post_end, scope=admin, id=post, reason="再次", base=version_of(f"accounts.post/{post}"))
    assert code == "accounts.post.end_refused"


def test_a_role_that_manages_accounts_and_does_business_is_refused(county: County) -> None:
    rights = {"accounts.manage", "inspection.hazard.review"}
    code = refused(roles.role_create, scope=county.scope["admin"], label="全能", rights=rights)
    assert code == "accounts.role.refused"


def test_a_token_for_somebody_else_is_refused(county: County) -> None:
    given = {"scope": county.scope["town"], "account": account_of(county, "grid"), "name": "值守大屏", "days": 30}
    assert refused(tokens.token_create, **given) == "accounts.token.refused"


def test_a_password_that_is_too_simple_is_refused_on_change(county: County) -> None:
    account = account_of(county, "town")
    given = {"account": account, "scope": county.scope["town"], "old": county.password}
    assert refused(accounts.password_change, new="123456", repeated="123456", **given) == "accounts.password.refused"
    assert account_of(county, "town").check_password(county.password)


def test_the_second_factor_is_enrolled_once_and_removed_with_a_reason(county: County) -> None:
    account, scope, admin = account_of(county, "town"), county.scope["town"], county.scope["admin"]
    given = {"account": account, "scope": scope}
    assert refused(totp.totp_disable, password=county.password, **given) == "accounts.totp.not_enrolled"
    assert refused(totp.totp_remove, scope=admin, id=str(account.pk), reason="丢失手机") == "accounts.totp.not_enrolled"
    device = totp.totp_begin(account)
    totp.totp_confirm(code=f"{code_at(device.bin_key):06d}", now=NOON, **given)
    enrolled = {"account": account_of(county, "town"), "scope": scope, "code": "000000"}
    assert refused(totp.totp_confirm, **enrolled) == "accounts.totp.enrolled_already"
    assert refused(totp.totp_remove, scope=admin, id=str(account.pk), reason=" ") == "accounts.totp.reason_missing"
    assert account_of(county, "town").totp


def test_nobody_switches_to_a_post_that_is_not_theirs(client_as: Any, county: County) -> None:
    client = client_as("town")
    answer = client.post("/posts/switch", {"post": county.post["admin"]})
    assert answer.status_code == 403
    assert render("accounts.post.cannot_switch", {}) in answer.content.decode()
