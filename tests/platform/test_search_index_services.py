"""The search index: what it finds is what is written, whatever happened to the row; and it follows the declared columns."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, transaction

from anlan.platform.ledger.filters import read_ask
from anlan.platform.ledger.queries import page, page_after, total
from anlan.platform.ledger.services import ledger_change, ledger_create, ledger_retire
from anlan.platform.ledger.totals import KEPT
from anlan.platform.scope import Scope
from anlan.platform.search import index
from anlan.platform.search.models import SearchRow, SearchType
from ledger_app.ledgers import KEEPERS, WELLS
from ledger_app.models import Well

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 22, 1, 0, tzinfo=UTC)
EAST, SOUTH = "331003001000", "331003002000"
RIGHTS = frozenset({"registry.view", "registry.change"})
COUNTY = Scope(person="p1", post="o1", name="县级", rights=RIGHTS, region="331003")
TOWN = replace(COUNTY, region="331003001")


def well(n, name, address="", region=EAST, keeper=None):
    values = {"code": f"SJ-{n:04d}", "name": name, "region": region, "use": "fire", "address": address}
    values |= {"keeper_id": keeper} if keeper else {}
    return ledger_create(scope=COUNTY, ledger=WELLS, values=values, now=NOW + timedelta(seconds=n))


def found(text, scope=COUNTY):
    ask = read_ask(WELLS, {"q": [text]})
    rows = page(scope, WELLS, ask, offset=0, size=200)
    assert total(scope, WELLS, ask) == len(rows)
    walked, cursor = [], ""
    while cursor is not None:
        part, cursor = page_after(scope, WELLS, ask, cursor=cursor, size=3)
        walked += part
    assert sorted(r["code"] for r in walked) == sorted(r["code"] for r in rows)
    return sorted(row["code"] for row in rows)


def plainly(text):
    """What plain comparison of every row's own columns finds."""
    words = text.split()
    held = Well.objects.values_list("code", "name", "address")
    return sorted(c for c, *texts in held if all(any(w.lower() in t.lower() for t in (c, *texts)) for w in words))


def test_one_two_and_more_characters_are_found_where_they_stand_side_by_side():
    well(1, "消防井", "东门外大街")
    well(2, "防消井", "门东")
    assert found("消防") == ["SJ-0001"]
    assert found("防") == ["SJ-0001", "SJ-0002"]
    assert found("东门外") == ["SJ-0001"]
    assert found("门外东") == []
    assert found("消防 门外") == ["SJ-0001"]
    assert found("井东") == []  # the end of one column and the beginning of the next are no neighbours


def test_letters_digits_and_punctuation_are_found_in_any_case():
    well(7, "A型井（备用）", "Lane-12")
    assert found("a型") == ["SJ-0007"]
    assert found("sj-0007") == ["SJ-0007"]
    assert found("ＬＡＮＥ") == ["SJ-0007"]
    assert found("（") == ["SJ-0007"]
    assert found("0008") == []


def test_a_search_never_leaves_the_scope():
    well(1, "消防井", region=EAST)
    well(2, "消防井", region=SOUTH)
    assert found("消防") == ["SJ-0001", "SJ-0002"]
    assert found("消防", TOWN) == ["SJ-0001"]


def test_a_changed_text_is_found_by_its_new_words_only():
    key = well(1, "消防井")
    ledger_change(scope=COUNTY, ledger=WELLS, id=key, values={"name": "饮水井"}, base=1, now=NOW + timedelta(hours=1))
    assert (found("消防"), found("饮水")) == ([], ["SJ-0001"])
    ledger_change(scope=COUNTY, ledger=WELLS, id=key, values={"use": "farm"}, base=2, now=NOW + timedelta(hours=2))
    assert found("饮水") == ["SJ-0001"]
    assert SearchRow.objects.filter(row=key).count() == 1


def test_a_retired_row_is_found_where_retired_rows_are_asked_for():
    key = well(1, "消防井")
    ledger_retire(scope=COUNTY, ledger=WELLS, id=key, reason="填埋", base=1, now=NOW + timedelta(hours=1))
    assert found("消防") == []
    assert len(page(COUNTY, WELLS, read_ask(WELLS, {"q": ["消防"], "retired": ["only"]}), offset=0, size=9)) == 1


def test_a_word_of_the_object_that_a_column_leads_to_is_found():
    keeper = ledger_create(scope=COUNTY, ledger=KEEPERS, values={"name": "许看管", "region": EAST}, now=NOW)
    well(1, "东井", keeper=keeper)
    well(2, "看管所井")
    assert found("看管") == ["SJ-0001", "SJ-0002"]
    assert found("许看管") == ["SJ-0001"]
    assert found("许看 东井") == ["SJ-0001"]
    ledger_change(
        scope=COUNTY, ledger=KEEPERS, id=keeper, values={"name": "何守井"}, base=1, now=NOW + timedelta(hours=1)
    )
    assert (found("许看"), found("何守")) == ([], ["SJ-0001"])


def test_what_was_rolled_back_is_not_found_and_leaves_no_words_to_the_next_row():
    with pytest.raises(ZeroDivisionError), transaction.atomic():
        well(1, "消防井")
        raise ZeroDivisionError
    well(2, "饮水井")
    assert (found("消防"), found("饮水")) == ([], ["SJ-0002"])


def test_the_index_finds_exactly_what_comparing_every_row_finds():
    dice = random.Random(5)
    letters = "消防井水东门大街Ab12，-"
    texts = ["".join(dice.choices(letters, k=dice.randint(1, 6))) for _ in range(120)]
    for n, text in enumerate(texts[:60]):
        well(n, text, texts[60 + n])
    for _ in range(150):
        text = "".join(dice.choices(letters, k=dice.randint(1, 4)))
        if dice.random() < 0.3:
            text += " " + "".join(dice.choices(letters, k=2))
        assert sorted(found(text)) == plainly(text), text


def test_an_index_that_was_lost_is_made_again_and_says_that_it_is_missing():
    well(1, "消防井")
    assert index.missing("wells.well") == 0
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM search_row")
    KEPT.forget()
    assert (found("消防"), index.missing("wells.well")) == ([], 1)
    assert index.refresh(everything=True) >= 1
    KEPT.forget()
    assert (found("消防"), index.missing("wells.well")) == (["SJ-0001"], 0)


def test_types_are_indexed_anew_only_when_their_searched_columns_change():
    well(1, "消防井")
    index.refresh()
    assert index.refresh() == 0
    SearchType.objects.filter(type="wells.well").update(columns="code")
    assert index.refresh() == 1
    assert SearchType.objects.get(type="wells.well").columns == "code name address"
