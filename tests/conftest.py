"""Fixtures of the whole suite: a started node, the reference sets, a small county, clients logged in by role."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from standing import install_node

TOWN, OTHER_TOWN = "331003001000", "331003002000"
_DATABASE_FIXTURES = {"db", "transactional_db", "django_db_reset_sequences", "live_server", "county"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL run what touches a database; everything else has been run on SQLite already."""
    if os.environ.get("ANLAN_TEST_DATABASE_URL"):
        wanted = [
            i
            for i in items
            if i.get_closest_marker("postgres") or _has_database(i) and not i.get_closest_marker("once")
        ]
    else:
        wanted = [i for i in items if not i.get_closest_marker("postgres")]
    kept = set(wanted)
    config.hook.pytest_deselected(items=[i for i in items if i not in kept])
    items[:] = wanted


def _has_database(item: pytest.Item) -> bool:
    return bool(item.get_closest_marker("django_db") or _DATABASE_FIXTURES & set(item.fixturenames))


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup: None, django_db_blocker: Any) -> None:
    """The test database with its node, made once a session (once a worker under xdist)."""
    with django_db_blocker.unblock():
        install_node()


@pytest.fixture(autouse=True)
def _node_of_this_test(request: pytest.FixtureRequest) -> Iterator[None]:
    """The own node is cached in the process: read it anew for every test that has a database."""
    if request.node.get_closest_marker("django_db") or _DATABASE_FIXTURES & set(request.fixturenames):
        request.getfixturevalue("_django_db_helper")
        install_node()
        from django.core.cache import cache

        from anlan.platform.attachments.table import looks_table
        from anlan.platform.indicator.columns import TABLES
        from anlan.platform.ledger.features import FEATURES
        from anlan.platform.ledger.totals import KEPT

        cache.clear()
        KEPT.forget()
        FEATURES.forget()
        TABLES.forget()
        looks_table().forget()
        yield
        from anlan.platform import regions
        from anlan.platform.journal import node

        # Both are kept in the process, and what this test wrote is rolled back.
        node.forget()
        regions.forget()
    else:
        yield


@pytest.fixture
def now() -> datetime:
    """One fixed working day, 2026-03-02 10:00 in Shanghai."""
    return datetime(2026, 3, 2, 2, 0, tzinfo=UTC)


@pytest.fixture
def county(db: None) -> Any:
    """The small county of tests/accounts/factories.py: offices, towns, one scope and one account per role."""
    from accounts.factories import make_county

    return make_county()


@pytest.fixture
def scope_of(county: Any) -> Callable[[str], Any]:
    """`scope_of("town")` -> the Scope of that role's person in the small county."""
    return lambda role: county.scope[role]


@pytest.fixture
def client_as(county: Any) -> Callable[[str], Any]:
    """`client_as("town")` -> a Django test client in which that role's person is logged in through the login page."""
    from django.test import Client

    def login(role: str) -> Client:
        client = Client()
        account = county.account[role]
        answer = client.post("/login", {"username": account.username, "password": county.password})
        assert answer.status_code == 302, f"login of {role} refused: {answer.status_code}"
        return client

    return login


@pytest.fixture
def api_as(client_as: Callable[[str], Any]) -> Callable[[str], Any]:
    """`api_as("town")` -> `call(method, path, body=None, **headers)` answering (status, parsed JSON)."""
    import orjson

    def for_role(role: str) -> Callable[..., tuple[int, Any]]:
        client = client_as(role)

        def call(method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
            answer = client.generic(
                method.upper(),
                f"/api/v1{path}",
                orjson.dumps(body) if body is not None else b"",
                content_type="application/json",
                headers=headers or None,
            )
            return answer.status_code, orjson.loads(answer.content) if answer.content else None

        return call

    return for_role


@pytest.fixture(scope="session")
def fresh_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder as `anlan init` makes it, once a session; it is only copied."""
    from cli.cli_process import anlan

    folder = tmp_path_factory.mktemp("fresh") / "data"
    ran = anlan("init", "--data", folder)
    assert ran.code == 0, ran.err
    return folder
