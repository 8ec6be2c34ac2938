"""The journal's own reading and writing of tables: values as the ORM would bind and read them, and who is in conflict."""

import dataclasses
from datetime import UTC, datetime, timedelta, timezone
from functools import partial
from uuid import UUID

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from anlan.kernel.errors import Conflict
from anlan.platform.catalogue import CATALOGUE
from anlan.platform.journal import node, sql
from anlan.platform.journal.record import NEW, record, record_many, version_of
from anlan.platform.journal.rows import load_rows, table_of
from anlan.platform.journal.table import table
from journal_app.models import Thing
from platform_helpers import NOW, SCOPE, opened, stepped, subject

pytestmark = pytest.mark.django_db(transaction=True)

HOUR_EAST = timezone(timedelta(hours=8))
ODD = [None, "", "文", 7, 7.5, True, NOW, NOW.astimezone(HOUR_EAST), UUID(int=7), str(UUID(int=7))]


def _outcome(bind, value):
    """What binding gives, or the kind of its refusal; PostgreSQL takes a UUID as text as well."""
    try:
        bound = bind(value)
        return str(bound) if isinstance(bound, UUID) else bound
    except (TypeError, ValueError, AttributeError, ValidationError) as error:
        return type(error)


@pytest.mark.parametrize("model", list(CATALOGUE.projections.values()), ids=lambda m: m.__name__)
def test_every_column_binds_a_value_as_the_orm_does(model):
    own = table(model)
    for column, field in own.fields.items():
        for value in ODD:
            expected = _outcome(partial(field.get_db_prep_save, connection=connection), value)
            assert _outcome(partial(own.bind, column), value) == expected, (column, value)


def test_rows_come_back_as_they_were_written():
    s = subject()
    record(opened("阀门", s), scope=SCOPE, now=NOW, base=NEW)
    key = s.partition("/")[2]
    row = load_rows("things.thing", [key, node.new_id(NOW)])[key]
    assert (row["id"], row["name"], row["created_at"]) == (key, "阀门", NOW)
    assert row["created_at"].tzinfo is UTC
    stored = Thing.objects.values().get()
    own = table_of("things.thing")
    assert own is not None
    assert own.normal(stored) == {c: row[c] for c in own.columns}


def test_a_row_lacking_a_column_takes_its_default_and_one_with_another_zone_is_the_same():
    own = table(Thing)
    held = own.normal({"id": UUID(int=1), "created_at": NOW})
    assert own.differing(held, {"id": str(UUID(int=1)), "created_at": NOW.astimezone(HOUR_EAST).isoformat()}) == []
    assert own.differing(held, {"id": str(UUID(int=1)), "created_at": NOW, "name": "泵"}) == ["name"]
    assert isinstance(held["created_at"], datetime)


def test_the_subject_that_moved_on_is_the_one_named_of_many():
    subjects = sorted(subject() for _ in range(3))
    record_many([(opened("阀门", s), NEW) for s in subjects], scope=SCOPE, now=NOW)
    stale = sql.heads_of(subjects)
    record(stepped(subjects[1], "open", "closed"), scope=SCOPE, now=NOW, base=1)
    pairs = [(dataclasses.replace(stale[s], version=2, region="331003002000"), 1) for s in subjects]
    with pytest.raises(Conflict) as refusal:
        sql.swap_heads(pairs)
    assert (refusal.value.code, refusal.value.facts["subject"]) == ("journal.conflict", subjects[1])
    assert version_of(subjects[1]) == 2
