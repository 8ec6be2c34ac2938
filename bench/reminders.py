"""Speed of reminders: a county of open hazards with deadlines from a month ago to a month ahead, told to all their levels.

Every major one of them (5 %) is listed (挂牌督办) with its next follow-up due within days, and every enterprise owes its
self-checks since two months, so that all topics of reminders have their share.

Run: `python bench/reminders.py --json [--hazards 20000] [--enterprises 2000] [--database URL]`. Prints one line of JSON.
Every enterprise has an officer, every town two, the offices and the bureau theirs. `first_run` sends everything at once to
empty inboxes, which is the worst case; `repeat_run` finds nothing to do; `next_day_run` is an ordinary morning.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import place

_SUBJECTS = 400


def main() -> None:
    """Read the command line, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="one line of JSON (always printed; kept for uniformity)")
    parser.add_argument("--hazards", type=int, default=20_000)
    parser.add_argument("--enterprises", type=int, default=2_000)
    parser.add_argument("--database", help="postgresql://…; default: SQLite in a temporary folder")
    asked = parser.parse_args()
    folder = place.prepare(None, asked.database)
    try:
        now = datetime.now(UTC)
        seed(asked.enterprises, asked.hazards, now)
        print(json.dumps(measure(now, bool(asked.database)), ensure_ascii=False))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def seed(enterprises: int, hazards: int, now: datetime) -> None:
    """Bodies, enterprises with one officer each, open hazards ordered forty days ago, the major ones of them listed."""
    import bulk

    bulk.seed(enterprises, 0, now - timedelta(days=60), place.note)
    made, dice = bulk.standing(), random.Random(7)
    _officers([firm.id for firm in made], [firm.region for firm in made], now - timedelta(days=60))
    place.note(f"officers {len(made)}")
    for start in range(0, hazards, _SUBJECTS):
        _hazards(made, min(_SUBJECTS, hazards - start), now, dice)
    place.note(f"hazards {hazards}")
    place.note(f"listings {_listings(now, dice)}")


def _officers(ids: list[str], regions: list[str], now: datetime) -> None:
    from anlan.accounts import queries as accounts
    from anlan.accounts.services.bootstrap import SETUP
    from anlan.accounts.services.organisations import organisation_create
    from anlan.accounts.services.people import person_create
    from anlan.accounts.services.posts import post_create
    from anlan.platform.database import writing

    role = accounts.role_by_word("enterprise")
    for start in range(0, len(ids), 100):
        with writing():
            for n, (firm, region) in enumerate(zip(ids[start : start + 100], regions[start : start + 100], strict=True)):
                body = {"name": f"企业{start + n}", "kind": "enterprise", "region": region}
                organisation = organisation_create(scope=SETUP, values=body, now=now)
                person = person_create(scope=SETUP, values={"name": "安全员", "region": region}, now=now)
                values = {
                    "person_id": person, "organisation_id": organisation, "role_id": str(role.pk), "prefix": region,
                    "enterprise_id": firm,
                }  # fmt: skip
                post_create(scope=SETUP, values=values, now=now)


def _hazards(made: list[Any], count: int, now: datetime, dice: random.Random) -> None:
    from anlan.kernel.deadlines import end_of_day, local_date
    from anlan.kernel.entry import Draft, Step
    from anlan.platform.database import writing
    from anlan.platform.journal import node
    from anlan.platform.journal.record import NEW, record_many
    from anlan.platform.scope import SYSTEM

    at, drafts = now - timedelta(days=40), []
    with writing():
        for number in node.next_number("YH", at.year, count):
            firm, key = dice.choice(made), node.new_id(at)
            due = end_of_day(local_date(now) + timedelta(days=dice.randint(-30, 30)))
            found = {
                "number": number, "enterprise_id": firm.id, "office_id": firm.office_id, "source": "county",
                "grade": "major" if dice.random() < 0.05 else "general",
            }  # fmt: skip
            term = {"due_at": due.isoformat(), "due_provisional": False, "due_unit": "date"}
            for act, step, data in (("found", Step("", "found"), found), ("ordered", Step("found", "ordered"), term)):
                draft = Draft(
                    kind=f"inspection.hazard.{act}", subject=f"inspection.hazard/{key}", region=firm.region, data=data,
                    text={"description": "隐患"}, at=at, step=step,
                )  # fmt: skip
                drafts.append((draft, NEW if act == "found" else None))
        record_many(drafts, scope=SYSTEM, now=now - timedelta(minutes=5))


def _listings(now: datetime, dice: random.Random) -> int:
    """Every major hazard is listed by the city, and has to be followed up within days. How many."""
    from anlan.inspection.models import Hazard
    from anlan.kernel.deadlines import end_of_day, local_date
    from anlan.kernel.entry import Draft, Step
    from anlan.platform.database import writing
    from anlan.platform.journal import node
    from anlan.platform.journal.record import NEW, record_many
    from anlan.platform.scope import SYSTEM

    majors = list(Hazard.objects.filter(grade="major"))
    for start in range(0, len(majors), _SUBJECTS):
        part, drafts = majors[start : start + _SUBJECTS], []
        for hazard in part:
            key = node.new_id(now)
            due = end_of_day(local_date(now) + timedelta(days=dice.randint(-5, 9)))
            listed = {
                "number": f"GP-{hazard.number}", "hazard_id": str(hazard.pk), "enterprise_id": str(hazard.enterprise_id),
                "office_id": str(hazard.office_id) if hazard.office_id else None, "level": "city",
                "due_at": hazard.due_at.isoformat() if hazard.due_at else None, "follow_due_at": due.isoformat(),
            }  # fmt: skip
            opened = {"listing": key, "number": listed["number"], "level": "city"}
            region = hazard.region
            drafts += [
                (Draft(kind="inspection.listing.received", subject=f"inspection.listing/{key}", region=region, data=listed,
                       at=now - timedelta(days=20), step=Step("", "listed")), NEW),
                (Draft(kind="inspection.hazard.listing_opened", subject=f"inspection.hazard/{hazard.pk}", region=region,
                       data=opened), None),
            ]  # fmt: skip
        with writing():
            record_many(drafts, scope=SYSTEM, now=now - timedelta(minutes=4))
    return len(majors)


def timed(work: Callable[[], Any]) -> tuple[Any, dict[str, float]]:
    """What `work` returned, with seconds of wall clock and of CPU of this process."""
    wall, cpu = time.perf_counter(), time.process_time()
    done = work()
    return done, {
        "seconds": round(time.perf_counter() - wall, 2), "cpu_seconds": round(time.process_time() - cpu, 2),
    }  # fmt: skip


def measure(now: datetime, postgresql: bool) -> dict[str, Any]:
    """Every figure of this bench."""
    from django.db.models import Count

    from anlan.accounts import queries as accounts
    from anlan.accounts.services.bootstrap import SETUP
    from anlan.calling import queries
    from anlan.calling.models import Notice
    from anlan.calling.services.reminders import matter_refresh, reminders_run
    from anlan.inspection.models import Hazard

    morning = now.replace(hour=2, minute=0)  # 10:00 in Shanghai: the day's reminders are out
    figures: dict[str, Any] = {"open_hazards": Hazard.objects.filter(closed_at__isnull=True).count()}
    moments = (("first_run", morning), ("repeat_run", morning), ("next_day_run", morning + timedelta(days=1)))
    for name, moment in moments:
        done, spent = timed(lambda moment=moment: reminders_run(now=moment))
        figures[name] = {**spent, "sent": done.sent, "withdrawn": done.withdrawn, "digests": done.digests}
    figures["notices"] = Notice.objects.count()
    topics = Notice.objects.exclude(form="digest").values_list("topic").annotate(n=Count("id")).order_by("topic")
    figures["notices_by_topic"] = dict(topics)
    some = [f"inspection.hazard/{key}" for key in Hazard.objects.values_list("pk", flat=True)[:200]]
    _, spent = timed(lambda: [matter_refresh(subject=s, now=morning + timedelta(days=1)) for s in some])
    figures["look_again_at_one_ms"] = round(spent["seconds"] / len(some) * 1000, 2)
    leader = accounts.post_scopes(accounts.account_list(SETUP).get(username="leader"), now)[0]
    _, spent = timed(lambda: [queries.unread_count(leader) for _ in range(200)])
    figures["bell_ms"] = round(spent["seconds"] / 200 * 1000, 2)
    _, spent = timed(lambda: queries.notice_list(leader))
    figures["inbox_page_ms"] = round(spent["seconds"] * 1000, 1)
    head = {"bench": "reminders", "database": "postgresql" if postgresql else "sqlite", **place.machine()}
    return head | figures


if __name__ == "__main__":
    main()
