"""One identity in two hands, in the product: what is refused, what is frozen, who is told, and what a fence decides."""

import gc
from dataclasses import replace
from datetime import timedelta

import pytest

from anlan.kernel.entry import Draft, body_hash, chain_hash
from anlan.kernel.errors import BadInput, NotAllowed, NotFound, ProtocolError
from anlan.platform import health
from anlan.platform.collector import no_collecting
from anlan.platform.journal import chain, corrections, forks, held, node, rebuild, receive, sequence
from anlan.platform.journal.models import Head, JournalEntry, JournalSeq, Node
from anlan.platform.journal.record import NEW, record, version_of
from anlan.platform.ledger.history import history_of
from journal_app.models import Thing
from platform_helpers import EAST, NOW, SCOPE, WEST, Peer, opened, stepped, subject

pytestmark = pytest.mark.django_db(transaction=True)


def take(links, now=NOW):
    return receive.receive(links, region=WEST, now=now)


def twins(alike=1):
    """The same identity at two places: so many entries in common, then each goes its own way."""
    one, two = Peer(), Peer()
    for _ in range(alike):
        one.bear(opened("共同", subject(), region=WEST))
    two.seq, two.links, two.head, two.clock = one.seq, [*one.links], one.head, one.clock
    for name in ("甲一", "甲二"):
        one.bear(opened(name, subject(), region=WEST))
    for name in ("乙一", "乙二"):
        two.bear(opened(name, subject(), region=WEST))
    return one, two


def names():
    return sorted(Thing.objects.values_list("name", flat=True))


def stub(link, **changes):
    return replace(link, **{"body": None, "text": None, "text_hash": None, **changes})


def test_of_a_twin_nothing_is_admitted_whatever_of_it_comes_first():
    one, two = twins(0)
    assert take(one.links[:1]).admitted == 1
    with pytest.raises(ProtocolError) as refusal:
        take(two.links[1:])  # the second link alone: it stands on a first one that is not held here
    assert refusal.value.code == "journal.receive.not_continuing"
    assert take(two.links) == receive.Received(0, "fork")
    assert take(two.links[1:]) == receive.Received(0, "frozen")
    assert names() == ["甲一"]
    assert chain.verify().ok


def test_a_frozen_node_stays_frozen_for_its_honest_half_too():
    one, two = twins()
    take(one.links[:2])
    assert take(two.links).stopped == "fork"
    assert take(one.links) == receive.Received(0, "frozen")
    assert names() == ["共同", "甲一"]


def test_the_smallest_number_of_a_fork_is_kept():
    one, two = twins()
    take(one.links)
    take(two.links[2:])
    assert [f.seq for f in forks.frozen_nodes()] == [3]
    take(two.links)
    assert [(f.node, f.seq, f.own) for f in forks.frozen_nodes()] == [("331003002a", 2, False)]


def test_what_is_not_the_chain_is_refused_and_nothing_of_the_segment_kept():
    one = Peer()
    for name in "甲乙丙":
        one.bear(opened(name, subject(), region=WEST))
    first, second, third = one.links
    zero, other = bytes(32), opened("另", subject())
    forged = Peer()
    forged.bear(other)
    for bad in (
        stub(second, body_hash=zero),
        stub(second, hash=zero),
        stub(second, hash=b""),
        stub(third, seq=2),
        replace(second, hash=third.hash),
        replace(second, body=third.body, entry=third.entry),
        replace(second, entry=third.entry),
        stub(second, entry=first.entry),
        replace(forged.links[0], seq=2),
    ):
        with pytest.raises(ProtocolError):
            take([first, bad])
    assert not JournalSeq.objects.exists()
    assert take([first, stub(second), third]).admitted == 3


def test_a_held_link_with_another_chain_hash_is_refused():
    one = Peer()
    one.bear(opened("甲", subject()))
    take(one.links)
    with pytest.raises(ProtocolError) as refusal:
        take([replace(one.links[0], hash=bytes(32))])
    assert refusal.value.code == "journal.receive.altered"


def test_the_body_corrects_the_id_that_a_stub_only_claimed():
    one = Peer()
    one.bear(opened("甲", subject()))
    take([stub(one.links[0], entry=node.new_id(NOW))])
    take(one.links)
    assert names() == ["甲"]
    assert chain.verify().ok


def test_a_stub_whose_id_is_none_is_refused():
    one = Peer()
    for name in "甲乙":
        one.bear(opened(name, subject()))
    for said in ("x", "", one.links[1].entry.upper(), one.links[1].entry.replace("-", ""), one.links[1].entry + "\n"):
        with pytest.raises(ProtocolError) as refusal:
            take([one.links[0], stub(one.links[1], entry=said)])
        assert refusal.value.code == "journal.receive.altered"
    assert not JournalSeq.objects.exists()


def test_what_lies_behind_a_stop_is_not_looked_at():
    one = Peer()
    for name in "甲乙丙":
        one.bear(opened(name, subject()))
    first, _, third = one.links
    assert take([replace(third, seq=4, body=b"{}", body_hash=body_hash(b"{}", third.text_hash)), third, first]) == (
        receive.Received(1, "gap")
    )


def test_links_opened_before_are_taken_by_their_place():
    one = Peer()
    for name in "甲乙丙":
        one.bear(opened(name, subject()))
    links = [one.links[2], stub(one.links[1]), one.links[0]]
    entries = [receive.open_link(link, "sha256") for link in links]
    assert entries[1] is None
    assert receive.receive(links, region=WEST, now=NOW, opened=entries) == receive.Received(3)
    assert names() == ["丙", "甲"]
    assert chain.verify().ok and rebuild.rebuild(check=True).differences == 0


def test_the_collector_rests_only_while_links_are_received():
    one = Peer()
    one.bear(opened("甲", subject()))
    assert gc.isenabled()
    with no_collecting():
        take(one.links)
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(ProtocolError):
        take([replace(one.links[0], hash=bytes(32))])
    assert gc.isenabled()


def test_doctor_names_the_frozen_node(tmp_path):
    def said():
        return next(f for f in health.examine_all(tmp_path, NOW) if f.check == "fork")

    assert said().ok
    one, two = twins()
    take(one.links)
    take(two.links)
    assert (said().ok, "331003002a（第 2 条）" in said().message) == (False, True)
    corrections.node_fence(scope=SCOPE, node_id="331003002a", last=1, reason="一机两用", now=NOW)
    assert said().ok


def test_the_system_page_names_the_frozen_node(county, client_as):
    one, two = twins()
    take(one.links)
    page = client_as("admin").get("/system").content.decode()
    assert "已冻结" not in page
    take(two.links)
    page = client_as("admin").get("/system").content.decode()
    assert "已冻结" in page
    assert "anlan journal fence 331003002a --last 1" in page


def fenced(last=1):
    return corrections.node_fence(scope=SCOPE, node_id="331003002a", last=last, reason="查明一机两用", now=NOW)


def test_a_fence_keeps_what_lies_beyond_and_folds_it_no_longer():
    one, two = twins()
    take(one.links)
    take(two.links)
    fenced()
    assert names() == ["共同"]
    assert JournalEntry.objects.filter(node=one.name).count() == 3
    assert chain.verify().ok
    assert rebuild.rebuild(check=True, shuffle=4).ok
    assert take(two.links) == receive.Received(0, "fenced")
    one.bear(opened("后来", subject(), region=WEST))
    assert take(one.links[3:]) == receive.Received(0, "fenced")
    restored = Peer("331003002b7kq4xm")
    restored.bear(opened("新生", subject(), region=WEST))
    assert take(restored.links).admitted == 1
    assert names() == ["共同", "新生"]


def test_work_goes_on_upon_a_subject_whose_last_steps_were_fenced_off():
    s, first = subject(), None
    first = record(opened("阀门", s), scope=SCOPE, now=NOW, base=NEW)
    one, two = Peer(), Peer()
    one.bear(opened("共同", subject(), region=WEST))
    two.seq, two.links, two.head = one.seq, [*one.links], one.head
    gone = one.bear(stepped(s, "open", "closed", once="phone-1"), tip=first.id, base=first.id)
    two.bear(opened("冒名", subject(), region=WEST))
    take(one.links)
    assert Thing.objects.get(name="阀门").state == "closed"
    take(two.links)
    fenced()
    thing = Thing.objects.get(name="阀门")
    assert (thing.state, thing.contested) == ("open", 0)
    assert {h.id: h.contested for h in history_of(s)} == {first.id: False, gone.id: True}
    assert held.once_recorded(replace(SCOPE, person=""), [(s, "phone-1")], "things.thing.stepped") == set()
    again = record(
        stepped(s, "open", "rejected", once="phone-1"),
        scope=replace(SCOPE, person=""), now=NOW + timedelta(hours=1), base=version_of(s),
    )  # fmt: skip
    assert again.id != gone.id
    assert Thing.objects.get(name="阀门").state == "rejected"
    assert rebuild.rebuild(check=True, shuffle=9).ok


def test_a_fence_that_arrives_before_the_chain_holds_it_there():
    one, two = twins()
    above = Peer("331003a")
    above.bear(
        Draft("platform.node.fenced", f"platform.node/{one.name}", EAST,
              {"node": one.name, "last": 2, "hash": one.links[1].hash.hex()}),
    )  # fmt: skip
    node.start("330000000000")
    take(above.links)
    assert take(one.links) == receive.Received(2, "fenced")
    assert names() == ["共同", "甲一"]
    assert forks.frozen_nodes() == []


def test_who_holds_the_other_branch_than_the_fence_names_is_told():
    one, two = twins()
    take(two.links)
    above = Peer("33a")
    data = {"node": one.name, "last": 2, "hash": one.links[1].hash.hex()}
    above.bear(Draft("platform.node.fenced", f"platform.node/{one.name}", EAST, data))
    take(above.links)
    assert [(f.node, f.fence) for f in forks.frozen_nodes()] == [(one.name, 2)]


@pytest.mark.parametrize("author", ["331003003a", "331003002001a"])
def test_a_fence_of_a_node_that_is_not_above_counts_nowhere(author):
    one, _ = twins()
    take(one.links)
    beside = Peer(author)
    data = {"node": one.name, "last": 0, "hash": ""}
    beside.bear(Draft("platform.node.fenced", f"platform.node/{one.name}", EAST, data))
    take(beside.links)
    assert Node.objects.get(pk=one.name).fence_seq is None
    assert len(names()) == 3


@pytest.mark.parametrize(
    "data", [{}, {"node": 1, "last": 0, "hash": ""}, {"node": "331003002a", "last": "x", "hash": "zz"}]
)
def test_a_malformed_fence_of_a_peer_counts_nowhere(data):
    above = Peer("33a")
    above.bear(Draft("platform.node.fenced", "platform.node/331003002a", EAST, data))
    take(above.links)
    assert Node.objects.filter(fence_seq__isnull=False).count() == 0


def test_the_last_fence_holds_and_may_give_back_what_an_earlier_one_took():
    one, _ = twins()
    take(one.links)
    fenced(0)
    assert names() == []
    fenced(2)
    assert names() == ["共同", "甲一"]
    assert rebuild.rebuild(check=True).ok


def test_what_a_double_writes_under_this_servers_own_name_is_never_taken():
    record(opened("本机", subject()), scope=SCOPE, now=NOW, base=NEW)
    sequence.sequence_pending()
    own = node.own().id
    double = Peer(own)
    double.seq, double.head = 1, bytes(JournalSeq.objects.get(node=own, seq=1).hash)
    double.bear(opened("替身", subject()))
    assert take(double.links) == receive.Received(0, "fork")
    assert [(f.node, f.own) for f in forks.frozen_nodes()] == [(own, True)]
    record(opened("照常", subject()), scope=SCOPE, now=NOW, base=NEW)
    sequence.sequence_pending()
    corrections.node_fence(scope=SCOPE, node_id=own, last=2, reason="目录被复制", now=NOW)
    assert node.own().id != own
    assert forks.frozen_nodes() == []
    assert names() == ["本机", "照常"]
    assert chain.verify().ok


def test_fencing_is_refused_with_the_reason():
    one, _ = twins()
    take(one.links)
    town = Peer("331004a")
    town.bear(opened("邻县", subject(), region="331004000000"))
    receive.receive(town.links, region="331004000000", now=NOW)
    for changes, code, error in (
        ({"reason": " 一"}, "journal.fence.reason_missing", BadInput),
        ({"node_id": "331003009a"}, "journal.fence.node_unknown", NotFound),
        ({"node_id": "331004a"}, "journal.fence.not_above", NotAllowed),
        ({"last": 9}, "journal.fence.last_not_held", BadInput),
        ({"scope": replace(SCOPE, rights=frozenset())}, "platform.not_allowed", NotAllowed),
    ):
        with pytest.raises(error) as refusal:
            corrections.node_fence(
                **{"scope": SCOPE, "node_id": one.name, "last": 1, "reason": "查明", "now": NOW} | changes
            )
        assert refusal.value.code == code
    assert Head.objects.filter(subject__startswith="platform.node/").count() == 0


def test_helpers_chain_is_the_kernels():
    peer = Peer()
    peer.bear(opened("甲", subject()))
    peer.bear(opened("乙", subject()))
    assert peer.links[1].hash == chain_hash(peer.links[0].hash, peer.links[1].body_hash)
