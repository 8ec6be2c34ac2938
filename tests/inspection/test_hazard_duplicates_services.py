"""One hazard filed on two nodes that were apart: listed as a pair, decided once; two of one node are nobody's question."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import orjson
import pytest

from anlan.accounts.queries import acting_as, acting_posts, post_scopes
from anlan.accounts.services.mergers import person_merge
from anlan.inspection.errors import StepRefused
from anlan.inspection.models import Hazard
from anlan.inspection.queries import hazard_counts
from anlan.inspection.queries.due import hazards_reminded
from anlan.inspection.services.dismissals import MergeInput, hazard_dismiss, hazard_merge
from anlan.inspection.services.hazards import OrderInput, hazard_close, hazard_order
from anlan.inspection.services.steps import StepInput
from anlan.inspection.services.withdrawals import hazard_separate
from anlan.kernel.entry import Draft, Step
from anlan.kernel.errors import AnlanError, NotAllowed
from anlan.platform.journal import receive
from anlan.platform.journal.duplicates import duplicate_merge, duplicates
from anlan.platform.journal.models import Head, JournalEntry
from anlan.platform.journal.node import new_id
from anlan.platform.journal.rebuild import rebuild
from anlan.platform.journal.record import version_of
from inspection.factories import CRITERION, NOW, World
from inspection.listing_samples import major
from inspection.test_rights_services import ROLES
from platform_helpers import Peer

pytestmark = pytest.mark.django_db
KIND = "inspection.hazard"


def elsewhere(key: str) -> str:
    """A hazard like this one, filed on another node while it was cut off; its id."""
    sid = Head.objects.get(subject=f"{KIND}/{key}").sid
    entry = JournalEntry.objects.get(sid=sid, kind=f"{KIND}.found")
    body, other = orjson.loads(entry.body), str(new_id(NOW))
    text = orjson.loads(entry.text)["text"] if entry.text else {}
    data = body["data"] | {"number": "YH-331003002-2026-0001"}
    peer = Peer("331003002a", start=NOW)
    draft = Draft(f"{KIND}.found", f"{KIND}/{other}", body["region"], data, text, step=Step("", "found"))
    peer.bear(draft)
    receive.receive(peer.links, region="331003002000", now=NOW)
    return other


def given(world: World, keep: str, gone: str) -> dict[str, Any]:
    common = {"scope": world.scope["leader"], "kind": KIND, "reason": "现场核实为同一处", "now": NOW + timedelta(minutes=1)}
    return common | {"keep": keep, "gone": gone, "bases": [world.base(keep), world.base(gone)]}


def test_the_same_item_filed_on_two_nodes_is_a_pair_and_one_stays(world: World) -> None:
    here = world.found(item_key="1.1")
    world.found(item_key="1.1")  # once more on this node: whoever filed it saw the first one
    assert duplicates(world.scope["leader"]) == []
    there = elsewhere(here)
    pairs = {frozenset(str(row.pk) for row in one.rows) for one in duplicates(world.scope["leader"])}
    assert frozenset((here, there)) in pairs and len(pairs) == 2
    duplicate_merge(**given(world, here, there))
    assert Hazard.objects.get(pk=there).state == "merged"
    assert len(duplicates(world.scope["leader"])) == 0


def test_merged_into_each_other_one_stands_again_as_it_was(world: World) -> None:
    here = world.found(item_key="1.1")
    there = elsewhere(here)
    duplicate_merge(**given(world, here, there))
    held = Hazard.objects.get(pk=here)
    peer = Peer("331003b", start=NOW + timedelta(minutes=2))
    ending = {"into": there, "into_number": "YH-331003002-2026-0001"}
    found = JournalEntry.objects.get(sid=Head.objects.get(subject=f"{KIND}/{here}").sid, kind=f"{KIND}.found")
    draft = Draft(f"{KIND}.merged", f"{KIND}/{here}", held.region, ending, {"note": "重复"}, step=Step("found", "merged"))
    peer.bear(draft, base=str(found.id), tip=str(found.id))
    receive.receive(peer.links, region="331003000000", now=NOW + timedelta(minutes=2))
    assert Hazard.objects.get(pk=here).state == "merged"
    (one,) = duplicates(world.scope["leader"])
    assert one.crossed
    duplicate_merge(**given(world, here, there))
    again = Hazard.objects.get(pk=here)
    assert (again.state, again.merged_into_id, again.closed_at) == ("found", None, None)
    assert {tag.key for tag in again.tags.all()} == {tag.key for tag in held.tags.all()}
    assert duplicates(world.scope["leader"]) == []
    assert rebuild(check=True, shuffle=1).ok


def test_what_is_not_merged_is_not_separated(world: World) -> None:
    key = world.found(item_key="1.1")
    act = {"hazard_id": key, "reason": "查明不同", "base": world.base(key), "now": NOW}
    with pytest.raises(StepRefused) as refused:
        hazard_separate(scope=world.scope["town"], **act)
    assert [v.code for v in refused.value.violations] == ["inspection.hazard.withdraw.nothing"]
    with pytest.raises(NotAllowed):
        hazard_separate(scope=world.scope["expert"], **act)


@pytest.mark.parametrize("role", ROLES)
def test_a_merging_is_taken_back_by_whoever_may_end_hazards(world: World, role: str) -> None:
    here = world.found(item_key="1.1")
    there = world.found(item_key="1.1")
    hazard_merge(scope=world.scope["town"], item=MergeInput(hazard_id=there, into=here, note="同一处隐患，重复登记"), now=NOW)
    act = {"hazard_id": there, "reason": "查明不是同一处", "base": world.base(there), "now": NOW + timedelta(minutes=1)}
    if role in {"supervision", "enforcement", "town"}:
        hazard_separate(scope=world.scope[role], **act)
        assert Hazard.objects.get(pk=there).state == "found"
        return
    with pytest.raises(AnlanError) as error:
        hazard_separate(scope=world.scope[role], **act)
    assert error.value.status in (403, 404)
    assert Hazard.objects.get(pk=there).state == "merged"


def test_who_was_registered_twice_is_one_person_for_the_rules_of_two(world: World) -> None:
    """Found under one registration, dismissed under the other: still the finder alone."""
    county, now = world.county, NOW + timedelta(minutes=5)
    key = world.ordered(role="town_second")
    hazard = Hazard.objects.get(pk=key)
    scope = next(iter(post_scopes(county.account["town"], now)))
    assert scope.who(hazard.found_by) == hazard.found_by
    gone, into = county.person["town_second"], county.person["town"]
    Hazard.objects.filter(pk=key).update(found_by=gone)
    bases = {"base": version_of(f"accounts.person/{gone}"), "into_base": version_of(f"accounts.person/{into}")}
    person_merge(scope=county.scope["admin"], id=gone, into=into, reason="同一人", now=now, **bases)
    for key_of in ("town", "town_second"):
        acting = acting_posts(county.account[key_of], now)[0]
        scope = acting_as(county.account[key_of], acting.post_id, now).scope
        assert scope.person == into and scope.who(gone) == into
        with pytest.raises(StepRefused) as refused:
            hazard_dismiss(scope=scope, item=StepInput(hazard_id=key, note="现场核实并非隐患"), now=now)
        assert "inspection.hazard.dismiss.finder_alone" in [v.code for v in refused.value.violations]


def test_a_major_one_merged_crosswise_is_refused_a_closing_and_hangs_nothing(world: World) -> None:
    here = world.found(item_key="1.1", major_criteria=(CRITERION,))
    there = elsewhere(here)
    duplicate_merge(**given(world, here, there))
    Hazard.objects.filter(pk=here).update(merged_into=there, state="merged", closed_at=NOW)
    (one,) = duplicates(world.scope["leader"])
    assert one.crossed
    item = world.closing(here)
    with pytest.raises(StepRefused):
        hazard_close(scope=world.scope["town"], item=item, now=NOW + timedelta(minutes=2))
    assert world.client("town").get(f"/inspection/hazards/{here}").status_code == 200


def test_merged_ones_count_and_are_reminded_of_once(world: World) -> None:
    here = world.ordered(item_key="1.1", days=5)
    there = elsewhere(here)
    leader, day, late = world.scope["leader"], NOW.date(), NOW + timedelta(days=30)
    count = hazard_counts(leader, "", day, day, now=late)
    assert (count.total.found, count.overdue) == (2, 1)
    duplicate_merge(**given(world, here, there))
    count = hazard_counts(leader, "", day, day, now=late)
    assert (count.total.found, count.overdue) == (1, 1)
    assert [m.subject for m in hazards_reminded()] == [f"{KIND}/{here}"]
    history = world.client("leader").get(f"/history/{KIND}/{there}")
    assert history.status_code == 200 and "现场核实为同一处" in history.content.decode()


@pytest.mark.parametrize("case", ["later_due", "listed", "ordered_into_found", "closed"])
def test_what_the_queue_may_not_merge_is_refused_with_reasons_on_the_page(world: World, case: str) -> None:
    if case == "listed":
        listed = major(world, item_key="1.1")
        listed.propose()
        listed.sign()
        here = listed.hazard
    else:
        here = world.ordered(item_key="1.1", days=5) if case != "closed" else world.closed(item_key="1.1")
    there = elsewhere(here)
    if case == "later_due":
        item = OrderInput(hazard_id=there, days=9, note="限期清理")
        hazard_order(scope=world.scope["supervision"], item=item, now=NOW + timedelta(seconds=30))
    form = {"kind": KIND, "id": [here, there], "base": [str(world.base(key)) for key in (here, there)]}
    form |= {"verdict": "second", "reason": "现场核实为同一处"}
    answer = world.client("leader").post("/contests/duplicates", form)
    assert answer.status_code == (404 if case == "closed" else 409)
    said = {"later_due": "期限", "listed": "挂牌", "ordered_into_found": "整改", "closed": ""}[case]
    assert said in answer.content.decode()
    assert Hazard.objects.get(pk=here).merged_into_id is None


def test_a_double_click_and_who_covers_one_side_only_decide_nothing_more(world: World) -> None:
    here = world.found(item_key="1.1")
    there = elsewhere(here)
    act = given(world, here, there)
    near = replace(world.scope["leader"], region="331003002")
    for scope in (near, replace(world.scope["leader"], office=world.county.other_office), world.scope["supervision"]):
        with pytest.raises(AnlanError) as refused:
            duplicate_merge(**act | {"scope": scope})
        assert refused.value.status in (403, 404)
    duplicate_merge(**act)
    with pytest.raises(AnlanError):
        duplicate_merge(**act)
    version = world.base(here)
    assert Hazard.objects.get(pk=there).state == "merged" and version == act["bases"][0] + 1
