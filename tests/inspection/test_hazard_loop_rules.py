"""Random walks through the hazard loop: folds and rules together, without a database."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest

from anlan.inspection.apply import FOLDS
from anlan.inspection.rules.co_review import CoReviewFacts, check_dispute
from anlan.inspection.rules.deadline import Granted, rectify_deadline
from anlan.inspection.rules.doubt import ConfirmFacts, check_confirm, check_reject
from anlan.inspection.rules.ending import check_dismiss
from anlan.inspection.rules.hazard import (
    HAZARD_LOOP,
    CloseFacts,
    OrderFacts,
    ReturnFacts,
    StepFacts,
    SubmitFacts,
    check_close,
    check_order,
    check_return,
    check_submit,
)
from anlan.kernel.deadlines import Deadline, WorkCalendar
from anlan.kernel.entry import Entry

START = datetime(2026, 3, 2, 2, 0, tzinfo=UTC)
SUBJECT = "inspection.hazard/0195e000-0000-7000-8000-000000000001"
EVERY = frozenset({a.right for a in HAZARD_LOOP.actions})

WEIGHT = {"dismiss": 1, "doubt": 9, "reject": 9}
STATES = dict(HAZARD_LOOP.choices)
AMONG = {
    state: [
        a.id for a in HAZARD_LOOP.actions if state in a.from_ and a.id != "merge" for _ in range(WEIGHT.get(a.id, 6))
    ]
    for state in STATES
}
ALL = sorted({a for among in AMONG.values() for a in among})
# Which steps a state permits; written down once more, so that a change of the loop shows.
LAW = {
    "found": {"order", "dismiss"},
    "ordered": {"submit", "dismiss"},
    "submitted": {"return", "close", "doubt", "dismiss"},
    "doubted": {"confirm", "reject"},
    "closed": {"dispute"},
}
ODD: tuple[dict[str, Any], ...] = (
    {"firm": True}, {"firm": False}, {"own": False}, {"rights": frozenset()}, {"photos": 0}, {"tried": True}, {"note": ""},
    {"rights": frozenset({"inspection.hazard.review"})}, {"second": ""}, {"second": "p1"}, {"days": None}, {"days": 70},
    {"days": -3}, {"days": 0},
)  # fmt: skip
RIGHT: dict[str, Any] = {
    "firm": None, "own": True, "rights": EVERY, "photos": 1, "tried": False, "note": "说明", "second": "p2", "days": 20,
}  # fmt: skip


def attempts(dice: Random) -> list[dict[str, Any]]:
    """Mostly a permitted step with everything it needs; the others lack or mistake one thing, or are not permitted at all."""
    return [
        {
            "number": dice.randrange(1000),
            "any": dice.randrange(8) == 0,
            "odd": dice.choice([{}] * 20 + list(ODD)),
            "hours": dice.randint(1, 400),
        }
        for _ in range(dice.randint(8, 20))
    ]


def entry(n: int, at: datetime, action: str, data: dict[str, Any], text: dict[str, Any], state: str) -> Entry:
    done = HAZARD_LOOP.action(action)
    return Entry(
        id=f"0195e000-0000-7000-8000-{n:012d}", node="331003a", hlc=int(at.timestamp() * 1000) << 16, wall=0,
        actor="e1" if action == "submit" else "p1", post="",
        region="331003001000", subject=SUBJECT, kind=done.kind, from_=state or None, to=done.to,
        data=data, text=text,
    )  # fmt: skip


def verdict(try_: dict[str, Any], facts: StepFacts, due: datetime | None, row: dict[str, Any]) -> list[Any]:
    action = try_["action"]
    held = row.get("due_at")
    granted = Granted(row.get("ordered_at"), held and datetime.fromisoformat(held), row.get("submitted_at"))
    if action == "order":
        return check_order(OrderFacts(facts, "general", due, try_["note"]))
    if action == "submit":
        return check_submit(SubmitFacts(facts, try_["note"], try_["photos"]))
    if action == "return":
        return check_return(ReturnFacts(facts, try_["note"], "general", granted, due, new_deadline=due is not None))
    if action == "confirm":
        return check_confirm(ConfirmFacts(facts, try_["note"]))
    if action == "reject":
        return check_reject(ReturnFacts(facts, try_["note"], "general", granted, due, new_deadline=due is not None))
    if action == "dismiss":
        return check_dismiss(facts, "general", try_["note"] * 3, "p1" if try_["second"] == "p1" else "p9")
    if action == "dispute":
        answered = row.get("disputed_at") is not None
        return check_dispute(CoReviewFacts(facts, row.get("co_reviewer", ""), row.get("closed_at"), answered), try_["note"])
    officers = frozenset({"p1", try_["second"]})
    # A closing in doubt passes the rule of the closing first; nobody takes it by itself.
    return check_close(CloseFacts(facts, try_["note"], try_["photos"], officers, row.get("submitted_by", "")))


def due_of(now: datetime, days: int | None) -> datetime | None:
    if days is None:
        return None
    if days < 0:
        return now + timedelta(days=days)
    return rectify_deadline(now, Deadline(days=days), WorkCalendar()).at


def walk(tries: list[dict[str, Any]], reached: Counter[str]) -> None:
    """Try every step; what the rules accept must leave the row lawful."""
    now, taken = START, ["report"]
    found = entry(0, now, "report", {"number": "YH-1", "enterprise_id": "e"}, {"description": "隐患"}, "")
    row = FOLDS["hazard.found"](None, found)
    for n, tried in enumerate(tries, start=1):
        try_ = RIGHT | tried | tried["odd"]
        now += timedelta(hours=try_["hours"])
        among = ALL if try_["any"] or not AMONG[row["state"]] else AMONG[row["state"]]
        try_["action"] = action = among[try_["number"] % len(among)]
        firm = (action == "submit") if try_["firm"] is None else try_["firm"]
        person = try_["second"] if action == "dispute" else "p1"
        facts = StepFacts(
            row["state"], try_["rights"], person, firm, firm and try_["own"], now, now, row["stepped_at"],
            tried=try_["tried"],
        )  # fmt: skip
        due = due_of(now, try_["days"])
        before = dict(row)
        if verdict(try_, facts, due, row):
            continue
        done = HAZARD_LOOP.action(action)
        assert action in LAW.get(row["state"], set()), action
        assert firm == (action == "submit")
        # What the law asks, written down once more: a rule that forgets it lets such a step through.
        if action in {"close", "doubt"}:
            assert try_["photos"] >= 1
            assert try_["second"] not in {"", "p1"}
        assert due is None or action not in {"order", "return", "reject"} or due > now
        assert action != "order" or due is not None
        assert action != "dispute" or now - row["closed_at"] <= timedelta(days=7)
        data = {"due_at": due.isoformat()} if due and action in {"order", "return", "reject"} else {}
        text = {"note": try_["note"], "photos": [f"{n:064x}"] * bool(try_["photos"])}
        step = entry(n, now, action, data | {"co_reviewer": try_["second"]}, text, row["state"])
        row = FOLDS[done.kind.removeprefix("inspection.")](row, step)
        taken.append(action)
        reached.update([action, f"state:{row['state']}"])
        assert row["state"] == done.to
        assert before["photos"].keys() <= row["photos"].keys()
        if "due_at" in data:
            assert datetime.fromisoformat(row["due_at"]) >= row["due_from"]
    if row["state"] == "closed":
        last = taken[:-2] if taken[-2:] == ["dispute", "confirm"] else taken
        assert last[-1] == "close" or last[-2:] == ["doubt", "confirm"]
        assert row["closed_by"] == "p1"
        assert last[-2 - (last[-1] == "confirm")] == "submit"
        assert row["co_reviewer"] == "p2"
        assert [p["stage"] for p in row["photos"].values()].count("review") >= 1
    else:
        assert "close" not in taken or "dispute" in taken[taken.index("close") :]
        assert (row["state"] == "dismissed") == ("dismiss" in taken)
    assert row.get("returned_count", 0) == taken.count("return") + taken.count("reject")


def explore(examples: int) -> Counter[str]:
    """The same walks at every run; how often each step was accepted and each state reached, over all of them.

    Seeds, and not a strategy: what a strategy draws depends on which modules happen to be loaded beside it.
    """
    reached: Counter[str] = Counter({"state:found": 1})
    for seed in range(examples):
        walk(attempts(Random(seed)), reached)
    return reached


def test_random_walks_keep_the_law_and_reach_every_state_and_step() -> None:
    reached = explore(200)
    assert {a for a in ALL if reached[a] < 5} == set()
    assert {s for s in STATES if s != "merged" and not reached[f"state:{s}"]} == set()


PLANTS = [
    ("check_close", "inspection.hazard.enterprise_never_reviews"),
    ("check_close", "kernel.loop.not_from_here"),
    ("check_close", "inspection.hazard.close.review_photo_missing"),
    ("check_close", "inspection.hazard.close.two_officers"),
    ("check_order", "inspection.hazard.order.deadline_before_order"),
    ("check_order", "inspection.hazard.order.deadline_missing"),
    ("check_return", "inspection.hazard.order.deadline_before_order"),
    ("check_submit", "inspection.hazard.enterprise_only"),
]


@pytest.mark.parametrize(("name", "code"), PLANTS)
def test_the_walks_notice_what_is_broken(monkeypatch: pytest.MonkeyPatch, name: str, code: str) -> None:
    check = globals()[name]
    monkeypatch.setitem(globals(), name, lambda *facts: [v for v in check(*facts) if v.code != code])
    with pytest.raises(AssertionError):
        explore(600)
