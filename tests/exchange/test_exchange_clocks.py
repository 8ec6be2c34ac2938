"""A machine whose clock was wrong: waits above, is put right by one entry, and what was counted from it is counted anew."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from exchange.nodes import Federation, federation

pytestmark = [pytest.mark.slow, pytest.mark.once]

_CORRECT = """
from anlan.cli.acting import scope_of
from anlan.platform import clock
from anlan.platform.journal.corrections import clock_correct
now = clock.now()
clock_correct(scope=scope_of(None, now), node_id=node, first=first, last=last, offset_ms=offset, now=now,
              reason="主板电池没电", basis="与县局核对")
"""
_DUE = """
from anlan.inspection.models import Hazard
found = Hazard._default_manager.filter(pk=key).values_list("found_at", "ordered_at", "due_at").first()
answer = found and [moment.isoformat() if moment else None for moment in found]
"""
_MANY = """
from anlan.kernel.entry import Draft
from anlan.platform import clock
from anlan.platform.journal import node, record
from anlan.platform.scope import SYSTEM
own = node.own()
drafts = [Draft("platform.exchange.noted", f"platform.exchange/{own.id}:{n}", own.region, {"n": n}) for n in range(count)]
record.record_many([(draft, None) for draft in drafts], scope=SYSTEM, now=clock.now())
"""
_LAST = "from anlan.platform.journal.models import Node; answer = Node.objects.get(own=1).last_seq"


@pytest.fixture
def two(tmp_path: Path) -> Iterator[Federation]:
    with federation(tmp_path) as made:
        made.node("county", "331003")
        made.node("east", "331003001", "county")
        made.settle()
        yield made


@pytest.mark.parametrize("years", [73, -26], ids=["2099", "2000"])
def test_a_wrong_clock_is_put_right_by_one_entry_of_its_town(two: Federation, years: int) -> None:
    top, east = two.nodes["county"], two.nodes["east"]
    two.pass_time(days=1)
    off = timedelta(days=365 * years)
    before = east.run(source=_LAST)
    true = east.now
    east.drift = off
    key = east.found(role="town", description="时钟错误时登记")
    east.order(role="town", hazard=key, days=10)
    east.run(source=_MANY, count=1500)  # more than one run holds
    last = east.run(source=_LAST)
    if years > 0:
        assert top.hear(data=east.say(key=top.key))["stopped"] == {east.id: "clock"}
        assert top.state(hazard=key) is None
    east.drift = timedelta(0)
    two.pass_time(hours=1)
    offset = -int(off.total_seconds() * 1000)
    east.run(source=_CORRECT, node=east.id, first=before + 1, last=last, offset=offset)
    two.settle()
    assert top.marks() == east.marks() and not any(line["stopped"] for line in top.lines())
    assert top.state(hazard=key) == east.state(hazard=key) == ("ordered", 0)
    found, ordered, due = top.run(source=_DUE, key=key)
    assert found.startswith(true.date().isoformat()) and ordered.startswith(true.date().isoformat())
    assert due.startswith((true + timedelta(days=10)).date().isoformat())
    assert east.run(source=_DUE, key=key) == [found, ordered, due]
    assert last > before + 1500
    assert top.tally()["verified"] and east.tally()["verified"]
