"""What must hold of a hazard and its listings after every act, written down once more and read from the journal."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from anlan.calling.models import Notice
from anlan.inspection.models import Hazard, Listing
from anlan.inspection.todos import TODOS
from anlan.kernel.entry import Entry
from anlan.platform.attachments.models import AttachmentLink
from anlan.platform.journal.models import Head, JournalEntry
from anlan.platform.journal.refold import entries_of
from anlan.platform.journal.rows import load_rows
from inspection.walk_acts import Stage

OFFICERS = frozenset({"supervision", "enforcement", "town", "town_second"})
# Entry -> (states it may be taken from, the state it leads to; "": the state stays).
ANY = frozenset({"found", "ordered", "submitted", "doubted", "closed", "dismissed", "merged"})
OPEN = frozenset({"found", "ordered", "submitted"})
LAW: dict[str, tuple[frozenset[str], str]] = {
    "found": (frozenset({""}), "found"),
    "judged": (frozenset({"found"}), ""),
    "ordered": (frozenset({"found"}), "ordered"),
    "submitted": (frozenset({"ordered"}), "submitted"),
    "returned": (frozenset({"submitted"}), "ordered"),
    "closed": (frozenset({"submitted"}), "closed"),
    "doubted": (frozenset({"submitted"}), "doubted"),
    "confirmed": (frozenset({"doubted"}), "closed"),
    "rejected": (frozenset({"doubted"}), "ordered"),
    "disputed": (frozenset({"closed"}), "doubted"),
    "dismissed": (OPEN, "dismissed"),
    "merged": (OPEN, "merged"),
    "absorbed": (OPEN | {"doubted"}, ""),
    "extension_applied": (frozenset({"ordered"}), ""),
    "extension_granted": (frozenset({"ordered"}), ""),
    "extension_refused": (frozenset({"ordered"}), ""),
    "transferred": (frozenset({"ordered", "submitted", "closed"}), ""),
    "co_confirmed": (frozenset({"closed"}), ""),
    "looked_back": (frozenset({"closed"}), ""),
    "listing_opened": (frozenset({"ordered", "submitted", "doubted", "closed"}), ""),
    "listing_ended": (ANY, ""),
}
# Who may do what: roles, written down once more.
WHO: dict[str, frozenset[str]] = {
    "submit": frozenset({"enterprise"}),
    "extend": frozenset({"enterprise"}),
    "grant": OFFICERS | {"leader"},
    "refuse": OFFICERS | {"leader"},
    "withdraw": OFFICERS | {"leader", "enterprise"},
}
LISTING_WHO: dict[str, frozenset[str]] = {
    "sign": frozenset({"leader"}),
    "decline": frozenset({"leader"}),
    "cancel": frozenset({"leader"}),
    "follow": OFFICERS,
    "apply": frozenset({"enterprise", "town", "town_second"}),
    "withdraw": OFFICERS | {"leader", "enterprise"},
}
ALLOWANCE, WITHDRAW, ANSWER, SECOND = (
    timedelta(hours=72),
    timedelta(minutes=10),
    timedelta(days=7),
    timedelta(seconds=1),
)


def may(prefix: str, action: str) -> frozenset[str]:
    """The roles that may take this action; the rest are the officers', those of listings the office's."""
    if prefix:
        return LISTING_WHO.get(action, frozenset({"supervision"}))
    return WHO.get(action, OFFICERS)


def entries(subject: str) -> list[Entry]:
    """What the journal holds of a subject, in order."""
    head = Head.objects.filter(subject=subject).first()
    return entries_of(head.sid) if head else []


def recorded(entry: Entry) -> datetime:
    """When an entry was recorded."""
    return datetime.fromtimestamp(entry.wall / 1000, UTC)


def happened(entry: Entry) -> datetime:
    """When it happened, as stated."""
    return recorded(entry) if entry.at is None else datetime.fromtimestamp(entry.at / 1000, UTC)


def word(entry: Entry) -> str:
    """The last word of the entry's kind."""
    return entry.kind.rpartition(".")[2]


def held(kind: Any, key: str) -> dict[str, Any]:
    """The row as it stands, without when it changed."""
    found = load_rows(kind.SUBJECT, [key]).get(key) or {}
    return {n: v for n, v in found.items() if n not in {"changed_at", "stepped_at"}}


def everything(case: Stage) -> tuple[Any, ...]:
    """What a refused act must leave as it is."""
    listing = held(Listing, case.listing) if case.listing else {}
    return (
        JournalEntry.objects.count(), held(Hazard, case.hazard), held(Hazard, case.other), listing,
        Listing.objects.count(), AttachmentLink.objects.exclude(subject__startswith="person/").count(),
        sorted(Notice.objects.values_list("id", "withdrawn_at")),
    )  # fmt: skip


def effective(all_entries: list[Entry]) -> list[Entry]:
    """The entries that were not taken back; each withdrawal is its author's own, of the last entry, and in time."""
    kept: list[Entry] = []
    for entry in all_entries:
        if word(entry) != "withdrawn":
            kept.append(entry)
            continue
        undone = kept.pop()
        assert undone.id == entry.data["entry"]
        assert undone.actor == entry.actor
        assert recorded(entry) - recorded(undone) <= WITHDRAW
    return kept


def lawful(case: Stage) -> None:
    """Everything that must hold of the hazard, its listings, notices and to-dos as they stand."""
    row = case.row
    line = effective(entries(f"inspection.hazard/{case.hazard}"))
    _follows_the_loop(row, line)
    _times_are_possible(line)
    _deadlines_are_ahead(row, line)
    _reviewed_by_two(case, row, line)
    _ended_by_two(case, row, line)
    _listed(row)
    told(case, row)
    # Asked for every other act of a closed hazard, and a fifth of the others: it is what costs most.
    if len(line) % 2 == 0 if row.closed_at is not None else case.rng.random() < 0.2:
        to_do(case, row)


def _follows_the_loop(row: Hazard, line: list[Entry]) -> None:
    state = ""
    for entry in line:
        from_, to = LAW[word(entry)]
        assert state in from_, (state, word(entry))
        assert entry.to in (None, to)
        if word(entry) == "listing_ended" and entry.data["state"] == "unlisted":
            assert state == "closed"
        state = to or state
    assert row.state == state
    assert (row.closed_at is None) == (state in OPEN | {"doubted"})
    if row.grade == "major" and state in {"ordered", "submitted", "doubted", "closed"}:
        assert row.five_funds_yuan is not None
        assert row.five_measures


def _times_are_possible(line: list[Entry]) -> None:
    last = None
    for entry in line:
        at = happened(entry)
        assert recorded(entry) - ALLOWANCE <= at < recorded(entry) + SECOND
        if entry.at is not None and last is not None:
            assert at >= last
        last = at if last is None or entry.to or entry.at is not None else last


def _deadlines_are_ahead(row: Hazard, line: list[Entry]) -> None:
    due, granted, days = None, 0, 0
    for entry in line:
        if word(entry) == "ordered":
            assert entry.data.get("due_at")
        if word(entry) == "submitted":
            assert bool(entry.data.get("late")) == (due is not None and recorded(entry) > due)
        if word(entry) == "extension_applied":
            assert due is not None
            assert recorded(entry) <= due
            days = entry.data["days"]
        if word(entry) == "extension_granted":
            granted += 1
            assert entry.data["days"] <= days
            assert due is not None
            assert datetime.fromisoformat(entry.data["due_at"]) > due
        if entry.data.get("due_at"):
            due = datetime.fromisoformat(entry.data["due_at"])
            assert due > recorded(entry)
            assert due > happened(entry)
    assert row.due_at == due
    assert row.extended_count == granted <= 2
    if row.due_at is not None and row.due_from is not None and row.ordered_at is not None:
        assert row.due_at > row.due_from >= row.ordered_at


def _reviewed_by_two(case: Stage, row: Hazard, line: list[Entry]) -> None:
    people = case.world.county.person
    officers = {people[role] for role in OFFICERS}
    review, closing, mender, answered = None, None, "", False
    for entry in line:
        if word(entry) == "submitted":
            mender = entry.actor
            assert entry.actor == people["enterprise"]
            assert entry.text.get("photos")
        if word(entry) in {"closed", "doubted"}:
            review, answered = entry, False
            pair = {entry.actor, entry.data["co_reviewer"]}
            assert pair <= officers - {mender}
            assert len(pair) == 2
            assert entry.text.get("photos")
            assert entry.text.get("note")
            if row.grade == "major":
                assert pair - case.finders
        if word(entry) in {"confirmed", "rejected"}:
            assert review is not None
            assert entry.actor in officers - {review.actor, review.data["co_reviewer"], mender}
        if word(entry) in {"closed", "confirmed"}:
            closing = entry
        if word(entry) in {"co_confirmed", "disputed"}:
            assert review is not None
            assert entry.actor == review.data["co_reviewer"]
            assert not answered
            assert closing is not None
            assert recorded(entry) - happened(closing) <= ANSWER
            answered = True
    if row.state != "closed":
        return
    assert review is not None
    assert (row.closed_by, row.co_reviewer) == (review.actor, review.data["co_reviewer"])
    assert [p.stage for p in row.photos.all()].count("review") >= 1


def _ended_by_two(case: Stage, row: Hazard, line: list[Entry]) -> None:
    if row.state in {"dismissed", "merged"}:
        assert row.listed == ""
    if row.state == "dismissed" and (row.ordered_at is not None or row.grade == "major"):
        assert row.dismissed_by != row.found_by
    if row.state == "merged":
        assert Hazard.objects.get(pk=row.merged_into_id).state != "merged"
        assert entries(f"inspection.hazard/{row.merged_into_id}")[-1].data["other"] == str(row.id)
    if row.reopened_as_id is not None:
        again = Hazard.objects.get(pk=row.reopened_as_id)
        assert (row.state, again.reopened_from_id, again.state) == ("closed", row.id, "found")


def _listed(hazard: Hazard) -> None:
    rows = list(Listing.objects.filter(hazard_id=hazard.pk))
    levels = sorted(row.level for row in rows if row.ended_at is None)
    assert hazard.listed == " ".join(levels)
    assert len(levels) == len(set(levels))
    if levels:
        assert hazard.state not in {"found", "dismissed", "merged"}
        assert hazard.grade == "major"
    for row in rows:
        for entry in (line := entries(f"inspection.listing/{row.pk}")):
            assert word(entry) != "signed" or entry.actor != line[0].actor
        if row.state == "unlisted":
            # Closed for good: an objection comes before two officers have looked again, or not at all.
            assert hazard.state == "closed"
            assert row.level != "county" or row.co_reviewer not in {"", row.ended_by}
            assert row.level == "county" or row.end_number == "台1号"
        if row.ended_at is None and hazard.due_at is not None:
            assert row.due_at <= hazard.due_at
        assert (row.follow_due_at is not None) == (row.state == "listed")


def told(case: Stage, row: Hazard) -> None:
    """No notice stands of a matter that is over."""
    topics = set(
        Notice.objects.filter(subject=f"inspection.hazard/{row.pk}", withdrawn_at=None).values_list("topic", flat=True)
    )
    if row.state != "ordered":
        assert "inspection.hazard_due" not in topics
    waits = row.state == "closed" and row.co_confirmed_at is None and row.disputed_at is None
    if not waits:
        assert "inspection.co_review" not in topics
    if row.state in {"dismissed", "merged"} or (row.state == "closed" and not row.listed):
        assert topics <= ({"inspection.co_review"} if waits else set())


_TO_DO = {"found": "to_order", "ordered": "to_mend", "submitted": "to_review", "doubted": "to_decide"}
_ASKED = ("enterprise", "town_second", "supervision")
_OF_HAZARDS = [
    t for t in TODOS
    if t.id.partition(".")[2] in {*_TO_DO.values(), "to_co_confirm", "overdue", "to_extend", "extension_answered"}
]  # fmt: skip


def to_do(case: Stage, row: Hazard) -> None:
    """Everybody's list of open matters names the hazard exactly where it waits."""
    link = f"/inspection/hazards/{row.pk}"
    for role in _ASKED:
        scope = case.world.scope[role]
        asked = {
            todo.id.removeprefix("inspection.")
            for todo in _OF_HAZARDS
            if link in {item.url for item in todo.items(scope, case.now, 50)[0]}
        }
        late = {"overdue"} & asked if row.state == "ordered" else set()
        other = {"to_extend", "extension_answered"} & asked if row.state == "ordered" else set()
        expected = {_TO_DO[row.state]} if row.state in _TO_DO else set()
        if role == "enterprise":
            expected &= {"to_mend"}
        else:
            expected -= {"to_mend"}
        if row.state == "doubted" and scope.person in {row.doubted_by, row.co_reviewer, row.submitted_by}:
            expected = set()
        if row.state == "closed" and scope.person == row.co_reviewer:
            open_ = row.co_confirmed_at is None and row.disputed_at is None
            in_time = row.closed_at is not None and case.now - row.closed_at <= ANSWER
            expected = {"to_co_confirm"} if open_ and in_time else set()
        assert asked - late - other == expected, (role, row.state, asked)
