"""A real process over a real data folder that does as it is told, one JSON line each: the simulation's workers and answers.

`python sim_worker.py <data folder> <gateway address> <name>`; commands: setup, open, pass, behind, answer, close, look.
"""

from __future__ import annotations

import json
import os
import sys
import uuid
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

FOLDER, GATEWAY = Path(sys.argv[1]), sys.argv[2]
os.environ |= {
    "ANLAN_DATA": str(FOLDER),
    "ANLAN_SMS_URL": GATEWAY,
    "ANLAN_SMS_BODY": json.dumps({"to": "{number}", "text": "{text}", "key": "{attempt}"}),
    "ANLAN_SMS_HEADERS": f"Worker: {sys.argv[3]}",
    "ANLAN_SMS_SUCCESS": r'"ok": true',
    "ANLAN_SMS_ID": r'"id": "(\w+)"',
    "ANLAN_SMS_PERMANENT": "WRONG_NUMBER",
}
from anlan.cli import boot  # noqa: E402

boot.choose(FOLDER)
boot.ready()

from anlan.accounts.queries import role_by_word  # noqa: E402
from anlan.accounts.services.bootstrap import SETUP  # noqa: E402
from anlan.accounts.services.organisations import organisation_create  # noqa: E402
from anlan.accounts.services.people import person_create  # noqa: E402
from anlan.calling.models import Attempt, Call  # noqa: E402
from anlan.calling.services.answers import sms_answer  # noqa: E402
from anlan.calling.services.calls import Matter, call_close, call_open  # noqa: E402
from anlan.calling.services.runs import calls_run  # noqa: E402
from anlan.kernel.entry import Draft  # noqa: E402
from anlan.kernel.errors import AnlanError  # noqa: E402
from anlan.platform.catalogue import CATALOGUE  # noqa: E402
from anlan.platform.database import writing  # noqa: E402
from anlan.platform.declare import MatterKind  # noqa: E402
from anlan.platform.journal.node import own  # noqa: E402
from anlan.platform.journal.record import NEW, record_many  # noqa: E402

START = datetime(2026, 3, 2, 4, 0, tzinfo=UTC)
KIND = "test.matter"
PLACE = 10**6
ENDED = FOLDER / "ended"
ENDED.mkdir(exist_ok=True)
CATALOGUE.matters[KIND] = MatterKind(KIND, lambda key: not (ENDED / key).exists(), "测试事项")


def at(seconds: float) -> datetime:
    """The simulated moment."""
    return START + timedelta(seconds=seconds)


def setup(numbers: list[str], each: int, minutes: int) -> list[str]:
    """People with these numbers, one post each, and chains of `each` of them; the ids of the chains."""
    region, role = own().region, role_by_word("enforcement")
    before, chains, people = START - timedelta(days=1), [], []
    with writing():
        body = organisation_create(
            scope=SETUP, values={"name": "执法队", "kind": "office", "region": region}, now=before
        )
        for n, number in enumerate(numbers):
            values = {"name": f"人员{n}", "phone": number, "region": region}
            people.append(person_create(scope=SETUP, values=values, now=before))
        # Posts and chains as their services record them; the checks of a thousand rows are not what is simulated.
        given = {"role_id": str(role.pk), "prefix": region[:6], "organisation_id": body, "starts_on": f"{before:%Y-%m-%d}"}
        posts = [
            Draft("accounts.post.created", f"accounts.post/{uuid.UUID(int=2 * PLACE + n)}", region,
                  {**given, "person_id": person, "office_id": None, "enterprise_id": None, "title": "", "until_on": None})
            for n, person in enumerate(people)
        ]  # fmt: skip
        record_many([(draft, NEW) for draft in posts], scope=SETUP, now=before)
        for n in range(0, len(people), each):
            values = {"name": f"链{n}", "region": region}
            chain = str(uuid.UUID(int=n + 1))
            rows = [("chain", chain, {"name": f"链{n}"})]
            for place, person in enumerate(people[n : n + each], start=1):
                step = {"chain_id": chain, "place": place, "holder": "person", "person_id": person, "minutes": minutes,
                        "urgent": "sms"}  # fmt: skip
                rows.append(("link", str(uuid.UUID(int=PLACE + n + place)), step))
            drafts = [Draft(f"calling.{k}.created", f"calling.{k}/{i}", region, {"set": row}) for k, i, row in rows]
            record_many([(draft, NEW) for draft in drafts], scope=SETUP, now=before)
            chains.append(chain)
    return chains


def behind(now: datetime) -> int:
    """How many unanswered calls are behind their own time."""
    return Call.objects.filter(state="calling", until__lte=now).count()


def look() -> dict[str, Any]:
    """Everything the oracles ask for."""
    calls = [
        {"matter": c.matter, "state": c.state, "until": c.until and (c.until - START).total_seconds(),
         "rounds": sorted((r.at - START).total_seconds() for r in c.rounds.all()),
         "answers": sorted(a.repeated for a in c.answers.all())}
        for c in Call.objects.order_by("matter").prefetch_related("rounds", "answers")
    ]  # fmt: skip
    states: dict[str, int] = {}
    for state in Attempt.objects.values_list("state", flat=True):
        states[state] = states.get(state, 0) + 1
    return {"calls": calls, "attempts": states}


def do(act: str, given: dict[str, Any]) -> Any:
    """One command."""
    if act == "setup":
        return setup(**given)
    if act == "look":
        return look()
    now = at(given.pop("at"))
    if act == "open":
        with writing():
            for key, chain in given["chains"].items():
                call_open(
                    matter=Matter(f"{KIND}/{key}", KIND, "raised", own().region, f"事项{key}号", "", "urgent", "/",
                                  chain_id=chain),
                    now=now,
                )  # fmt: skip
        return len(given["chains"])
    if act == "pass":
        done = calls_run(holder=f"sim:{os.getpid()}", tick=lambda: now)
        return [done.sent, done.refused, done.escalated, done.exhausted, done.recovered]
    if act == "behind":
        return behind(now)
    if act == "answer":
        try:
            return sms_answer(number=given["number"], text=given["text"], now=now).first
        except AnlanError as error:
            return error.code
    (ENDED / given["key"]).touch()
    return call_close(subject=f"{KIND}/{given['key']}", reason="已恢复", now=now)


print("ready", flush=True)
for line in sys.stdin:
    told = json.loads(line)
    print(json.dumps(do(told.pop("do"), told)), flush=True)
