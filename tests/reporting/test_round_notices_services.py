"""Who hears of a form: the town at once when it is asked, chased or sent back, and nobody once it has filed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from round_cases import DUE as TIME
from round_cases import NOW, OTHER, TOWN, filed, form, opened

from anlan.calling.models import Notice
from anlan.calling.queries import notice_list
from anlan.calling.services.reminders import matter_refresh, matter_tell, reminders_run
from anlan.platform.catalogue import CATALOGUE
from anlan.reporting.queries.round_due import CHASED, DUE
from anlan.reporting.services.round_chasing import filing_chase
from anlan.reporting.services.round_filings import filing_return
from anlan.reporting.services.round_steps import Pressed
from anlan.reporting.services.rounds import round_close
from anlan.reporting.subscribers import on_filing


@pytest.fixture
def key(scope_of: Any) -> str:
    """A round of two towns."""
    return opened(scope_of("supervision"), towns=[TOWN, OTHER])


def standing(county: Any, role: str, topic: str) -> list[str]:
    rows = Notice.objects.filter(topic=topic, post_id=county.post[role], withdrawn_at__isnull=True)
    return [row.step.partition("@")[0] for row in rows.order_by("pk")]


def told(scope_of: Any, key: str, topic: str, now: Any, town: str = TOWN) -> int:
    return matter_tell(topic=topic, subject=f"reporting.filing/{form(scope_of('supervision'), key, town).pk}", now=now)


def test_a_town_hears_at_once_what_it_is_asked(county: Any, scope_of: Any, key: str) -> None:
    assert told(scope_of, key, DUE, NOW) == 1
    assert standing(county, "town", DUE) == ["asked"]
    assert standing(county, "other_town", DUE) == []
    reminders_run(now=NOW)
    assert standing(county, "other_town", DUE) == ["asked"]
    (seen,) = notice_list(scope_of("town")).items
    assert "月度工作情况（2026年2月）" in seen.title


def test_every_chasing_is_a_message_of_its_own(county: Any, scope_of: Any, key: str) -> None:
    office = scope_of("supervision")
    assert told(scope_of, key, CHASED, NOW) == 0
    for turn in range(2):
        moment = NOW + timedelta(minutes=turn * 2)
        filing_chase(scope=office, round_id=key, now=moment)
        assert told(scope_of, key, CHASED, moment) == 1
        assert told(scope_of, key, CHASED, moment) == 0
    # The newest stands; the one before it is withdrawn.
    assert standing(county, "town", CHASED) == ["chased"]
    assert Notice.objects.filter(topic=CHASED, post_id=county.post["town"]).count() == 2
    filing_chase(scope=office, round_id=key, now=TIME + timedelta(minutes=1))
    told(scope_of, key, CHASED, TIME + timedelta(minutes=1))
    assert standing(county, "town", CHASED) == ["chased_over"]


def test_what_is_sent_back_is_told_and_what_is_filed_withdrawn(county: Any, scope_of: Any, key: str) -> None:
    told(scope_of, key, DUE, NOW)
    pk = filed(scope_of("town"), key)
    matter_refresh(subject=f"reporting.filing/{pk}", now=NOW)
    assert standing(county, "town", DUE) == []
    filing_return(scope=scope_of("supervision"), filing_id=pk, note="请核实", pressed=Pressed(), now=NOW)
    assert told(scope_of, key, CHASED, NOW) == 1
    round_close(scope=scope_of("supervision"), round_id=key, pressed=Pressed(), now=NOW)
    reminders_run(now=NOW)
    assert (standing(county, "town", CHASED), standing(county, "town", DUE)) == ([], [])


def test_the_entry_itself_tells(county: Any, scope_of: Any, key: str) -> None:
    from anlan.platform.journal.models import JournalEntry
    from anlan.platform.journal.refold import entry_of

    for held in JournalEntry.objects.filter(kind="reporting.filing.asked"):
        on_filing(entry_of(held))
    # The clock of today lies long after the time, so the form is overdue by now: the newest step is said, once.
    assert len(standing(county, "town", DUE)) == 1


def test_the_todo_lists_show_it(scope_of: Any, key: str) -> None:
    lists = {todo.id: todo for todo in CATALOGUE.todos.values()}
    owed, late = lists["reporting.to_file"].items(scope_of("town"), TIME + timedelta(seconds=1), 5)
    assert (late, owed[0].text, owed[0].overdue) == (1, "月度工作情况（2026年2月）：待报", True)
    assert lists["reporting.to_review"].items(scope_of("town"), NOW, 5) == ((), 0)
    filed(scope_of("town"), key)
    assert lists["reporting.to_file"].items(scope_of("town"), NOW, 5) == ([], 0)
    review, count = lists["reporting.to_review"].items(scope_of("leader"), NOW, 5)
    assert (count, review[0].text) == (1, "东城街道：月度工作情况（2026年2月）")
    assert lists["reporting.to_file"].items(scope_of("leader"), NOW, 5) == ((), 0)
