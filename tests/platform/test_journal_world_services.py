"""The product against the model: links of a played world, handed to the product's `receive`, arrange to the same answers.

The model (tests/kernel/journal_world.py) holds the properties of several nodes; here the product's tables, frozen nodes,
fences, redactions and refusals are held to it, link by link.
"""

from __future__ import annotations

import json
from dataclasses import replace
from random import Random

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from anlan.kernel.entry import Draft, entry_from_bytes
from anlan.kernel.errors import ProtocolError
from anlan.platform.journal import chain, forks, node, rebuild, refold
from anlan.platform.journal.apply_special import apply_special
from anlan.platform.journal.models import Head, JournalEntry, JournalSeq
from anlan.platform.journal.receive import Link, receive
from anlan.platform.journal.record import record
from kernel.journal_scripts import GENERAL, SUBJECTS, Action, Play, examples, scripts
from kernel.journal_world import FENCED
from kernel.journal_world import Link as ModelLink
from kernel.journal_world import Node as ModelNode
from platform_helpers import SCOPE

pytestmark = pytest.mark.django_db(transaction=True)

_TABLES = ("journal_entry", "journal_seq", "journal_head", "journal_node", "journal_redaction", "journal_number")


def emptied() -> None:
    """A product that has received nothing."""
    with connection.cursor() as cursor:
        for table in _TABLES:
            cursor.execute(f"DELETE FROM {table}")
    node.start("330000000000")


def product_link(link: ModelLink, entry: str) -> Link:
    return Link(link.node, link.seq, entry, link.body_hash, link.hash, link.body, link.text, link.text_hash)


def ids(play: Play) -> dict[bytes, str]:
    """Entry ids by body hash, as the nodes know them between them."""
    links = [k for n in play.world.nodes for c in n.chains.values() for k in c if k.body is not None]
    return {k.body_hash: entry_from_bytes(k.body, None).id for k in links if k.body is not None}


def hand_over(play: Play, source: ModelNode, dice: Random) -> None:
    """Everything one node holds, in pieces of any size, chains in turn, some pieces twice, until nothing is new."""
    named, waiting = ids(play), {n: list(c) for n, c in source.chains.items()}
    done = dict.fromkeys(waiting, 0)
    now = refold.instant(play.world.now + 365 * 86_400_000)  # clocks are another property's matter
    while any(done[n] < len(c) for n, c in waiting.items()):
        name = dice.choice(sorted(waiting))
        start = max(done[name] - dice.randrange(3), 0)
        piece = waiting[name][start : done[name] + dice.randrange(1, 6)]
        links = [product_link(k, named[k.body_hash]) for k in piece]
        dice.shuffle(links)
        if links:
            received = receive(links, region="331003000000", now=now)
            assert received.stopped is None
            done[name] = max(done[name], start + len(piece))


def assert_same(source: ModelNode) -> None:
    for subject in SUBJECTS:
        head, arranged = Head.objects.filter(subject=subject).first(), source.arranged(subject)
        if head is None:
            assert not source.full.get(subject)
            continue
        shown = refold.fold_held(head.sid).arranged
        assert [e.id for e in shown.effective] == [e.id for e in arranged.effective]
        assert (shown.contested, shown.pending, dict(shown.alias)) == (
            arranged.contested, arranged.pending, dict(arranged.alias),
        )  # fmt: skip
        assert (head.state, str(head.tip) if head.tip else None) == (arranged.state, arranged.tip)
        assert json.loads(head.open or "[]") == json.loads(json.dumps(list(arranged.open)))
        texts = {str(i): t for i, t in JournalEntry.objects.filter(sid=head.sid).values_list("id", "text")}
        assert not any(texts[i] for i in source.redacted & texts.keys())
    assert chain.verify().ok
    assert rebuild.rebuild(check=True, shuffle=1).ok


@examples(12)
@given(script=scripts(GENERAL), seed=st.integers(0, 1000))
def test_converge_refold_once_queue_and_restore_incarnation(script: list[Action], seed: int) -> None:
    play = Play(3, len(script)).run(script).settle()
    emptied()
    hand_over(play, play.world.nodes[0], Random(seed))
    assert_same(play.world.nodes[0])


@examples(8)
@given(
    script=scripts(("step", "note", "redact", "legal", "send", "trickle", "tick", "decide")), seed=st.integers(0, 1000)
)
def test_same_set_same_rows_midway_and_redaction_first_arrives(script: list[Action], seed: int) -> None:
    """A node that has not heard of everything, and the product that holds exactly what it holds."""
    play = Play(3, len(script)).run(script)
    for each in play.world.nodes:
        emptied()
        hand_over(play, each, Random(seed))
        assert_same(each)


@examples(8)
@given(
    script=scripts(("step", "note", "move", "group", "trickle", "decide", "legal", "send")), seed=st.integers(0, 1000)
)
def test_stubs_and_scope_change(script: list[Action], seed: int) -> None:
    """First everything as stubs, then the bodies in any order: no difference from having had them at once."""
    play = Play(2, len(script)).run(script).settle()
    source, named = play.world.nodes[0], ids(play)
    emptied()
    now = refold.instant(play.world.now)
    links = [product_link(k, named[k.body_hash]) for c in source.chains.values() for k in c]
    for name in source.chains:
        stubs = [replace(k, body=None, text=None, text_hash=None) for k in links if k.node == name]
        assert receive(stubs, region="331003000000", now=now).stopped is None
    Random(seed).shuffle(links)
    for link in links:
        assert receive([link], region="331003000000", now=now).admitted == 0
    assert_same(source)


@examples(6)
@given(script=scripts(("step", "note", "legal", "tick"), 24), at=st.integers(0, 7), seed=st.integers(0, 1000))
def test_same_identity_twice(script: list[Action], at: int, seed: int) -> None:
    """A copy of a node goes on beside it: of the two one half is admitted, whatever comes in what order; a fence decides."""
    play = Play(2, len(script)).run(script).settle()
    county, town = play.world.nodes
    play.do_note(town, SUBJECTS[0], 0, 0)
    copy = town.backup()
    common = len(town.chains[town.id])
    for _ in range(1 + at % 3):
        play.do_note(town, SUBJECTS[0], 0, 0)
    mine = list(town.chains[town.id])
    named = ids(play)
    town.restore(copy, new_incarnation=False)
    for _ in range(1 + at % 2):
        play.do_step(town, SUBJECTS[0], 0, 0)
    theirs, named = list(town.chains[town.id]), named | ids(play)
    emptied()
    hand_over(play, county, Random(seed))
    now, dice = refold.instant(play.world.now), Random(seed)
    for link in dice.sample([*mine[:common], *mine, *theirs] * 3, k=6 * len(mine)):
        try:
            receive([product_link(link, named[link.body_hash])], region="331003000000", now=now)
        except ProtocolError as refusal:
            assert refusal.code == "journal.receive.not_continuing"
    admitted = {bytes(h) for h in JournalSeq.objects.filter(node=town.id).values_list("body_hash", flat=True)}
    halves = [{k.body_hash for k in half} for half in (mine, theirs)]
    assert any(admitted <= half for half in halves)
    assert chain.verify().ok
    receive([product_link(k, named[k.body_hash]) for k in mine], region="331003000000", now=now)
    receive([product_link(k, named[k.body_hash]) for k in theirs], region="331003000000", now=now)
    assert [f.node for f in forks.frozen_nodes()] == [town.id]
    fence = {"node": town.id, "last": common, "hash": mine[common - 1].hash.hex()}
    draft = Draft(FENCED, f"platform.node/{town.id}", "331003000000", fence)
    refold.refold_subjects(apply_special(record(draft, scope=SCOPE, now=now, base=None)).subjects)
    beyond = JournalSeq.objects.filter(node=town.id, seq__gt=common).values_list("entry", flat=True)
    off = forks.fenced_off([str(i) for i in beyond])
    assert off == {str(i) for i in beyond}
    for subject in SUBJECTS:
        if head := Head.objects.filter(subject=subject).first():
            assert not off & {e.id for e in refold.fold_held(head.sid).arranged.effective}
    assert rebuild.rebuild(check=True, shuffle=1).ok


@examples(40)
@given(
    place=st.integers(0, 2),
    part=st.sampled_from(["body", "text", "text_hash", "body_hash", "hash"]),
    at=st.integers(0, 10_000),
    bit=st.integers(0, 7),
    bare=st.booleans(),
)
def test_altered_byte_is_refused(place: int, part: str, at: int, bit: int, bare: bool) -> None:
    play = Play(2)
    sender = play.world.nodes[0]
    for _ in range(3):
        play.do_step(sender, SUBJECTS[0], 0, 1)
    emptied()
    named, now = ids(play), refold.instant(play.world.now)
    links = [product_link(k, named[k.body_hash]) for k in sender.chains[sender.id]]
    if bare and part in {"body_hash", "hash"}:
        links = [replace(k, body=None, text=None, text_hash=None) for k in links]
    raw = bytearray(getattr(links[place], part))
    raw[at % len(raw)] ^= 1 << bit
    receive(links[:place], region="331003000000", now=now)
    with pytest.raises(ProtocolError) as refused:
        receive([replace(links[place], **{part: bytes(raw)})], region="331003000000", now=now)
    assert refused.value.code in {"journal.receive.altered", "journal.receive.not_continuing"}
    assert JournalSeq.objects.filter(node=sender.id).count() == place
