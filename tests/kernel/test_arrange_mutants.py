"""Planted bugs: each is one plausible mistake in the kernel, and each must be caught by the checks of this suite."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from anlan.kernel import arrange as arranging
from anlan.kernel import contests, hlc, tree
from anlan.kernel import entry as entries
from anlan.kernel.canonical import digest
from anlan.kernel.errors import AnlanError
from kernel import test_arrange_nodes as nodes
from kernel import test_arrange_properties as properties
from kernel.journal_checks import (
    check_branches,
    check_converged,
    check_decision_stays,
    check_equal_decisions,
    check_field,
    check_node,
    empty_queue,
)
from kernel.journal_scripts import ACTS, DECISIONS, GENERAL, SUBJECTS, Play, random_script

WRITES = ("legal", "legal", "send", "trickle", "tick")
SEEDS = 40
Patch = tuple[Any, str, Any]


def hunt(seed: int) -> None:
    """One random script with every check of the suite that needs no particular scene."""
    ops = (GENERAL, DECISIONS, ACTS, WRITES)[seed % 4]
    play = Play(3, seed).run(random_script(ops, seed, 30))
    for node in play.world.nodes:
        check_node(node)
    play.settle()
    check_converged(play.world)
    node = play.world.nodes[0]
    for subject in SUBJECTS:
        check_branches(node, subject)
        check_equal_decisions(node, subject)
        check_decision_stays(node, subject, play.world.path_at_birth)
        if ops is WRITES:
            check_field(node, subject, "name", play.world.held_by_author)
        empty_queue(play, node, subject, seed)


SCENES: tuple[Callable[[], None], ...] = (
    nodes.test_quarantine_stops_the_chain_until_the_clock_catches_up,
    nodes.test_the_last_correction_that_covers_a_number_holds_on_every_node,
    nodes.test_a_correction_that_overshoots_keeps_cause_before_effect,
    nodes.test_a_correction_replaces_a_clock_that_was_dragged_ahead,
    nodes.test_a_redacted_step_still_closes_and_its_hash_still_verifies,
    nodes.test_a_text_exchanged_together_with_its_hash_is_refused,
    nodes.test_a_link_left_out_or_exchanged_breaks_the_chain_even_among_stubs,
    properties.test_a_note_sent_to_two_nodes_is_one_note,
    properties.test_an_entry_whose_step_is_not_held_yet_waits_and_then_counts,
    properties.test_equal_decisions_are_one_and_both_towns_may_go_on,
    properties.test_a_decision_below_an_equal_one_still_holds,
    properties.test_a_decision_stands_where_its_author_saw_the_second_recording_as_an_alias,
)


def everything() -> None:
    for scene in SCENES:
        scene()
    for seed in range(SEEDS):
        hunt(seed)


def _counts_everything(subject: Any, connected: Any) -> set[str]:
    counting = arranging_counting(subject, connected)
    return counting | {e.id for e in connected if not arranging._in_tree(e) and e.id not in subject.alias}


arranging_counting = arranging._Subject._counting
place = tree._Walk.place
born = entries.born
shown = arranging._shown
extends = arranging.extends
from_bytes = entries.entry_from_bytes


def _roots_of_all(subject: Any, entry: Any) -> None:
    above = subject.held.get(entry.after)
    subject.anchor[entry.id] = above.id if above else None


def _first_decision(walk: Any) -> list[str] | None:
    for decision in walk.decisions:
        chain = walk.chain_to(decision) if walk.free(decision) else None
        if chain:
            return chain
    return None


def _last_child(walk: Any) -> str | None:
    free = [c for member in walk.here for c in walk.children.get(member, ()) if walk.free(c)]
    return max(free, key=walk.rank.__getitem__) if free else None


def _place_alone(walk: Any, id: str) -> bool:
    joined = place(walk, id)
    walk.here = walk.here[:1]
    return joined


def _last_writer(subject: Any, name: str, connected: Any) -> tree.Tree:
    writes = [e.id for e in connected if name in e.afters and e.id in subject.counting]
    chain = dict(zip(writes, [None, *writes], strict=False))
    return tree.choose(tree.Tree(order=writes, parent=chain))


def _first_correction(self: Any, node: str, seq: int | None) -> int | None:
    covering = [c for c in self._by_node.get(node, ()) if seq is not None and c.first <= seq <= c.last]
    return covering[0].offset_ms if covering else None


def _hlc_plus_offset(self: Any, node: str, seq: int | None, stamp: int, wall_ms: int) -> int:
    offset = self.offset_ms(node, seq)
    return stamp if offset is None else hlc.pack((stamp >> 16) + offset, stamp)


def _blank_forgets_the_step(body: bytes, text: bytes | None, **trusted: bool) -> entries.Entry:
    entry = from_bytes(body, text, **trusted)
    return entry if text else replace(entry, from_=None, to=None)


MUTANTS: dict[str, tuple[Patch, ...]] = {
    "order ignores causes": ((arranging, "effective_hlcs", lambda held, clocks: dict(clocks)),),
    "ties stand as they came": ((arranging, "in_order", lambda es, hlcs: sorted(es, key=lambda e: hlcs[e.id])),),
    "the last child counts": ((tree._Walk, "first_child", _last_child),),
    "decisions are ignored": ((arranging, "_decides_step", lambda entry: False),),
    "the first decision counts": ((tree._Walk, "to_last_decision", _first_decision),),
    "equal decisions are rivals": ((tree._Walk, "equals", lambda walk, id: []),),
    "a second recording acts again": ((arranging, "_twins", lambda connected: {}),),
    "children of a second recording are lost": ((tree._Walk, "place", _place_alone),),
    "a decision forgets what it saw": ((tree._Walk, "above", lambda walk, id, decision: walk.tree.parent[id]),),
    "what waits is a root": ((arranging._Subject, "_connect", _roots_of_all),),
    "an extension off the path counts": ((arranging._Subject, "_counting", _counts_everything),),
    "a losing legal value is shown": ((arranging, "_shown", lambda e, stamp, lost: shown(e, stamp, ())),),
    "legal fields: last writer wins": ((arranging._Subject, "_field_tree", _last_writer),),
    "legal writes name nothing": ((entries, "born", lambda d, **k: born(d, **{**k, "standing": {}})),),
    "a decision stands on the tip": (
        (entries, "born", lambda d, **k: replace(e, after=k["tip"]) if (e := born(d, **k)).over else e),
    ),
    "a decision covers nothing": ((contests, "overruled", lambda t: set()),),
    "a decision covers later arrivals": ((contests, "overruled", lambda t: set(t.order) if t.over else set()),),
    "appending ignores the tip": ((arranging, "extends", lambda tip, last, e, **k: extends(e.after, last, e, **k)),),
    "appending ignores contests": (
        (arranging, "extends", lambda tip, last, e, **k: extends(tip, last, e, **{**k, "settled": True})),
    ),
    "appending ignores the clock": ((arranging, "extends", lambda tip, last, e, **k: extends(tip, None, e, **k)),),
    "appending ignores a known act": (
        (arranging, "extends", lambda tip, last, e, **k: extends(tip, last, e, **{**k, "once_known": False})),
    ),
    "the clock only reads the wall": ((hlc, "tick", lambda last, wall_ms: hlc.pack(wall_ms)),),
    "no quarantine": ((hlc, "too_far_ahead", lambda stamp, wall_ms, limit_minutes=25: False),),
    "the first correction holds": ((hlc.Corrections, "offset_ms", _first_correction),),
    "a correction adds to the dragged clock": ((hlc.Corrections, "hlc", _hlc_plus_offset),),
    "the body's hash leaves out the text": ((entries, "body_hash", lambda body, texts, a="sha256": digest(body, a)),),
    "the chain leaves out what was before": ((entries, "chain_hash", lambda prev, body, a="sha256": digest(body, a)),),
    "a redacted step forgets its states": ((entries, "entry_from_bytes", _blank_forgets_the_step),),
}


def test_the_kernel_as_it_is_passes_the_hunt() -> None:
    everything()


@pytest.mark.parametrize("name", MUTANTS)
def test_mutants_die(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    for owner, attribute, planted in MUTANTS[name]:
        monkeypatch.setattr(owner, attribute, planted)
    with pytest.raises((AssertionError, AnlanError, LookupError, TypeError, ValueError, pytest.fail.Exception)):
        everything()
