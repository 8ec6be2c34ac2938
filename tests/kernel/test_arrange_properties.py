"""What must hold whatever people do at cut-off nodes: convergence, decisions, contests, the queue, ledger fields.

Names follow docs/explanation/journal.md, "Properties". ANLAN_EXAMPLES raises the number of examples.
"""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given

from anlan.kernel.entry import Step
from kernel.journal_checks import (
    check_alike,
    check_branches,
    check_converged,
    check_decision_stays,
    check_equal_decisions,
    check_field,
    check_node,
    empty_queue,
)
from kernel.journal_scripts import (
    ACTS,
    DECISIONS,
    FIELDS,
    GENERAL,
    SUBJECTS,
    Action,
    Play,
    examples,
    scripts,
)
from kernel.journal_world import ADDRESS, Node, path_of


def converge(script: list[Action], nodes: int = 3) -> Play:
    play = Play(nodes, len(script)).run(script).settle()
    check_converged(play.world)
    return play


@examples(30)
@given(scripts((*GENERAL, "redact")))
def test_converge_refold_once_queue(script: list[Action]) -> None:
    converge(script, 4)


@examples(25)
@given(scripts(DECISIONS))
def test_converge_refold_once_queue_where_decisions_are_many(script: list[Action]) -> None:
    converge(script)


@examples(30)
@given(scripts(GENERAL))
def test_same_set_same_rows_midway(script: list[Action]) -> None:
    def check(play: Play) -> None:
        check_alike(play.world)
        for node in play.world.nodes:
            check_node(node)

    Play(3).run(script, check)


@examples(30)
@given(scripts(DECISIONS))
def test_decision_stays(script: list[Action]) -> None:
    def check(play: Play) -> None:
        for node in play.world.nodes:
            for subject in SUBJECTS:
                check_decision_stays(node, subject, play.world.path_at_birth)

    play = Play(3).run(script, check).settle()
    check(play)


def contest_at(play: Play) -> tuple[Node, str, dict] | None:
    node = play.world.nodes[0]
    for subject in SUBJECTS:
        for contest in node.arranged(subject).open:
            return node, subject, contest
    return None


@examples(30)
@given(scripts(DECISIONS))
def test_later_decision_that_saw_all_is_obeyed(script: list[Action]) -> None:
    play = Play(3).run(script).settle()
    found = contest_at(play)
    if found is None:
        return
    node, subject, contest = found
    play.world.now += 60_000
    decision = play.decide(node, subject, contest, len(script))
    play.world.sync()
    for other in play.world.nodes:
        arranged = other.arranged(subject)
        if contest["what"] == "step":
            assert arranged.tip == decision.id
            assert decision.after in path_of(arranged) or decision.after in arranged.alias
            assert not [c for c in arranged.open if c["what"] == "step"]
        else:
            assert arranged.standing[contest["field"]] == decision.id
            assert contest["field"] not in arranged.open_fields


@examples(30)
@given(scripts(DECISIONS))
def test_equal_decisions_are_one(script: list[Action]) -> None:
    play = Play(3).run(script).settle()
    for subject in SUBJECTS:
        check_equal_decisions(play.world.nodes[0], subject)


def test_equal_decisions_are_one_and_both_towns_may_go_on() -> None:
    play = forked()
    a, b, _ = play.world.nodes
    contest = a.arranged(SUBJECTS[0]).open[0]
    first = play.decide(a, SUBJECTS[0], contest, 1)
    second = play.decide(b, SUBJECTS[0], contest, 1)
    play.world.now += 1000
    step = play.do_step(b, SUBJECTS[0], 0, 0)
    play.settle()
    for node in play.world.nodes:
        arranged = node.arranged(SUBJECTS[0])
        assert arranged.alias == {second.id: first.id}
        assert arranged.tip == step.id
        assert arranged.open == ()


def test_a_decision_below_an_equal_one_still_holds() -> None:
    play = forked()
    a, b, c = play.world.nodes
    contest = a.arranged(SUBJECTS[0]).open[0]
    play.decide(a, SUBJECTS[0], contest, 1)
    play.world.send(a, b)
    play.world.now += 1000
    play.do_step(a, SUBJECTS[0], 0, 0)
    play.world.now += 1000
    later = play.do_step(b, SUBJECTS[0], 1, 0)
    play.world.send(b, a)
    play.world.now += 1000
    second = play.decide(a, SUBJECTS[0], a.arranged(SUBJECTS[0]).open[0], 1)
    assert second.after == later.id
    play.world.now += 1000
    play.decide(c, SUBJECTS[0], contest, 1)
    play.settle()
    for node in play.world.nodes:
        assert node.arranged(SUBJECTS[0]).tip == second.id
        assert node.arranged(SUBJECTS[0]).open == ()


def test_a_decision_stands_where_its_author_saw_the_second_recording_as_an_alias() -> None:
    """A phone's act was recorded at two nodes, one of which lagged; a step on the second recording is then chosen."""
    play = Play(2)
    a, b = play.world.nodes
    subject = SUBJECTS[0]
    play.do_step(a, subject, 0, 0)
    play.world.sync()
    order = play.draft(a, subject, "ordered", step=Step("open", "ordered"))
    submit = play.draft(a, subject, "submitted", step=Step("ordered", "submitted"))
    play.world.now += 1000
    ordered = a.record(order)
    play.world.now += 1000
    first = a.record(replace(submit, once="phone"))
    play.world.now += 1000
    second = b.record(replace(play.draft(b, subject, "submitted", step=Step("open", "submitted")), once="phone"))
    play.world.now += 1000
    on_second = play.do_step(b, subject, 0, 0)
    play.world.now += 1000
    rival = play.do_step(a, subject, 1, 0)
    play.world.sync()
    assert path_of(a.arranged(subject))[1:] == [ordered.id, first.id, on_second.id]
    assert a.arranged(subject).alias == {second.id: first.id}
    assert a.arranged(subject).contested == {rival.id}
    play.world.now += 1000
    decision = play.decide(a, subject, a.arranged(subject).open[0], 0)
    play.world.sync()
    for node in (a, b):
        assert path_of(node.arranged(subject))[1:] == [ordered.id, first.id, on_second.id, decision.id]
        assert node.arranged(subject).open == ()


def forked(nodes: int = 3) -> Play:
    """A subject opened, then stepped at two nodes that did not hear of each other; all hold all of it."""
    play = Play(nodes)
    play.do_step(play.world.nodes[0], SUBJECTS[0], 0, 0)
    play.world.sync()
    for n in (0, 1):
        play.world.now += 1000
        play.do_step(play.world.nodes[n], SUBJECTS[0], n, 0)
    play.world.sync()
    return play


@examples(30)
@given(scripts(DECISIONS))
def test_based_on_contested_is_contested(script: list[Action]) -> None:
    play = Play(3).run(script).settle()
    for subject in SUBJECTS:
        check_branches(play.world.nodes[0], subject)


@examples(30)
@given(scripts((*DECISIONS, "legal", "legal", "once")))
def test_queue_can_be_emptied_and_work_goes_on(script: list[Action]) -> None:
    play = Play(3).run(script)
    # Once while lines are still cut, once when all is known: no subject ever deadlocks, for nobody.
    for node in play.world.nodes:
        for subject in SUBJECTS:
            empty_queue(play, node, subject, len(script))
    play.settle()
    for subject in SUBJECTS:
        empty_queue(play, play.world.nodes[1], subject, len(script))
        play.world.now += 60_000
        step = play.do_step(play.world.nodes[1], subject, len(script), 0)
        play.world.sync()
        for node in play.world.nodes:
            assert node.arranged(subject).open == ()
            assert node.arranged(subject).tip == step.id
            assert node.head(subject).row["state"] == step.to


@examples(30)
@given(scripts(("legal", "legal", "send", "trickle", "tick"), 30))
def test_legal_concurrency_exact(script: list[Action]) -> None:
    """A field is open exactly where two of its writes were made by authors neither of whom held the other."""
    play = Play(3).run(script).settle()
    known = play.world.held_by_author
    for node in play.world.nodes:
        for subject in SUBJECTS:
            for name in ("name", "code"):
                check_field(node, subject, name, known)


@examples(25)
@given(scripts(FIELDS))
def test_lww_group_whole(script: list[Action]) -> None:
    play = converge(script)
    for node in play.world.nodes:
        for subject in SUBJECTS:
            wrote = [e for e in node.arranged(subject).effective if "address" in e.data]
            if wrote:
                row = node.head(subject).row
                assert [row[name] for name in ADDRESS] == [wrote[-1].data["address"]] * 3


@examples(25)
@given(scripts(FIELDS))
def test_a_decided_field_shows_the_value_that_was_chosen(script: list[Action]) -> None:
    play = converge(script)
    node = play.world.nodes[0]
    for subject in SUBJECTS:
        for contest in node.arranged(subject).open:
            for choice in contest["choices"]:
                play.world.now += 1000
                over, chosen = tuple(choice["over"]), choice["tip"]
                node.record(play.draft(node, subject, "decided", over=over, chosen=chosen, legal=(contest["field"],)))
                assert node.head(subject).row[contest["field"]] == choice["value"]
                break


@examples(30)
@given(scripts(ACTS))
def test_once_key_across_nodes(script: list[Action]) -> None:
    """A phone that retries at other nodes acts once, wherever its act comes to stand."""
    play = converge(script)
    for node in play.world.nodes:
        for subject in SUBJECTS:
            keys = [e.once for e in node.arranged(subject).effective if e.once]
            assert len(keys) == len(set(keys))
            held = {e.id: e for e in node.counted(subject)}
            for other, counts in node.arranged(subject).alias.items():
                same_act = held[other].once is not None and held[other].once == held[counts].once
                equal_decision = held[other].over and held[counts].over
                assert same_act or equal_decision


@examples(30)
@given(scripts(("stale", "stale", "step", "note", "send", "tick", "drill"), 25))
def test_double_click_is_conflict_and_drill_refused(script: list[Action]) -> None:
    play = Play(3).run(script)
    entries = [e for n in play.world.nodes for e in n.full.get(SUBJECTS[0], {}).values()]
    assert not any(e.drill for e in entries)


def test_a_note_sent_to_two_nodes_is_one_note() -> None:
    play = Play(2)
    a, b = play.world.nodes
    play.do_step(a, SUBJECTS[0], 0, 0)
    play.world.sync()
    play.world.now += 1000
    first = a.record(play.draft(a, SUBJECTS[0], "noted", data={"remark": "x"}, once="phone"))
    assert a.record(play.draft(a, SUBJECTS[0], "noted", data={"remark": "x"}, once="phone")) == first
    play.world.now += 1000
    second = b.record(play.draft(b, SUBJECTS[0], "noted", data={"remark": "x"}, once="phone"))
    play.world.sync()
    for node in (a, b):
        assert node.arranged(SUBJECTS[0]).alias == {second.id: first.id}
        assert node.head(SUBJECTS[0]).row["log"][1:] == [first.id]


def test_an_entry_whose_step_is_not_held_yet_waits_and_then_counts() -> None:
    play = Play(3)
    a, b, late = play.world.nodes
    play.do_step(a, SUBJECTS[0], 0, 0)
    play.world.sync()
    ordered = play.do_step(a, SUBJECTS[0], 0, 0)
    play.world.send(a, b)
    submitted = play.do_step(b, SUBJECTS[0], 0, 0)
    play.world.send(b, late, only=b.id)
    waiting = late.arranged(SUBJECTS[0])
    assert waiting.pending == {submitted.id}
    assert waiting.missing == {ordered.id}
    assert (waiting.state, waiting.contested, waiting.open) == ("open", frozenset(), ())
    play.world.send(a, late)
    assert late.arranged(SUBJECTS[0]).state == "submitted"
    assert late.arranged(SUBJECTS[0]).settled


def test_double_click_is_conflict() -> None:
    play = Play(1)
    node = play.world.nodes[0]
    play.do_step(node, SUBJECTS[0], 0, 0)
    seen = node.head(SUBJECTS[0]).version
    play.do_step(node, SUBJECTS[0], 0, 0)
    play.do_stale(node, SUBJECTS[0], 0, 0)
    assert play.conflicts == 1
    assert node.head(SUBJECTS[0]).version == seen + 1


def test_drill_refused() -> None:
    play = Play(1)
    node = play.world.nodes[0]
    play.do_step(node, SUBJECTS[0], 0, 0)
    play.do_drill(node, SUBJECTS[0], 0, 0)
    assert node.head(SUBJECTS[0]).version == 1
