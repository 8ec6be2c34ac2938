"""Random walks through the hazard loop: folds and rules together, without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from anlan.inspection.apply import FOLDS
from anlan.inspection.rules.deadline import rectify_deadline
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

attempts = st.lists(
    st.fixed_dictionaries(
        {
            "action": st.sampled_from([a.id for a in HAZARD_LOOP.actions if a.id not in {"report", "merge"}]),
            "firm": st.booleans(),
            "own": st.booleans(),
            "rights": st.sampled_from([EVERY, frozenset(), frozenset({"inspection.hazard.review"})]),
            "photos": st.integers(0, 2),
            "tried": st.booleans(),
            "note": st.sampled_from(["", "说明"]),
            "second": st.sampled_from(["", "p1", "p2"]),
            "days": st.one_of(st.none(), st.integers(0, 70)),
            "hours": st.integers(0, 400),
        }
    ),
    max_size=25,
)


def entry(n: int, at: datetime, action: str, data: dict[str, Any], text: dict[str, Any], state: str) -> Entry:
    done = HAZARD_LOOP.action(action)
    return Entry(
        id=f"0195e000-0000-7000-8000-{n:012d}", node="331003a", hlc=int(at.timestamp() * 1000) << 16, wall=0,
        actor="p1", post="", region="331003001000", subject=SUBJECT, kind=done.kind, from_=state or None, to=done.to,
        data=data, text=text,
    )  # fmt: skip


def verdict(try_: dict[str, Any], facts: StepFacts, due: datetime | None, row: dict[str, Any]) -> list[Any]:
    action = try_["action"]
    if action == "order":
        return check_order(OrderFacts(facts, "general", due, try_["note"]))
    if action == "submit":
        return check_submit(SubmitFacts(facts, try_["note"], try_["photos"]))
    if action == "return":
        return check_return(ReturnFacts(facts, try_["note"], "general", due, new_deadline=due is not None))
    if action == "confirm":
        return check_confirm(ConfirmFacts(facts, try_["note"]))
    if action == "reject":
        return check_reject(ReturnFacts(facts, try_["note"], "general", due, new_deadline=due is not None))
    if action == "dismiss":
        return check_dismiss(facts, "general", try_["note"] * 3, "p1" if try_["second"] == "p1" else "p9")
    officers = frozenset({"p1", try_["second"]})
    # A closing in doubt passes the rule of the closing first; nobody takes it by itself.
    return check_close(CloseFacts(facts, try_["note"], try_["photos"], officers, row.get("submitted_by", "")))


@settings(max_examples=150, deadline=None)
@given(attempts)
def test_random_walks_keep_the_law(tries: list[dict[str, Any]]) -> None:
    now, taken = START, ["report"]
    found = entry(0, now, "report", {"number": "YH-1", "enterprise_id": "e"}, {"description": "隐患"}, "")
    row = FOLDS["hazard.found"](None, found)
    for n, try_ in enumerate(tries, start=1):
        now += timedelta(hours=try_["hours"])
        facts = StepFacts(
            row["state"], try_["rights"], "p1", try_["firm"], try_["firm"] and try_["own"], now, now, row["stepped_at"],
            tried=try_["tried"],
        )  # fmt: skip
        due = None
        if try_["days"] is not None:
            due = rectify_deadline(now, Deadline(days=try_["days"]), WorkCalendar()).at
        before = dict(row)
        if verdict(try_, facts, due, row):
            continue
        done = HAZARD_LOOP.action(try_["action"])
        assert row["state"] in done.from_
        data = {"due_at": due.isoformat()} if due and try_["action"] in {"order", "return", "reject"} else {}
        text = {"note": try_["note"], "photos": [f"{n:064x}"] * bool(try_["photos"])}
        step = entry(n, now, try_["action"], data | {"co_reviewer": try_["second"]}, text, row["state"])
        row = FOLDS[done.kind.removeprefix("inspection.")](row, step)
        taken.append(try_["action"])
        assert row["state"] == done.to
        assert before["photos"].keys() <= row["photos"].keys()
        if "due_at" in data:
            assert datetime.fromisoformat(row["due_at"]) >= row["due_from"]
    if row["state"] == "closed":
        assert taken[-1] == "close" or taken[-2:] == ["doubt", "confirm"]
        assert row["closed_by"] == "p1"
        assert taken[-2] == "submit"
        assert row["co_reviewer"] == "p2"
        assert [p["stage"] for p in row["photos"].values()].count("review") >= 1
    else:
        assert "close" not in taken
        assert (row["state"] == "dismissed") == ("dismiss" in taken)
    assert row.get("returned_count", 0) == taken.count("return")
