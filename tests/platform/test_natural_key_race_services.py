"""Two people enter the same natural key at the same moment: one is first, the other is told as on any other day."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from anlan.accounts.services.bootstrap import SETUP
from anlan.accounts.services.organisations import organisation_create
from anlan.kernel.errors import AnlanError
from anlan.platform.database import hold_keys, is_sqlite, writing
from anlan.platform.ledger.services import ledger_create
from anlan.platform.scope import Scope
from anlan.registry.services.enterprises import enterprise_create
from ledger_app.ledgers import WELLS
from ledger_app.models import Well
from platform_helpers import EAST, NOW
from registry.factories import firm

COUNTY = Scope(
    person="p1", post="o1", name="县级", rights=frozenset({"registry.view", "registry.change"}), region="331003"
)
WELL = {"code": "SJ-001", "name": "东门井", "region": EAST, "use": "drinking", "depth_m": 30.5, "guarded": "是"}

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _needs_two_writers(db: None) -> None:
    if is_sqlite():
        pytest.skip("SQLite has a single writer")


def both(act: Callable[[], Any]) -> list[str]:
    """`act` in two transactions that are open at the same time; "made", or the codes of what the second is told."""
    first_is_done, told = threading.Event(), []

    def first() -> None:
        try:
            with writing():
                act()
                first_is_done.set()
                # The second one must by now wait for the key (or be past the check, which is the defect).
                waiting.wait(2)
            told.append("made")
        except AnlanError as error:
            told.append(f"first: {error.code}")
        finally:
            first_is_done.set()
            connection.close()

    def second() -> None:
        first_is_done.wait()
        try:
            act()
            told.append("made")
        except AnlanError as error:
            told.append(error.code)
        finally:
            waiting.set()
            connection.close()

    waiting = threading.Event()
    threads = [threading.Thread(target=first), threading.Thread(target=second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sorted(told)


def test_one_code_is_registered_once(county: Any) -> None:
    scope = county.scope["town"]
    assert both(lambda: enterprise_create(scope=scope, values=firm(), now=NOW)) == [
        "made",
        "registry.enterprise.duplicate",
    ]


def test_one_name_without_a_code_is_registered_once_in_a_town(county: Any) -> None:
    scope = county.scope["town"]
    assert both(lambda: enterprise_create(scope=scope, values=firm(uscc="", classes=["nine_small"]), now=NOW)) == [
        "made",
        "registry.enterprise.duplicate",
    ]


def test_one_natural_key_of_a_ledger_is_one_row() -> None:
    assert both(lambda: ledger_create(scope=COUNTY, ledger=WELLS, values=WELL, now=NOW)) == ["ledger.duplicate", "made"]
    assert Well.objects.count() == 1


def test_one_organisation_is_entered_once(county: Any) -> None:
    values = {"name": "新设办公室", "kind": "office", "region": EAST}
    assert both(lambda: organisation_create(scope=SETUP, values=values, now=NOW)) == [
        "accounts.organisation.refused",
        "made",
    ]


def test_two_batches_in_opposite_order_both_end() -> None:
    keys = [f"key-{n}" for n in range(40)]

    def batch(order: list[str]) -> None:
        try:
            for _ in range(20):
                with writing():
                    hold_keys("things.thing", order)
            ended.append(order)
        finally:
            connection.close()

    ended: list[list[str]] = []
    threads = [threading.Thread(target=batch, args=(order,)) for order in (keys, keys[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ended) == 2
