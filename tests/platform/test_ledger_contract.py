"""What holds for every declared ledger: one class, run over the catalogue (the tests' own ledgers included)."""

import io
from dataclasses import replace

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from anlan.kernel.errors import NotAllowed
from anlan.platform import clock
from anlan.platform.catalogue import CATALOGUE
from anlan.platform.ledger import queries
from anlan.platform.ledger.columns import attname, by_name, columns_of, entered_of, has_field, model_of
from anlan.platform.ledger.filters import Ask, parameters, read_ask, sortable
from anlan.platform.ledger.links import list_url, root_url
from anlan.platform.ledger.services import plain_create
from anlan.platform.ledger.workbook.template import template

LEDGERS = sorted(CATALOGUE.ledgers)
MOST_STATEMENTS_OF_A_LIST = 12


@pytest.fixture(params=LEDGERS)
def ledger(request):
    return CATALOGUE.ledgers[request.param]


@pytest.fixture
def reader(county, ledger):
    """A person of the whole county who may read this ledger."""
    for role in ("leader", "auditor", "admin", "supervision"):
        scope = county.scope[role]
        if (not ledger.view or scope.may(ledger.view)) and scope.office is None:
            return role
    return "leader"


class TestDeclaration:
    def test_columns_exist_and_are_named_once(self, ledger):
        names = [b.name for b in columns_of(ledger)]
        assert len(names) == len(set(names)) > 0
        labels = [b.label for b in columns_of(ledger)]
        assert len(labels) == len(set(labels)), "two columns with one heading can't be told apart in a workbook"

    def test_every_name_it_uses_is_a_column_or_a_field(self, ledger):
        for name in (*ledger.natural_key, *ledger.legal, *(n for g in ledger.groups for n in g)):
            assert attname(ledger, name) in by_name(ledger) or has_field(ledger, name), name
        for name in ledger.order:
            assert has_field(ledger, name.removeprefix("-")), name
        for name in ledger.sets:
            assert name in model_of(ledger).CHILDREN, name

    def test_natural_key_is_entered(self, ledger):
        if entered_of(ledger) and ledger.change:
            assert {attname(ledger, n) for n in ledger.natural_key} <= {b.name for b in entered_of(ledger)}

    def test_rights_are_declared(self, ledger):
        for right in filter(None, (ledger.view, ledger.change)):
            assert right in CATALOGUE.rights

    def test_it_can_not_be_read_without_a_right(self, ledger):
        assert ledger.view

    def test_plain_retirement_has_its_column(self, ledger):
        if ledger.retirable and ledger.change and ledger.retire is None:
            assert has_field(ledger, "retired_at")

    def test_plain_recording_has_its_folds(self, ledger):
        if not (ledger.change and entered_of(ledger)):
            return
        if ledger.create is None:
            assert f"{ledger.id}.created" in CATALOGUE.folds
        if ledger.update is None:
            assert f"{ledger.id}.changed" in CATALOGUE.folds

    def test_list_has_an_index_for_its_order(self, ledger):
        model = model_of(ledger)
        if not model.SCOPED_BY.prefixed or model.SCOPED_BY.public:
            return
        first = ledger.order[0].removeprefix("-")
        starts = {tuple(f.removeprefix("-") for f in index.fields[:2]) for index in model._meta.indexes}
        if model.__name__ in {"Enterprise", "Hazard"}:  # those that hold tens of thousands
            assert ("region6", first) in starts
            assert ("region9", first) in starts


@pytest.mark.django_db
class TestReading:
    def test_list_and_page_answer_with_few_statements(self, ledger, reader, client_as):
        client = client_as(reader)
        for url in (f"/api/v1/{ledger.context}/{ledger.plural}", list_url(ledger)):
            client.get(url)  # chooses the post
            client.get(url)  # reads and keeps it
            with CaptureQueriesContext(connection) as sent:
                assert client.get(url).status_code == 200, url
            assert len(sent) <= MOST_STATEMENTS_OF_A_LIST, [q["sql"][:90] for q in sent]

    def test_every_filter_and_sort_is_sql_that_runs(self, ledger, county, reader):
        scope = county.scope[reader]
        samples = {"date": "2026-01-01", "datetime": "2026-01-01", "region": "331003001", "bool": "1", "int": "1",
                   "float": "1", "decimal": "1", "reference": "019a0000-0000-7000-8000-000000000001"}  # fmt: skip
        asked = {}
        for name, parameter in parameters(ledger).items():
            if parameter.bound is None:
                continue
            static = parameter.bound.static
            kind = parameter.kind
            asked[name] = [static[0][0] if static and kind in {"choice", "set"} else samples.get(kind, "x")]
        ask = read_ask(ledger, asked | {"q": ["甲 a1"]})
        assert queries.total(scope, ledger, ask) == 0
        for name in sortable(ledger):
            for way in ("", "-"):
                ask = read_ask(ledger, {"sort": [f"{way}{name}"]})
                rows = queries.page(scope, ledger, ask, offset=0, size=3)
                assert (
                    queries.page_after(scope, ledger, ask, cursor="", size=3)[0][: len(rows)] == rows or len(rows) <= 3
                )

    def test_strangers_and_outsiders_see_nothing(self, ledger, county, client_as):
        for url in (
            f"/api/v1/{ledger.context}/{ledger.plural}",
            f"/api/v1/{ledger.context}/{ledger.plural}/export.csv",
        ):
            assert Client().get(url).status_code == 401
        for url in (list_url(ledger), f"{root_url(ledger)}/export.xlsx", f"{root_url(ledger)}/import"):
            assert Client().get(url).status_code == 302
        nowhere = replace(county.scope["leader"], region="110101", rights=frozenset(CATALOGUE.rights))
        if not model_of(ledger).SCOPED_BY.public:
            assert queries.total(nowhere, ledger, Ask()) == 0
        without = replace(county.scope["leader"], rights=frozenset())
        with pytest.raises(NotAllowed) as refusal:
            queries.total(without, ledger, Ask())
        assert refusal.value.code == "platform.not_allowed"

    def test_person_limited_to_own_subjects_sees_no_table_without_them(self, ledger, county):
        model = model_of(ledger)
        own = replace(
            county.scope["enterprise"],
            rights=frozenset(CATALOGUE.rights),
            subjects=frozenset({"019a0000-0000-7000-8000-0000000000aa"}),
        )
        if not model.SCOPED_BY.public:
            assert queries.total(own, ledger, Ask(drill=False)) == 0

    def test_ledger_without_entered_columns_takes_nothing(self, ledger, county, reader):
        if entered_of(ledger):
            return
        scope = replace(county.scope[reader], rights=frozenset(CATALOGUE.rights) | {ledger.change})
        with pytest.raises(NotAllowed) as refusal:
            plain_create(scope=scope, ledger=ledger, values={}, now=clock.now())
        assert refusal.value.code == "ledger.read_only"

    def test_exports_open(self, ledger, reader, client_as):
        client = client_as(reader)
        labels = [b.label for b in columns_of(ledger) if b.column.entered or b.column.show or b.column.exported]
        csv = b"".join(client.get(f"{root_url(ledger)}/export.csv").streaming_content).decode("utf-8-sig")
        assert csv.splitlines()[0].split(",")[:2] == labels[:2]
        book = b"".join(client.get(f"{root_url(ledger)}/export.xlsx").streaming_content)
        heads = [c.value for c in next(openpyxl.load_workbook(io.BytesIO(book)).active.iter_rows())]
        assert heads == labels

    def test_template_has_every_entered_column(self, ledger, county):
        if not (ledger.change and entered_of(ledger)):
            return
        sheet = openpyxl.load_workbook(io.BytesIO(template(county.scope["supervision"], ledger))).worksheets[0]
        heads = [str(c.value).removeprefix("*") for c in next(sheet.iter_rows())]
        assert heads == [b.label for b in entered_of(ledger)]
