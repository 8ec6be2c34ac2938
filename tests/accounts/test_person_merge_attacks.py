"""What somebody registered twice might gain, lose or get round by the merging, and what still holds for both registrations."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from accounts.factories import OTHER_TOWN, TOWN, County
from accounts.test_person_merge_services import PHONE, given, version
from anlan.accounts.models import Account, Deputy, Person, Post, Role
from anlan.accounts.queries.logins import accounts_of
from anlan.accounts.queries.scopes import acting_as, acting_posts, local_day
from anlan.accounts.services import accounts, deputies, posts, tokens
from anlan.accounts.services.mergers import person_merge, person_separate
from anlan.accounts.services.people import person_change
from anlan.kernel.entry import Draft
from anlan.kernel.errors import AnlanError, BadInput, NotAllowed, RuleViolation
from anlan.platform.clock import now as clock_now
from anlan.platform.journal import receive
from anlan.platform.journal.duplicates import duplicate_merge, duplicate_part, duplicates
from anlan.platform.journal.models import Head
from anlan.platform.journal.record import record
from platform_helpers import Peer

pytestmark = pytest.mark.django_db


def merge(county: County, gone: str, into: str, by: str = "admin") -> None:
    bases = {"base": version(gone), "into_base": version(into)}
    person_merge(scope=county.scope[by], id=gone, into=into, reason="同一人", now=clock_now(), **bases)


def role_id(word: str) -> str:
    return str(Role.objects.get(word=word).pk)


def test_a_town_s_administrator_gets_no_county_post_by_the_account_of_who_was_merged_into_its_holder(county: County) -> None:
    gone, leader = county.person["town"], county.person["leader"]
    local = county.add("local_admin", role="admin", organisation="东城街道应急办", region=TOWN)
    merge(county, gone, leader)
    account, now = str(county.account["town"].pk), clock_now()
    acts: list[Any] = [
        lambda: accounts.password_reset(scope=local, id=account, now=now),
        lambda: accounts.account_disable(scope=local, id=account, reason="离职", now=now),
        lambda: accounts.account_create(scope=local, person_id=gone, username="another", now=now),
    ]
    for act in acts:
        with pytest.raises(NotAllowed) as refused:
            act()
        assert refused.value.code == "accounts.account.posts_outside"
    accounts.password_reset(scope=county.scope["admin"], id=account, now=now)


def test_nobody_manages_the_other_account_of_their_own(county: County) -> None:
    county.add("second", role="expert", organisation="安全生产专家组", name="卫平")
    county.add("admin_two", role="admin", organisation="测试县应急管理局")
    merge(county, county.person["second"], county.person["admin"], by="admin_two")
    acting = acting_posts(county.account["admin"], clock_now())[0]
    scope = acting_as(county.account["admin"], acting.post_id, clock_now()).scope
    second, now = county.person["second"], clock_now()
    with pytest.raises(RuleViolation) as refused:
        accounts.password_reset(scope=scope, id=str(county.account["second"].pk), now=now)
    assert refused.value.code == "accounts.account.oneself"
    values = {"person_id": second, "organisation_id": county.bureau, "role_id": role_id("leader"), "prefix": "331003"}
    with pytest.raises(BadInput) as given_post:
        posts.post_create(scope=scope, values=values, now=now)
    assert "accounts.post.for_oneself" in [v.code for v in given_post.value.violations]
    day = str(local_day(now))
    values = {"person_id": second, "post_id": county.post["leader"], "starts_on": day, "until_on": day}
    with pytest.raises(BadInput) as stood_in:
        deputies.deputy_set(scope=scope, values=values, now=now)
    assert "accounts.deputy.by_oneself" in [v.code for v in stood_in.value.violations]
    with pytest.raises(BadInput) as parted:
        person_separate(scope=scope, id=second, reason="查明不是同一人", base=version(second), now=now)
    assert [v.code for v in parted.value.violations] == ["accounts.person.merge_oneself"]


def test_who_was_merged_gets_no_post_any_more(county: County) -> None:
    merge(county, county.person["town"], county.person["other_town"])
    now, day = clock_now(), str(local_day(clock_now()))
    values = {"person_id": county.person["town"], "organisation_id": county.town_office, "role_id": role_id("town")}
    with pytest.raises(BadInput) as refused:
        posts.post_create(scope=county.scope["admin"], values=values | {"prefix": TOWN}, now=now)
    assert [v.code for v in refused.value.violations] == ["accounts.post.person_merged"]
    values = {"person_id": county.person["town"], "post_id": county.post["grid"], "starts_on": day, "until_on": day}
    with pytest.raises(BadInput) as refused:
        deputies.deputy_set(scope=county.scope["admin"], values=values, now=now)
    assert [v.code for v in refused.value.violations] == ["accounts.deputy.person_merged"]


@pytest.fixture
def pair(county: County) -> tuple[str, str]:
    """The clerk of the first town, and the same clerk as the second town registered him, with a post there."""
    county.add("twin", role="town", organisation="南城街道应急办", region=OTHER_TOWN, name="蒋安")
    for key in (county.person["town"], county.person["twin"]):
        person_change(scope=county.scope["admin"], id=key, values={"phone": PHONE}, base=None, now=clock_now())
    return county.person["town"], county.person["twin"]


def test_nobody_says_of_themselves_that_they_were_not_registered_twice(county: County, pair: tuple[str, str]) -> None:
    values = {"person_id": pair[0], "organisation_id": county.bureau, "role_id": role_id("leader"), "prefix": "331003"}
    post = posts.post_create(scope=county.scope["admin"], values=values, now=clock_now())
    scope = acting_as(county.account["town"], post, clock_now()).scope
    with pytest.raises(BadInput) as refused:
        duplicate_part(one=pair[0], other=pair[1], **given(county, pair, scope=scope))
    assert [v.code for v in refused.value.violations] == ["accounts.person.merge_oneself"]
    assert len(duplicates(scope)) == 1


def test_two_told_apart_and_then_merged_crosswise_can_be_decided(county: County, pair: tuple[str, str]) -> None:
    duplicate_part(one=pair[0], other=pair[1], **given(county, pair))
    merge(county, pair[1], pair[0])
    now = clock_now() + timedelta(minutes=2)
    peer = Peer("331003b", start=now)
    peer.bear(Draft("accounts.person.merged", f"accounts.person/{pair[0]}", "331003000000", {"into": pair[1]}))
    receive.receive(peer.links, region="331003000000", now=now)
    (one,) = duplicates(county.scope["leader"])
    assert one.crossed
    duplicate_part(one=pair[0], other=pair[1], **given(county, pair))
    assert Person.objects.filter(merged_into=None, pk__in=pair).count() == 2
    assert duplicates(county.scope["leader"]) == []


def test_another_title_at_the_same_place_is_no_obstacle(county: County, pair: tuple[str, str]) -> None:
    held = Post.objects.get(pk=county.post["twin"])
    values = {"person_id": pair[0], "organisation_id": str(held.organisation_id), "role_id": role_id("town"), "title": "副主任"}
    there = posts.post_create(scope=county.scope["admin"], values=values | {"prefix": OTHER_TOWN}, now=clock_now())
    duplicate_merge(keep=pair[0], gone=pair[1], **given(county, pair))
    assert str(Post.objects.get(pk=county.post["twin"]).successor_id) == there


def test_who_stands_in_for_the_one_that_ends_goes_on_doing_so(county: County, pair: tuple[str, str]) -> None:
    day = str(local_day(clock_now()))
    values = {"post_id": county.post["twin"], "person_id": county.person["grid"], "starts_on": day, "until_on": day}
    deputies.deputy_set(scope=county.scope["admin"], values=values | {"reason": "请假"}, now=clock_now())
    duplicate_merge(keep=pair[0], gone=pair[1], **given(county, pair))
    (stood,) = [a for a in acting_posts(county.account["grid"], clock_now()) if a.deputy_for]
    assert stood.scope.on_behalf_of == pair[0] and stood.scope.region == OTHER_TOWN
    assert Deputy.objects.filter(person_id=county.person["grid"], cancelled=0).count() == 1


def test_a_post_that_a_town_gave_while_it_was_cut_off_is_the_person_s_too(county: County, pair: tuple[str, str]) -> None:
    """The post arrives after the merging: both accounts have it, and both registrations are one for rules of two persons."""
    duplicate_merge(keep=pair[0], gone=pair[1], **given(county, pair))
    now = clock_now() + timedelta(minutes=2)
    peer = Peer("331003002a", start=now)
    data = {
        "person_id": pair[1], "organisation_id": county.other_town_office, "role_id": role_id("town"), "title": "兼职",
        "prefix": OTHER_TOWN, "office_id": None, "enterprise_id": None, "starts_on": str(local_day(now)), "until_on": None,
    }  # fmt: skip
    late = "0190ffff-0000-7000-8000-000000000001"
    peer.bear(Draft("accounts.post.created", f"accounts.post/{late}", "331003002000", data))
    receive.receive(peer.links, region="331003002000", now=now)
    for key in ("town", "twin"):
        held = acting_posts(county.account[key], now)
        assert len(held) == 3 and late in {a.post_id for a in held}
        for one in held:
            acting = acting_as(county.account[key], one.post_id, now)
            assert acting is not None
            assert {acting.scope.who(i) for i in pair} == {acting.scope.person}


def test_both_accounts_issue_tokens_and_the_old_post_s_tokens_end(county: County, pair: tuple[str, str]) -> None:
    twin = county.account["twin"]
    old = tokens.token_create(scope=county.scope["twin"], account=twin, name="接口", days=30, now=clock_now())
    duplicate_merge(keep=pair[0], gone=pair[1], **given(county, pair))
    now = clock_now()
    assert tokens.authenticate_token(old.raw, now) is None
    acting = acting_posts(twin, now)[0]
    scope = acting_as(twin, acting.post_id, now).scope
    fresh = tokens.token_create(scope=scope, account=twin, name="接口", days=30, now=now)
    _, found = tokens.authenticate_token(fresh.raw, now)
    assert found.person == pair[0]
    accounts.account_disable(scope=county.scope["admin"], id=str(twin.pk), reason="停用", now=now)
    assert tokens.authenticate_token(fresh.raw, now) is None
    assert acting_posts(Account.objects.get(pk=twin.pk), now) == []
    assert acting_posts(county.account["town"], now)


def test_a_merging_moves_nobody_s_file_out_of_its_region(county: County, pair: tuple[str, str]) -> None:
    """Where the head stands decides whose vault gets the numbers and their erasure."""
    before = dict(Head.objects.filter(subject__startswith="accounts.person/").values_list("subject", "region"))
    duplicate_merge(keep=pair[0], gone=pair[1], **given(county, pair))
    after = dict(Head.objects.filter(subject__startswith="accounts.person/").values_list("subject", "region"))
    assert after == before


def test_three_in_a_circle_stand_for_themselves_and_a_chain_for_its_end(county: County) -> None:
    one, two, three = (county.person[key] for key in ("town", "other_town", "grid"))
    merge(county, one, two)
    merge(county, two, three)
    now = clock_now()
    for key in ("town", "other_town", "grid"):
        held = acting_posts(county.account[key], now)
        assert {a.scope.person for a in held} == {three} and len(held) == 3
    with pytest.raises(AnlanError):
        merge(county, three, one)


def test_three_that_two_nodes_merged_in_a_circle_are_listed_and_one_stands_again(county: County, pair: tuple[str, str]) -> None:
    third = county.person["other_town"]
    merge(county, pair[0], pair[1])
    merge(county, pair[1], third)
    now = clock_now() + timedelta(minutes=2)
    peer = Peer("331003b", start=now)
    peer.bear(Draft("accounts.person.merged", f"accounts.person/{third}", "331003000000", {"into": pair[0]}))
    receive.receive(peer.links, region="331003000000", now=now)
    (one,) = duplicates(county.scope["leader"])
    assert one.crossed
    keep, gone = (str(row.pk) for row in one.rows)
    bases = list(one.versions)
    duplicate_merge(**given(county, pair, keep=keep, gone=gone, bases=bases))
    assert duplicates(county.scope["leader"]) == []
    assert set(map(str, Person.objects.filter(merged_into=None).values_list("pk", flat=True))) & {*pair, third} == {keep}
    for key in ("town", "twin", "other_town"):
        assert {a.scope.person for a in acting_posts(county.account[key], now)} >= {third}


def decided_in_town(county: County) -> str:
    """A second clerk of the first town, merged into the first one by somebody whose say ends at the town."""
    county.add("near", role="town", organisation="东城街道应急办", region=TOWN, name="蒋安")
    local = county.add("local_admin", role="admin", organisation="东城街道应急办", region=TOWN)
    gone, into = county.person["near"], county.person["town"]
    bases = {"base": version(gone), "into_base": version(into)}
    person_merge(scope=local, id=gone, into=into, reason="同一人", now=clock_now(), **bases)
    return gone


def test_who_is_sent_to_the_county_is_still_who_he_was_in_the_town(county: County) -> None:
    gone, now = decided_in_town(county), clock_now()
    values = {"person_id": county.person["town"], "organisation_id": county.bureau, "role_id": role_id("leader")}
    post = posts.post_create(scope=county.scope["admin"], values=values | {"prefix": "331003"}, now=now)
    region = {"region": "331003000000"}
    person_change(scope=county.scope["admin"], id=county.person["town"], values=region, base=None, now=now)
    acting = acting_as(county.account["town"], post, now)
    assert acting is not None and acting.scope.aliases == {gone}
    assert acting_as(county.account["near"], post, now) is None
    assert {a.scope.region for a in acting_posts(county.account["near"], now)} == {TOWN}


def test_a_merging_follows_its_region_to_a_new_code(county: County) -> None:
    gone, now = decided_in_town(county), clock_now()
    for key in (gone, county.person["town"]):
        moved = Draft("accounts.person.region_moved", f"accounts.person/{key}", "331003101000", {"from": "331003001000"})
        record(moved, scope=county.scope["admin"], now=now, base=None)
    for post in Post.objects.filter(prefix=TOWN, person_id=county.person["town"]):
        moved = Draft("accounts.post.region_moved", f"accounts.post/{post.pk}", "331003101000", {"from": "331003001000"})
        record(moved, scope=county.scope["admin"], now=now, base=None)
    assert Person.objects.get(pk=gone).merged_under == "331003101"
    (acting,) = acting_posts(county.account["near"], now)
    assert (acting.scope.person, acting.scope.region) == (county.person["town"], "331003101")


def test_the_end_of_a_chain_shows_every_account(county: County) -> None:
    merge(county, county.person["town"], county.person["other_town"])
    merge(county, county.person["other_town"], county.person["grid"])
    shown = accounts_of(county.scope["admin"], county.person["grid"])
    assert [a.username for a in shown] == ["test.grid", "test.other-town", "test.town"]


def test_a_mistaken_merging_is_taken_back_on_the_person_s_page(county: County, client_as: Any, pair: tuple[str, str]) -> None:
    duplicate_merge(keep=pair[0], gone=pair[1], **given(county, pair))
    local = county.add("local_admin", role="admin", organisation="南城街道应急办", region=OTHER_TOWN)
    act = {"id": pair[1], "reason": "查明不是同一人", "base": version(pair[1]), "now": clock_now()}
    with pytest.raises(BadInput) as refused:
        person_separate(scope=local, **act)
    assert [v.code for v in refused.value.violations] == ["accounts.person.merged_above"]
    admin, page = client_as("admin"), f"/accounts/people/{pair[1]}"
    assert "已并入同一人的" in admin.get(page).content.decode()
    answer = admin.post(f"{page}/separate", {"base": str(version(pair[1])), "reason": "查明不是同一人"})
    assert answer.status_code == 302
    assert Person.objects.get(pk=pair[1]).merged_into is None and "已并入同一人的" not in admin.get(page).content.decode()
    now = clock_now()
    assert acting_posts(county.account["twin"], now) == []  # its posts went over and are given anew by whoever manages people
    assert {a.scope.aliases for a in acting_posts(county.account["town"], now)} == {frozenset()}
    assert len(duplicates(county.scope["leader"])) == 1


def test_nor_by_the_account_of_who_stands_in_for_a_holder_of_a_county_post(county: County) -> None:
    now, day = clock_now(), str(local_day(clock_now()))
    local = county.add("local_admin", role="admin", organisation="东城街道应急办", region=TOWN)
    account = str(county.account["town"].pk)
    values = {"post_id": county.post["leader"], "person_id": county.person["town"], "starts_on": day, "until_on": day}
    deputies.deputy_set(scope=county.scope["admin"], values=values, now=now)
    with pytest.raises(NotAllowed):
        accounts.password_reset(scope=local, id=account, now=now)
    accounts.password_reset(scope=local, id=account, now=now + timedelta(days=2))
