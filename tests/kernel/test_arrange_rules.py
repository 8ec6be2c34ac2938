"""The rules of arranging, one small case each. A case is a table of entries; hlc is the entry's place in it."""

from __future__ import annotations

import itertools
import json
from typing import Any

import pytest

from anlan.kernel.arrange import Arranged, arrange, extends, fold_all, fold_readable
from anlan.kernel.entry import Entry
from anlan.kernel.hlc import Correction, Corrections, pack


def entry(id: str, n: int, **members: Any) -> Entry:
    return Entry(
        **{
            "id": id, "node": "n1", "hlc": pack(n * 1000), "wall": n * 1000, "actor": "", "post": "",
            "region": "3" * 12, "subject": "a.b/1", "kind": "a.b.c", **members,
        }
    )  # fmt: skip


def steps(*rows: tuple[Any, ...]) -> list[Entry]:
    """(id, after, to) or (id, after, to, further members)."""
    return [
        entry(row[0], n, after=row[1], to=row[2], **(row[3] if len(row) > 3 else {}))
        for n, row in enumerate(rows, start=1)
    ]


def in_any_order(entries: list[Entry], **known: Any) -> Arranged:
    answers = [arrange(order, **known) for order in itertools.islice(itertools.permutations(entries), 0, 720, 7)]
    assert all(answer == answers[0] for answer in answers)
    return answers[0]


def ids(arranged: Arranged) -> str:
    return " ".join(e.id for e in arranged.effective)


def test_nothing_held_is_nothing() -> None:
    assert arrange([]) == Arranged()
    assert arrange([]).settled
    assert fold_all(arrange([]), lambda row, e: [*(row or []), e.id]) is None


def test_steps_one_after_the_other_all_count() -> None:
    arranged = in_any_order(steps(("a", None, "open"), ("b", "a", "ordered"), ("c", "b", "closed")))
    assert (ids(arranged), arranged.tip, arranged.state) == ("a b c", "c", "closed")
    assert arranged.settled
    assert arranged.last == (pack(3000), "n1", "c")
    assert [e.effective_hlc for e in arranged.effective] == [pack(1000), pack(2000), pack(3000)]


def test_of_steps_on_one_tip_the_first_in_order_counts_and_the_other_is_queued() -> None:
    arranged = in_any_order(steps(("a", None, "open"), ("b", "a", "ordered"), ("c", "a", "closed"), ("d", "c", "open")))
    assert (ids(arranged), arranged.tip) == ("a b", "b")
    assert arranged.contested == {"c", "d"}
    assert arranged.open == (
        {
            "what": "step",
            "standing": "b",
            "state": "ordered",
            "over": ["c", "d"],
            "entries": ["c", "d"],
            "choices": [{"tip": "d", "state": "open", "entries": ["c", "d"], "over": ["b"]}],
        },
    )
    assert json.loads(json.dumps(arranged.open)) == list(arranged.open)
    assert not arranged.settled


def test_equal_times_are_ordered_by_node_then_id() -> None:
    same = {"hlc": pack(2000)}
    rows = steps(
        ("a", None, "open"),
        ("z", "a", "x", {**same, "node": "n0"}),
        ("b", "a", "y", {**same, "node": "n1"}),
        ("c", "a", "z", {**same, "node": "n0"}),
    )
    assert ids(in_any_order(rows)) == "a c"


def test_a_step_whose_author_saw_neither_rival_does_not_slip_in_by_an_equal_state() -> None:
    """ABA: c leads back to open, yet d stood on a."""
    rows = steps(("a", None, "open"), ("b", "a", "closed"), ("c", "b", "open"), ("d", "a", "ordered"))
    arranged = in_any_order(rows)
    assert ids(arranged) == "a b c"
    assert arranged.contested == {"d"}


def test_an_extension_counts_only_on_the_path() -> None:
    rows = [
        *steps(("a", None, "open"), ("b", "a", "ordered"), ("c", "a", "closed")),
        entry("x", 10, after="a"),
        entry("y", 11, after="c"),
        entry("z", 12),
    ]
    arranged = in_any_order(rows)
    assert ids(arranged) == "a b x z"
    assert arranged.open[0]["entries"] == ["c", "y"]
    assert arranged.open[0]["choices"][0]["over"] == ["b"]


def test_what_waits_is_neither_folded_nor_contested_nor_queued() -> None:
    rows = [*steps(("a", None, "open"), ("c", "b", "closed"), ("d", "c", "open")), entry("x", 9, after="d")]
    arranged = in_any_order(rows)
    assert (ids(arranged), arranged.pending, arranged.contested) == ("a", {"c", "d", "x"}, frozenset())
    assert arranged.open == ()
    assert arranged.missing == {"b"}
    assert not arranged.settled


DECIDED = steps(
    ("a", None, "open"), ("b", "a", "ordered"), ("c", "a", "closed"), ("D", "c", None, {"over": ("b",)})
)  # fmt: skip


def test_a_decision_outranks_what_was_accepted() -> None:
    arranged = in_any_order(DECIDED)
    assert (ids(arranged), arranged.tip, arranged.state) == ("a c D", "D", "closed")
    assert arranged.contested == {"b"}
    assert arranged.open == ()


def test_a_later_arrival_beside_a_decision_is_queued_and_changes_nothing() -> None:
    late = [entry("e", 5, node="n2", after="c", to="open"), entry("f", 6, node="n2", after="b", to="closed")]
    arranged = in_any_order([*DECIDED, *late])
    assert ids(arranged) == "a c D"
    assert arranged.open[0]["entries"] == ["e", "f"]
    assert [c["tip"] for c in arranged.open[0]["choices"]] == ["e", "f"]
    assert arranged.open[0]["over"] == ["b", "e", "f"]
    assert arranged.open[0]["choices"][0]["over"] == ["b", "D", "f"]


def test_a_step_on_a_decision_counts() -> None:
    arranged = in_any_order([*DECIDED, entry("e", 9, after="D", to="open")])
    assert (ids(arranged), arranged.state) == ("a c D e", "open")


def test_the_last_decision_in_order_holds_and_the_other_is_queued() -> None:
    rows = [*DECIDED, entry("E", 9, node="n2", after="b", over=("c",))]
    arranged = in_any_order(rows)
    assert (ids(arranged), arranged.state) == ("a b E", "ordered")
    assert arranged.open[0]["entries"] == ["D"]


def test_decisions_for_one_tip_are_one_and_steps_on_either_stand_on_it() -> None:
    rows = [*DECIDED, entry("E", 9, node="n2", after="c", over=("b",)), entry("f", 10, after="E", to="open")]
    arranged = in_any_order(rows)
    assert (ids(arranged), arranged.alias) == ("a c D f", {"E": "D"})
    assert arranged.open == ()


def test_a_decision_that_saw_an_equal_one_and_outranks_it_is_not_its_alias() -> None:
    rows = [*DECIDED, entry("e", 8, after="D", to="open"), entry("E", 9, after="c", over=("b", "D", "e"))]
    arranged = in_any_order(rows)
    assert (ids(arranged), arranged.alias, arranged.state) == ("a c E", {}, "closed")
    assert arranged.contested == {"b", "D", "e"}
    assert arranged.open == ()


def test_the_same_act_counts_once_and_children_of_either_recording_stand_on_it() -> None:
    rows = steps(
        ("a", None, "open"),
        ("b", "a", "ordered", {"once": "k"}),
        ("c", "a", "ordered", {"once": "k", "node": "n2"}),
        ("d", "c", "closed"),
    )
    arranged = in_any_order(rows)
    assert (ids(arranged), arranged.alias, arranged.state) == ("a b d", {"c": "b"}, "closed")
    assert arranged.contested == frozenset()


def test_a_path_through_a_second_recording_keeps_its_order() -> None:
    """d stands on the earlier recording c of b's act; b is later by the clock and yet comes first."""
    rows = [
        *steps(("a", None, "open"), ("r", "a", "ordered"), ("c", "a", "closed", {"once": "k"}), ("d", "c", "open")),
        entry("b", 9, after="r", to="closed", once="k"),
    ]
    arranged = in_any_order(rows)
    assert (ids(arranged), arranged.alias, arranged.state) == ("a r b d", {"c": "b"}, "open")
    assert arranged.effective[-1].effective_hlc == pack(9000) + 1


# --- legal fields ----------------------------------------------------------------------------------------------------


def write(id: str, n: int, replaces: str | None, value: Any, **members: Any) -> Entry:
    return entry(id, n, afters={"name": replaces}, data={"name": value, "by": id}, **members)


def test_writes_that_saw_each_other_are_no_contest() -> None:
    arranged = in_any_order([write("a", 1, None, "甲"), write("b", 2, "a", "乙")])
    assert (arranged.standing, arranged.open, arranged.settled) == ({"name": "b"}, (), True)
    assert [dict(e.data) for e in arranged.effective] == [{"name": "甲", "by": "a"}, {"name": "乙", "by": "b"}]


def test_of_concurrent_writes_the_first_stands_and_the_other_loses_only_this_field() -> None:
    rows = [write("a", 1, None, "甲"), write("b", 2, "a", "乙"), write("c", 3, "a", "丙")]
    arranged = in_any_order(rows)
    assert [dict(e.data) for e in arranged.effective] == [
        {"name": "甲", "by": "a"},
        {"name": "乙", "by": "b"},
        {"by": "c"},
    ]
    assert arranged.contested == frozenset()
    assert arranged.open_fields == ("name",)
    assert arranged.open == (
        {
            "what": "field",
            "field": "name",
            "standing": "b",
            "value": "乙",
            "over": ["c"],
            "entries": ["c"],
            "choices": [{"tip": "c", "value": "丙", "entries": ["c"], "over": ["b"]}],
        },
    )


@pytest.mark.parametrize(("data", "value"), [({}, "丙"), ({"name": "丁"}, "丁")], ids=["chosen", "a third value"])
def test_a_decision_on_a_field(data: dict[str, Any], value: str) -> None:
    rows = [
        write("a", 1, None, "甲"),
        write("b", 2, "a", "乙"),
        write("c", 3, "a", "丙"),
        entry("D", 4, afters={"name": "c"}, over=("b",), data=data),
    ]
    arranged = in_any_order(rows)
    assert arranged.standing == {"name": "D"}
    assert arranged.open == ()
    shown = [e.data["name"] for e in arranged.effective if "name" in e.data]
    assert shown[-1] == value
    assert "乙" not in shown


def test_a_write_whose_predecessor_is_not_held_waits_with_that_field_only() -> None:
    arranged = in_any_order([write("a", 1, None, "甲"), write("c", 3, "b", "丙")])
    assert [dict(e.data) for e in arranged.effective] == [{"name": "甲", "by": "a"}, {"by": "c"}]
    assert arranged.open == ()
    assert arranged.missing == {"b"}


def test_fields_are_contested_each_for_itself() -> None:
    rows = [
        entry("a", 1, afters={"name": None, "code": None}, data={"name": "甲", "code": "1"}),
        entry("b", 2, afters={"name": "a"}, data={"name": "乙"}),
        entry("c", 3, afters={"name": "a", "code": "a"}, data={"name": "丙", "code": "2"}),
    ]
    arranged = in_any_order(rows)
    assert arranged.standing == {"code": "c", "name": "b"}
    assert arranged.open_fields == ("name",)
    assert [dict(e.data) for e in arranged.effective] == [{"name": "甲", "code": "1"}, {"name": "乙"}, {"code": "2"}]


def test_a_write_in_a_contested_branch_does_not_count() -> None:
    rows = [
        *steps(("a", None, "open"), ("b", "a", "ordered"), ("c", "a", "closed")),
        write("x", 8, None, "甲", after="c"),
        write("y", 9, None, "乙", after="b"),
    ]
    arranged = in_any_order(rows)
    assert arranged.standing == {"name": "y"}
    assert arranged.open_fields == ()


# --- order -----------------------------------------------------------------------------------------------------------


def test_effect_never_comes_before_cause() -> None:
    rows = [entry("a", 50, to="open"), entry("b", 2, after="a", to="closed"), entry("c", 3, base="b")]
    arranged = in_any_order(rows)
    assert ids(arranged) == "a b c"
    assert [e.effective_hlc - pack(50_000) for e in arranged.effective] == [0, 1, 2]


def test_a_correction_changes_order_and_time_of_what_it_covers() -> None:
    rows = [entry("a", 1, node="fast", hlc=pack(9_000_000), wall=9_000_000), entry("b", 2)]
    seqs = {"a": 1, "b": 1}
    assert ids(in_any_order(rows)) == "b a"
    corrections = Corrections([Correction("fast", 1, 1, -8_999_000)])
    arranged = in_any_order(rows, corrections=corrections, seqs=seqs)
    assert ids(arranged) == "a b"
    assert arranged.effective[0].time.timestamp() == 1.0
    assert ids(arrange(rows, corrections, {})) == "b a"


def test_a_stated_time_is_not_corrected() -> None:
    rows = [entry("a", 1, node="fast", hlc=pack(9_000_000), wall=9_000_000, at=5_000)]
    arranged = arrange(rows, Corrections([Correction("fast", 1, 1, -8_999_000)]), {"a": 1})
    assert arranged.effective[0].effective_hlc == pack(1000)
    assert arranged.effective[0].time.timestamp() == 5.0


def test_forged_rings_and_repeats_give_one_answer_everywhere() -> None:
    ring = [
        entry("a", 1, base="c", after="b", to="x"),
        entry("b", 2, base="a", after="a", to="y"),
        entry("c", 3, base="b"),
        entry("d", 4, to="open"),
        entry("d", 4, to="closed"),
        entry("e", 5, after="e", to="z"),
    ]
    arranged = in_any_order(ring)
    assert arranged.tip == "d"
    assert "a" in arranged.pending
    assert "e" in arranged.pending


# --- folding ---------------------------------------------------------------------------------------------------------


def test_fold_readable_stops_before_what_it_cannot_read() -> None:
    rows = steps(("a", None, "open"), ("b", "a", "ordered", {"v": 2}), ("c", "b", "closed"))
    row, stalled = fold_readable(arrange(rows), lambda r, e: [*(r or []), e.id], lambda e: e.v == 1)
    assert row == ["a"]
    assert stalled is not None
    assert stalled.id == "b"
    assert fold_readable(arrange(rows), lambda r, e: [*(r or []), e.id], lambda e: True) == (["a", "b", "c"], None)


TIP = ("t", (pack(5000), "n1", "t"))


@pytest.mark.parametrize(
    ("members", "known", "expected"),
    [
        ({"after": "t", "to": "x"}, {}, True),
        ({"after": "t"}, {}, True),
        ({}, {}, True),
        ({"after": "s", "to": "x"}, {}, False),
        ({"to": "x"}, {}, False),
        ({"after": "s"}, {}, False),
        ({"after": "t", "to": "x"}, {"settled": False}, False),
        ({"after": "t", "to": "x", "once": "k"}, {}, True),
        ({"after": "t", "to": "x", "once": "k"}, {"once_known": True}, False),
        ({"after": "t", "over": ("s",)}, {}, False),
        ({"afters": {"name": "w"}}, {"standing": {"name": "w"}}, True),
        ({"afters": {"name": None}}, {}, True),
        ({"afters": {"name": None}}, {"standing": {"name": "w"}}, False),
        ({"afters": {"name": "v"}}, {"standing": {"name": "w"}}, False),
        ({"hlc": pack(5000)}, {}, False),
        ({"hlc": pack(4000)}, {}, False),
    ],
)
def test_extends_only_where_nothing_else_can_follow(
    members: dict[str, Any], known: dict[str, Any], expected: bool
) -> None:
    assert extends(*TIP, entry("e", 6, **members), **known) is expected


def test_the_first_entry_of_a_subject_extends_nothing_held() -> None:
    assert extends(None, None, entry("a", 1, to="open"))
    assert not extends(None, None, entry("b", 1, after="a", to="open"))


def test_a_thousand_entries_in_one_chain_or_all_on_one_tip() -> None:
    chain = [entry(f"e{n:04}", n, after=f"e{n - 1:04}" if n else None, to="x") for n in range(1000)]
    assert arrange(chain).tip == "e0999"
    fan = [chain[0], *(entry(f"f{n:04}", n, after="e0000", to="y") for n in range(1, 300))]
    arranged = arrange(fan)
    assert arranged.tip == "f0001"
    assert len(arranged.open[0]["entries"]) == 298
