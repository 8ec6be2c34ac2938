"""One enterprise registered by two towns while they were apart: listed once both are here, decided once, never asked again."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from anlan.kernel.codes import make_uscc
from anlan.kernel.entry import Draft
from anlan.kernel.errors import Conflict, NotAllowed, NotFound
from anlan.kernel.messages import render as sentence
from anlan.platform.clock import now as clock_now
from anlan.platform.journal import receive
from anlan.platform.journal.duplicates import duplicate_merge, duplicate_part, duplicates
from anlan.platform.journal.models import Head, JournalEntry
from anlan.platform.journal.node import new_id
from anlan.platform.journal.record import version_of
from anlan.registry import queries
from platform_helpers import Peer
from registry.factories import OTHER_TOWN, make_enterprise

pytestmark = pytest.mark.django_db


@pytest.fixture
def pair(county: Any) -> tuple[str, str]:
    """The first town's registration, made here, and the second town's, which arrives."""
    now = clock_now()
    here = make_enterprise(county.scope["town"], 1, now=now)
    there = str(new_id(now))
    facts = {"name": "测试第一机械厂", "uscc": make_uscc("331003", 1), "region": OTHER_TOWN}
    peer = Peer("331003002a", start=now)
    peer.bear(Draft("registry.enterprise.created", f"registry.enterprise/{there}", OTHER_TOWN, {"set": facts}))
    receive.receive(peer.links, region=OTHER_TOWN, now=now)
    return here, there


def told(county: Any, pair: tuple[str, str], **more: Any) -> dict[str, Any]:
    bases = [version_of(f"registry.enterprise/{key}") for key in pair]
    now = clock_now() + timedelta(minutes=1)
    common = {"scope": county.scope["leader"], "kind": "registry.enterprise", "reason": "已现场核实"}
    return common | {"bases": bases, "now": now} | more


def test_both_sides_are_listed_and_one_is_kept(county: Any, pair: tuple[str, str]) -> None:
    scope = county.scope["leader"]
    (one,) = duplicates(scope)
    assert {str(row.pk) for row in one.rows} == set(pair)
    given = told(county, pair)
    duplicate_merge(keep=pair[0], gone=pair[1], **given)
    assert str(queries.enterprise_get(scope, pair[1]).merged_into_id) == pair[0]
    assert duplicates(scope) == []
    with pytest.raises(NotFound) as error:
        duplicate_merge(keep=pair[0], gone=pair[1], **given)
    assert error.value.code == "journal.duplicate_not_found"


def test_what_is_not_the_same_is_never_asked_again(county: Any, pair: tuple[str, str]) -> None:
    given = told(county, pair)
    duplicate_part(one=pair[0], other=pair[1], **given)
    assert duplicates(county.scope["leader"]) == []
    entry = JournalEntry.objects.get(kind="platform.distinction.made")
    head = Head.objects.get(sid=entry.sid)
    assert (entry.actor, head.region) == (county.scope["leader"].person, "331003000000")
    for again in (pair, pair[::-1]):
        with pytest.raises(NotFound):
            duplicate_part(one=again[0], other=again[1], **given)
    with pytest.raises(NotFound):
        duplicate_merge(keep=pair[0], gone=pair[1], **given)


def test_a_side_that_changed_since_is_looked_at_again(county: Any, pair: tuple[str, str]) -> None:
    stale = told(county, pair, bases=[0, 1])
    with pytest.raises(Conflict):
        duplicate_merge(keep=pair[0], gone=pair[1], **stale)
    with pytest.raises(Conflict):
        duplicate_part(one=pair[0], other=pair[1], **stale)


def test_who_covers_one_side_sees_and_decides_nothing(county: Any, pair: tuple[str, str]) -> None:
    for role in ("town", "other_town"):
        assert duplicates(county.scope[role]) == []
        for act in ({"keep": pair[0], "gone": pair[1]}, {"keep": pair[1], "gone": pair[0]}):
            with pytest.raises(NotFound):
                duplicate_merge(**act, **told(county, pair, scope=county.scope[role]))
        with pytest.raises(NotFound):
            duplicate_part(one=pair[0], other=pair[1], **told(county, pair, scope=county.scope[role]))
    with pytest.raises(NotAllowed):
        duplicate_part(one=pair[0], other=pair[1], **told(county, pair, scope=county.scope["supervision"]))


def test_the_page_shows_both_and_decides_once(county: Any, client_as: Any, pair: tuple[str, str]) -> None:
    client = client_as("leader")
    shown = client.get("/contests").content.decode()
    assert "疑似重复登记" in shown and "测试第一机械厂" in shown and "331003002a" in shown and "不同" in shown
    assert "疑似重复登记" not in client_as("town").get("/contests").content.decode()
    bases = [str(version_of(f"registry.enterprise/{key}")) for key in pair]
    form = {"kind": "registry.enterprise", "id": list(pair), "base": bases, "verdict": "first", "reason": "现场核实"}
    refused = [client.post("/contests/duplicates", form | wrong) for wrong in ({"verdict": "x"}, {"reason": " "})]
    assert [one.status_code for one in refused] == [422, 422]
    assert sentence("journal.duplicate_choice_unknown", {}) in refused[0].content.decode()
    assert sentence("journal.duplicate_reason_missing", {}) in refused[1].content.decode()
    assert client_as("town").post("/contests/duplicates", form).status_code == 404
    assert client.post("/contests/duplicates", form).status_code == 302
    assert client.post("/contests/duplicates", form).status_code == 404
    assert "没有需要裁定的事项" in client.get("/contests").content.decode()


@pytest.fixture
def crossed(county: Any, pair: tuple[str, str]) -> tuple[str, str]:
    """Another node merged the second into the first while here the first was merged into the second."""
    duplicate_merge(keep=pair[0], gone=pair[1], **told(county, pair))
    now = clock_now() + timedelta(minutes=2)
    peer = Peer("331003b", start=now)
    facts = {"set": {"merged_into_id": pair[1]}}
    peer.bear(Draft("registry.enterprise.merged", f"registry.enterprise/{pair[0]}", "331003001000", facts))
    receive.receive(peer.links, region="331003000000", now=now)
    return pair


def test_two_that_were_merged_into_each_other_are_listed_and_one_stands_again(county: Any, crossed: tuple[str, str]) -> None:
    scope = county.scope["leader"]
    assert all(queries.enterprise_get(scope, key).retired_at for key in crossed)
    (one,) = duplicates(scope)
    assert one.crossed and {str(row.pk) for row in one.rows} == set(crossed)
    for role in ("town", "other_town"):
        assert duplicates(county.scope[role]) == []
    given = told(county, crossed)
    duplicate_merge(keep=crossed[0], gone=crossed[1], **given)
    kept, gone = (queries.enterprise_get(scope, key) for key in crossed)
    assert (kept.merged_into_id, kept.retired_at, str(gone.merged_into_id)) == (None, None, crossed[0])
    assert duplicates(scope) == []
    with pytest.raises(NotFound):
        duplicate_merge(keep=crossed[0], gone=crossed[1], **given)


def test_two_that_were_merged_into_each_other_may_be_told_apart(county: Any, crossed: tuple[str, str]) -> None:
    scope = county.scope["leader"]
    duplicate_part(one=crossed[0], other=crossed[1], **told(county, crossed))
    assert [queries.enterprise_get(scope, key).retired_at for key in crossed] == [None, None]
    assert duplicates(scope) == []


def test_a_pair_told_apart_is_asked_about_anew_when_its_key_changes(county: Any, pair: tuple[str, str]) -> None:
    scope = county.scope["leader"]
    duplicate_part(one=pair[0], other=pair[1], **told(county, pair))
    now = clock_now() + timedelta(minutes=2)
    peer = Peer("331003b", start=now)
    for key, region in zip(pair, ("331003001000", OTHER_TOWN), strict=True):
        facts = {"set": {"uscc": make_uscc("331003", 7)}}
        peer.bear(Draft("registry.enterprise.recoded", f"registry.enterprise/{key}", region, facts))
    receive.receive(peer.links, region="331003000000", now=now)
    assert len(duplicates(scope)) == 1
