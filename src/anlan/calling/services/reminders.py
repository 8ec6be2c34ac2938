"""The reminder run: makes the notices that stand equal to what is due now. Repeating it changes nothing.

A run compares three things: open matters with their deadlines (the truth), the posts at each level, and the notices that
stand. What is missing is sent, what no longer holds is withdrawn, what was withdrawn and holds again is put back. So a
restart, a clock that jumped, an extension or a hand-over need no case of their own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from anlan.accounts import queries as accounts
from anlan.calling import queries
from anlan.calling.models import Notice
from anlan.calling.queries import Key
from anlan.calling.rules.reminder import DueStep, StepsDue, said_of, table_on, working_day
from anlan.calling.services.digests import digests_make, digests_withdraw
from anlan.kernel.reminders import Matter
from anlan.platform.bulk import insert_new
from anlan.platform.catalogue import CATALOGUE
from anlan.platform.database import hold_keys, is_sqlite, writing
from anlan.platform.declare import Reminder
from anlan.platform.journal.home import home_test

_PART = 1000


@dataclass(frozen=True, slots=True)
class RunResult:
    """What one run did: notices sent, put back and withdrawn, digests made, and due steps that nobody could be told."""

    sent: int
    withdrawn: int
    digests: int
    unreached: int


def reminders_run(*, now: datetime) -> RunResult:
    """Send, put back and withdraw what is due at `now` (aware), for the matters whose home is this node.

    Raises:
        Unavailable: "journal.node.not_initialised".
    Source: house rule; subjects of another node are that node's to remind of.
    """
    sent = withdrawn = unreached = 0
    reminders = CATALOGUE.reminders.values()
    places = accounts.posts_placed({right for reminder in reminders for right in reminder.rights.values()}, now)
    for reminder in reminders:
        plan = _planned(reminder, places, now)
        standing = queries.notices_standing(reminder.id)
        withdrawn += _withdraw(plan, standing.items(), now)
        missing = plan.wanted.keys() - standing.keys()
        sent += _send(reminder, plan, missing, now)
        unreached += plan.unreached
    digests_withdraw(now=now)
    return RunResult(sent, withdrawn, digests_make(now=now), unreached)


def matter_refresh(*, subject: str, now: datetime) -> int:
    """Withdraw what no longer holds of one subject, at once and not by the next run; how many were.

    It waits for a run that is just writing, so that nothing stands once this has returned. Nothing is sent here.
    """
    kind, gone = subject.partition("/")[0], 0
    for reminder in CATALOGUE.reminders.values():
        if reminder.subject == kind:
            # One writer at a time on SQLite: what a run wrote is committed, so a look without the key is exact.
            if is_sqlite() and not queries.notice_stands(reminder.id, subject):
                continue
            with writing():
                hold_keys("calling.reminder", [reminder.id])
                standing = queries.notices_standing(reminder.id, [subject])
                # Who is to be told is left to the run; that a deadline is no more, is known without looking at any post.
                plan = _Plan({m.subject: m for m in reminder.matters([subject])}, {})
                stamps = {_stamp(matter) for matter in plan.matters.values()}
                stale = [(k, n) for k, n in standing.items() if k[1].rpartition("@")[2] not in stamps]
                gone += _withdraw(plan, stale, now)
    if gone:
        digests_withdraw(now=now)
    return gone


def matter_tell(*, topic: str, subject: str, now: datetime) -> int:
    """Send at once what is due of one subject under one topic, and withdraw what no longer holds; how many were sent.

    The next run finds them standing and sends nothing twice. A subject whose home is another node is that node's to tell.
    """
    reminder = CATALOGUE.reminders[topic]
    places = accounts.posts_placed(set(reminder.rights.values()), now)
    plan = _planned(reminder, places, now, [subject])
    standing = queries.notices_standing(topic, [subject])
    gone = _withdraw(plan, standing.items(), now)
    if gone:
        digests_withdraw(now=now)
    return _send(reminder, plan, plan.wanted.keys() - standing.keys(), now)


@dataclass(slots=True)
class _Plan:
    """What should stand: step and deadline by key, and the open matters by subject."""

    matters: dict[str, Matter]
    wanted: dict[Key, DueStep]
    unreached: int = 0


def _planned(
    reminder: Reminder, places: Sequence[accounts.PostPlace], now: datetime, subjects: Sequence[str] | None = None
) -> _Plan:
    home, table = home_test(), table_on(reminder.tables, working_day(now))
    plan = _Plan({m.subject: m for m in reminder.matters(subjects) if home(m.region)}, {})
    if table is None:
        return plan
    addressees, steps = queries.Addressees(reminder.rights, places), StepsDue(table, now)
    for matter in plan.matters.values():
        newest: dict[str, DueStep] = {}
        for level, due in steps.of(matter).items():
            posts = addressees.of(level, matter)
            plan.unreached += not posts
            for post in posts:
                # A post that stands in for a level that nobody holds hears once, of what is newest.
                if post not in newest or newest[post].rank < due.rank:
                    newest[post] = due
        stamp = _stamp(matter)
        for post, due in newest.items():
            plan.wanted[matter.subject, f"{due.key}@{stamp}", post] = due
    return plan


def _stamp(matter: Matter) -> str:
    """What ties a step to its deadline."""
    return str(int(matter.due_at.timestamp()))


def _withdraw(plan: _Plan, standing: Iterable[tuple[Key, int]], now: datetime) -> int:
    """Withdraw the standing notices that the plan does not want. Returns how many."""
    stale = [(key, number) for key, number in standing if key not in plan.wanted]
    if not stale:
        return 0
    told = {(subject, step.rpartition("@")[2], post) for subject, step, post in plan.wanted}
    gone: dict[str, list[int]] = defaultdict(list)
    for (subject, step, post), number in stale:
        if subject not in plan.matters:
            gone["settled"].append(number)
        else:
            gone["newer" if (subject, step.rpartition("@")[2], post) in told else "moved"].append(number)
    count = 0
    for why, numbers in gone.items():
        for start in range(0, len(numbers), _PART):
            part = numbers[start : start + _PART]
            with writing():
                rows = Notice.objects.filter(pk__in=part, withdrawn_at__isnull=True)
                count += rows.update(withdrawn_at=now, withdrawn_why=why)
    return count


def _send(reminder: Reminder, plan: _Plan, missing: Collection[Key], now: datetime) -> int:
    """Make or put back the missing notices, in parts that each hold the topic's key for a moment. Returns how many."""
    by_subject: dict[str, list[Key]] = defaultdict(list)
    for key in missing:
        by_subject[key[0]].append(key)
    subjects, count = sorted(by_subject), 0
    for start in range(0, len(subjects), _PART):
        part = subjects[start : start + _PART]
        with writing():
            hold_keys("calling.reminder", [reminder.id])
            # Read again under the key: whoever closes or extends one of these after this line waits in matter_refresh.
            waiting = {m.subject: m.due_at for m in reminder.matters(part)}
            keys = [
                key
                for subject in part
                if waiting.get(subject) == plan.matters[subject].due_at
                for key in by_subject[subject]
            ]
            count += _write(reminder.id, plan, keys, now)
    return count


_COLUMNS = (
    "topic", "subject", "step", "post_id", "form", "code", "facts", "due_at", "made_at", "read_by", "withdrawn_why",
)  # fmt: skip


def _write(topic: str, plan: _Plan, keys: list[Key], now: datetime) -> int:
    held = queries.notices_held(topic, {key[0] for key in keys})
    again = [held[key][0] for key in keys if key in held and held[key][1]]
    # Put back unread ones wait for the next digest: the one that carried them may be gone.
    count = Notice.objects.filter(pk__in=again).update(withdrawn_at=None, withdrawn_why="", parent=None)
    said: dict[datetime, tuple[str, dict[str, str | int]]] = {}
    made = []
    for key in keys:
        if key in held:
            continue
        subject, step, post = key
        due_at = plan.matters[subject].due_at
        if due_at not in said:
            said[due_at] = said_of(due_at, now)
        form = "single" if plan.wanted[key].urgent else "item"
        made.append((topic, subject, step, post, form, *said[due_at], due_at, now, "", ""))
    made.sort(key=lambda row: row[3])
    insert_new(Notice, _COLUMNS, made)
    return count + len(made)
