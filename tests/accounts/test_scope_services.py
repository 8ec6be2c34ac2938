"""Which scope an account gets: own posts, deputies within their dates, nothing from ended or future posts."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from anlan.accounts.models import Post
from anlan.accounts.queries import acting_posts, office_choices, person_names, post_scopes, scope_of
from anlan.accounts.services.bootstrap import SETUP
from anlan.accounts.services.deputies import deputy_cancel, deputy_set
from anlan.accounts.services.posts import post_create, post_end
from anlan.kernel.errors import BadInput, NotAllowed, NotFound, RuleViolation
from anlan.platform.scope import Scope

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
"""2026-03-02 12:00 in China."""


def test_the_scope_of_a_supervision_office(county):
    scope = county.scope["supervision"]
    assert scope == Scope(
        person=county.person["supervision"],
        post=county.post["supervision"],
        name="吴明",
        rights=scope.rights,
        region="331003",
        office=county.office,
        subjects=None,
        on_behalf_of=None,
    )
    assert scope.may("inspection.hazard.order")
    assert not scope.may("accounts.manage")


def test_scopes_of_town_village_department_and_enterprise(county):
    assert county.scope["town"].region == "331003001"
    assert county.scope["grid"].region == "331003001001"
    assert county.scope["department"].office == county.department
    assert county.scope["enterprise"].subjects == frozenset({county.enterprise_id})
    assert county.scope["enforcement"].office is None


def test_a_post_of_somebody_else_gives_nothing(county):
    assert scope_of(county.account["town"], county.post["other_town"], NOON) is None
    assert scope_of(county.account["town"], "not-an-id", NOON) is None


def test_a_disabled_account_has_no_scope(county):
    account = county.account["town"]
    account.is_active = False
    assert post_scopes(account, NOON) == []
    assert scope_of(account, county.post["town"], NOON) is None


def test_an_ended_post_gives_no_scope(county):
    post_end(scope=SETUP, id=county.post["town"], reason="调离", base=1, now=NOON)
    assert scope_of(county.account["town"], county.post["town"], NOON) is None
    post = Post.objects.get(pk=county.post["town"])
    assert (post.ended, post.ended_at, post.end_reason) == (1, NOON, "调离")
    with pytest.raises(RuleViolation) as refused:
        post_end(scope=SETUP, id=county.post["town"], reason="", base=2, now=NOON)
    assert [v.code for v in refused.value.violations] == ["accounts.post.ended_already"]


def test_a_post_counts_from_its_first_day_to_its_last_in_china(county):
    values = {
        "person_id": county.person["expert"],
        "organisation_id": county.bureau,
        "role_id": Post.objects.get(pk=county.post["enforcement"]).role_id,
        "prefix": "331003",
        "starts_on": "2026-03-05",
        "until_on": "2026-03-06",
    }
    post = post_create(scope=SETUP, values=values, now=NOON)
    account = county.account["expert"]
    day = datetime(2026, 3, 4, 16, 0, tzinfo=UTC)  # midnight of 5 March in China
    assert scope_of(account, post, day - timedelta(seconds=1)) is None
    assert scope_of(account, post, day).post == post
    assert scope_of(account, post, day + timedelta(days=2, seconds=-1)).post == post
    assert scope_of(account, post, day + timedelta(days=2)) is None


def deputy(county, **change):
    values = {
        "post_id": county.post["supervision"],
        "person_id": county.person["other_office"],
        "starts_on": "2026-03-02",
        "until_on": "2026-03-03",
        "reason": "年休假",
    }
    return deputy_set(scope=change.pop("scope", SETUP), values=values | change, now=NOON)


def test_a_deputy_acts_only_within_the_days(county):
    deputy(county)
    account = county.account["other_office"]
    scope = scope_of(account, county.post["supervision"], NOON)
    assert (scope.person, scope.post, scope.on_behalf_of, scope.name, scope.office) == (
        county.person["other_office"],
        county.post["supervision"],
        county.person["supervision"],
        "郑义",
        county.office,
    )
    last = datetime(2026, 3, 3, 15, 59, 59, tzinfo=UTC)
    assert scope_of(account, county.post["supervision"], last) is not None
    assert scope_of(account, county.post["supervision"], last + timedelta(seconds=1)) is None
    assert scope_of(account, county.post["supervision"], NOON - timedelta(days=1)) is None
    assert [(a.post_id, a.deputy_for) for a in acting_posts(account, NOON)] == [
        (county.post["other_office"], ""),
        (county.post["supervision"], "吴明"),
    ]


def test_a_cancelled_deputy_acts_no_more(county):
    made = deputy(county)
    deputy_cancel(scope=SETUP, id=made, base=1, now=NOON)
    assert scope_of(county.account["other_office"], county.post["supervision"], NOON) is None
    with pytest.raises(RuleViolation, match="cancelled_already"):
        deputy_cancel(scope=SETUP, id=made, base=2, now=NOON)
    with pytest.raises(NotFound, match=r"accounts\.deputy\.not_found"):
        deputy_cancel(scope=limited(county), id=made, base=2, now=NOON)


def limited(county) -> Scope:
    """An administrator of another town."""
    return replace(county.scope["admin"], region="331003002")


def test_the_deputy_of_an_ended_post_has_nothing(county):
    deputy(county)
    post_end(scope=SETUP, id=county.post["supervision"], reason="", base=1, now=NOON)
    assert scope_of(county.account["other_office"], county.post["supervision"], NOON) is None


def test_deputies_are_refused_with_every_reason(county):
    with pytest.raises(BadInput) as refused:
        deputy(county, person_id=county.person["supervision"], until_on="2026-03-01")
    assert [v.code for v in refused.value.violations] == [
        "accounts.deputy.same_person",
        "accounts.deputy.until_before_start",
    ]
    with pytest.raises(BadInput) as refused:
        deputy(county, scope=county.scope["admin"], person_id=county.person["admin"])
    assert [v.code for v in refused.value.violations] == ["accounts.deputy.by_oneself"]
    with pytest.raises(BadInput) as refused:
        deputy(county, starts_on="明天")
    assert [v.code for v in refused.value.violations] == ["kernel.text.not_a_date", "accounts.deputy.start_missing"]
    with pytest.raises(NotAllowed):
        deputy(county, scope=county.scope["leader"])


def test_names_of_people_and_choices_of_offices(county):
    assert person_names([county.person["town"], "", "00000000-0000-0000-0000-000000000000"]) == {
        county.person["town"]: "蒋安"
    }
    town = office_choices(county.scope["town"])
    assert {name for _, name in town} == {
        "东城街道应急办", "安全生产基础科", "危险化学品监管科", "住房和城乡建设局", "综合行政执法队"
    }  # fmt: skip
    assert "南城街道应急办" in {name for _, name in office_choices(county.scope["leader"])}
    assert office_choices(county.scope["enterprise"]) == []
