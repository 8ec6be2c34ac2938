"""One hazard filed on two nodes that were apart: listed as a pair, decided once; two of one node are nobody's question."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import orjson
import pytest

from anlan.inspection.errors import StepRefused
from anlan.inspection.models import Hazard
from anlan.inspection.services.withdrawals import hazard_separate
from anlan.kernel.entry import Draft, Step
from anlan.kernel.errors import NotAllowed
from anlan.platform.journal import receive
from anlan.platform.journal.duplicates import duplicate_merge, duplicates
from anlan.platform.journal.models import Head, JournalEntry
from anlan.platform.journal.node import new_id
from anlan.platform.journal.rebuild import rebuild
from inspection.factories import NOW, World
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
