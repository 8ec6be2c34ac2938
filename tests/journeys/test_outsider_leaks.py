"""The outsiders' walk is worth something only if it notices: each limit is taken away once, and the walk must see it.

A model read without its limit is what a forgotten `limit(…)` amounts to; one is planted for every kind of subject.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from dataclasses import replace

import pytest

from anlan.platform import reading
from anlan.platform.catalogue import CATALOGUE
from anlan.platform.ledger.features import FEATURES
from anlan.platform.ledger.links import list_url
from anlan.platform.ledger.totals import KEPT
from journeys.outsider_addresses import NoRealValue, filled, operations, routes, sample
from journeys.outsider_foreign import PUBLIC
from journeys.outsider_steps import Walk

pytestmark = [pytest.mark.django_db, pytest.mark.once]
# What the product has is walked; what only the suite's own app has, or no address names, is not.
KINDS = sorted(
    kind
    for kind in CATALOGUE.projections
    if kind.split(".")[0] not in {"wells", "things"} and kind != "accounts.deputy"
)

# Seen on a page of their own only, which the walk visits as well: keys of nodes.
# No ledgers: their pages and operations are their own.
UNLISTED = frozenset({"platform.peer", "reporting.round", "reporting.filing"})


@pytest.fixture
def forgetful() -> Iterator[None]:
    """What was kept while a limit was missing is forgotten before anybody else reads it."""
    yield
    KEPT.forget()
    FEATURES.forget()


def test_there_is_one_of_every_kind(foreign):
    assert sorted(foreign.ids) == KINDS
    assert set(KINDS) - CATALOGUE.ledgers.keys() - PUBLIC == UNLISTED
    assert all(CATALOGUE.projections[k]._default_manager.filter(pk=key).exists() for k, key in foreign.ids.items())


@pytest.mark.usefixtures("forgetful")
@pytest.mark.parametrize("kind", sorted(set(KINDS) - PUBLIC - UNLISTED))
def test_a_missing_limit_is_noticed(foreign, kind, monkeypatch):
    ledger = CATALOGUE.ledgers[kind]
    parts = (foreign.ids[kind], list_url(ledger), f"/{ledger.context}/{ledger.plural}")
    around = Walk(foreign, "leader", only=lambda address: any(part in address for part in parts))
    around.pages()
    around.operations()
    assert (around.bad, around.walked > 10) == ([], True), "nothing leaks while the limit stands"
    model = CATALOGUE.projections[kind]
    monkeypatch.setattr(model, "SCOPED_BY", replace(model.SCOPED_BY, public=True))
    # What was read, counted or compiled while the limit stood would hide that it is gone.
    monkeypatch.setattr(reading, "_statements", OrderedDict())
    KEPT.forget()
    FEATURES.forget()
    pages = Walk(foreign, "leader", only=around.only)
    pages.pages()
    assert pages.bad, f"{kind}: read without its limit, and no page told"
    programs = Walk(foreign, "leader", only=around.only)
    programs.operations()
    assert programs.bad, f"{kind}: read without its limit, and no operation of the API told"


@pytest.mark.usefixtures("forgetful")
def test_a_missing_limit_of_forms_is_noticed(foreign, monkeypatch):
    model = CATALOGUE.projections["reporting.filing"]
    only = lambda address: "/reporting/filings" in address  # noqa: E731
    around = Walk(foreign, "leader", only=only)
    around.pages()
    assert around.bad == []
    monkeypatch.setattr(model, "SCOPED_BY", replace(model.SCOPED_BY, public=True))
    pages = Walk(foreign, "leader", only=only)
    pages.pages()
    assert pages.bad, "a form read without its limit, and no page told"


def test_every_address_and_operation_is_walked(foreign):
    """Groups of the API's addresses (config.api) hide none of its routes, and lists and exports are among them."""
    walked = set(routes())
    for expected in (
        "/api/v1/inspection/hazards.geojson", "/api/v1/inspection/hazards/export.xlsx", "/api/v1/inspection/hazards/counts",
        "/api/v1/inspection/listings/<listing_id>/sign", "/api/v1/search", "/api/v1/documents/print",
        "/inspection/hazards/<uuid:hazard_id>/<slug:action>", "/desk/inspection/task/", "/system",
    ):  # fmt: skip
        assert expected in walked
    assert len(walked) > 350
    client = Walk(foreign, "leader").client
    document = client.get("/api/v1/openapi.json").json()
    paths = {path.replace("{", "<").replace("}", ">") for _, path, _ in operations(document)}
    assert paths - walked == set(), "an operation that the URL walk does not know"


def test_a_parameter_without_a_real_value_stops_the_walk(foreign):
    with pytest.raises(NoRealValue):
        filled("/inspection/unheard/<uuid:unheard_id>", foreign)
    with pytest.raises(NoRealValue):
        filled("/inspection/unheard/<slug:action>", foreign)


def test_bodies_name_what_belongs_to_others(foreign):
    schema = {"properties": {"hazard_ids": {"type": "array", "items": {"type": "string"}}, "days": {"type": "integer"}}}
    assert sample(schema, "", {}, foreign) == {"hazard_ids": [foreign.ids["inspection.hazard"]], "days": 5}
