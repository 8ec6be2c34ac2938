"""What happens after recording: verifying, rebuilding, receiving, deciding, correcting, redacting."""

from datetime import timedelta

import pytest
from django.db import connection

from anlan.kernel.entry import Draft
from anlan.kernel.errors import NotAllowed, NotFound, ProtocolError
from anlan.platform import health
from anlan.platform.journal import asof, chain, corrections, node, queue, rebuild, receive, refold, sequence
from anlan.platform.journal.models import Head, JournalEntry, JournalSeq, Node
from anlan.platform.journal.record import NEW, record, version_of
from anlan.platform.scope import Scope
from journal_app.models import Thing, ThingLabel
from platform_helpers import EAST, NOW, SCOPE, Peer, opened, stepped, subject

pytestmark = pytest.mark.django_db(transaction=True)

TOLD = {"reason": "当事人申请", "basis": "个人信息保护法第四十七条"}


def opened_here(name="阀门"):
    s = subject()
    return s, record(opened(name, s), scope=SCOPE, now=NOW, base=NEW)


def replaced(row, **changes):
    """A copy of a row of a table, made behind the journal's back."""
    values = {f.attname: getattr(row, f.attname) for f in row._meta.concrete_fields}
    return type(row)(**{("id" if k == "pk" else k): v for k, v in {**values, **changes}.items()})


def contested():
    """A subject stepped here and, by somebody who saw neither, at another node."""
    s, first = opened_here()
    here = record(stepped(s, "open", "closed"), scope=SCOPE, now=NOW, base=1)
    peer = Peer()
    there = peer.bear(stepped(s, "open", "rejected", text={"note": "不符"}), tip=first.id, base=first.id)
    receive.receive(peer.links, region="331003002000", now=NOW)
    return s, here, there


def test_verify_names_the_first_broken_entry():
    entries = [opened_here()[1] for _ in range(4)]
    sequence.sequence_pending()
    JournalEntry.objects.filter(pk=entries[2].id).update(body=JournalEntry.objects.get(pk=entries[2].id).body + " ")
    broken = chain.verify().breaks
    assert [(b.seq, b.entry.replace("-", ""), b.reason) for b in broken] == [
        (3, entries[2].id.replace("-", ""), "body_altered")
    ]


@pytest.mark.parametrize(
    ("statement", "reason"),
    [
        ("UPDATE journal_entry SET text = '{}'", "text_altered"),
        ("DELETE FROM journal_seq WHERE seq = 2", "entry_missing"),
        ("DELETE FROM journal_seq WHERE seq = 3", "chain_cut_short"),
        ("DELETE FROM journal_entry", "entry_deleted"),
    ],
)
def test_verify_notices(statement, reason):
    for _ in range(3):
        opened_here()
    sequence.sequence_pending()
    with connection.cursor() as cursor:
        cursor.execute(statement)
    assert reason in [b.reason for b in chain.verify().breaks]


def test_verify_notices_an_entry_moved_to_another_subject():
    _, first = opened_here()
    second, _ = opened_here()
    sequence.sequence_pending()
    JournalEntry.objects.filter(pk=first.id).update(sid=Head.objects.get(subject=second).sid)
    assert [b.reason for b in chain.verify().breaks] == ["subject_exchanged"]


def test_rebuild_check_finds_a_row_changed_behind_the_journal_and_rebuild_mends_it():
    s, _ = opened_here()
    record(Draft("things.thing.labelled", s, EAST, {"add": {"粉尘": 1}}), scope=SCOPE, now=NOW, base=1)
    assert rebuild.rebuild(check=True, shuffle=7).ok
    Thing.objects.update(name="改名")
    Thing.objects.get().labels.all().delete()
    seen = rebuild.rebuild(check=True)
    assert seen.different == [{"subject": s, "columns": ["name", "labels"]}]
    assert Thing.objects.get().name == "改名"
    rebuild.rebuild(check=False)
    assert rebuild.rebuild(check=True).ok
    assert Thing.objects.get().name == "阀门"


def test_rebuild_check_finds_lost_and_orphaned_rows():
    opened_here()
    thing = Thing.objects.get()
    thing.pk = node.new_id(NOW)
    thing.save(force_insert=True)
    assert not rebuild.rebuild(check=True).ok
    Thing.objects.all().delete()
    assert rebuild.rebuild(check=True).different[0]["columns"] == ["row missing"]


def test_a_row_without_a_subject_is_named_and_taken_away_also_where_another_subject_has_no_row():
    s, _ = opened_here()
    record(Draft("things.thing.labelled", s, EAST, {"add": {"粉尘": 1}}), scope=SCOPE, now=NOW, base=1)
    thing, label = Thing.objects.get(), ThingLabel.objects.get()
    ghost = node.new_id(NOW)
    Thing.objects.bulk_create([replaced(thing, pk=ghost)])
    ThingLabel.objects.bulk_create([replaced(label, pk=f"{ghost}:粉尘", parent_id=ghost)])
    Head.objects.create(subject=subject(), region=EAST)  # a subject that folds to no row: counts would be equal
    found = rebuild.rebuild(check=True)
    assert found.different == [{"subject": f"things.thing/{ghost}", "columns": ["row without entries"]}]
    assert Thing.objects.count() == 2
    rebuild.rebuild(check=False)
    assert rebuild.rebuild(check=True, shuffle=1).ok
    assert [str(i) for i in Thing.objects.values_list("pk", flat=True)] == [s.partition("/")[2]]
    assert ThingLabel.objects.count() == 1


def test_child_rows_without_a_parent_or_under_a_wrong_id_are_named_and_taken_away():
    s, _ = opened_here()
    record(Draft("things.thing.labelled", s, EAST, {"add": {"粉尘": 1}}), scope=SCOPE, now=NOW, base=1)
    label, gone = ThingLabel.objects.get(), node.new_id(NOW)
    stray = replaced(label, pk=f"{gone}:粉尘", parent_id=gone)
    double = replaced(label, pk="无主:粉尘")
    ThingLabel.objects.bulk_create([stray, double])
    found = rebuild.rebuild(check=True)
    assert found.differences == 2
    assert sorted(d["subject"] for d in found.different) == sorted(f"things.thing/{row.pk}" for row in (stray, double))
    assert {d["columns"][0] for d in found.different} == {"labels: row without parent"}
    rebuild.rebuild(check=False)
    assert rebuild.rebuild(check=True).ok
    assert ThingLabel.objects.get().pk == label.pk


def test_a_shuffled_check_shuffles_where_a_clock_was_corrected_too(monkeypatch):
    s, first = opened_here()
    peer = Peer(start=NOW - timedelta(days=9000))
    peer.bear(stepped(s, "open", "closed"), tip=first.id, base=first.id)
    receive.receive(peer.links, region="331003002000", now=NOW)
    corrections.clock_correct(scope=SCOPE, node_id=peer.name, first=1, last=1, offset_ms=9000 * 86_400_000, now=NOW, **TOLD)
    orders = []
    plain = rebuild.fold_subject

    def watched(entries, *given):
        orders.append([e.id for e in entries])
        return plain(entries, *given)

    monkeypatch.setattr(rebuild, "fold_subject", watched)
    assert all(rebuild.rebuild(check=True, shuffle=seed).ok for seed in range(6))
    whole = [order for order in orders if len(set(order)) == 2]
    assert len({tuple(dict.fromkeys(order)) for order in whole}) == 2


def test_entries_of_two_nodes_converge_on_the_first_in_order_and_wait_for_a_person():
    s, here, there = contested()
    thing = Thing.objects.get()
    assert (thing.state, thing.contested) == ("closed", 1)
    contests = queue.open_contests(SCOPE)
    assert [(c.subject, c.contest["what"], c.contest["standing"]) for c in contests] == [(s, "step", here.id)]
    assert [c["tip"] for c in contests[0].contest["choices"]] == [there.id]
    assert rebuild.rebuild(check=True, shuffle=1).ok
    assert chain.verify().ok


def test_deciding_takes_the_chosen_branch_and_empties_the_queue_and_work_goes_on():
    s, here, there = contested()
    queue.decide(scope=SCOPE, subject=s, index=0, tip=there.id, reason="现场核实", base=version_of(s), now=NOW)
    thing = Thing.objects.get()
    assert (thing.state, thing.contested) == ("rejected", 0)
    assert queue.open_contests(SCOPE) == []
    record(stepped(s, "rejected", "open"), scope=SCOPE, now=NOW, base=version_of(s))
    assert Thing.objects.get().state == "open"
    assert rebuild.rebuild(check=True, shuffle=3).ok


def test_deciding_needs_the_right_and_the_region():
    s, _, there = contested()
    for scope, code in [
        (Scope("p", "q", "", frozenset(), "331003"), "platform.not_allowed"),
        (Scope("p", "q", "", frozenset({"journal.decide"}), "331003002"), "platform.region_outside"),
    ]:
        with pytest.raises(NotAllowed) as refusal:
            queue.decide(scope=scope, subject=s, index=0, tip=there.id, reason="", base=3, now=NOW)
        assert refusal.value.code == code
    with pytest.raises(NotFound):
        queue.decide(scope=SCOPE, subject="things.thing/none", index=0, tip="x", reason="", base=0, now=NOW)


def test_concurrent_writes_of_a_legal_field_are_shown_and_decided():
    s, first = opened_here()
    change = Draft("things.thing.changed", s, EAST, {"name": "甲阀"}, legal=("name",))
    mine = record(change, scope=SCOPE, now=NOW, base=1)
    peer = Peer()
    theirs = peer.bear(
        Draft("things.thing.changed", s, EAST, {"name": "乙阀", "address": "东街"}, legal=("name",)), base=first.id
    )
    receive.receive(peer.links, region="331003002000", now=NOW)
    assert Thing.objects.values_list("name", "address", "contested").get() == ("甲阀", "东街", 1)
    found = queue.open_contests(SCOPE)[0]
    assert (found.contest["field"], found.contest["standing"]) == ("name", mine.id)
    queue.decide(scope=SCOPE, subject=s, index=0, tip=theirs.id, reason="", base=found.version, now=NOW)
    assert Thing.objects.values_list("name", "contested").get() == ("乙阀", 0)
    assert rebuild.rebuild(check=True, shuffle=5).ok


def test_receiving_again_changes_nothing():
    s, first = opened_here()
    peer = Peer()
    peer.bear(stepped(s, "open", "closed"), tip=first.id)
    assert receive.receive(peer.links, region="331003002000", now=NOW).admitted == 1
    version = version_of(s)
    assert receive.receive(peer.links, region="331003002000", now=NOW).admitted == 0
    assert version_of(s) == version == 2


def test_altered_byte_is_refused_and_nothing_of_the_segment_is_kept():
    peer = Peer()
    peer.bear(opened("甲", subject()))
    peer.bear(opened("乙", subject()))
    bad = peer.links[1]
    links = [
        peer.links[0],
        receive.Link(
            bad.node,
            bad.seq,
            bad.entry,
            bad.body_hash,
            bad.hash,
            bad.body.replace("乙".encode(), "丙".encode()),
            bad.text,
            bad.text_hash,
        ),
    ]
    with pytest.raises(ProtocolError) as refusal:
        receive.receive(links, region="331003002000", now=NOW)
    assert refusal.value.code == "journal.receive.altered"
    assert not Thing.objects.exists()
    assert not Node.objects.filter(pk=peer.name).exists()


def test_gap_and_future_clock_stop_admission_where_they_stand():
    peer = Peer()
    for name in "甲乙丙":
        peer.bear(opened(name, subject()))
    assert receive.receive([peer.links[0], peer.links[2]], region="331003002000", now=NOW).stopped == "gap"
    late = Peer("331003003a")
    late.bear(opened("未来", subject()), wall=NOW + timedelta(minutes=26))
    assert receive.receive(late.links, region="331003003000", now=NOW).stopped == "clock"
    assert receive.receive(late.links, region="331003003000", now=NOW + timedelta(minutes=2)).admitted == 1
    assert sorted(Thing.objects.values_list("name", flat=True)) == ["未来", "甲"]


def test_stub_keeps_the_chain_and_is_filled_later():
    peer = Peer()
    peer.bear(opened("甲", subject()))
    full = peer.links[0]
    receive.receive([receive.Link(full.node, 1, full.entry, full.body_hash, full.hash)], region="331003002000", now=NOW)
    assert not Thing.objects.exists()
    assert chain.verify().ok
    receive.receive([full, full], region="331003002000", now=NOW)
    assert Thing.objects.get().name == "甲"
    assert (JournalEntry.objects.count(), Head.objects.get().version) == (1, 1)
    assert chain.verify().ok


def test_a_segment_of_many_entries_is_folded_as_if_one_by_one():
    peer = Peer()
    for n in range(40):
        s = subject()
        first = peer.bear(opened(f"第{n}件", s))
        if n % 2:
            closed = peer.bear(stepped(s, "open", "closed"), tip=first.id, base=first.id)
        if n % 4 == 3:
            peer.bear(stepped(s, "open", "rejected"), tip=first.id, base=first.id)  # saw less: contested
        if n % 8 == 1:
            peer.bear(stepped(s, "closed", "open"), tip=closed.id, base=closed.id)
    for start in (0, 7, 30):
        receive.receive(peer.links[start : start + 30], region="331003002000", now=NOW)
    receive.receive(peer.links, region="331003002000", now=NOW)
    assert JournalEntry.objects.count() == len(peer.links) == 75
    found = Thing.objects.order_by("name").values_list("state", "contested")
    assert sorted(found) == [("closed", 0)] * 5 + [("closed", 1)] * 10 + [("open", 0)] * 25
    assert rebuild.rebuild(check=True).ok
    before = list(Head.objects.order_by("sid").values())
    refold.refold_subjects(h["sid"] for h in before)
    assert list(Head.objects.order_by("sid").values()) == before


def test_refolding_moves_heads_on_in_the_order_of_their_subjects(monkeypatch):
    """As recording and receiving do: on PostgreSQL two that go in different orders wait in a circle."""
    for days in (2, 0, 1):
        record(opened("件", subject(NOW + timedelta(days=days))), scope=SCOPE, now=NOW, base=NEW)
    moved = []
    monkeypatch.setattr(refold.sql, "swap_heads", lambda pairs: moved.extend(head.subject for head, _ in pairs))
    refold.refold_subjects(Head.objects.values_list("sid", flat=True))
    assert len(moved) == 3 and moved == sorted(moved)


def test_clock_correction_reorders_and_moves_stated_times():
    s, first = opened_here()
    peer = Peer(start=NOW - timedelta(days=9000))
    peer.bear(stepped(s, "open", "closed"), tip=first.id, base=first.id)
    receive.receive(peer.links, region="331003002000", now=NOW)
    corrections.clock_correct(
        scope=SCOPE, node_id=peer.name, first=1, last=1, offset_ms=9000 * 86_400_000 + 3_600_000, now=NOW, **TOLD
    )
    assert Thing.objects.get().closed_at == NOW + timedelta(hours=1, seconds=1)
    assert rebuild.rebuild(check=True).ok


def test_after_its_own_clock_is_put_right_the_node_stamps_by_the_wall_again():
    ahead = NOW + timedelta(days=400)
    record(opened("快钟", subject(ahead)), scope=SCOPE, now=ahead, base=NEW)
    sequence.sequence_pending()
    seq = JournalSeq.objects.get(node=node.own().id).seq
    offset = -400 * 86_400_000
    fixed = {"scope": SCOPE, "node_id": node.own().id, "first": seq, "last": seq, "offset_ms": offset, "now": NOW}
    corrections.clock_correct(**fixed, **TOLD)
    after = record(opened("准钟", subject()), scope=SCOPE, now=NOW, base=NEW)
    assert after.hlc >> 16 == int(NOW.timestamp() * 1000)


def test_doctor_sees_that_the_journal_runs_ahead_of_the_clock_and_that_a_correction_put_it_right(tmp_path):
    def clock():
        return next(f for f in health.examine_all(tmp_path, NOW) if f.check == "clock")

    opened_here()
    sequence.sequence_pending()
    assert clock().ok
    ahead = NOW + timedelta(days=400)
    record(opened("快钟", subject(ahead)), scope=SCOPE, now=ahead, base=NEW)
    sequence.sequence_pending()
    assert not clock().ok
    assert str(400 * 24 * 60) in clock().message
    seq = JournalSeq.objects.filter(node=node.own().id).count()
    offset = -400 * 86_400_000
    corrections.clock_correct(
        scope=SCOPE, node_id=node.own().id, first=seq, last=seq, offset_ms=offset, now=NOW + timedelta(minutes=1), **TOLD
    )
    sequence.sequence_pending()
    assert clock().ok
    assert Node.objects.get(own=1).last_hlc >> 16 == int((NOW + timedelta(minutes=1)).timestamp() * 1000)


def test_the_latest_clock_of_another_node_is_kept_and_follows_a_correction():
    peer = Peer(start=NOW - timedelta(days=30))
    peer.bear(opened("甲", subject()))
    peer.bear(opened("乙", subject()))
    receive.receive(peer.links, region="331003002000", now=NOW)
    assert Node.objects.get(pk=peer.name).last_hlc >> 16 == int(peer.clock.timestamp() * 1000)
    corrections.clock_correct(scope=SCOPE, node_id=peer.name, first=1, last=2, offset_ms=-1000, now=NOW, **TOLD)
    assert Node.objects.get(pk=peer.name).last_hlc >> 16 == int(peer.clock.timestamp() * 1000) - 1000


def test_redaction_blanks_text_keeps_the_state_and_survives_an_old_copy():
    s, first = opened_here()
    peer = Peer()
    there = peer.bear(stepped(s, "open", "closed", text={"note": "某某某家住某处"}), tip=first.id, base=first.id)
    receive.receive(peer.links, region="331003002000", now=NOW)
    corrections.redact(scope=SCOPE, entries=[there.id], now=NOW, **TOLD)
    assert Thing.objects.values_list("state", "note").get() == ("closed", "初次登记")
    assert JournalEntry.objects.get(pk=there.id).text is None
    assert chain.verify().ok
    assert rebuild.rebuild(check=True, shuffle=2).ok


def test_redaction_that_arrives_first_blanks_the_entry_when_it_comes():
    s, first = opened_here()
    peer = Peer()
    there = peer.bear(stepped(s, "open", "closed", text={"note": "某人"}), tip=first.id, base=first.id)
    other = Peer("331003003a")
    other.bear(Draft("platform.redaction.redacted", "platform.redaction/r1", EAST, {"entries": [there.id]}))
    receive.receive(other.links, region="331003003000", now=NOW)
    receive.receive(peer.links, region="331003002000", now=NOW)
    assert JournalEntry.objects.get(pk=there.id).text is None
    assert Thing.objects.get().note == "初次登记"


def test_unknown_kind_stalls_the_subject_until_the_upgrade():
    s, first = opened_here()
    peer = Peer()
    peer.bear(Draft("things.thing.sealed", s, EAST), tip=first.id, base=first.id)
    receive.receive(peer.links, region="331003002000", now=NOW)
    assert Head.objects.get(subject=s).stalled == 1
    assert Thing.objects.get().state == "open"
    with pytest.raises(Exception) as refusal:
        record(stepped(s, "open", "closed"), scope=SCOPE, now=NOW, base=version_of(s))
    assert refusal.value.code == "journal.subject_stalled"


def test_what_was_known_then_differs_from_the_state_then():
    s, first = opened_here()
    peer = Peer()
    peer.bear(stepped(s, "open", "closed"), tip=first.id, base=first.id)
    receive.receive(peer.links, region="331003002000", now=NOW + timedelta(hours=2))
    moment = NOW + timedelta(hours=1)
    assert asof.known_at(s, moment)["state"] == "open"
    assert asof.state_at(s, moment)["state"] == "closed"


def test_restore_starts_a_new_incarnation_with_its_own_chain():
    opened_here()
    assert node.own().id == "331003a"
    node.start("331003000000")
    restored = node.own().id
    assert restored.startswith("331003b")
    opened_here()
    sequence.sequence_pending()
    assert sorted(JournalSeq.objects.values_list("node", "seq")) == [("331003a", 1), (restored, 1)]
    assert chain.verify().ok


def test_numbers_are_given_once_and_in_order():
    assert node.next_number("YH", 2026) == ["YH-331003a-2026-000001"]
    assert node.next_number("YH", 2026, 2) == ["YH-331003a-2026-000002", "YH-331003a-2026-000003"]
    assert node.next_number("YH", 2027) == ["YH-331003a-2027-000001"]


@pytest.mark.parametrize(
    ("region", "incarnation", "name"),
    [
        ("331003000000", 0, "331003a"),
        ("331003000000", 1, "331003b"),
        ("331003002000", 1, "331003002b"),
        ("330000000000", 0, "33a"),
        ("331000000000", 2, "3310c"),
        ("331003002215", 26, "331003002215aa"),
    ],
)
def test_node_id_is_region_and_incarnation(region, incarnation, name):
    assert node.node_id(region, incarnation) == name
    assert node.node_id(region, incarnation, "7kq4xm") == name + "7kq4xm"
