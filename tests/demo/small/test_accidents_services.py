"""The demo county's accidents: at every stage, made through the services, counted as the law counts."""

from __future__ import annotations

from collections import Counter
from typing import Any

from anlan.accident.models import Accident


def test_accidents_stand_at_every_stage(built: dict[str, Any]) -> None:
    rows = list(Accident.objects.all())
    assert built["hazards"] == 120
    assert Counter(row.state for row in rows) == {"closed": 6, "investigating": 1, "reported": 1, "revoked": 1}
    assert sum(row.counted for row in rows) == 7
    assert {row.grade for row in rows} == {"general"}
    assert sum(row.deaths for row in rows if row.counted) == 5
    corrected = Accident.objects.get(place="配电间")
    assert (corrected.deaths, corrected.serious_injuries, corrected.files.count()) == (1, 0, 1)
    former = Accident.objects.filter(closed_on__lt=min(row.created_at for row in rows).date())
    assert former.count() == 3
