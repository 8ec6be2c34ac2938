"""Somebody registered by two towns: one person stands afterwards, with the posts, the work and the log-ins of both."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from accounts.factories import OTHER_TOWN, TOWN, County
from anlan.accounts.models import Person, Post, Role
from anlan.accounts.queries import person_list
from anlan.accounts.queries.logins import accounts_of
from anlan.accounts.queries.scopes import acting_as, acting_posts, local_day
from anlan.accounts.services import deputies, posts
from anlan.accounts.services.mergers import person_merge, person_separate
from anlan.accounts.services.people import person_change
from anlan.kernel.entry import Draft
from anlan.kernel.errors import BadInput, Conflict, NotAllowed, NotFound
from anlan.platform.clock import now as clock_now
from anlan.platform.journal import receive
from anlan.platform.journal.duplicates import duplicate_merge, duplicate_part, duplicates
from anlan.platform.journal.rebuild import rebuild
from anlan.platform.journal.record import version_of
from platform_helpers import Peer

pytestmark = pytest.mark.django_db
PHONE = "13900000001"


def version(person_id: str) -> int:
    return version_of(f"accounts.person/{person_id}")


@pytest.fixture
def pair(county: County) -> tuple[str, str]:
    """The clerk of the first town, and the same clerk as the second town registered him, with a post there."""
    here = county.person["town"]
    county.add("twin", role="town", organisation="南城街道应急办", region=OTHER_TOWN, name="蒋安")
    for key in (here, county.person["twin"]):
        person_change(scope=county.scope["admin"], id=key, values={"phone": PHONE}, base=None, now=clock_now())
    return here, county.person["twin"]


def given(county: County, pair: tuple[str, str], **more: Any) -> dict[str, Any]:
    common = {"scope": county.scope["leader"], "kind": "accounts.person", "reason": "电话核实为同一人"}
    return common | {"bases": [version(key) for key in pair], "now": clock_now()} | more


def test_the_same_name_and_number_are_one_pair_and_either_alone_is_none(county: County, pair: tuple[str, str]) -> None:
    scope = county.scope["leader"]
    (one,) = duplicates(scope)
    assert {str(row.pk) for row in one.rows} == set(pair)
    assert one.key.told is not None
    said = dict(one.key.told(one.rows))
    assert said["手机号码"] == ["139****0001"] * 2 and "南城街道应急办" in "".join(said["任职"])
    others = (({"phone": "13900000002"}, {"phone": PHONE}), ({"name": "蒋平"}, {"name": "蒋安"}), ({"phone": ""}, {}))
    for values, back in others:
        person_change(scope=county.scope["admin"], id=pair[0], values=values, base=None, now=clock_now())
        assert duplicates(scope) == []
        person_change(scope=county.scope["admin"], id=pair[0], values=back, base=None, now=clock_now())
    person_change(scope=county.scope["admin"], id=pair[1], values={"phone": ""}, base=None, now=clock_now())
    assert duplicates(scope) == []  # two without a number are not alike


def test_posts_work_and_log_ins_go_over(county: County, pair: tuple[str, str]) -> None:
    duplicate_merge(keep=pair[0], gone=pair[1], **given(county, pair))
    assert duplicates(county.scope["leader"]) == []
    assert pair[1] not in {str(p.pk) for p in person_list(county.scope["leader"])}
    now = clock_now() + timedelta(seconds=1)
    for key in ("town", "twin"):
        acting = acting_posts(county.account[key], now)
        assert {a.scope.person for a in acting} == {pair[0]}
        assert {a.scope.region for a in acting} == {TOWN, OTHER_TOWN}
        assert all(acting_as(county.account[key], a.post_id, now) for a in acting)
    ended = Post.objects.get(pk=county.post["twin"])
    assert ended.ended == 1 and str(ended.successor.person_id) == pair[0]
    assert {a.username for a in accounts_of(county.scope["leader"], pair[0])} == {"test.town", "test.twin"}
    with pytest.raises(NotFound):
        duplicate_merge(keep=pair[0], gone=pair[1], **given(county, pair))
    assert rebuild(check=True, shuffle=1).ok


def test_two_who_are_not_the_same_are_not_asked_about_again(county: County, pair: tuple[str, str]) -> None:
    duplicate_part(one=pair[0], other=pair[1], **given(county, pair))
    assert duplicates(county.scope["leader"]) == []
    assert Person.objects.filter(merged_into=None, pk__in=pair).count() == 2


def refusals(**act: Any) -> set[str]:
    with pytest.raises(BadInput) as refused:
        person_merge(**act)
    assert refused.value.code == "accounts.person.merge_refused"
    return {v.code.removeprefix("accounts.person.") for v in refused.value.violations}


def test_what_a_merging_is_refused_for(county: County, pair: tuple[str, str]) -> None:
    admin, now = county.scope["admin"], clock_now()
    act = {"scope": admin, "id": pair[1], "into": pair[0], "reason": "同一人", "now": now}
    act |= {"base": version(pair[1]), "into_base": version(pair[0])}
    assert refusals(**act | {"reason": " "}) == {"merge_reason"}
    assert refusals(**act | {"into": pair[1]}) == {"merge_itself"}
    assert refusals(**act | {"id": county.person["admin"]}) == {"merge_oneself"}
    assert refusals(**act | {"into": county.person["admin"]}) == {"merge_oneself"}
    for role in ("leader", "town"):
        with pytest.raises(NotAllowed):
            person_merge(**act | {"scope": county.scope[role]})
    with pytest.raises(Conflict):
        person_merge(**act | {"base": 1})
    with pytest.raises(Conflict):
        person_merge(**act | {"into_base": 1})
    with pytest.raises(BadInput) as refused:
        person_separate(scope=admin, id=pair[1], reason="查明不是同一人", base=version(pair[1]), now=now)
    assert [v.code for v in refused.value.violations] == ["accounts.person.not_merged"]
    person_merge(**act)
    assert refusals(**act | {"base": version(pair[1])}) == {"merged_already"}
    person_separate(scope=admin, id=pair[1], reason="查明不是同一人", base=version(pair[1]), now=clock_now())
    assert Person.objects.get(pk=pair[1]).merged_into is None


def test_who_sees_only_some_of_the_posts_merges_nothing(county: County, pair: tuple[str, str]) -> None:
    person_change(scope=county.scope["admin"], id=pair[1], values={"region": TOWN}, base=None, now=clock_now())
    local = county.add("local_admin", role="admin", organisation="东城街道应急办", region=TOWN)
    act = {"scope": local, "id": pair[1], "into": pair[0], "reason": "同一人", "now": clock_now()}
    assert refusals(**act, base=version(pair[1]), into_base=version(pair[0])) == {"merge_post_outside"}


def test_two_merged_into_each_other_are_listed_and_one_stands_again(county: County, pair: tuple[str, str]) -> None:
    duplicate_merge(keep=pair[0], gone=pair[1], **given(county, pair))
    now = clock_now() + timedelta(minutes=2)
    peer = Peer("331003b", start=now)
    peer.bear(Draft("accounts.person.merged", f"accounts.person/{pair[0]}", "331003000000", {"into": pair[1]}))
    receive.receive(peer.links, region="331003000000", now=now)
    assert acting_posts(county.account["twin"], now) == []  # who goes round in a circle ends
    (one,) = duplicates(county.scope["leader"])
    assert one.crossed
    duplicate_merge(keep=pair[0], gone=pair[1], **given(county, pair))
    assert Person.objects.get(pk=pair[0]).merged_into is None
    assert str(Person.objects.get(pk=pair[1]).merged_into_id) == pair[0]
    assert duplicates(county.scope["leader"]) == []


def test_the_page_shows_no_number_and_decides(county: County, client_as: Any, pair: tuple[str, str]) -> None:
    client = client_as("leader")
    shown = client.get("/contests").content.decode()
    assert "疑似重复登记" in shown and "139****0001" in shown and PHONE not in shown and "姓名和手机号码" in shown
    form = {"kind": "accounts.person", "id": list(pair), "base": [str(version(key)) for key in pair]}
    form |= {"verdict": "first", "reason": "电话核实"}
    assert client.post("/contests/duplicates", form).status_code == 302
    assert str(Person.objects.get(pk=pair[1]).merged_into_id) == pair[0]


def test_posts_to_come_keep_their_day_and_lapsed_ones_stay(county: County, pair: tuple[str, str]) -> None:
    now = clock_now()
    today = local_day(now)
    for starts, until in ((today + timedelta(days=30), None), (today - timedelta(days=30), today - timedelta(days=1))):
        values = {"person_id": pair[1], "organisation_id": county.department, "role_id": _role("department")}
        values |= {"prefix": "331003", "office_id": county.department, "starts_on": starts, "until_on": until, "title": "兼职"}
        posts.post_create(scope=county.scope["admin"], values=values, now=now)
    duplicate_merge(keep=pair[0], gone=pair[1], **given(county, pair))
    later = Post.objects.get(person_id=pair[0], title="兼职")
    assert (later.starts_on, later.until_on, later.ended) == (today + timedelta(days=30), None, 0)
    assert Post.objects.get(person_id=pair[1], title="兼职", until_on__isnull=False).ended == 0
    assert all("兼职" not in a.label for a in acting_posts(county.account["twin"], now + timedelta(seconds=1)))


def test_who_stood_in_for_somebody_goes_on_doing_so(county: County, pair: tuple[str, str]) -> None:
    now = clock_now()
    values = {"post_id": county.post["grid"], "person_id": pair[1], "reason": "请假", "starts_on": str(local_day(now)),
              "until_on": str(local_day(now))}  # fmt: skip
    deputies.deputy_set(scope=county.scope["admin"], values=values, now=now)
    duplicate_merge(keep=pair[0], gone=pair[1], **given(county, pair))
    for key in ("town", "twin"):
        stood = [a for a in acting_posts(county.account[key], clock_now()) if a.deputy_for]
        assert [(a.post_id, a.scope.person) for a in stood] == [(county.post["grid"], pair[0])]
        acting = acting_as(county.account[key], county.post["grid"], clock_now())
        assert acting is not None and acting.scope.aliases == {pair[1]}


def _role(word: str) -> str:
    return str(Role.objects.get(word=word).pk)


def test_a_town_s_machine_merges_nobody_into_the_county_s_people(county: County, pair: tuple[str, str]) -> None:
    """A stolen machine may write about its own town's people; whose account this server then opens is another matter."""
    now = clock_now() + timedelta(minutes=2)
    leader, clerk = county.person["leader"], pair[0]
    peer = Peer("331003001a", start=now)
    peer.bear(Draft("accounts.post.ended", f"accounts.post/{county.post['town']}", "331003001000", {}))
    peer.bear(Draft("accounts.person.merged", f"accounts.person/{clerk}", "331003001000", {"into": leader}))
    receive.receive(peer.links, region="331003001000", now=now)
    assert str(Person.objects.get(pk=clerk).merged_into_id) == leader
    later = now + timedelta(minutes=1)
    assert acting_posts(county.account["town"], later) == []
    assert acting_as(county.account["town"], county.post["leader"], later) is None
    acting = acting_as(county.account["leader"], county.post["leader"], later)
    assert acting is not None and acting.scope.aliases == frozenset()


def test_a_merging_within_a_town_opens_no_post_beyond_it(county: County, pair: tuple[str, str]) -> None:
    now = clock_now() + timedelta(minutes=2)
    county.add("near", role="town", organisation="东城街道应急办", region=TOWN)
    values = {"person_id": pair[0], "organisation_id": county.bureau, "role_id": _role("leader"), "prefix": "331003"}
    posts.post_create(scope=county.scope["admin"], values=values, now=clock_now())
    peer = Peer("331003001a", start=now)
    peer.bear(Draft("accounts.post.ended", f"accounts.post/{county.post['near']}", "331003001000", {}))
    peer.bear(Draft("accounts.person.merged", f"accounts.person/{county.person['near']}", "331003001000", {"into": pair[0]}))
    receive.receive(peer.links, region="331003001000", now=now)
    later = now + timedelta(minutes=1)
    assert {a.scope.region for a in acting_posts(county.account["near"], later)} == {TOWN}
    wide = Post.objects.get(person_id=pair[0], prefix="331003")
    assert acting_as(county.account["near"], str(wide.pk), later) is None
    assert acting_as(county.account["town"], str(wide.pk), later) is not None


def test_a_merging_that_names_no_region_stops_its_chain_and_nobody_s_login(county: County, pair: tuple[str, str]) -> None:
    now = clock_now() + timedelta(minutes=2)
    peer = Peer("331003b", start=now)
    peer.bear(Draft("accounts.person.merged", f"accounts.person/{pair[0]}", "331003000001", {"into": pair[1]}))
    with pytest.raises(BadInput):
        receive.receive(peer.links, region="331003000000", now=now)
    assert acting_posts(county.account["town"], now) and acting_posts(county.account["twin"], now)
