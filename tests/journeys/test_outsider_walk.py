"""An outsider walks every address and every operation, in each role: nothing of others leaks, nothing of theirs changes.

The walkers work in the first town (ten roles) or in another office of the county; what they must not see is real and
stands in the second town. `test_outsider_leaks.py` shows that the walk notices a missing limit.
"""

from __future__ import annotations

import pytest
from django.test import Client

from journeys.outsider_addresses import filled, routes
from journeys.outsider_foreign import OF_TOWN, ROLE_WORDS, state_of_the_record
from journeys.outsider_steps import Walk, leaks

pytestmark = pytest.mark.django_db
_ON_EVERY_DATABASE = {"town", "enterprise", "county_department"}
WALKERS = [
    pytest.param(role, marks=() if role in _ON_EVERY_DATABASE else pytest.mark.once)
    for role in (*ROLE_WORDS, "county_supervision", "county_department")
]


@pytest.mark.parametrize("role", WALKERS)
def test_no_page_shows_anything_of_the_others_and_no_get_changes_anything(foreign, role):
    walk = Walk(foreign, role)
    before = state_of_the_record(foreign)
    walk.pages()
    assert walk.bad == []
    assert walk.walked > 300
    assert state_of_the_record(foreign) == before


@pytest.mark.parametrize("role", WALKERS)
def test_no_post_shows_or_touches_anything_of_the_others(foreign, role):
    walk = Walk(foreign, role)
    before = state_of_the_record(foreign)
    walk.forms()
    assert walk.bad == []
    assert walk.walked > 250
    assert state_of_the_record(foreign) == before


@pytest.mark.parametrize("role", WALKERS)
def test_no_operation_of_the_api_shows_or_touches_anything_of_the_others(foreign, role):
    walk = Walk(foreign, role)
    before = state_of_the_record(foreign)
    walk.operations()
    assert walk.bad == []
    assert walk.walked > 250
    assert state_of_the_record(foreign) == before


def test_without_a_login_every_address_asks_for_one(foreign):
    client = Client()
    before = state_of_the_record(foreign)
    open_to_all = {"/login", "/healthz", "/readyz", "/metrics", "/api/v1/openapi.json", "/api/v1/docs", "/desk/jsi18n/"}
    open_to_all |= {"/pocket/", "/pocket/sw.js"}  # the phone's page holds no data
    # Nodes prove by signature who they are; what is none of theirs is refused as unreadable.
    open_to_all |= {"/api/v1/exchange/requests", "/api/v1/exchange/turns"}
    bad = []
    for route in routes():
        for address in filled(route, foreign):
            for answer in (client.get(address), client.post(address, {"base": "1"})):
                allowed = answer.status_code in {301, 302, 401, 403, 404, 405} or address in open_to_all
                if not allowed or leaks(answer, {*foreign.words, OF_TOWN}):
                    bad.append((address, answer.request["REQUEST_METHOD"], answer.status_code))
    assert bad == []
    assert state_of_the_record(foreign) == before
