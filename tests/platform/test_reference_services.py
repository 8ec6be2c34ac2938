"""Reference sets read from the program: each is named once in the journal, and again only when it is another one."""

from __future__ import annotations

from datetime import datetime

import pytest

from anlan.platform import reference
from anlan.platform.journal.models import JournalEntry
from anlan.platform.journal.refold import entry_of
from anlan.platform.scope import SYSTEM

pytestmark = pytest.mark.django_db


def recorded() -> list[dict[str, str]]:
    rows = JournalEntry.objects.filter(kind=reference.KIND).order_by("hlc")
    return [dict(entry_of(row).data) for row in rows]


def test_holidays_and_industries_are_one_entry_each_and_repeatable(now: datetime) -> None:
    install = {"scope": SYSTEM, "region": "331003000000", "now": now}
    assert reference.references_install(**install) == ["industries", "clauses", "holidays"]
    assert reference.references_install(**install) == []
    held = {each["set"]: each for each in recorded()}
    assert held["industries"]["version"] == "2017"
    assert "(20" in held["holidays"]["version"]
    assert {len(each["sha256"]) for each in recorded()} == {64}


def test_a_new_holiday_table_is_a_new_entry(now: datetime, monkeypatch: pytest.MonkeyPatch) -> None:
    from anlan.kernel.deadlines import WorkCalendar

    install = {"scope": SYSTEM, "region": "331003000000", "now": now}
    reference.references_install(**install)
    longer = WorkCalendar.of([2030], [])
    monkeypatch.setattr(reference, "published_calendar", lambda: longer)
    assert reference.references_install(**install) == ["holidays"]
    assert recorded()[-1]["version"].endswith("(2030)")
