"""A change mark is another one after every entry of its types, and stays the same after entries of others."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from anlan.platform.journal.corrections import redact
from anlan.platform.journal.models import JournalEntry
from anlan.platform.journal.sequence import sequence_pending
from anlan.platform.ledger.changes import Changes
from anlan.platform.ledger.services import ledger_create
from anlan.platform.scope import Scope
from ledger_app.ledgers import KEEPERS, WELLS

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
RIGHTS = frozenset({"registry.view", "registry.change", "platform.redact"})
COUNTY = Scope(person="p1", post="o1", name="县级", rights=RIGHTS, region="331003")
_made = iter(range(10_000))


def keeper():
    n = next(_made)
    values = {"name": f"看管{n}", "region": "331003001000"}
    return ledger_create(scope=COUNTY, ledger=KEEPERS, values=values, now=NOW + timedelta(seconds=n))


def well():
    n = next(_made)
    values = {"code": f"SJ-{n:05d}", "name": "井", "region": "331003001000", "use": "fire"}
    return ledger_create(scope=COUNTY, ledger=WELLS, values=values, now=NOW + timedelta(seconds=n))


def marks(changes):
    return (
        changes.mark("wells.well"),
        changes.mark("wells.keeper"),
        changes.mark("wells.well", "wells.keeper"),
        changes.mark(),
    )


def moved(changes, act):
    before = marks(changes)
    act()
    sequence_pending()  # PostgreSQL numbers entries after the commit, which these tests never reach
    return [a != b for a, b in zip(before, marks(changes), strict=True)]


def test_an_entry_moves_the_marks_of_its_own_type():
    changes = Changes()
    assert moved(changes, lambda: None) == [False, False, False, False]
    assert moved(changes, well) == [True, False, True, True]
    assert moved(changes, keeper) == [False, True, True, True]
    assert moved(changes, lambda: (well(), keeper())) == [True, True, True, True]


def test_two_processes_never_share_a_mark():
    assert Changes().mark("wells.well") != Changes().mark("wells.well")


def test_a_redaction_moves_every_mark():
    changes, key = Changes(), well()
    entry = JournalEntry.objects.get(kind="wells.well.created", sid__gt=0, body__contains=key)
    scope = replace(COUNTY, region="331003")
    told = {"reason": "依法删除", "basis": "当事人申请"}
    redacted = lambda: redact(scope=scope, entries=[str(entry.id)], now=NOW + timedelta(hours=1), **told)  # noqa: E731
    assert moved(changes, redacted) == [True, True, True, True]


def test_an_entry_in_the_place_of_one_that_was_rolled_back_is_not_missed():
    changes = Changes()
    marks(changes)
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        keeper()
        inside = changes.mark("wells.well")
        raise ZeroDivisionError
    # The same sequence number now belongs to an entry of another type, and one more follows.
    well()
    keeper()
    assert changes.mark("wells.well") != inside


def test_more_entries_than_are_looked_through_move_every_mark(monkeypatch):
    monkeypatch.setattr("anlan.platform.ledger.changes._MOST_NEW", 2)
    changes = Changes()
    assert moved(changes, lambda: [keeper() for _ in range(2)]) == [False, True, True, True]
    assert moved(changes, lambda: [keeper() for _ in range(3)]) == [True, True, True, True]


def test_a_changed_subject_is_named_once_and_one_that_was_rolled_back_casts_doubt():
    changes = Changes()
    seen, found = changes.subjects_since(None)
    assert found is None
    first = well()
    seen, found = changes.subjects_since(seen)
    assert found == {f"wells.well/{first}"}
    seen, found = changes.subjects_since(seen)  # on PostgreSQL the entry still waits for its number
    assert found == set()
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        lost = well()
        inside, found = changes.subjects_since(seen)
        assert found == {f"wells.well/{lost}"}
        raise ZeroDivisionError
    again, found = changes.subjects_since(inside)
    assert found is None
    second = well()
    again, found = changes.subjects_since(again)
    assert found == {f"wells.well/{second}"}
    sequence_pending()
    _, found = changes.subjects_since(again)
    assert found is not None
    assert found <= {f"wells.well/{first}", f"wells.well/{second}"}


@pytest.mark.parametrize("after", [1, 2, 3, 4])
def test_an_entry_that_gets_its_number_while_the_mark_is_read_is_not_missed(after):
    changes = Changes()
    before = changes.mark("wells.well")
    well()
    asked = 0

    def sequencing(execute, sql, params, many, context):
        nonlocal asked
        asked += 1
        if asked == after + 1:
            sequence_pending()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(sequencing):
        assert changes.mark("wells.well") != before
