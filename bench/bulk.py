"""Fixtures of county size: enterprises by the registry's list service, hazards straight through `journal.record_many`.

Below the services: for hazards no right, scope or rule is asked and no photo is attached. Entries, folds, rows, heads and
chain are the real ones, so `journal verify` and `journal rebuild --check` hold on the result.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from anlan.accounts import queries as accounts
from anlan.accounts.services.bootstrap import SETUP
from anlan.demo.cast import Cast, cast_county
from anlan.demo.figures import figures
from anlan.demo.firms import COUNTY, firms, town_names, villages
from anlan.demo.words import Fault, faults, trades, words
from anlan.kernel.codes import make_uscc
from anlan.kernel.entry import Draft, Step
from anlan.platform.database import writing
from anlan.platform.journal import node
from anlan.platform.journal.record import NEW, record_many
from anlan.platform.scope import Scope
from anlan.registry.models import Enterprise as Rows
from anlan.registry.services.enterprises import enterprises_create

SUBJECTS = 400
_SERIAL = 100_000


@dataclass(frozen=True)
class Enterprise:
    """What a hazard needs to know of its enterprise."""

    id: str
    region: str
    office_id: str
    lon: float
    lat: float


def seed(enterprises: int, hazards: int, now: datetime, note: Callable[[str], None]) -> None:
    """Make the county's bodies and accounts, `enterprises`, and `hazards` over the year before `now`.

    A county that was begun is continued: what stands is counted, the rest is added.
    """
    dice = random.Random(20_000)
    begin = now - timedelta(days=365)
    held = figures(COUNTY)
    if not held["enterprises"]:
        first = firms(1)[0]
        cast = cast_county([(first.region, first.address[:4])], begin - timedelta(days=3))
        for start in range(0, enterprises, 1000):
            at = begin - timedelta(days=2) + timedelta(seconds=start)
            _enterprises(cast, start, min(1000, enterprises - start), at, dice)
            note(f"enterprises {start + 1000}")
    made = standing()
    scope = accounts.post_scopes(accounts.account_list(SETUP).get(username="supervision"), now)[0]
    known = [f for listed in faults().values() for f in listed]
    for start in range(held["hazards"], hazards, SUBJECTS):
        at = begin + (now - begin) * (start / hazards)
        _hazards(scope, made, known, min(SUBJECTS, hazards - start), at, now, dice)
        if start // SUBJECTS % 50 == 49:
            note(f"hazards {start + SUBJECTS}")


def standing() -> list[Enterprise]:
    """The enterprises that were made, in order of their ids."""
    rows = Rows._default_manager.order_by("id").values_list("id", "region", "office_id", "lon", "lat")
    return [Enterprise(str(i), region, str(office), lon, lat) for i, region, office, lon, lat in rows]


def _enterprises(cast: Cast, start: int, count: int, now: datetime, dice: random.Random) -> None:
    centres = {f.town: (f.lon, f.lat) for f in firms(60)}
    towns, county = town_names(), words()["county"]
    places = {town: villages(town) for town in towns}
    rows = []
    for n in range(start, start + count):
        trade, town = dice.choice(trades()), dice.choice(list(towns))
        village, (lon, lat) = dice.choice(places[town]), centres[town]
        turn, away = dice.uniform(0, math.tau), dice.uniform(0.0, 0.012)
        word = dice.choice(county["first"]) + dice.choice(county["second"])
        name = county["company"].format(
            place=dice.choice(county["places"]), word=word, trade=trade.trade, form=trade.form
        )
        office = cast.offices["basics"]
        row = {
            "name": name, "uscc": make_uscc(COUNTY, _SERIAL + n), "region": village.code,
            "address": county["address"].format(town=towns[town], village=village.name, number=n % 400),
            "lon": round(lon + away * math.cos(turn), 6), "lat": round(lat + away * math.sin(turn), 6),
            "industry": trade.industry, "scale": trade.scale, "level": trade.level, "office_id": office,
            "classes": list(trade.classes), "tags": list(trade.tags),
        }  # fmt: skip
        rows.append(row)
    enterprises_create(scope=cast.officer("basics", 0), rows=rows, now=now)


def _hazards(
    scope: Scope,
    made: list[Enterprise],
    known: list[Fault],
    count: int,
    at: datetime,
    end: datetime,
    dice: random.Random,
) -> None:
    """One batch of hazards with all their steps, recorded at one moment with the stated moments of each step."""
    recorded = min(end, at + timedelta(days=40))
    drafts: list[tuple[Draft, int | None]] = []
    with writing():
        numbers = iter(node.next_number("YH", at.year, count))
        for _ in range(count):
            drafts += _steps(dice.choice(made), dice.choice(known), next(numbers), at, end, dice)
        record_many(drafts, scope=scope, now=recorded)


def _steps(
    firm: Enterprise, fault: Fault, number: str, at: datetime, end: datetime, dice: random.Random
) -> list[tuple[Draft, int | None]]:
    subject = f"inspection.hazard/{node.new_id(at)}"
    found = at + timedelta(minutes=dice.randint(0, 1400))
    data = {
        "number": number, "enterprise_id": firm.id, "office_id": firm.office_id, "basis": fault.key,
        "grade": "major" if fault.major and dice.random() < 0.1 else "general", "source": "county",
        "lon": firm.lon, "lat": firm.lat,
    }  # fmt: skip
    said = {"description": fault.text, "place": fault.place}
    steps = [("found", "", "found", data, said)]
    due = {
        "due_at": (found + timedelta(days=15)).isoformat(),
        "due_provisional": False,
        "due_unit": "days",
        "due_count": 15,
    }
    last = 4 if dice.random() < 0.84 else dice.randint(1, 3)
    steps += [
        ("ordered", "found", "ordered", due, {"note": fault.mend}),
        ("submitted", "ordered", "submitted", {}, {"note": fault.mend}),
        ("closed", "submitted", "closed", {"co_reviewer": ""}, {"note": fault.mend}),
    ][: last - 1]
    drafts: list[tuple[Draft, int | None]] = []
    for n, (act, before, after, values, text) in enumerate(steps):
        moment = min(found + timedelta(days=n * 6), end - timedelta(minutes=10 - n))
        draft = Draft(
            kind=f"inspection.hazard.{act}", subject=subject, region=firm.region, data=values, text=text,
            at=moment, step=Step(before, after),
        )  # fmt: skip
        drafts.append((draft, None if n else NEW))
    return drafts
