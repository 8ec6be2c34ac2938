"""Recording: one transaction of entry, fold, row, head and chain; compare-and-set; refusals leave nothing behind."""

import dataclasses
import threading
from datetime import timedelta

import pytest
from django.db import connection

from anlan.kernel.entry import Draft
from anlan.kernel.errors import BadInput, Conflict, RuleViolation
from anlan.platform import bus
from anlan.platform.journal import chain, node, refold, sequence
from anlan.platform.journal.models import Head, JournalEntry, JournalSeq
from anlan.platform.journal.record import NEW, record, record_many, version_of
from journal_app.models import Thing
from platform_helpers import EAST, NOW, SCOPE, WEST, opened, stepped, subject

pytestmark = pytest.mark.django_db(transaction=True)


def test_record_writes_entry_row_head_and_chain_together():
    s = subject()
    entry = record(opened("阀门", s), scope=SCOPE, now=NOW, base=NEW)
    thing = Thing.objects.get()
    assert (thing.name, thing.state, thing.region, thing.region6, thing.region9) == (
        "阀门", "open", EAST, "331003", "331003001",
    )  # fmt: skip
    assert thing.created_at == thing.changed_at == NOW
    head = Head.objects.get()
    assert (head.version, head.state, str(head.tip)) == (1, "open", entry.id)
    sequence.sequence_pending()
    assert list(JournalSeq.objects.values_list("node", "seq")) == [(node.own().id, 1)]
    assert chain.verify().ok


def test_double_click_is_conflict():
    s = subject()
    record(opened("阀门", s), scope=SCOPE, now=NOW, base=NEW)
    seen = version_of(s)
    record(stepped(s, "open", "closed"), scope=SCOPE, now=NOW, base=seen)
    with pytest.raises(Conflict) as refusal:
        record(stepped(s, "open", "closed"), scope=SCOPE, now=NOW, base=seen)
    assert refusal.value.code == "journal.conflict"
    assert JournalEntry.objects.count() == 2
    assert Thing.objects.get().state == "closed"


def test_registering_the_same_subject_twice_is_conflict():
    s = subject()
    record(opened("阀门", s), scope=SCOPE, now=NOW, base=NEW)
    with pytest.raises(Conflict) as refusal:
        record(opened("阀门", s), scope=SCOPE, now=NOW, base=NEW)
    assert refusal.value.code == "journal.subject_exists"


def test_step_from_another_state_is_refused_even_without_a_version():
    s = subject()
    record(opened("阀门", s), scope=SCOPE, now=NOW, base=NEW)
    with pytest.raises(Conflict) as refusal:
        record(stepped(s, "closed", "open"), scope=SCOPE, now=NOW, base=None)
    assert refusal.value.code == "journal.step_conflict"


def test_same_once_key_returns_the_first_entry_and_writes_nothing():
    s = subject()
    first = record(opened("阀门", s, once="phone-1"), scope=SCOPE, now=NOW, base=NEW)
    again = record(opened("阀门", s, once="phone-1"), scope=SCOPE, now=NOW, base=NEW)
    assert again.id == first.id
    assert JournalEntry.objects.count() == 1


def test_drill_never_steps_a_real_subject():
    s = subject()
    record(opened("阀门", s), scope=SCOPE, now=NOW, base=NEW)
    with pytest.raises(RuleViolation) as refusal:
        record(stepped(s, "open", "closed", drill=True), scope=SCOPE, now=NOW, base=1)
    assert refusal.value.code == "journal.drill_mixed"


def test_nul_and_naive_times_are_refused_before_anything_is_written():
    s = subject()
    with pytest.raises(BadInput) as refusal:
        record(opened("阀\x00门", s, at=NOW.replace(tzinfo=None)), scope=SCOPE, now=NOW, base=NEW)
    assert {v.code for v in refusal.value.violations} == {"journal.draft.nul", "journal.draft.at_without_zone"}
    assert not Head.objects.exists()


def test_a_fold_that_fails_leaves_nothing_behind():
    s = subject()
    with pytest.raises(KeyError):
        record(dataclasses.replace(opened("x", s), data={}), scope=SCOPE, now=NOW, base=NEW)
    assert not Head.objects.exists()
    assert not JournalEntry.objects.exists()
    assert not JournalSeq.objects.exists()


def test_batch_is_all_or_none_and_builds_on_itself():
    first, second = subject(), subject()
    entries = record_many(
        [(opened("甲", first), NEW), (stepped(first, "open", "closed"), None), (opened("乙", second), NEW)],
        scope=SCOPE,
        now=NOW,
        batch="b1",
    )
    assert [e.batch for e in entries] == ["b1"] * 3
    assert dict(Thing.objects.values_list("name", "state")) == {"甲": "closed", "乙": "open"}
    third = subject()
    with pytest.raises(Conflict):
        record_many([(opened("丙", third), NEW), (stepped(second, "closed", "open"), 1)], scope=SCOPE, now=NOW)
    assert not Thing.objects.filter(name="丙").exists()


def test_children_are_added_and_removed_without_touching_others():
    s = subject()
    record(opened("阀门", s), scope=SCOPE, now=NOW, base=NEW)
    label = Draft("things.thing.labelled", s, EAST, {"add": {"粉尘": 1, "高温": 2}})
    record(label, scope=SCOPE, now=NOW, base=1)
    record(Draft("things.thing.labelled", s, EAST, {"remove": ["粉尘"]}), scope=SCOPE, now=NOW, base=2)
    assert list(Thing.objects.get().labels.values_list("key", "weight")) == [("高温", 2)]


def test_entry_clock_follows_its_subject_even_when_the_wall_runs_backwards():
    s = subject()
    first = record(opened("阀门", s), scope=SCOPE, now=NOW, base=NEW)
    node.rewind()
    later = record(stepped(s, "open", "closed"), scope=SCOPE, now=NOW - timedelta(hours=3), base=1)
    assert later.hlc > first.hlc
    assert later.wall < first.wall


def test_region_moves_with_the_subject():
    s = subject()
    record(opened("阀门", s), scope=SCOPE, now=NOW, base=NEW)
    record(Draft("things.thing.changed", s, WEST, {"address": "新址", "region": WEST}), scope=SCOPE, now=NOW, base=1)
    assert (Head.objects.get().region, Thing.objects.get().region, Head.objects.get().former) == (WEST, WEST, EAST)


def test_an_entry_that_reaches_further_leaves_its_subject_where_it_stands():
    """As on the nodes that receive it: by the head's region the vault's values travel."""
    s = subject()
    record(opened("阀门", s), scope=SCOPE, now=NOW, base=NEW)
    record(Draft("things.thing.changed", s, WEST, {"address": "新址"}), scope=SCOPE, now=NOW, base=1)
    head = Head.objects.get()
    assert (head.region, Thing.objects.get().region, head.former) == (EAST, EAST, WEST)
    refold.refold_subjects([head.sid])
    assert (Head.objects.get().region, Head.objects.get().former) == (EAST, WEST)


def test_subscribers_hear_after_commit_and_one_that_fails_hides_nothing(monkeypatch):
    heard = []
    monkeypatch.setattr(bus, "_subscribers", {})
    bus._subscribers.update({"things.thing.opened": [lambda e: 1 / 0, lambda e: heard.append(e.kind)]})
    for handler in bus._subscribers["things.thing.opened"]:
        handler.__qualname__ = "handler"
    record(opened("阀门", subject()), scope=SCOPE, now=NOW, base=NEW)
    assert heard == ["things.thing.opened"]


def test_two_writers_hot_subjects():
    """Four threads step five subjects back and forth; every accepted step is one step, and the chain holds."""
    subjects = [subject() for _ in range(5)]
    for s in subjects:
        record(opened("热点", s), scope=SCOPE, now=NOW, base=NEW)
    accepted, refused = [], []

    def worker(number):
        try:
            for turn in range(12):
                s = subjects[(turn + number) % 5]
                head = Head.objects.get(subject=s)
                to = "closed" if head.state == "open" else "open"
                try:
                    record(stepped(s, head.state, to), scope=SCOPE, now=NOW, base=head.version)
                    accepted.append(s)
                except Conflict:
                    refused.append(s)
        finally:
            connection.close()

    threads = [threading.Thread(target=worker, args=(n,)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(accepted) + len(refused) == 48
    for s in subjects:
        head = Head.objects.get(subject=s)
        assert head.version == 1 + accepted.count(s)
        assert head.state == ("closed" if accepted.count(s) % 2 else "open")
    sequence.sequence_pending()
    assert JournalSeq.objects.count() == 5 + len(accepted)
    assert chain.verify().ok
