"""Points kept one by one are always those that a reading of everything gives, whatever happened in between."""

import random
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from django.db import transaction

from anlan.platform.journal.corrections import redact
from anlan.platform.journal.models import JournalEntry
from anlan.platform.journal.record import version_of
from anlan.platform.journal.sequence import sequence_pending
from anlan.platform.ledger.features import FEATURES
from anlan.platform.ledger.filters import read_ask
from anlan.platform.ledger.geojson import feature_collection
from anlan.platform.ledger.services import ledger_change, ledger_create, ledger_retire
from anlan.platform.ledger.totals import KEPT
from anlan.platform.scope import Scope
from ledger_app.ledgers import WELLS

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
RIGHTS = frozenset({"registry.view", "registry.change", "platform.redact"})
COUNTY = Scope(person="p1", post="o1", name="县级", rights=RIGHTS, region="331003")
ASKS = ({}, {"use": ["fire"]}, {"region": ["331003001"]})


def points(ask):
    sequence_pending()
    body = feature_collection(COUNTY, WELLS, read_ask(WELLS, ask))[0]
    return {f["id"]: f for f in orjson.loads(body)["features"]}


def anew(ask):
    FEATURES.forget()
    KEPT.forget()
    return points(ask)


class Wells:
    """Wells that are made, moved, renamed and retired at random."""

    def __init__(self, seed):
        self.dice, self.ids, self.at, self.number = random.Random(seed), [], NOW, 0

    def act(self):
        self.at += timedelta(seconds=1)
        self.number += 1
        act = self.dice.choice(("make", "make", "move", "use", "away", "region", "retire"))
        if act == "make" or not self.ids:
            values = {"code": f"SJ-{self.number:05d}", "name": "井", "region": "331003001000", "use": "fire"}
            values |= {"lon": 121.2, "lat": 28.6} if self.dice.random() < 0.8 else {}
            self.ids.append(ledger_create(scope=COUNTY, ledger=WELLS, values=values, now=self.at))
            return
        key = self.dice.choice(self.ids)
        base = version_of(f"wells.well/{key}")
        if act == "retire":
            self.ids.remove(key)
            ledger_retire(scope=COUNTY, ledger=WELLS, id=key, reason="已封填", base=base, now=self.at)
            return
        values = {
            "move": {"lon": 121.0 + self.number / 1000, "lat": 28.6},
            "use": {"use": self.dice.choice(("fire", "farm"))},
            "away": {"lon": None, "lat": None},
            "region": {"region": self.dice.choice(("331003001000", "331003002000"))},
        }[act]
        ledger_change(scope=COUNTY, ledger=WELLS, id=key, values=values, base=base, now=self.at)


@pytest.mark.parametrize("seed", range(4))
def test_kept_points_are_those_made_anew(seed, monkeypatch):
    monkeypatch.setattr("anlan.platform.ledger.features._MOST_CHANGED", 4)
    wells = Wells(seed)
    for _ in range(30):
        for _ in range(wells.dice.randrange(7)):
            wells.act()
        kept = [points(ask) for ask in ASKS]
        assert kept == [anew(ask) for ask in ASKS]
        [points(ask) for ask in ASKS]


def test_only_rows_that_changed_are_read_again():
    wells = Wells(1)
    for _ in range(20):
        wells.act()
    read = []
    held = points({})
    original = FEATURES.get

    def watched(key, subject_type, make):
        return original(key, subject_type, lambda keys: (read.append(keys), make(keys))[1])

    FEATURES.get = watched
    try:
        wells.ids = wells.ids[:1]
        wells.dice = random.Random(0)
        base = version_of(f"wells.well/{wells.ids[0]}")
        ledger_change(
            scope=COUNTY,
            ledger=WELLS,
            id=wells.ids[0],
            values={"lon": 121.9, "lat": 28.6},
            base=base,
            now=NOW + timedelta(days=1),
        )
        moved = points({})
    finally:
        del FEATURES.get
    assert read == [[wells.ids[0]]]
    assert moved.keys() | {wells.ids[0]} == held.keys() | {wells.ids[0]}
    assert moved[wells.ids[0]]["geometry"]["coordinates"] == [121.9, 28.6]


def test_what_was_seen_and_rolled_back_is_forgotten():
    wells = Wells(2)
    for _ in range(5):
        wells.act()
    points({})
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        wells.act()
        points({})
        raise ZeroDivisionError
    wells.ids = [k for k in wells.ids if version_of(f"wells.well/{k}")]
    wells.act()
    assert points({}) == anew({})


def test_a_redaction_reads_all_rows_again():
    wells = Wells(3)
    for _ in range(5):
        wells.act()
    points({})
    entry = JournalEntry.objects.filter(kind="wells.well.created").first()
    redact(scope=COUNTY, entries=[str(entry.id)], reason="依法删除", basis="当事人申请", now=NOW + timedelta(hours=1))
    assert points({}) == anew({})
