"""No step of a hazard's life reads a whole ledger: what it asks for is found by an index, however large the county."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection

from anlan.inspection.services.hazards import ReturnInput, SubmitInput, hazard_close, hazard_return, hazard_submit
from anlan.platform.journal.duplicates import duplicates
from inspection.factories import NOW, World, make_world
from inspection.test_blanket_services import visit

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.skipif(
        "not __import__('django.conf').conf.settings.DATABASES['default']['ENGINE'].endswith('sqlite3')"
    ),
]
LARGE = re.compile(
    r"SCAN (inspection_(?:hazard|inspection|task|selfcheck)\w*|journal_\w+|registry_enterprise\w*|platform_\w+|calling_\w+)"
)
# Held by few rows in any county; a partial index of the few clock corrections.
SMALL = ("platform_job", "platform_setting", "journal_node", "journal_incarnation", "journal_chain")
PARTIAL = ("USING INDEX journal_entry_clock",)


@contextmanager
def scans() -> Iterator[set[str]]:
    """Every large table that a statement inside reads from end to end, with the statement's beginning."""
    found: set[str] = set()

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if sql.lstrip().upper().startswith("SELECT") and not many:
            plan = connection.connection.execute(f"EXPLAIN QUERY PLAN {sql.replace('%s', '?')}", params or ())
            for row in plan:
                hit = LARGE.match(row[3])
                if hit and hit.group(1) not in SMALL and not row[3].endswith(PARTIAL):
                    found.add(f"{row[3]}: {sql[:200]}")
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield found


def test_no_step_of_a_hazard_reads_a_whole_ledger() -> None:
    world: World = make_world()
    world.closed()
    with scans() as found:
        key = world.submitted()
        again = ReturnInput(hazard_id=key, note="仍有杂物")
        hazard_return(scope=world.scope["town"], item=again, now=NOW + timedelta(days=2))
        item = SubmitInput(hazard_id=key, note="再次清理", photos=(world.photo("enterprise"),))
        hazard_submit(scope=world.scope["enterprise"], item=item, now=NOW + timedelta(days=3))
        hazard_close(scope=world.scope["town"], item=world.closing(key), now=NOW + timedelta(days=4))
        visit(world, world.campaign("行动"), world.enterprise, hazard=True)
        for page in (f"/inspection/hazards/{key}", f"/registry/enterprises/{world.enterprise}", "/inbox"):
            assert world.client("town").get(page).status_code == 200
    assert sorted(found) == []


def test_a_scan_is_noticed() -> None:
    from anlan.inspection.models import HazardPhoto

    with scans() as found:
        list(HazardPhoto._default_manager.filter(round=7))
    assert len(found) == 1


def test_what_was_merged_crosswise_is_found_among_what_was_merged() -> None:
    """合并裁定 asks it for every page and every decision, over all hazards that there ever were."""
    world: World = make_world()
    world.found(item_key="1.1")
    read: list[str] = []

    def watch(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if '"merged_into_id" >' in sql:
            read.extend(row[3] for row in connection.connection.execute(f"EXPLAIN QUERY PLAN {sql.replace('%s', '?')}", params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        assert duplicates(world.scope["leader"]) == []
    assert [r for r in read if r.startswith("SEARCH inspection_hazard USING INDEX inspection_hazard_merged_into")]
