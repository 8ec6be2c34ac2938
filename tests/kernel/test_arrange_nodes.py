"""Nodes as they are: wrong clocks, cut lines, restores, copies of a machine, other regions, erased text, altered bytes."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from anlan.kernel.entry import Draft, body_bytes
from anlan.kernel.errors import ProtocolError
from anlan.kernel.order import causes
from kernel.journal_checks import (
    check_converged,
    check_node,
)
from kernel.journal_scripts import (
    GENERAL,
    MINUTE,
    REGIONS,
    STEPS,
    SUBJECTS,
    Action,
    Play,
    examples,
    scripts,
)
from kernel.journal_world import FENCED, REDACTED, Node

YEAR_2000 = -(1_700_000_000_000 - 946_684_800_000)
CLOCKS = {"year 2000": YEAR_2000, "+73 years": 73 * 365 * 86_400_000, "+40 min": 40 * MINUTE, "-40 min": -40 * MINUTE}
LOCAL = tuple(op for op in GENERAL if op not in ("restore", "save", "drift"))


def play_with_wrong_clock(script: list[Action], drift_ms: int, error_ms: int = 0) -> Play:
    """Node 1's clock is wrong throughout; then it is set right, works on, and its parent states the true times."""
    play = Play(3, len(script))
    wrong = play.world.nodes[1]
    wrong.drift_ms = drift_ms
    play.run(script)
    wrong.drift_ms = 0
    play.do_step(wrong, SUBJECTS[0], 0, 0)
    play.world.now += 60 * MINUTE
    play.world.correct(play.world.nodes[0], wrong.id, error_ms)
    play.settle()
    play.do_step(wrong, SUBJECTS[1], 0, 0)
    return play.settle()


@pytest.mark.parametrize("clock", CLOCKS)
@examples(12)
@given(script=scripts(LOCAL, 30))
def test_clock_corrected_converges(clock: str, script: list[Action]) -> None:
    play = play_with_wrong_clock(script, CLOCKS[clock])
    check_converged(play.world)
    for subject in SUBJECTS:
        for entry in play.world.nodes[2].arranged(subject).effective:
            # Legal times are right again: as exact as the causes of an entry let them be.
            assert entry.time.timestamp() * 1000 - play.world.truth[entry.id] < 10 * MINUTE


def test_a_correction_covers_only_its_node_and_its_numbers() -> None:
    play = Play(2)
    a, b = play.world.nodes
    for _ in range(3):
        play.do_step(b, SUBJECTS[0], 0, 0)
        play.world.now += MINUTE
    play.world.sync()
    before = [e.effective_hlc >> 16 for e in a.arranged(SUBJECTS[0]).effective]
    data = {"node": b.id, "first": 3, "last": 3, "offset_ms": 5 * MINUTE}
    a.record(Draft("platform.clock.corrected", f"platform.clock/{b.id}", "0" * 12, data))
    play.world.sync()
    for node in (a, b):
        after = [e.effective_hlc >> 16 for e in node.arranged(SUBJECTS[0]).effective]
        assert after == [before[0], before[1], before[2] + 5 * MINUTE]


def test_a_correction_replaces_a_clock_that_was_dragged_ahead() -> None:
    """After 73 years ahead a node's clock is set right, but its entries still count on from the wrong time."""
    play = Play(2)
    county, town = play.world.nodes
    town.drift_ms = CLOCKS["+73 years"]
    play.do_step(town, SUBJECTS[0], 0, 0)
    town.drift_ms = 0
    dragged = play.do_step(town, SUBJECTS[0], 0, 0)
    assert dragged.hlc >> 16 > dragged.wall + 72 * 365 * 86_400_000
    play.world.correct(county, town.id)
    play.world.sync()
    play.world.now += MINUTE
    fresh = play.do_step(town, SUBJECTS[0], 0, 0)
    assert fresh.hlc >> 16 == fresh.wall
    for entry in county.arranged(SUBJECTS[0]).effective:
        assert entry.effective_hlc >> 16 == play.world.truth[entry.id]


def test_a_correction_that_overshoots_keeps_cause_before_effect() -> None:
    play = Play(2)
    county, town = play.world.nodes
    opened = play.do_step(town, SUBJECTS[0], 0, 0)
    play.world.sync()
    play.world.now += MINUTE
    ordered = play.do_step(county, SUBJECTS[0], 0, 0)
    play.world.correct(county, town.id, error_ms=30 * MINUTE)
    play.world.sync()
    for node in (county, town):
        first, second = node.arranged(SUBJECTS[0]).effective
        assert (first.id, second.id) == (opened.id, ordered.id)
        assert first.effective_hlc >> 16 == play.world.truth[opened.id] + 30 * MINUTE
        assert second.effective_hlc == first.effective_hlc + 1
        assert node.head(SUBJECTS[0]).row["state"] == "ordered"


def test_the_last_correction_that_covers_a_number_holds_on_every_node() -> None:
    play = Play(2)
    a, b = play.world.nodes
    play.do_step(b, SUBJECTS[0], 0, 0)
    play.world.sync()
    true = b.arranged(SUBJECTS[0]).effective[0].effective_hlc >> 16
    for offset in (3 * MINUTE, MINUTE):
        play.world.now += MINUTE
        data = {"node": b.id, "first": 1, "last": 1, "offset_ms": offset}
        a.record(Draft("platform.clock.corrected", f"platform.clock/{b.id}", "0" * 12, data))
    play.world.sync()
    for node in (a, b):
        assert node.arranged(SUBJECTS[0]).effective[0].effective_hlc >> 16 == true + MINUTE


@examples(25)
@given(script=scripts(LOCAL, 30), error=st.integers(-30, 30))
def test_imprecise_correction_keeps_cause_before_effect(script: list[Action], error: int) -> None:
    play = play_with_wrong_clock(script, 40 * MINUTE, error * MINUTE)
    check_converged(play.world)
    for subject in SUBJECTS:
        arranged = play.world.nodes[2].arranged(subject)
        place = {e.id: n for n, e in enumerate(arranged.effective)}
        for entry in arranged.effective:
            assert all(place[c] < place[entry.id] for c in causes(entry) if c in place) or arranged.alias


def test_quarantine_stops_the_chain_until_the_clock_catches_up() -> None:
    play = Play(2)
    ahead, honest = play.world.nodes
    play.do_step(ahead, SUBJECTS[0], 0, 0)
    ahead.drift_ms = 40 * MINUTE
    play.do_step(ahead, SUBJECTS[0], 0, 0)
    ahead.drift_ms = 0
    play.do_step(ahead, SUBJECTS[0], 0, 0)
    play.world.sync()
    assert len(honest.chains[ahead.id]) == 1
    assert honest.arranged(SUBJECTS[0]).state == "open"
    play.world.now += 16 * MINUTE
    play.world.sync()
    assert len(honest.chains[ahead.id]) == 3
    check_converged(play.world)


def test_honest_clocks_twenty_minutes_apart_are_not_quarantined() -> None:
    play = Play(2)
    ahead, behind = play.world.nodes
    ahead.drift_ms, behind.drift_ms = 10 * MINUTE, -10 * MINUTE
    play.do_step(ahead, SUBJECTS[0], 0, 0)
    play.world.sync()
    assert behind.arranged(SUBJECTS[0]).state == "open"


# --- regions ---------------------------------------------------------------------------------------------------------


@examples(30)
@given(script=scripts((*STEPS, "move", "move", "group", "trickle", "decide", "legal")))
def test_stubs_and_scope_change(script: list[Action]) -> None:
    """Two towns and their county: chains are whole everywhere; who has a subject in scope, or part of it, has all."""
    play = Play(scopes=["", REGIONS[0][:9], REGIONS[1][:9]], seed=len(script)).run(script).settle()
    county = play.world.nodes[0]
    for node in play.world.nodes:
        check_node(node)
        assert {c: [k.hash for k in chain] for c, chain in node.chains.items()} == {
            c: [k.hash for k in chain] for c, chain in county.chains.items()
        }
        for subject in SUBJECTS:
            row = county.head(subject).row
            if row and row["region"].startswith(node.scope):
                assert node.full.get(subject)
            if node.full.get(subject):
                assert node.full[subject].keys() == county.full[subject].keys()
                assert node.head(subject).row == row


def test_a_town_that_gets_a_subject_gets_its_history() -> None:
    play = Play(scopes=["", REGIONS[0][:9], REGIONS[1][:9]])
    county, old, new = play.world.nodes
    play.do_step(old, SUBJECTS[0], 0, 0)
    play.do_step(old, SUBJECTS[0], 0, 0)
    play.settle()
    assert SUBJECTS[0] not in new.full
    assert [link.body for link in new.chains[old.id]] == [None, None]
    play.do_move(county, SUBJECTS[0], 1, 0)
    play.settle()
    assert new.head(SUBJECTS[0]).row == county.head(SUBJECTS[0]).row
    assert new.arranged(SUBJECTS[0]).state == "ordered"


# --- machines --------------------------------------------------------------------------------------------------------


@examples(30)
@given(script=scripts((*GENERAL, "save", "restore", "save", "restore")))
def test_restore_incarnation(script: list[Action]) -> None:
    """After restores no (node, seq) has two bodies anywhere, and what others still held comes back."""
    play = Play(3, len(script)).run(script)
    held = {(link.node, link.seq, link.body_hash) for n in play.world.nodes for c in n.chains.values() for link in c}
    assert len({(node, seq) for node, seq, _ in held}) == len(held)
    play.settle()
    check_converged(play.world)
    after = {(link.node, link.seq, link.body_hash) for c in play.world.nodes[0].chains.values() for link in c}
    assert after == held


def test_same_identity_twice_is_frozen_and_a_fence_decides() -> None:
    play = Play(3)
    county, town, other = play.world.nodes
    play.do_step(town, SUBJECTS[0], 0, 0)
    play.settle()
    copy = town.backup()
    play.do_step(town, SUBJECTS[0], 0, 0)
    play.world.send(town, county)
    town.restore(copy, new_incarnation=False)
    play.do_note(town, SUBJECTS[0], 0, 0)
    play.world.send(town, other)
    for node in (county, other):
        assert len(node.chains[town.id]) == 2
    assert county.chains[town.id][1].body_hash != other.chains[town.id][1].body_hash
    play.world.send(county, other)
    play.world.send(other, county)
    assert town.id in county.frozen
    assert town.id in other.frozen
    last = county.chains[town.id][0]
    fence = {"node": town.id, "last": last.seq, "hash": last.hash.hex()}
    county.record(Draft(FENCED, f"platform.node/{town.id}", "0" * 12, fence))
    play.world.sync()
    for node in (county, other):
        assert node.arranged(SUBJECTS[0]).state == "open"
        assert len(node.full[SUBJECTS[0]]) == 2
    assert county.head(SUBJECTS[0]).row == other.head(SUBJECTS[0]).row


# --- redaction -------------------------------------------------------------------------------------------------------


def redact(node: Node, target: str) -> None:
    node.record(Draft(REDACTED, f"platform.redaction/{target}", "0" * 12, {"entries": [target]}))


def test_redaction_first_arrives() -> None:
    """The redaction comes before the entry, and an old copy with the text comes last: nowhere is the text kept."""
    play = Play(3)
    author, clerk, late = play.world.nodes
    target = play.do_step(author, SUBJECTS[0], 0, 1)
    old_copy = [*author.chains[author.id]]
    play.world.send(author, clerk)
    redact(clerk, target.id)
    for link in clerk.chains[clerk.id]:
        assert late.receive(link)
    for link in old_copy:
        assert link.text is not None
        assert late.receive(link)
    late.flush()
    play.settle()
    for link in old_copy:
        late.receive(link)
    for node in play.world.nodes:
        assert node.head(SUBJECTS[0]).row["text"] == {}
        assert node.full[SUBJECTS[0]][target.id].text == {}
        assert node.arranged(SUBJECTS[0]).state == "open"
        assert [link.text for c in node.chains.values() for link in c] == [None] * 2
    check_converged(play.world)


def test_a_redacted_step_still_closes_and_its_hash_still_verifies() -> None:
    play = Play(2)
    a, b = play.world.nodes
    play.do_step(a, SUBJECTS[0], 0, 0)
    closing = play.do_step(a, SUBJECTS[0], 1, 1)
    assert closing.to == "closed"
    redact(a, closing.id)
    play.settle()
    assert b.arranged(SUBJECTS[0]).state == "closed"
    assert b.chains[a.id][1].text is None
    assert b.chains[a.id][1].text_hash is not None


@examples(30)
@given(script=scripts(("step", "note", "redact", "send", "trickle", "tick", "save", "restore")))
def test_redacted_text_is_nowhere(script: list[Action]) -> None:
    play = Play(3, len(script)).run(script).settle()
    check_converged(play.world)
    for node in play.world.nodes:
        for subject in SUBJECTS:
            for id in node.redacted & node.full.get(subject, {}).keys():
                assert node.full[subject][id].text == {}
                assert id not in node.head(subject).row["text"]


# --- bytes -----------------------------------------------------------------------------------------------------------


@examples(60)
@given(
    place=st.integers(0, 2),
    part=st.sampled_from(["body", "text", "text_hash", "body_hash", "hash"]),
    at=st.integers(0, 10_000),
    bit=st.integers(0, 7),
)
def test_altered_byte_is_refused(place: int, part: str, at: int, bit: int) -> None:
    play = Play(2)
    sender, receiver = play.world.nodes
    for _ in range(3):
        play.do_step(sender, SUBJECTS[0], 0, 1)
    chain = sender.chains[sender.id]
    raw = bytearray(getattr(chain[place], part))
    raw[at % len(raw)] ^= 1 << bit
    for link in chain[:place]:
        assert receiver.receive(link)
    with pytest.raises(ProtocolError) as refused:
        receiver.receive(replace(chain[place], **{part: bytes(raw)}))
    assert refused.value.code == "journal.receive.altered"
    assert len(receiver.chains.get(sender.id, [])) == place


def test_a_text_exchanged_together_with_its_hash_is_refused() -> None:
    play = Play(2)
    sender, receiver = play.world.nodes
    play.do_step(sender, SUBJECTS[0], 0, 1)
    play.do_step(sender, SUBJECTS[0], 0, 1)
    first, second = sender.chains[sender.id]
    with pytest.raises(ProtocolError):
        receiver.receive(replace(first, text=second.text, text_hash=second.text_hash))


def test_a_link_left_out_or_exchanged_breaks_the_chain_even_among_stubs() -> None:
    play = Play(2)
    sender, receiver = play.world.nodes
    for _ in range(3):
        play.do_step(sender, SUBJECTS[0], 0, 0)
    stubs = [replace(k, body=None, text=None, text_hash=None) for k in sender.chains[sender.id]]
    assert receiver.receive(stubs[0])
    assert not receiver.receive(stubs[2])
    with pytest.raises(ProtocolError):
        receiver.receive(replace(stubs[2], seq=2))


def test_a_stub_is_filled_only_by_the_bytes_it_stands_for() -> None:
    play = Play(2)
    sender, receiver = play.world.nodes
    entry = play.do_step(sender, SUBJECTS[0], 0, 0)
    link = sender.chains[sender.id][0]
    assert receiver.receive(replace(link, body=None, text=None, text_hash=None))
    forged = body_bytes(replace(entry, actor="somebody"))
    with pytest.raises(ProtocolError):
        receiver.receive(replace(link, body=forged))
    assert receiver.receive(link)
    assert receiver.full[SUBJECTS[0]].keys() == {entry.id}
