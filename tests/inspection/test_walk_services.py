"""Random walks through the whole loop with the services and the database: what may never happen does not.

Several persons, clocks that lie, stale pages, repeated presses and things left out; the law is read from the journal after
every act (inspection.walk_law). That the walks notice a broken rule is shown by breaking one after another.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import timedelta
from random import Random
from typing import Any

import pytest
from django.db import transaction

from anlan.calling import subscribers
from anlan.calling.services.reminders import reminders_run
from anlan.inspection import queries, todos
from anlan.inspection.errors import StepRefused
from anlan.inspection.models import Hazard
from anlan.inspection.rules import acts as acts_rules
from anlan.inspection.rules import co_review, withdrawal
from anlan.inspection.rules import hazard as hazard_rules
from anlan.inspection.rules.acts import ACTS as RULE_ACTS
from anlan.inspection.rules.ending import ENDED
from anlan.inspection.rules.hazard import HAZARD_LOOP
from anlan.inspection.rules.listing import LISTING_ACTS as RULE_LISTING_ACTS
from anlan.inspection.rules.listing import LISTING_LOOP
from anlan.inspection.services import dismissals, doubts, extensions, steps
from anlan.kernel.errors import AnlanError
from anlan.platform import clock
from anlan.platform.journal import node
from anlan.platform.journal.models import JournalEntry
from anlan.platform.journal.rebuild import rebuild
from inspection.factories import World
from inspection.walk_acts import ACTS, LISTING_ACTS, PEOPLE, Stage, stage
from inspection.walk_law import entries, everything, held, lawful, may

pytestmark = pytest.mark.django_db

Capture = Callable[..., AbstractContextManager[Any]]
LISTING = "listing."
# What fits a state, so that walks get far; a name twice is drawn twice as often.
LIKELY: dict[str, tuple[str, ...]] = {
    "found": (*["judge"] * 2, *["order"] * 8, "withdraw", "dismiss", "merge"),
    "ordered": (*["submit"] * 8, *["extend"] * 6, "transfer", "withdraw", "merge", "dismiss"),
    "submitted": (*["close"] * 10, *["return"] * 2, "withdraw", "merge"),
    "doubted": ("confirm", "confirm", "reject", "withdraw"),
    "closed": ("co_confirm", "dispute", "dispute", "look_back", "withdraw", "transfer"),
    "dismissed": ("withdraw", "dismiss"),
    "merged": ("withdraw", "merge"),
}  # fmt: skip
LIKELY_MAJOR = ("listing.propose",) * 12 + ("listing.receive",) * 4
LIKELY_LISTED: dict[str, tuple[str, ...]] = {
    "proposed": (*["sign"] * 12, "decline", "cancel", "reassign", "withdraw", "withdraw"),
    "listed": ("follow", "follow", "notice", "notice", "apply", "reassign", "cancel", "withdraw", "withdraw"),
    "unlisting_applied": (*["unlist"] * 6, *["return"] * 3, *["receive_end"] * 4, "withdraw"),
    "unlisted": ("notice", "withdraw", "withdraw"),
    "refused": ("withdraw",),
    "cancelled": ("withdraw",),
}
EVERY = sorted([*ACTS, *(LISTING + name for name in LISTING_ACTS)])
# Each act is the theme of one, the last three once more, for those that their walks did not get to.
WALKS = (*range(len(EVERY)), 44, 70, 85)
BEFORE = {"grant": "extend", "refuse": "extend", "dispute": "close"}
FINAL = frozenset({"dismiss", "merge", "listing.cancel", "listing.decline"})
BEGINS = ("propose", "receive", "sign", "decline")
AFTER_LISTING = frozenset(LISTING + name for name in LISTING_ACTS if name not in BEGINS)
MINUTES = (1, 2, 4, 9, 11, 300, 1500, 6000, 14000)
SOON = (1, 3, 9, 11, 1500)
# What a person states about when it happened, in hours from now.
LIES = (-1, -1, -30, -80, -400, 2)


@dataclass
class Seen:
    """What the walks came through: accepted acts, refusals, states."""

    accepted: Counter[str] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    states: Counter[str] = field(default_factory=Counter)


def _last_actor(case: Stage, subject: str) -> str:
    line = entries(subject)
    people = {person: role for role, person in case.world.county.person.items()}
    return people.get(line[-1].actor, "town") if line else "town"


def _choose(case: Stage, theme: str) -> tuple[str, str]:
    """An act and the role of whoever tries it: mostly what fits, often the walk's theme, sometimes anything by anybody."""
    rng, row, listing = case.rng, case.row, case.listing_row
    likely = list(LIKELY[row.state])
    if row.state == "ordered" and row.extensions.filter(state="applied").exists():
        likely += ["grant"] * 4 + ["refuse"] * 4
    if row.grade == "major" and row.state in {"ordered", "submitted"} and not row.listed:
        likely += LIKELY_MAJOR
    if listing is not None and row.state == "submitted":
        likely += ["close"] * 10
    if listing is not None:
        likely += [LISTING + name for name in LIKELY_LISTED[listing.state]]
        if row.state == "closed" and listing.state == "listed":
            likely += ["listing.apply"] * 10 + ["listing.receive_end"] * 4
    likely = [name for name in likely if name not in FINAL or name == theme or rng.random() < 0.15]
    likely += [name for name in (theme, BEFORE.get(theme, "")) if name in likely for _ in range(16)]
    action = rng.choice(EVERY) if rng.random() < 0.12 else rng.choice(likely)
    prefix, _, name = action.rpartition(".")
    if rng.random() < 0.1:
        return action, rng.choice(PEOPLE)
    if name == "withdraw":
        subject = f"inspection.listing/{case.listing}" if prefix else f"inspection.hazard/{case.hazard}"
        return action, _last_actor(case, subject)
    if case.doubtful and name in {"confirm", "reject"} and rng.random() < 0.3:
        return action, _last_actor(case, f"inspection.hazard/{case.hazard}")  # whoever closed it judges his own review
    if name in {"co_confirm", "dispute"}:
        named = [r for r, p in case.world.county.person.items() if p == row.co_reviewer]
        return action, (named or ["town_second"])[0]
    if name == "order" or name == "judge":
        return action, "town"
    return action, rng.choice(sorted(may(prefix, name)))


def _made(case: Stage, action: str, role: str, n: int) -> Any:
    """The press with its key; sometimes with an old page or a moment that isn't so."""
    prefix, _, name = action.rpartition(".")
    rng, odd = case.rng, case.rng.random() < 0.12
    tried = (LISTING_ACTS if prefix else ACTS)[name](case, role, odd)
    wrong: dict[str, Any] = {"once": f"{role}-{n}"}
    if rng.random() < 0.12 and hasattr(tried.item, "at"):
        wrong["at"] = case.now + timedelta(hours=rng.choice(LIES))
    if rng.random() < 0.06:
        wrong["base"] = 1
    return replace(tried, item=replace(tried.item, **wrong))


def _walk(world: World, seed: int, capture: Capture, seen: Seen, length: int = 20) -> None:
    rng = Random(seed)
    theme = EVERY[seed % len(EVERY)]
    major = theme.startswith(LISTING) or rng.random() < 0.5
    case = stage(world, rng, major=major, listed=theme in AFTER_LISTING)
    case.doubtful = theme in {"confirm", "reject"}
    # The row after each entry that was not taken back; what came before the walk is not taken back in it.
    kept: list[dict[str, Any]] = [held(Hazard, case.hazard)] * len(entries(f"inspection.hazard/{case.hazard}"))
    for n in range(length):
        action, role = _choose(case, theme)
        soon = action.endswith("withdraw") or theme in BEFORE
        case.now += timedelta(minutes=rng.choice(SOON if soon else MINUTES))
        tried = _made(case, action, role, n)
        state, before, count = case.row.state, everything(case), JournalEntry.objects.count()
        # What a subscriber does after the commit is done as it is on a server: at once.
        with clock.frozen(case.now), capture(execute=True):
            try:
                made = tried.service(scope=world.scope[role], item=tried.item, now=case.now)
            except AnlanError as error:
                made = None
                seen.refused.update([error.code])
        if made is None:
            assert everything(case) == before, (action, role)
            continue
        _accepted(case, action, role, tried, made, state, count)
        _as_before(case, kept)
        seen.accepted.update([action])
        seen.states.update([case.row.state])
        lawful(case)
        if n % 3 == 0:
            reminders_run(now=case.now)
            lawful(case)
        over = case.row.closed_at is not None and not case.row.listed
        if (case.row.state in ENDED and rng.random() < 0.5) or (over and rng.random() < 0.2):
            break
    assert rebuild(check=True, shuffle=seed).differences == 0


def _accepted(case: Stage, action: str, role: str, tried: Any, made: Any, state: str, count: int) -> None:
    """An act that was let through was its doer's to do, from there, on the page of now; a second press changes nothing."""
    prefix, _, name = action.rpartition(".")
    assert role in may(prefix, name), (action, role)
    if not prefix and name != "withdraw":
        assert state in acts_rules.find_action(name).from_, (action, state)
    if name in {"propose", "receive"}:
        case.listing = str(made)
    subject = f"inspection.listing/{case.listing}" if prefix and name not in {"propose", "receive"} else ""
    subject = subject or f"inspection.hazard/{case.hazard}"
    if tried.item.base is not None:
        assert tried.item.base == len(entries(subject)) - (name != "notice")
    after = everything(case)
    assert JournalEntry.objects.count() > count
    with clock.frozen(case.now):
        try:
            again = tried.service(scope=case.world.scope[role], item=tried.item, now=case.now)
        except AnlanError as error:
            raise AssertionError(f"{action} pressed again: {error}") from error
    assert again == made
    assert everything(case) == after, action


def _as_before(case: Stage, kept: list[dict[str, Any]]) -> None:
    """After a withdrawal the row is exactly what it was before the step."""
    line = entries(f"inspection.hazard/{case.hazard}")
    row = held(Hazard, case.hazard)
    depth = len(line) - 2 * sum(e.kind.endswith(".withdrawn") for e in line)
    if depth < len(kept):
        assert depth == len(kept) - 1
        kept.pop()
        assert row == kept[-1]
    elif depth > len(kept):
        assert depth == len(kept) + 1
        kept.append(row)


def explore(world: World, seeds: Iterable[int], capture: Capture) -> Seen:
    """The same walks at every run; nothing of them stays."""
    seen = Seen()
    for seed in seeds:
        with transaction.atomic():
            _walk(world, seed, capture, seen)
            transaction.set_rollback(True)
        node.forget()  # its clock goes back with the walk
    return seen


def test_every_act_of_the_loop_is_tried() -> None:
    by_hand = {a.id for a in HAZARD_LOOP.actions if not a.automatic} - {"report"} | {a.id for a in RULE_ACTS}
    assert set(ACTS) == by_hand
    assert set(LISTING_ACTS) == {a.id for a in LISTING_LOOP.actions} | {a.id for a in RULE_LISTING_ACTS}
    assert set(LIKELY) == {word for word, _ in HAZARD_LOOP.choices}
    assert set(LIKELY_LISTED) == {word for word, _ in LISTING_LOOP.choices}


def test_random_walks_through_the_services_keep_the_law(world: World, django_capture_on_commit_callbacks: Any) -> None:
    seen = explore(world, WALKS, django_capture_on_commit_callbacks)
    assert set(EVERY) - set(seen.accepted) == set()
    assert set(LIKELY) - set(seen.states) == set()


def _without(where: Any, name: str, *codes: str) -> Callable[[pytest.MonkeyPatch], None]:
    """A rule that forgets reasons."""
    check = getattr(where, name)

    def plant(patch: pytest.MonkeyPatch) -> None:
        patch.setattr(where, name, lambda *facts: [v for v in check(*facts) if v.code not in codes])

    return plant


def _set(where: Any, name: str, value: Any) -> Callable[[pytest.MonkeyPatch], None]:
    return lambda patch: patch.setattr(where, name, value)


def _half_written(patch: pytest.MonkeyPatch) -> None:
    """A step that is refused after its entry was written, without a point to come back to."""
    write = steps.record_many

    def record(drafts: Any, **values: Any) -> Any:
        made = write(drafts, **values)
        if any(draft.kind.endswith(".transferred") for draft, _ in drafts):
            raise StepRefused("inspection.hazard.transfer.refused", [])
        return made

    patch.setattr(steps, "record_many", record)
    patch.setattr(steps, "writing", nullcontext)


HAZARD, CLOSE = "inspection.hazard.", "inspection.hazard.close."
# What is broken, and a walk that comes by; where the walks have changed, the others are tried as well.
PLANTS: dict[str, tuple[Callable[[pytest.MonkeyPatch], None], int]] = {
    "closed by one officer": (_without(steps, "check_close", CLOSE + "two_officers"), 7),
    "closed without a photo": (_without(steps, "check_close", CLOSE + "review_photo_missing"), 9),
    "closed from any state": (_without(steps, "check_close", "kernel.loop.not_from_here"), 7),
    "major closed by its finders": (_without(steps, "check_major_review", CLOSE + "major_finders"), 10),
    "second officer unknown": (_set(steps.queries, "officers_known", lambda scope, ids, *rest: frozenset(ids)), 19),
    "an order that is not judged": (_set(steps, "check_order", lambda facts: []), 10),
    "late extension": (_without(extensions, "check_extend", HAZARD + "extension.too_late"), 28),
    "a moment ahead": (_set(hazard_rules, "check_moment", lambda *facts: []), 0),
    "anybody answers for the second officer": (_set(co_review, "_check_answer", lambda facts: []), 0),
    "judge of one's own review": (_without(doubts, "check_confirm", HAZARD + "doubt.own_review"), 39),
    "dismissed while listed": (_without(dismissals, "check_dismiss", HAZARD + "listed_open"), 19),
    "finder dismisses alone": (_without(dismissals, "check_dismiss", HAZARD + "dismiss.finder_alone"), 30),
    "withdrawn days later": (_set(withdrawal, "LONGEST", timedelta(days=90)), 29),
    "another's step withdrawn": (_set(withdrawal, "_own_and_soon", lambda *facts: []), 7),
    "written and refused": (_half_written, 1),
    "a reminder that stays": (_set(subscribers, "matter_refresh", lambda **values: 0), 2),
    "a second press is a second step": (_set(steps.queries, "once_recorded", lambda *keys: set()), 0),
    "to be reviewed after the closing": (
        _set(todos.queries, "hazard_rows", lambda scope, state: queries.hazard_list(scope)), 0,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", PLANTS)
def test_the_walks_notice_what_is_broken(
    world: World, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    plant, seed = PLANTS[name]
    plant(monkeypatch)
    with pytest.raises(AssertionError):
        explore(world, [seed, *WALKS], django_capture_on_commit_callbacks)
