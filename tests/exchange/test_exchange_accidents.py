"""An accident filed at a cut-off town goes up once; the county's steps come down; a neighbour holds a stub alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from exchange.nodes import federation

pytestmark = [pytest.mark.slow, pytest.mark.once]

_FILE = """
from datetime import timedelta
import __main__
from accident.factories import filed
from anlan.platform import clock
now = clock.now()
answer = filed(__main__.WORLD, "town", now, occurred_at=now - timedelta(hours=2), place="二车间", deaths=1)
"""
_STEP = """
import __main__
from anlan.accident.services import accidents
from anlan.platform import clock
act = getattr(accidents, "accident_" + step)
act(scope=__main__.WORLD.scope[role], accident_id=key, pressed=accidents.Pressed(), now=clock.now(), **given)
"""
_STATE = """
from anlan.accident.models import Accident
found = Accident.objects.filter(pk=key).values_list("state", "deaths", "grade", "counted", "contested").first()
answer = tuple(found) if found else None
"""


def test_an_accident_travels_as_hazards_do(tmp_path: Path) -> None:
    with federation(tmp_path) as made:
        top = made.node("county", "331003")
        east = made.node("east", "331003001", "county")
        south = made.node("south", "331003002", "county")
        made.settle()
        key = east.run(source=_FILE)
        made.pass_time(hours=1)
        numbers = {"numbers": {"deaths": 3}, "kind": "change"}
        east.run(source=_STEP, key=key, role="town", step="correct", given=numbers)
        assert top.run(source=_STATE, key=key) is None
        made.settle()
        assert top.run(source=_STATE, key=key) == ("reported", 3, "larger", 1, 0)
        assert south.run(source=_STATE, key=key) is None
        made.pass_time(hours=1)
        top.run(source=_STEP, key=key, role="enforcement", step="investigate", given={"team": "应急管理局牵头"})
        made.settle()
        assert east.run(source=_STATE, key=key) == top.run(source=_STATE, key=key) == ("investigating", 3, "larger", 1, 0)
        for node in (top, east, south):
            held = node.tally()
            assert held["twice"] == 0 and held["verified"]
